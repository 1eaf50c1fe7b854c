# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a manager does to clients, scopes and tokens, through Odoo's own API."""

CLIENT = "oauth.provider.client"
SCOPE = "oauth.provider.scope"
#: Texts that change from run to run are no fields here.
SHOWN = [
    *("name", "application_type", "client_type", "grant_type", "response_type"),
    *("token_type", "pkce_required", "skip_authorization", "scope_codes", "has_secret"),
    *(
        "secret_advice",
        "warnings",
        "has_danger",
        "authorize_url",
        "token_url",
        "issuer",
    ),
    *("grant_count", "token_count", "resource_ids", "secret", "active"),
]


def run(ask):
    """Send the requests."""
    key = ask.made["keys"]["mona"]

    def call(name, target, arguments, key=key):
        path = f"POST /json/2/{target}"
        return ask(f"manager: {name}", path, json=arguments, token=key)

    _clients(ask, call)
    _refused_clients(ask, call)
    _scopes(ask, call)
    _ends(ask, call)
    for who in ("ann", "portia"):
        for model in (CLIENT, SCOPE, "oauth.provider.token", "oauth.provider.grant"):
            arguments = {"domain": [], "fields": ["id"]}
            call(
                f"{model} of {who}",
                f"{model}/search_read",
                arguments,
                ask.made["keys"][who],
            )
        arguments = {"vals_list": [{"name": "x"}]}
        call(f"client by {who}", f"{CLIENT}/create", arguments, ask.made["keys"][who])
        arguments = {"domain": [], "fields": ["name"]}
        call(
            f"applications of {who}",
            "oauth.provider.application/search_read",
            arguments,
            ask.made["keys"][who],
        )


def _clients(ask, call):
    call("defaults", f"{CLIENT}/default_get", {"fields": SHOWN})
    everything = {"ids": [one["id"] for one in ask.made["clients"].values()]}
    call("all clients", f"{CLIENT}/read", {**everything, "fields": SHOWN})
    for kind in ("web", "mobile", "legacy", "backend"):
        vals = {"name": f"Made {kind}", "application_type": f"{kind} application"}
        key = ask.made["keys"]["mona"]
        if kind == "backend":
            call("backend without a user", f"{CLIENT}/create", {"vals_list": [vals]})
            vals["user_id"] = ask.made["people"]["ann"]
            call("backend by a manager", f"{CLIENT}/create", {"vals_list": [vals]})
            key = ask.made["keys"]["admin"]
        vals = {"vals_list": [vals]}
        made = call(f"create {kind}", f"{CLIENT}/create", vals, key).json
        ids = {"ids": made if isinstance(made, list) else []}
        call(f"read {kind}", f"{CLIENT}/read", {**ids, "fields": SHOWN})
        call(f"secret of {kind}", f"{CLIENT}/action_generate_secret", ids)
        call(f"read {kind} again", f"{CLIENT}/read", {**ids, "fields": SHOWN})
        call(f"copy {kind}", f"{CLIENT}/copy", ids)
        for action in ("action_view_tokens", "action_view_grants", "action_try"):
            call(f"{action} of {kind}", f"{CLIENT}/{action}", ids)
        call(f"remove {kind}", f"{CLIENT}/unlink", ids)
    web = {"ids": [ask.made["clients"]["web"]["id"]]}
    for action in (
        *("action_generate_secret", "action_end_previous_secret"),
        *("action_withdraw_secret", "action_generate_private_key"),
        *("action_download_auth_oauth", "generate_secret", "check_secret"),
        *("application_type_mapping", "get_oauth2_server"),
    ):
        arguments = {} if action == "application_type_mapping" else web
        call(f"{action} of web", f"{CLIENT}/{action}", arguments)


def _refused_clients(ask, call):
    ids = {"ids": [ask.made["clients"]["other"]["id"]]}
    callback = [[0, 0, {"name": "http://plain.example.com/"}]]
    for name, vals in (
        ("short secret", {"secret": "short"}),
        ("identifier of another", {"identifier": "snapshot-web"}),
        ("long code", {"authorization_code_lifetime": 6000}),
        ("negative age", {"max_sign_in_age": -1}),
        ("bad type", {"application_type": "nonsense"}),
        ("bad key set", {"jwks": "{"}),
        ("private key set", {"jwks": '{"keys": [{"kty": "oct", "k": "x"}]}'}),
        ("redirect URI without TLS", {"redirect_uri_ids": callback}),
        ("bad redirect URI", {"redirect_uri_ids": [[0, 0, {"name": "nonsense"}]]}),
        ("fragment", {"redirect_uri_ids": [[0, 0, {"name": "https://a.example/#b"}]]}),
        ("bad origin", {"origin_ids": [[0, 0, {"name": "https://a.example/b"}]]}),
        ("bad logout address", {"backchannel_logout_uri": "ftp://a.example"}),
        ("internal logout address", {"backchannel_logout_uri": "http://127.0.0.1/"}),
        ("bad page", {"client_uri": "javascript:alert(1)"}),
        ("bad resource", {"resource_ids": [[0, 0, {"name": "A", "uri": "b"}]]}),
        ("trusted", {"skip_authorization": True}),
        ("becomes public", {"client_type": "public"}),
        ("becomes backend", {"application_type": "backend application"}),
        (
            "acts as the administrator",
            {"application_type": "backend application", "user_id": 2},
        ),
        ("secret date", {"secret_changed_at": "2020-01-01 00:00:00"}),
        ("full access", {"scope_ids": [[4, ask.made["scopes"]["full"]]]}),
        ("JWT without algorithm", {"token_type": "jwt", "jwt_algorithm": False}),
        ("no name", {"name": False}),
        ("own key", {"jwt_private_key": "nonsense"}),
    ):
        call(f"write {name}", f"{CLIENT}/write", {**ids, "vals": vals})
    call("read what came of it", f"{CLIENT}/read", {**ids, "fields": SHOWN})


def _scopes(ask, call):
    every = {"ids": sorted(ask.made["scopes"].values())}
    fields = [
        *("name", "code", "description", "model", "domain", "has_own_filter"),
        *("is_api_scope", "disclosures", "client_count", "person_count"),
        *("token_count", "asks_again"),
    ]
    call("all scopes", f"{SCOPE}/read", {**every, "fields": fields})
    for name, vals in (
        ("plain", {"name": "Made", "code": "made"}),
        ("code of another", {"name": "Made", "code": "openid"}),
        ("bad code", {"name": "Made", "code": "a b"}),
        ("no code", {"name": "Made"}),
        (
            "full with a model",
            {"name": "M", "code": "m1", "full_access": True, "model_id": 1},
        ),
        ("reads without a model", {"name": "M", "code": "m2", "api_read": True}),
        ("private method", {"name": "M", "code": "m3", "api_methods": "_x"}),
    ):
        call(f"scope: {name}", f"{SCOPE}/create", {"vals_list": [vals]})
    ids = {"ids": [ask.made["scopes"]["contacts"]]}
    for name, vals in (
        ("domain", {"domain": "[('name', '=', 'x')]"}),
        ("bad domain", {"domain": "[('nonsense', '=', 1)]"}),
        ("broken domain", {"domain": "[("}),
        ("code", {"code": "contacts.renamed"}),
        ("fewer fields", {"field_ids": [[5]]}),
        ("writes", {"api_write": True}),
    ):
        call(f"scope, write {name}", f"{SCOPE}/write", {**ids, "vals": vals})
    call("scope, read again", f"{SCOPE}/read", {**ids, "fields": fields})
    for action in (
        *("action_preview", "action_view_clients", "action_view_grants"),
        "action_view_tokens",
    ):
        call(f"scope, {action}", f"{SCOPE}/{action}", ids)
    shipped = {"ids": [ask.made["scopes"]["openid"]]}
    call("scope, remove a shipped one", f"{SCOPE}/unlink", shipped)
    call("scope, copy", f"{SCOPE}/copy", ids)
    call("scope, remove", f"{SCOPE}/unlink", ids)


def _ends(ask, call):
    token = ask.backend_token("backend", "token before the end")
    backend = {"ids": [ask.made["clients"]["backend"]["id"]]}
    vals = {"vals": {"active": False}}
    call("archive a client", f"{CLIENT}/write", {**backend, **vals})
    ask("tokeninfo of an archived client", "GET /oauth2/tokeninfo", token=token)
    ask(
        "token of an archived client",
        "POST /oauth2/token",
        client="backend",
        form={"grant_type": "client_credentials"},
    )
    vals = {"vals": {"active": True}}
    call("unarchive a client", f"{CLIENT}/write", {**backend, **vals})
    ask("tokeninfo of an unarchived client", "GET /oauth2/tokeninfo", token=token)
    for model in ("grant", "token"):
        model = f"oauth.provider.{model}"
        found = call(
            f"some {model}",
            f"{model}/search",
            {"domain": [], "order": "id", "limit": 1},
        ).json
        ids = {"ids": found if isinstance(found, list) else []}
        name = "action_revoke" if model.endswith("token") else "action_withdraw"
        call(f"{name} of {model}", f"{model}/{name}", ids)
        call(f"write {model}", f"{model}/write", {**ids, "vals": {"expires_at": False}})
        call(f"remove {model}", f"{model}/unlink", ids)
    for model in ("secret", "subject", "failure", "assertion", "session", "logout"):
        arguments = {"domain": [], "fields": ["id"], "limit": 1}
        call(f"read {model}", f"oauth.provider.{model}/search_count", {"domain": []})
        call(f"fields of {model}", f"oauth.provider.{model}/search_read", arguments)
    call("rotate the keys", "oauth.provider.key/action_rotate", {})
    ask("key set after the rotation", "GET /oauth2/jwks")

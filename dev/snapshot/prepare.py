# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Run inside Odoo: make the people, scopes and clients that the requests are about.

It uses nothing of the addon but names that stay. ``result`` has what the requests need
to know; ``values`` has ``issuer``, ``callback`` and ``jwks``.
"""

from datetime import datetime, timedelta

ADDON = "oauth_provider"
SECRET = "%s-secret-that-is-long-enough-for-a-digest"
STANDARD = ("openid", "profile", "email", "phone", "address", "groups")

parameters = env["ir.config_parameter"]  # noqa: F821
for key in ("web.base.url", "oauth_provider.issuer"):
    parameters.set_param(key, values["issuer"])  # noqa: F821
parameters.set_param("web.base.url.freeze", "True")
# However long a run takes, no failure is forgotten in it
parameters.set_param("oauth_provider.throttle_seconds", "3600")
# What is counted depends on the worker and on the hour
parameters.set_param("oauth_provider.event_of_each_token", "True")


def make(model, **vals):
    return env[model].create(vals)  # noqa: F821


def ref(name):
    return env.ref(name)  # noqa: F821


# People

second = make("res.company", name="Second Company")
people = {}
for login, name, groups, companies in (
    ("ann", "Ann O'Auth", ("base.group_user", "base.group_partner_manager"), 1),
    ("portia", "Portia Portal", ("base.group_portal",), 1),
    ("mona", "Mona Manager", ("oauth_provider.group_oauth_provider_manager",), 1),
    ("carl", "Carl Companies", ("base.group_user",), 2),
):
    company_ids = [ref("base.main_company").id, second.id][:companies]
    people[login] = (
        env["res.users"]  # noqa: F821
        .with_context(no_reset_password=True)
        .create(
            {
                "name": name,
                "login": login,
                "password": f"{login}-password",
                "email": f"{login}@example.com",
                "phone": "+32 470 00 00 00",
                "street": "Rue des Postes 1",
                "city": "Namur",
                "zip": "5000",
                "country_id": ref("base.be").id,
                "tz": "Europe/Brussels",
                "group_ids": [(6, 0, [ref(group).id for group in groups])],
                "company_id": company_ids[0],
                "company_ids": [(6, 0, company_ids)],
            }
        )
    )
people["admin"] = ref("base.user_admin")
keys = {
    login: env["res.users.apikeys"]  # noqa: F821
    .with_user(people[login])
    .sudo()
    ._generate("rpc", "snapshot", datetime.now() + timedelta(days=1))
    for login in ("admin", "ann", "mona", "portia")
}

# Records

partners = {
    name: make("res.partner", name=f"Snapshot {name}", **vals).id
    for name, vals in {
        "Alpha": {"email": "alpha@example.com", "function": "Baker"},
        "Beta": {"email": "beta@example.com", "function": "Cook", "active": False},
        "Gamma": {"email": "gamma@example.com", "city": "Liège"},
        "Delta": {"is_company": True, "company_id": second.id},
        "Doomed": {},
    }.items()
}
partners["Other"] = make("res.partner", name="Out of sight", function="Spy").id

# Scopes


def scope(code, model=None, names=(), domain=None, **vals):
    if model:
        fields = env["ir.model.fields"]  # noqa: F821
        vals["model_id"] = env["ir.model"]._get(model).id  # noqa: F821
        found = [fields._get(model, name).id for name in names]
        vals["field_ids"] = [(6, 0, found)]
    if domain:
        kept = make("ir.filters", name=code, model_id=model, domain=domain, user_ids=[])
        vals["filter_id"] = kept.id
    return make(
        "oauth.provider.scope",
        name=f"Scope {code}",
        code=code,
        description=f"What {code} is for.",
        **vals,
    )


OURS = "[('name', 'like', 'Snapshot')]"
scopes = {
    "guard": scope("guard"),
    "contacts": scope(
        "contacts", "res.partner", ("name", "email", "parent_id", "city"), OURS
    ),
    "contact.ids": scope("contact.ids", "res.partner"),
    "me": scope("me", "res.users", ("login", "lang"), own_user_only=True),
    "countries": scope("countries", "res.country", ("name", "code", "currency_id")),
    "api.read": scope(
        "api.read", "res.partner", ("name", "email", "city"), OURS, api_read=True
    ),
    "api.write": scope(
        "api.write",
        "res.partner",
        ("name", "function", "category_id"),
        OURS,
        api_read=True,
        api_write=True,
    ),
    "api.create": scope(
        "api.create", "res.partner", ("name", "email"), OURS, api_create=True
    ),
    "api.unlink": scope(
        "api.unlink", "res.partner", ("name",), OURS, api_read=True, api_unlink=True
    ),
    "api.methods": scope(
        "api.methods", "res.partner", ("name",), OURS, api_methods="address_get"
    ),
    "full": scope("full", full_access=True),
}
for code in (*STANDARD, "offline_access"):
    scopes[code] = ref(f"oauth_provider.scope_{code}")


# Clients

clients = {}


def client(name, codes=STANDARD[:3], kind="web", secret=True, **vals):
    if kind in ("web", "mobile") and "redirect_uri_ids" not in vals:
        vals["redirect_uri_ids"] = [(0, 0, {"name": values["callback"]})]  # noqa: F821
    if kind == "backend":
        vals.setdefault("user_id", people["ann"].id)
    if secret:
        vals["secret"] = SECRET % name
    made = make(
        "oauth.provider.client",
        name=f"Client {name}",
        identifier=f"snapshot-{name}",
        application_type=f"{kind} application",
        scope_ids=[(6, 0, [scopes[code].id for code in codes])],
        **vals,
    )
    clients[name] = {
        "id": made.id,
        "identifier": made.identifier,
        "secret": SECRET % name if secret else None,
    }
    return made


def uris(*names):
    return [(0, 0, {"name": name}) for name in names]


web_codes = (*STANDARD, "offline_access", "contacts", "me", "guard")
client(
    "web",
    web_codes,
    client_uri="https://client.example.com/about",
    tos_uri="https://client.example.com/terms",
    policy_uri="https://client.example.com/privacy",
    redirect_uri_ids=uris(values["callback"], "http://127.0.0.1/callback"),  # noqa: F821
    origin_ids=uris("https://spa.example.com"),
    post_logout_redirect_uri_ids=uris("https://client.example.com/bye"),
    backchannel_logout_uri="https://client.example.com/backchannel",
)
client("other")
trusted = {"skip_authorization": True, "pkce_required": False}
client("plain", web_codes, **trusted)
client("never", refresh_token_policy="never", **trusted)
client(
    "offline",
    (*STANDARD, "offline_access"),
    refresh_token_policy="offline_access",
    refresh_token_grace=0,
    **trusted,
)
client(
    "jwt",
    STANDARD,
    token_type="jwt",
    jwt_algorithm="RS256",
    hybrid_flow=True,
    claims_in_id_token=True,
    userinfo_signed_response_alg="RS256",
    **trusted,
)
client(
    "es256",
    token_type="jwt",
    jwt_algorithm="ES256",
    id_token_signed_response_alg="ES256",
    jwt_audience="https://api.example.com",
    **trusted,
)
client("public", web_codes, secret=False, client_type="public")
client("mobile", secret=False, kind="mobile")
client("trusted-mobile", secret=False, kind="mobile", skip_authorization=True)
client("legacy", (*STANDARD, "offline_access"), kind="legacy")
client("archived").active = False
client("posting", token_endpoint_auth_method="client_secret_post", kind="backend")
client("keyed", secret=False, kind="backend", jwks=values["jwks"])  # noqa: F821
client("server", kind="backend", is_resource_server=True)
client("grouped", group_ids=[(6, 0, ref("base.group_system").ids)], **trusted)
client("fresh", max_sign_in_age=10, **trusted)
client("strict", second_factor_required=True, **trusted)
client("timed", duration_choice=True, max_duration=30)
api = {"name": "API", "uri": "https://api.example.com/v1"}
client("resource", resource_ids=[(0, 0, api)], kind="backend")
client("chooser", ("openid", "api.read"))
for name, codes in {
    "backend": STANDARD[:3],
    "data": ("contacts", "countries", "guard"),
    "ids": ("contact.ids",),
    "reader": ("api.read",),
    "writer": ("api.write",),
    "maker": ("api.create",),
    "remover": ("api.unlink",),
    "caller": ("api.methods",),
    "full": ("full",),
    "both": ("api.read", "api.write"),
}.items():
    client(name, codes, kind="backend")
client("signed", kind="backend", token_type="jwt", jwt_algorithm="RS256")
client("portal", ("openid", "api.read"), kind="backend", user_id=people["portia"].id)

result = {
    "clients": clients,
    "keys": keys,
    "partners": partners,
    "people": {login: user.id for login, user in people.items()},
    "scopes": {code: one.id for code, one in scopes.items()},
}

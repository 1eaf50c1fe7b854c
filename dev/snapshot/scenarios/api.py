# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's own API, /json/2, with tokens of narrow scopes, with full ones and without."""

FIELDS = {"fields": ["name", "email", "city"]}
LIKE = [["name", "like", "Snapshot"]]


def run(ask):
    """Send the requests."""
    names = ("reader", "writer", "maker", "remover", "caller", "full", "both", "data")
    tokens = {
        name: ask.backend_token(name, f"token for the API, {name}")
        for name in (*names, "portal", "backend")
    }
    _doors(ask, tokens)
    _reads(ask, tokens)
    _searches(ask, tokens)
    _writes(ask, tokens)
    _others(ask, tokens)


def call(ask, name, target, arguments, token, **how):
    """Call a method of a model; returns the answer."""
    path = (
        f"POST /json/2/res.partner/{target}"
        if "/" not in target
        else (f"POST /json/2/{target}")
    )
    return ask(f"API: {name}", path, json=arguments, token=token, **how)


def _doors(ask, tokens):
    call(ask, "no token", "search_read", {}, None)
    call(ask, "nonsense", "search_read", {}, "nonsense")
    call(
        ask,
        "API key",
        "search_read",
        {"domain": LIKE, **FIELDS},
        ask.made["keys"]["ann"],
    )
    call(ask, "token of no API scope", "search_read", {}, tokens["backend"])
    call(ask, "data scope", "search_read", {"domain": LIKE}, tokens["data"])
    token = tokens["reader"]
    ask("API: GET", "GET /json/2/res.partner/search_read", token=token)
    ask("API: no JSON", "POST /json/2/res.partner/search_read", raw=b"{", token=token)
    ask("API: form", "POST /json/2/res.partner/search_read", form={}, token=token)
    ask("API: OPTIONS", "OPTIONS /json/2/res.partner/search_read")
    ask("API: HEAD", "HEAD /json/2/res.partner/search_read", token=token)
    header = {"Origin": "https://spa.example.com"}
    call(ask, "for a page", "search_count", {"domain": []}, token, headers=header)
    for name, target in (
        ("unknown model", "no.such.model/read"),
        ("unknown method", "res.partner/no_such_method"),
        ("private method", "res.partner/_search"),
        ("method that is a field", "res.partner/name"),
        ("model of no scope", "res.users/search_read"),
        ("our own model", "oauth.provider.client/search_read"),
        ("our own secrets", "oauth.provider.secret/search_read"),
    ):
        for who in ("reader", "full"):
            call(ask, f"{name}, {who}", target, {}, tokens[who])
    database = {"X-Odoo-Database": ask.database}
    call(
        ask,
        "database by header",
        "search_count",
        {"domain": []},
        token,
        headers=database,
    )
    database = {"X-Odoo-Database": "nothing"}
    call(
        ask, "unknown database", "search_count", {"domain": []}, token, headers=database
    )
    for name, arguments in (
        ("unknown argument", {"nonsense": 1}),
        ("bad ids", {"ids": "x", **FIELDS}),
        ("ids of text", {"ids": ["x"], **FIELDS}),
        ("bad context", {"ids": [], "context": "x", **FIELDS}),
        ("list as body", []),
        ("ids for the model", {"ids": [1], "domain": []}),
    ):
        method = "search" if "domain" in str(arguments) else "read"
        for who in ("reader", "full"):
            call(ask, f"{name}, {who}", method, arguments, tokens[who])


def _reads(ask, tokens):
    partners = ask.made["partners"]
    for who in ("reader", "full", "writer", "both", "portal", "maker"):
        for name, record in (("mine", "Alpha"), ("hidden", "Other")):
            arguments = {"ids": [partners[record]], "fields": ["name", "email"]}
            call(ask, f"read {name}, {who}", "read", arguments, tokens[who])
        gone = {"ids": [2_147_483_000], "fields": ["name"]}
        call(ask, f"read nothing, {who}", "read", gone, tokens[who])
    for name, fields in (
        ("no fields", []),
        ("all fields", None),
        ("field of no scope", ["name", "function"]),
        ("unknown field", ["nonsense"]),
        ("related", ["name", "country_id", "user_id"]),
        ("display_name", ["display_name"]),
        ("id", ["id", "create_date"]),
    ):
        arguments = {"ids": [partners["Alpha"]], "fields": fields}
        if fields is None:
            del arguments["fields"]
        call(ask, f"read, {name}", "read", arguments, tokens["reader"])
    arguments = {"ids": [partners["Alpha"]], "specification": {"name": {}, "email": {}}}
    call(ask, "web_read", "web_read", arguments, tokens["reader"])
    arguments["specification"]["parent_id"] = {"fields": {"name": {}}}
    call(ask, "web_read of no scope", "web_read", arguments, tokens["reader"])
    call(ask, "fields_get", "fields_get", {"attributes": ["type"]}, tokens["reader"])
    call(ask, "default_get", "default_get", {"fields": ["name"]}, tokens["maker"])
    arguments = {"ids": [partners["Alpha"]], "fields_to_export": ["name"]}
    call(ask, "export", "export_data", arguments, tokens["reader"])


#: Searches: (name, method, its arguments).
SEARCHES = (
    ("search", "search", {"domain": LIKE, "order": "name"}),
    ("search_read", "search_read", {"domain": LIKE, "order": "name", **FIELDS}),
    ("search_count", "search_count", {"domain": []}),
    ("name_search", "name_search", {"name": "Snapshot"}),
    ("limit", "search_read", {"domain": [], "limit": 1, "order": "name", **FIELDS}),
    (
        "archived",
        "search_read",
        {"domain": [["active", "=", False]], "order": "name", "fields": ["name"]},
    ),
    (
        "archived by context",
        "search_read",
        {
            "domain": [],
            "order": "name",
            "fields": ["name"],
            "context": {"active_test": False},
        },
    ),
    ("by a field of no scope", "search", {"domain": [["function", "=", "Spy"]]}),
    ("by a path", "search", {"domain": [["parent_id.name", "=", "x"]]}),
    ("by a path of no scope", "search", {"domain": [["user_id.login", "=", "x"]]}),
    ("unknown field", "search", {"domain": [["nonsense", "=", 1]]}),
    ("unknown operator", "search", {"domain": [["name", "nonsense", 1]]}),
    ("broken", "search", {"domain": [["name"]]}),
    ("no list", "search", {"domain": "x"}),
    ("any", "search", {"domain": [["child_ids", "any", [["name", "=", "x"]]]]}),
    ("order of no scope", "search", {"domain": [], "order": "function"}),
    ("bad order", "search", {"domain": [], "order": "name; drop"}),
    ("negative limit", "search", {"domain": [], "limit": -1}),
    (
        "grouped",
        "formatted_read_group",
        {"domain": LIKE, "groupby": ["city"], "aggregates": ["__count"]},
    ),
    (
        "grouped by no scope",
        "formatted_read_group",
        {"domain": [], "groupby": ["function"], "aggregates": ["__count"]},
    ),
    (
        "read_group",
        "read_group",
        {"domain": LIKE, "fields": ["city"], "groupby": ["city"]},
    ),
    (
        "web_search_read",
        "web_search_read",
        {"domain": LIKE, "order": "name", "specification": {"name": {}}},
    ),
)


def _searches(ask, tokens):
    for name, method, arguments in SEARCHES:
        for who in ("reader", "full"):
            if who == "full" and name in (
                "search_count",
                "limit",
                "archived by context",
            ):
                continue
            if who == "full" and "domain" in arguments and arguments["domain"] == []:
                continue
            call(ask, f"search: {name}, {who}", method, arguments, tokens[who])


def _writes(ask, tokens):
    partners = ask.made["partners"]
    alpha, other = partners["Alpha"], partners["Other"]
    for who in ("writer", "reader", "both", "portal", "full"):
        vals = {"function": f"Written by {who}"}
        arguments = {"ids": [alpha], "vals": vals}
        call(ask, f"write, {who}", "write", arguments, tokens[who])
    for name, ids, vals in (
        ("hidden", [other], {"function": "x"}),
        ("one of each", [alpha, other], {"function": "x"}),
        ("field of no scope", [alpha], {"email": "x@example.com"}),
        ("unknown field", [alpha], {"nonsense": 1}),
        ("out of the filter", [alpha], {"name": "No longer"}),
        ("a link", [alpha], {"category_id": [[0, 0, {"name": "New"}]]}),
        ("no values", [alpha], {}),
        ("wrong type", [alpha], {"function": {"a": 1}}),
        ("no dict", [alpha], "x"),
        ("nothing", [], {"function": "x"}),
    ):
        arguments = {"ids": ids, "vals": vals}
        call(ask, f"write, {name}", "write", arguments, tokens["writer"])
    for name, vals in (
        ("one", [{"name": "Snapshot made", "email": "made@example.com"}]),
        ("out of the filter", [{"name": "Elsewhere"}]),
        ("field of no scope", [{"name": "Snapshot x", "function": "x"}]),
        ("unknown field", [{"name": "Snapshot x", "nonsense": 1}]),
        ("no list", "x"),
    ):
        for who in ("maker", "writer"):
            arguments = {"vals_list": vals}
            call(ask, f"create, {name}, {who}", "create", arguments, tokens[who])
    for name, ids in (("hidden", [other]), ("mine", [partners["Doomed"]])):
        for who in ("writer", "remover"):
            call(ask, f"unlink, {name}, {who}", "unlink", {"ids": ids}, tokens[who])
    arguments = {"fields": ["name"], "data": [["Snapshot loaded"]]}
    for who in ("maker", "reader"):
        call(ask, f"load, {who}", "load", arguments, tokens[who])
    arguments = {"ids": [alpha]}
    for who in ("maker", "writer", "both"):
        call(ask, f"copy, {who}", "copy", arguments, tokens[who])
        call(ask, f"archive, {who}", "action_archive", arguments, tokens[who])


def _others(ask, tokens):
    alpha = {"ids": [ask.made["partners"]["Alpha"]]}
    for who in ("caller", "reader", "full"):
        call(ask, f"named method, {who}", "address_get", alpha, tokens[who])
        call(
            ask,
            f"hidden record, {who}",
            "address_get",
            {"ids": [ask.made["partners"]["Other"]]},
            tokens[who],
        )
        call(ask, f"context_get, {who}", "res.users/context_get", {}, tokens[who])
    call(
        ask,
        "constraint",
        "res.partner/write",
        {**alpha, "vals": {"parent_id": alpha["ids"][0]}},
        tokens["full"],
    )
    call(
        ask,
        "unknown user",
        "res.partner/write",
        {**alpha, "vals": {"user_id": 2_147_483_000}},
        tokens["full"],
    )
    call(
        ask,
        "not allowed to the user",
        "res.groups/create",
        {"vals_list": [{"name": "x"}]},
        tokens["full"],
    )
    call(
        ask,
        "no number",
        "res.partner/write",
        {**alpha, "vals": {"color": "x"}},
        tokens["full"],
    )

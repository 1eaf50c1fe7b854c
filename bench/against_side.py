# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One of the two commits that are compared: its database, its server, its requests.

What is made inside Odoo uses nothing of the addon but names that stay, so that any
commit can be compared; tokens and grants come from requests.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

from dev.console import step
from dev.databases import Databases
from dev.server import OdooServer
from dev.settings import ADDON
from e2e.person import VERIFIER, Person

from .measure import target
from .odoo_side import FOREVER
from .provider import CALLBACK, JSON, KINDS, Provider
from .requests import Request, bearer, form
from .rows import Rows

MODULES = ["web", ADDON]
PASSWORD = "bench-password"
SECRET = "a-secret-of-the-benchmark-that-is-long-enough"
PLAIN = ("profile", "email")
#: Of five scopes on contacts: the last three are looked up by a query, as the user. No
#: contact is found by the first, and the one that is asked for by the last.
FILTERS = (
    "[('ref', '=', 'bench')]",
    "[('create_uid', '=', uid)]",
    "[('country_id.code', '=', 'BE')]",
    "[('create_date', '<', (context_today() - relativedelta(days=9)).isoformat())]",
    "[('name', 'ilike', 'written')]",
)
#: Makes a person with an API key, scopes, a client of each kind, and a contact.
MAKE = """
from datetime import datetime, timedelta
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Bea Bench", "login": "bench", "email": "bench@example.com",
    "password": values["password"],
    "group_ids": [
        (4, env.ref("base.group_user").id),
        (4, env.ref("base.group_partner_manager").id),
    ],
})
field = env["ir.model.fields"]._get("res.partner", "function")
scopes = env["oauth.provider.scope"]
full = scopes.create({"name": "Everything", "code": "everything", "full_access": True})
titles = scopes.create({
    "name": "Titles", "code": "titles", "model_id": field.model_id.id,
    "field_ids": [(6, 0, field.ids)], "api_read": True, "api_write": True,
})
five = scopes.create([
    {
        "name": f"Filter {number}", "code": f"filter.{number}",
        "model_id": field.model_id.id, "field_ids": [(6, 0, field.ids)],
        "domain": text, "api_read": True, "api_write": True,
    }
    for number, text in enumerate(values["filters"])
])
shipped = {
    code: env.ref(f"oauth_provider.scope_{code}").id
    for code in ("openid", "profile", "email")
}
kinds = [
    (f"{application}-{kind}", application, token_type, algorithm)
    for kind, (token_type, algorithm) in values["kinds"].items()
    for application in ("web", "backend")
]
clients = {}
for name, application, token_type, algorithm in [
    *kinds, ("titles", "backend", "random", False), ("five", "backend", "random", False)
]:
    allowed = {"titles": titles.ids, "five": five.ids}.get(
        name, [*shipped.values(), full.id]
    )
    client = env["oauth.provider.client"].create({
        "name": name, "identifier": f"bench-{name}".replace(" ", "-"),
        "secret": values["secret"],
        "application_type": f"{application} application",
        "token_type": token_type, "jwt_algorithm": algorithm,
        "user_id": user.id if application == "backend" else False,
        "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
        "skip_authorization": application == "web",
        "pkce_required": False, "scope_ids": [(6, 0, allowed)],
    })
    clients[name] = {
        "id": client.id, "identifier": client.identifier, "secret": values["secret"],
    }
key = env["res.users.apikeys"].with_user(user).sudo()._generate(
    "rpc", "bench", datetime.now() + timedelta(days=1)
)
result = {
    "user": user.id, "scopes": list(shipped.values()), "clients": clients,
    "plain_scopes": [shipped[code] for code in values["plain"]],
    "api_key": key, "owner": "random",
    "partner": env["res.partner"].create({"name": "Written"}).id,
}
"""


@dataclass
class Side:
    """One commit: its server, its database, and what is asked of it.

    :ivar name: of the commit, for people
    :ivar target: :class:`.measure.Target`
    :ivar requests: list of :class:`.requests.Request`
    """

    name: str
    target: object
    requests: list


def make(stack, postgres, database, name, addons, number):
    """Return the :class:`Side` of one commit, whose server runs until ``stack`` ends.

    :param database: end of the name of its database
    :param name: of the commit, for people
    :param addons: folder with the addon as it is there, or None for this checkout
    :param number: how often each request is sent
    """
    database = f"against_{database}"
    databases = Databases(postgres, addons)
    with step(f"Database {database}: made by the addon as it is at {name}"):
        databases.clone(databases.template(MODULES[:-1]), database)
        databases.odoo(database, "--init", ADDON)
        values = {"callback": CALLBACK, "kinds": KINDS, "plain": PLAIN}
        values |= {"password": PASSWORD, "secret": SECRET, "filters": FILTERS}
        made = databases.shell(database, MAKE, **values)
    options = {"workers": 1, "load": [ADDON], "options": [FOREVER], "addons": addons}
    server = stack.enter_context(OdooServer(postgres, database, database, **options))
    rows = Rows(postgres, database, made)
    person = Person(server, "bench", PASSWORD)
    _use(server, person, made, rows)
    where = target(server, postgres, rows, database)
    return Side(name, where, _requests(person, made, rows, number))


def _use(server, person, made, rows):
    """Add to ``made`` the tokens and grants that the requests are about."""

    def redeem(client, **form):
        known = made["clients"][client]
        auth = (known["identifier"], known["secret"])
        answer = requests.post(f"{server.url}/oauth2/token", form, auth=auth)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def authorize(client, scope):
        code = person.get_code(
            made["clients"][client]["identifier"], redirect_uri=CALLBACK, scope=scope
        )
        form = {"grant_type": "authorization_code", "code": code}
        return redeem(client, **form, redirect_uri=CALLBACK, code_verifier=VERIFIER)

    every = " ".join(("openid", *PLAIN))
    for kind in KINDS:
        authorize(f"web-{kind}", every)
        client = made["clients"][f"web-{kind}"]
        query = "SELECT id FROM oauth_provider_grant WHERE client_id = %s"
        [[client["grant"]]] = rows.sql(query, (client["id"],))
    made["token"] = authorize("web-random", every)
    made["api_token"] = authorize("web-random", "everything")
    for name, client in (("scoped_token", "titles"), ("five_token", "five")):
        made[name] = redeem(client, grant_type="client_credentials")


def _requests(person, made, rows, number):
    """Return all kinds of requests (list of :class:`.requests.Request`)."""
    _bare, *found = Provider(made, rows).requests(number)
    query = {
        "response_type": "code",
        "client_id": made["clients"]["web-random"]["identifier"],
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
    }
    cookie = "; ".join(f"{one.name}={one.value}" for one in person.session.cookies)
    path = f"/oauth2/authorize?{urlencode(query)}"
    found.append(Request("authorize", path, headers={"Cookie": cookie}))
    found += _api_requests(made)
    return found + list(_refused_requests(made, {"Cookie": cookie}, query))


def _refused_requests(made, cookie, query):
    """Yield requests that are refused, one for each way on which an event is written.

    None that a rate limit would answer sooner or later.

    :param cookie: headers (dict) of a person's browser
    :param query: parameters (dict) of an authorization request
    """
    known = made["clients"]["web-random"]
    code = "grant_type=authorization_code&code=unknown&redirect_uri=https://x.example"
    post = {"method": "POST", "body": code}
    client = form(known["identifier"], known["secret"])
    yield Request(
        "refused: unknown code",
        "/oauth2/token",
        headers=client,
        refused_with=400,
        **post,
    )
    yield Request(
        "refused: no client", "/oauth2/token", headers=form(), refused_with=401, **post
    )
    unknown = bearer("x" * 43)
    yield Request(
        "refused: unknown token", "/oauth2/userinfo", headers=unknown, refused_with=401
    )
    for name, wrong, status in (
        ("redirect URI", {"redirect_uri": "https://other.example.com/x"}, 400),
        ("scope", {"scope": "no.such"}, 303),
    ):
        path = f"/oauth2/authorize?{urlencode({**query, **wrong})}"
        yield Request(f"refused: {name}", path, headers=cookie, refused_with=status)
    yield Request(
        "refused: call of the API",
        "/json/2/res.partner/read",
        method="POST",
        headers={**bearer(made["scoped_token"]), **JSON},
        body=json.dumps({"ids": [made["partner"]], "fields": ["email"]}),
        refused_with=403,
    )


def _api_requests(made):
    """Yield requests to Odoo's own API, by what may be done there."""
    ids = [made["partner"]]
    calls = {
        "read": {"ids": ids, "fields": ["function"]},
        "search": {"domain": [["id", "in", ids]]},
        "write": {"ids": ids, "vals": {"function": "%s"}},
    }
    for name, method, token in (
        ("write without a token", "write", "api_key"),
        ("scoped write", "write", "scoped_token"),
        *((f"{method}, full access", method, "api_token") for method in calls),
        *((f"{method}, five filters", method, "five_token") for method in calls),
    ):
        path = f"/json/2/res.partner/{method}"
        headers = {**bearer(made[token]), **JSON}
        body = json.dumps(calls[method])
        yield Request(name, path, method="POST", headers=headers, body=body)

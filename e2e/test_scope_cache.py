# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a scope opens, after changes, in every worker and in a copied database."""

from contextlib import ExitStack

import pytest
import requests

from dev.server import OdooServer
from e2e.test_workers import at_once

ADDON = "oauth_provider"
DATABASE = "e2e_scope_cache"
COPY = "e2e_scope_cache_copy"
#: So often each of two workers answers, most probably.
ROUNDS = 4
MAKE = """
from datetime import datetime, timedelta
model = env["ir.model"]._get("res.partner")
field = env["ir.model.fields"].create({
    "name": "x_color", "field_description": "Colour", "model_id": model.id,
    "ttype": "char",
})
partners = env["res.partner"].create([
    {"name": f"Person {n}", "ref": f"r{n}", "x_color": "blue"} for n in range(3)
])
filters = env["ir.filters"].create([
    {"name": name, "model_id": "res.partner", "domain": repr([("ref", "=", name)])}
    for name in ("r0", "r1")
])
known = env["ir.model.fields"]
ids = [known._get("res.partner", name).id for name in ("name", "x_color")]
scope = env["oauth.provider.scope"].create({
    "name": "Cached", "code": "cached", "api_read": True, "model_id": model.id,
    "field_ids": [(6, 0, ids)], "filter_id": filters[0].id,
})
user = env.ref("base.user_admin")
client = env["oauth.provider.client"].create({
    "name": "Cached", "application_type": "backend application",
    "user_id": user.id, "scope_ids": [(6, 0, scope.ids)],
})
key = env["res.users.apikeys"].with_user(user).sudo()._generate(
    "rpc", "test", datetime.now() + timedelta(days=1)
)
result = {
    "client": [client.identifier, client.generate_secret()], "key": key,
    "scope": scope.id, "filters": filters.ids, "partners": partners.ids,
    "x_color": field.id, "fields": ids, "ref": known._get("res.partner", "ref").id,
}
"""


class Site:
    """One database on the server, as an application and its administrator see it."""

    def __init__(self, server, database, made):
        self.url = server.url
        self.database = database
        self.made = made
        self.names = ["name", "x_color"]

    def issue(self):
        """Remember a new access token: a filter that changes takes the scope away."""
        answer = requests.post(
            f"{self.url}/oauth2/token",
            {"grant_type": "client_credentials"},
            auth=tuple(self.made["client"]),
            headers={"X-Odoo-Database": self.database},
        )
        self.token = answer.json()["access_token"]

    def call(self, token, model, method, **arguments):
        return requests.post(
            f"{self.url}/json/2/{model}/{method}",
            json=arguments,
            headers={
                "Authorization": f"Bearer {token}",
                "X-Odoo-Database": self.database,
            },
            timeout=60,
        )

    def change(self, model, method, **arguments):
        """Let the administrator change something, at whichever worker it is."""
        answer = self.call(self.made["key"], model, method, **arguments)
        assert answer.ok, answer.text

    def read(self, *names):
        """Return what every worker answers (list of (ids, names) or None: refused)."""

        def ask():
            domain = [["id", "in", self.made["partners"]]]
            answer = self.call(
                self.token,
                "res.partner",
                "search_read",
                domain=domain,
                fields=list(names),
            )
            if not answer.ok:
                assert answer.status_code in (403, 422), answer.text
                return None
            rows = answer.json()
            return [self.made["partners"].index(row["id"]) for row in rows]

        answers = [one for _round in range(ROUNDS) for one in at_once(ask)]
        assert all(one == answers[0] for one in answers), answers
        return answers[0]


@pytest.fixture(scope="module")
def sites(postgres, databases):
    """Both databases on a server with two workers: (original, copy)."""
    databases.create(DATABASE, ["web", ADDON])
    made = databases.shell(DATABASE, MAKE)
    databases.clone(DATABASE, COPY)
    with ExitStack() as stack:
        for name in (DATABASE, COPY):
            stack.callback(databases.drop, name)
        server = OdooServer(postgres, "scope-cache", load=[ADDON], workers=2)
        stack.enter_context(server)
        yield tuple(Site(server, name, made) for name in (DATABASE, COPY))


def test_a_change_at_one_worker_counts_at_the_next_call_of_each(sites):
    site, copy = sites
    made = site.made
    scope, (first, second) = made["scope"], made["filters"]
    for one in sites:
        one.issue()
        assert one.read("name", "x_color") == [0]
    # A filter that narrows a scope, and one that is put in its place
    domain = repr([("ref", "=", "r2")])
    site.change("ir.filters", "write", ids=[first], vals={"domain": domain})
    # The token that was there has lost the scope
    assert site.read("name") is None
    site.issue()
    assert site.read("name", "x_color") == [2]
    site.change("ir.filters", "action_archive", ids=[first])
    assert site.read("name") == [2]
    write = {"model": "oauth.provider.scope", "method": "write", "ids": [scope]}
    site.change(**write, vals={"filter_id": second})
    site.issue()
    assert site.read("name") == [1]
    # Fields that a scope lists
    site.change(**write, vals={"field_ids": [[3, made["x_color"]]]})
    assert site.read("x_color") is None
    assert site.read("name") == [1]
    site.change(**write, vals={"field_ids": [[4, made["x_color"]]]})
    site.issue()
    assert site.read("x_color") == [1]
    # A copy of the database is another one
    assert copy.read("name", "x_color") == [0]


def test_fields_that_come_and_go_are_those_of_each_worker(sites):
    site, copy = sites
    made = site.made
    copy.issue()
    assert copy.read("x_color") == [0]
    write = {"model": "oauth.provider.scope", "method": "write"}
    rename = {"ids": [made["x_color"]], "vals": {"name": "x_colour"}}
    copy.change("ir.model.fields", "write", **rename)
    assert copy.read("x_colour") == [0]
    assert copy.read("x_color") is None
    copy.change("ir.model.fields", "unlink", ids=[made["x_color"]])
    assert copy.read("x_colour") is None
    assert copy.read("name") == [0]
    # Another field of that name, which no scope lists
    model = copy.call(
        made["key"], "ir.model", "search", domain=[["model", "=", "res.partner"]]
    ).json()
    values = {"name": "x_colour", "field_description": "Colour", "ttype": "char"}
    copy.change(
        "ir.model.fields", "create", vals_list=[{**values, "model_id": model[0]}]
    )
    assert copy.read("x_colour") is None
    found = copy.call(
        made["key"], "ir.model.fields", "search", domain=[["name", "=", "x_colour"]]
    ).json()
    copy.change(**write, ids=[made["scope"]], vals={"field_ids": [[4, found[0]]]})
    copy.issue()
    assert copy.read("x_colour") == [0]


def test_what_fails_changes_nothing(sites):
    _site, copy = sites
    made = copy.made
    copy.issue()
    assert copy.read("name") == [0]
    for model, ids, values in (
        ("ir.filters", made["filters"][:1], {"domain": "[('nonsense', '=', 1)]"}),
        ("ir.filters", made["filters"][:1], {"domain": "[]", "model_id": "res.users"}),
        ("oauth.provider.scope", [made["scope"]], {"domain": "[", "api_write": True}),
    ):
        answer = copy.call(made["key"], model, "write", ids=ids, vals=values)
        assert answer.status_code == 422, answer.text
        assert copy.read("name") == [0]


def test_the_fields_of_a_module_come_and_go(sites):
    _site, copy = sites
    key = copy.made["key"]
    copy.issue()
    assert copy.read("name") == [0]
    domain = [["name", "=", "base_geolocalize"]]
    ids = copy.call(key, "ir.module.module", "search", domain=domain).json()
    copy.change("ir.module.module", "button_immediate_install", ids=ids)
    assert copy.read("name") == [0]
    domain = [["model", "=", "res.partner"], ["name", "=", "date_localization"]]
    fields = copy.call(key, "ir.model.fields", "search", domain=domain).json()
    scope = {"ids": [copy.made["scope"]], "vals": {"field_ids": [[4, fields[0]]]}}
    copy.change("oauth.provider.scope", "write", **scope)
    copy.issue()
    assert copy.read("name", "date_localization") == [0]
    copy.change("ir.module.module", "button_immediate_uninstall", ids=ids)
    assert copy.read("date_localization") is None
    assert copy.read("name") == [0]

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases of earlier versions, as those versions made them, are updated and used.

The files in ``data`` are written by ``dev.old_database``: 19.0.1.7.0 by the commit
05258e3, 19.0.1.6.0 by 590e07d. No step by hand is needed in between.
"""

import re
from pathlib import Path

import pytest
import requests

from dev import manifest, old_database
from dev.server import OdooServer
from dev.settings import ADDON
from dev.snapshot import FOLDER, compare, text_of
from e2e.person import VERIFIER, Person

DATA = Path(__file__).parent / "data"
CALLBACK = "https://client.example.com/cb"
#: PostgreSQL writes the same condition with other casts once it has been dumped.
CASTS = re.compile(r"::(?:text|character varying)(?:\[\])?|[()]")
#: The setting that an update leaves, and a new database has no need of.
ADDING_UP = "parameter | oauth_provider.scopes_add_up_since"
#: What a client may have asked tokens for, besides this provider.
RESOURCE = """
UPDATE oauth_provider_client SET resource_uris = 'https://api.example.com/v1'
 WHERE identifier = 'old-trusted'
"""
#: What is left of earlier versions, or of the people that a version has made.
FOUND = """
models = env["ir.model"].search([("model", "=like", "oauth.provider%")])
views = env["ir.ui.view"].search([("model", "=like", "oauth.provider%")])
for view in views:
    view._check_xml()
for name in ("clean", "logout", "rotate_keys"):
    env.ref(f"oauth_provider.cron_{name}").method_direct_trigger()
data = env["ir.model.data"].search([("module", "=", "oauth_provider")])
result = {
    "gone": [one.model for one in models if one.model not in env]
    + [one.name for one in data if not env[one.model].browse(one.res_id).exists()],
    "version": env.ref("base.module_oauth_provider").latest_version,
    "state": env.ref("base.module_oauth_provider").state,
    "clients": sorted(env["oauth.provider.client"].search([]).mapped("identifier")),
    "scope": env["oauth.provider.scope"].search([("code", "=", "titles")]).domain,
    "unpublished": env["oauth.provider.scope"]
    .search_count([("is_published", "=", False)]),
    "resources": {
        one.uri: one.client_ids.mapped("identifier")
        for one in env["oauth.provider.resource"].search([])
    },
}
"""


@pytest.fixture(scope="module")
def fresh(databases):
    """The description of a database in which the addon is new (list of str)."""
    databases.create("e2e_old_fresh", ["web", ADDON])
    yield describe(databases, "e2e_old_fresh")
    databases.drop("e2e_old_fresh")


def describe(databases, name):
    """Return what the addon has put into a database, as a snapshot tells it."""
    found = databases.shell(name, (FOLDER / "inside.py").read_text())
    return [CASTS.sub("", text_of(parts)) for parts in found]


@pytest.fixture(scope="module", params=["19.0.1.6.0", "19.0.1.7.0"])
def updated(request, databases):
    """The name of a database of an earlier version that has been updated."""
    name = "e2e_old"
    old_database.restore(databases, DATA / f"{request.param}.sql.xz", name)
    with databases.sql(name) as execute:
        execute(RESOURCE)
    databases.odoo(name, "--update", ADDON)
    yield name
    databases.drop(name)


def test_nothing_is_lost_and_nothing_is_left(databases, updated):
    check_found(databases.shell(updated, FOUND))
    # The second update has nothing to do
    databases.odoo(updated, "--update", ADDON)
    check_found(databases.shell(updated, FOUND))


def check_found(found):
    """Assert what :data:`FOUND` says of a database that has been updated."""
    domain = found.pop("scope")
    assert domain.startswith("[('id', '=', "), domain
    assert found == {
        "gone": [],
        "version": manifest.read()["version"],
        "state": "installed",
        "clients": [
            *("old-backend", "old-legacy", "old-mobile", "old-public"),
            *("old-trusted", "old-web"),
        ],
        "unpublished": 0,
        "resources": {"https://api.example.com/v1": ["old-trusted"]},
    }


def test_the_database_is_as_if_it_were_new(databases, updated, fresh):
    found = describe(databases, updated)
    # Whose access has grown by the update, only an updated one is to tell
    assert ADDING_UP in found
    found.remove(ADDING_UP)
    assert "\n".join(compare(fresh, found)) == ""


def test_people_and_applications_go_on(postgres, updated):
    options = {"load": [ADDON], "dbfilter": f"^{updated}$"}
    with OdooServer(postgres, "old", updated, **options) as server:
        ann = Person(server, "ann", "ann-password")
        token = f"{server.url}/oauth2/token"

        def tokeninfo(value):
            headers = {"Authorization": f"Bearer {value}"}
            return requests.get(f"{server.url}/oauth2/tokeninfo", headers=headers)

        # The secret, the consent, the scopes and the redirect URI are still known
        secret = ("old-trusted", "t" * 40)
        code = ann.get_code("old-trusted", redirect_uri=CALLBACK, scope="openid titles")
        form = {"grant_type": "authorization_code", "code": code}
        form |= {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        answer = requests.post(token, form, auth=secret)
        assert answer.status_code == 200, answer.text
        subject = tokeninfo(answer.json()["access_token"]).json()["user_id"]
        # What was issued before is good, and for the same person
        for value in ("tt" * 22, "tp" * 22):
            assert tokeninfo(value).status_code == 200
        assert tokeninfo("tt" * 22).json()["user_id"] == subject
        assert tokeninfo("b" * 44).status_code == 200
        form = {"grant_type": "refresh_token", "refresh_token": "rt" * 22}
        assert requests.post(token, form, auth=secret).status_code == 200
        form = {"grant_type": "client_credentials"}
        auth = ("old-backend", "b" * 40)
        signed = requests.post(token, form, auth=auth).json()["access_token"]
        assert signed.count(".") == 2
        assert tokeninfo(signed).status_code == 200
        # A page that has been merged out of several opens
        page = ann.session.get(f"{server.url}/my/applications")
        assert "trusted" in page.text and "public" in page.text

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Errors of PostgreSQL at the call, the flush and the commit, on a real server.

The commit is none in Odoo's own tests, and constraints that are checked there print the
row in an error that nothing in Odoo rewords.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from dev.server import OdooServer

ADDON, ERRORS = "oauth_provider", "oauth_provider_errors"
DATABASE = "e2e_errors"
SECRET = "s3cr3t-v4lue"
TAKEN = "taken-4711-by-another"
PREPARE = """
from odoo.addons.oauth_provider_errors.models.errors import MODELS
Scope = env["oauth.provider.scope"]
admin = env.ref("base.user_admin")
country = env.ref("base.be")
extra = {
    "res.bank": {"name": "Bank"}, "res.partner.category": {"name": "Tag"},
    "res.country.group": {"name": "Group"}, "ir.filters": {
        "name": "Filter", "model_id": "res.partner", "user_ids": False},
    "ir.mail_server": {"name": "Mail", "smtp_host": "localhost"},
    "res.currency.rate": {"rate": 2, "currency_id": env.ref("base.EUR").id},
    "res.company": {"name": "Company"},
    "decimal.precision": {"name": "Precision"}, "ir.sequence": {"name": "Sequence"},
    "report.paperformat": {"name": "Paper"}, "res.groups.privilege": {"name": "P"},
    "res.partner.bank": {"acc_number": "1", "partner_id": admin.partner_id.id},
    "res.lang": {"name": "Lang", "code": "xx_XX", "url_code": "xx", "active": True},
    "res.users": {"name": "U", "login": "errors"},
}
result = {"records": {}, "clients": {}}
scopes = Scope
for model in MODELS:
    records = env[model].with_context(active_test=False).search([], limit=2)
    number = 0
    while len(records) < 2:
        values = dict(extra[model])
        key = next((k for k in ("name", "login", "acc_number") if k in values), None)
        if key:
            values[key] += str(number)
        if model == "res.currency.rate":
            values["name"] = f"2020-01-0{number + 1}"
        number += 1
        records |= env[model].create(values)
    records[1].write({
        name: values["taken"] for name in (
            "error_unique", "error_slot", "error_unique_later", "error_slot_later")
    })
    records.write({"error_note": values_secret})
    result["records"][model] = records[0].id
    found = env["ir.model"]._get(model)
    scopes |= Scope.create({
        "name": model, "code": model, "model_id": found.id,
        "api_read": True, "api_write": True, "api_methods": "error_call error_flush",
        "field_ids": [(6, 0, found.field_id.filtered(
            lambda field: field.name.startswith("error_") and field.name != "error_note"
        ).ids)],
    })
full = Scope.create({"name": "Full", "code": "full", "full_access": True})
for name, held in (("scoped", scopes), ("full", full)):
    client = env["oauth.provider.client"].create({
        "name": name, "application_type": "backend application", "user_id": admin.id,
        "scope_ids": [(6, 0, held.ids)],
    })
    result["clients"][name] = [client.identifier, client.generate_secret()]
"""
#: What is refused at once, with what is said of it.
AT_ONCE = (
    ({"error_required": False}, "A required value is missing."),
    ({"error_checked": "refused"}, "A value is not allowed."),
    ({"error_unique": TAKEN}, "There is a record with this value already."),
    ({"error_slot": TAKEN}, "These values conflict with another record."),
    ({"error_link": TAKEN}, "A linked record does not exist"),
    ({"error_number": 2**40}, "A value has the wrong format or is too large."),
)
#: What is refused at the commit.
LATER = (
    ({"error_unique_later": TAKEN}, "There is a record with this value already."),
    ({"error_slot_later": TAKEN}, "These values conflict with another record."),
    ({"error_link_later": TAKEN}, "A linked record does not exist"),
    ({"error_trigger": "refused"}, None),
)
CALLS = [
    *[(method, *case) for method in ("error_call", "error_flush") for case in AT_ONCE],
    *[("error_flush", *case) for case in LATER],
]
#: The ORM's own method, which only ``/json/2`` calls: checked at the flush or before.
WRITES = [("write", *case) for case in (*AT_ONCE, *LATER)]


@pytest.fixture(scope="module")
def server(postgres, databases):
    """A server of one database with the test addon; ``tokens``, ``records``."""
    databases.create(DATABASE, ["web", "portal", ADDON])
    databases.odoo(DATABASE, "--init", ERRORS)
    code = PREPARE.replace("values_secret", repr(SECRET)).replace(
        'values["taken"]', repr(TAKEN)
    )
    made = databases.shell(DATABASE, code)
    options = {"load": [ADDON], "dbfilter": f"^{DATABASE}$"}
    with OdooServer(postgres, "errors", DATABASE, **options) as odoo:
        odoo.records = made["records"]
        odoo.tokens = {
            name: requests.post(
                f"{odoo.url}/oauth2/token",
                {"grant_type": "client_credentials"},
                auth=tuple(client),
            ).json()["access_token"]
            for name, client in made["clients"].items()
        }
        yield odoo


def json2(server, session, model, method, vals):
    url = f"{server.url}/json/2/{model}/{method}"
    return session.post(url, json={"ids": [server.records[model]], "vals": vals})


def jsonrpc(server, session, model, method, vals):
    params = {"model": model, "id": server.records[model], "method": method}
    body = {"params": {**params, "vals": vals}}
    return session.post(f"{server.url}/errors/jsonrpc", json=body)


def http(server, session, model, method, vals):
    data = {"model": model, "id": server.records[model], "method": method, "vals": vals}
    url = f"{server.url}/errors/http?debug=1"
    return session.post(url, {"data": json.dumps(data)})


def get_message(answer, way, expected):
    """Check the form of an answer and return what it says to the caller."""
    if way is http:
        assert answer.status_code == (422 if expected else 500), answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["Content-Type"].startswith("text/html")
        return answer.text
    if way is json2:
        assert answer.status_code == (422 if expected else 500), answer.text
        data = answer.json()
    else:
        assert answer.status_code == 200
        data = answer.json()["error"]["data"]
    assert (data["debug"], data["arguments"], data["context"]) == ("", [], {})
    return data["message"]


@pytest.mark.parametrize("way", [json2, jsonrpc, http])
@pytest.mark.parametrize("kind", ["scoped", "full"])
def test_no_error_prints_a_row(server, way, kind):
    count = 0
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.tokens[kind]}"
        for model in server.records:
            for method, vals, expected in CALLS + (WRITES if way is json2 else []):
                answer = way(server, session, model, method, vals)
                told = answer.text + str(answer.headers)
                case = (model, method, vals, told)
                assert SECRET not in told, case
                assert TAKEN not in told, case
                assert "Failing row" not in told, case
                assert "DETAIL" not in told, case
                assert (expected or "") in get_message(answer, way, expected), case
                count += 1
    assert count >= 20 * len(CALLS)
    lines = Path(server.log).read_text().splitlines()
    ours = [
        line for line in lines if re.search(r" odoo\.addons\.oauth_provider\.", line)
    ]
    assert ours
    assert not [line for line in ours if SECRET in line or TAKEN in line]


def test_the_column_is_named_where_the_token_may_write_it(server):
    for kind in ("scoped", "full"):
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {server.tokens[kind]}"
            vals = {"error_required": False}
            answer = json2(server, session, "res.bank", "write", vals)
            assert "Field: error_required" in answer.json()["message"]


def test_what_is_right_is_written_and_retried(server):
    """Several callers write one record at once: Odoo tries again for all but one."""

    def write(number):
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {server.tokens['scoped']}"
            vals = {"error_checked": f"allowed {number}"}
            return json2(server, session, "res.bank", "write", vals).status_code

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(write, range(6))) == {200}


def test_a_page_that_is_not_there_and_a_wrong_method(server):
    bearer = {"Authorization": f"Bearer {server.tokens['scoped']}"}
    answer = requests.get(f"{server.url}/errors/http?debug=1", headers=bearer)
    assert answer.status_code in (404, 405)
    assert "Traceback" not in answer.text

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What size costs: memory of a long answer, and time of calls with an API key."""

import json
import re
import statistics
import time
from pathlib import Path

import pytest
import requests

from dev.server import OdooServer

PARTNERS = 200_000
#: MB that the longest answer may add to an idle process.
LIMIT = 50
#: How often each kind of call is timed, in turns.
CALLS = 200
MAKE = """
env.cr.execute(
    "INSERT INTO res_partner (name, complete_name, email, phone, city, street, active,"
    " company_id, type, create_uid, create_date)"
    " SELECT 'Partner ' || n, 'Partner ' || n, n || '@example.com', n::text, 'City',"
    " 'Street ' || n, true, NULL, 'contact', 1, now()"
    " FROM generate_series(1, %s) AS n",
    (values["partners"],),
)
env.cr.execute("ANALYZE res_partner")
user = env.ref("base.user_admin")
partners = env.ref("base.model_res_partner")
names = ("name", "email", "phone", "city", "street")
scope = env["oauth.provider.scope"].create({
    "name": "Partners", "code": "partners", "model_id": partners.id,
    "field_ids": [(6, 0, env["ir.model.fields"].search([
        ("model_id", "=", partners.id), ("name", "in", names),
    ]).ids)],
})
client = env["oauth.provider.client"].create({
    "name": "Big", "application_type": "backend application", "user_id": user.id,
    "scope_ids": [(6, 0, scope.ids)],
})
result = [client.identifier, client.generate_secret()]
"""
MAKE_KEY = """
from datetime import datetime, timedelta
user = env.ref("base.user_admin")
keys = env["res.users.apikeys"].with_user(user)
result = keys._generate("rpc", "scale", datetime.now() + timedelta(days=1))
"""


@pytest.fixture
def server(postgres, databases):
    """One process without workers over a large database; ``token`` opens it."""
    databases.create("e2e_scale", ["web", "oauth_provider"])
    client = databases.shell("e2e_scale", MAKE, partners=PARTNERS)
    options = {"load": ["oauth_provider"], "dbfilter": "^e2e_scale$"}
    with OdooServer(postgres, "scale", "e2e_scale", **options) as odoo:
        answer = requests.post(
            f"{odoo.url}/oauth2/token",
            {"grant_type": "client_credentials"},
            auth=tuple(client),
        )
        odoo.token = answer.json()["access_token"]
        yield odoo
    databases.drop("e2e_scale")


def peak(server):
    """The peak memory of the server's process, in MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def test_a_long_answer_takes_little_memory(server):
    bearer = {"Authorization": f"Bearer {server.token}"}
    url = f"{server.url}/oauth2/otherinfo"
    few = requests.get(url, {"model": "res.partner", "limit": 10}, headers=bearer)
    assert few.status_code == 200, few.text
    before = peak(server)
    size = 0
    query = {"model": "res.partner"}
    with requests.get(url, query, headers=bearer, stream=True, timeout=280) as answer:
        assert int(answer.headers["X-Total-Count"]) > PARTNERS
        start = b""
        for chunk in answer.iter_content(1 << 16):
            start = start or chunk[:200]
            size += len(chunk)
            end = chunk[-1:]
    grown = peak(server) - before
    print(
        f"\notherinfo: {PARTNERS} partners with five fields, {size / 1e6:.0f} MB:"
        f" {grown:.0f} MB more than idle ({before:.0f} MB)"
    )
    assert start.startswith(b"{") and end == b"}"
    assert grown < LIMIT


def call(session, url, key):
    started = time.perf_counter()
    answer = session.post(
        f"{url}/json/2/res.users/context_get",
        data=json.dumps({}),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - started


def test_api_keys_cost_what_they_did(postgres, databases):
    """The same call on a database with the addon and on one without, in turns."""
    servers, keys = {}, {}
    for name, modules in (("with", ["web", "oauth_provider"]), ("without", ["web"])):
        database = f"e2e_key_{name}"
        databases.create(database, modules)
        keys[name] = databases.shell(database, MAKE_KEY)
        servers[name] = OdooServer(
            postgres, f"key-{name}", database, dbfilter=f"^{database}$"
        )
    times = {name: [] for name in servers}
    session = requests.Session()
    with servers["with"], servers["without"]:
        for number in range(CALLS + 20):
            for name, server in servers.items():
                seconds = call(session, server.url, keys[name])
                if number >= 20:
                    times[name].append(seconds)
    ratio = statistics.median(times["with"]) / statistics.median(times["without"])
    print(f"\n/json/2 with an API key: {ratio:.2f} of the time without the addon")
    assert ratio < 1.25

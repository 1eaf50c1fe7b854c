# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Public clients of Odoo's API, unmodified, with the token of a narrow scope.

They are made for API keys, and know nothing of scopes. Each signs on, lists the models,
reads, creates, writes and deletes, in a program of its own in ``json2_clients/``.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest
import requests

from dev import venv
from dev.settings import ROOT

FOLDER = Path(__file__).with_name("json2_clients")
REQUIREMENTS = ROOT / "dev" / "requirements-clients.txt"
CLIENTS = (
    "odoo_client_lib",
    "odooly",
    "mcp_server_odoo",
    "odoo_mcp",
    "odoo_json2",
)
MAKE_CLIENT = """
user = env["res.users"].create({
    "name": "Json", "login": "json2", "email": "json2@example.com",
    "group_ids": [(6, 0, [
        env.ref("base.group_user").id, env.ref("base.group_partner_manager").id,
    ])],
})
partners = env.ref("base.model_res_partner")
fields = env["ir.model.fields"].search([
    ("model_id", "=", partners.id),
    ("name", "in", ("name", "display_name", "email", "ref")),
])
scope = env["oauth.provider.scope"].create({
    "name": "Partners of the API", "code": "partners.json2",
    "model_id": partners.id, "field_ids": [(6, 0, fields.ids)],
    "domain": "[('ref', '=', 'json2')]",
    "api_read": True, "api_create": True, "api_write": True, "api_unlink": True,
})
env["res.partner"].create([
    {"name": "Seen", "email": "seen@example.com", "ref": "json2"},
    {"name": "Hidden", "email": "hidden@example.com"},
])
client = env["oauth.provider.client"].create({
    "name": "API", "application_type": "backend application", "user_id": user.id,
    "scope_ids": [(6, 0, scope.ids)],
})
result = [client.identifier, client.generate_secret(), user.id]
"""


@pytest.fixture(scope="module")
def python():
    """The Python of the environment that has the clients."""
    return venv.python_with("clients", [REQUIREMENTS])


@pytest.fixture(scope="module")
def client(multi, databases):
    """Identifier, secret and id of the user."""
    return databases.shell("e2e_a", MAKE_CLIENT)


@pytest.fixture
def token(multi, client):
    """An access token of the narrow scope."""
    answer = requests.post(
        f"{multi.url}/oauth2/db/e2e_a/token",
        data={"grant_type": "client_credentials"},
        auth=tuple(client[:2]),
        timeout=60,
    )
    return answer.json()["access_token"]


def run(python, name, *arguments, cwd, timeout=200):
    """Run a program of ``json2_clients/`` and return what it prints (str)."""
    # Nothing of this project, and no settings of the machine
    kept = ("PATH", "HOME", "LANG", "SSL_CERT_FILE")
    done = subprocess.run(
        [python, FOLDER / f"{name}.py", *arguments],
        capture_output=True,
        cwd=cwd,
        env={one: os.environ[one] for one in kept if one in os.environ},
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("name", CLIENTS)
def test_a_public_client(multi, client, token, python, name, tmp_path):
    said = run(python, f"use_{name}", multi.url, "e2e_a", token, cwd=tmp_path)
    found = json.loads(said.splitlines()[-1])
    # One tells its user to nobody, but asks who that is before anything else
    assert found.get("uid", client[2]) == client[2]
    assert found["models"] == ["res.partner"]
    assert found["found"] == ["Seen"]
    label, email = found["changed"]
    assert label == name.replace("_", "-")
    assert email.endswith("@example.com")
    assert found["refused"]
    assert found["left"] == 0

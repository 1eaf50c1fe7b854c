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

MAKE_FULL_CLIENT = """
scope = env["oauth.provider.scope"].create(
    {"name": "Everything", "code": "all.json2", "full_access": True}
)
client = env["oauth.provider.client"].create({
    "name": "Everything", "application_type": "backend application",
    "user_id": env.ref("base.user_admin").id, "scope_ids": [(6, 0, scope.ids)],
})
result = [client.identifier, client.generate_secret()]
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
    return get_token(multi, client)


def get_token(multi, client):
    """Return an access token (str) of ``client`` (identifier, secret and so on)."""
    answer = requests.post(
        f"{multi.url}/oauth2/db/e2e_a/token",
        data={"grant_type": "client_credentials"},
        auth=tuple(client[:2]),
        timeout=60,
    )
    return answer.json()["access_token"]


def run(python, name, *arguments, cwd):
    """Run a program of ``json2_clients/`` and return what it prints (str)."""
    return _run([python, FOLDER / f"{name}.py", *arguments], cwd)


def run_module(python, name, *arguments):
    """Run a program of a package and return what it prints (str)."""
    return _run([python, "-m", name, *arguments], FOLDER)


def _run(command, cwd):
    # Nothing of this project, and no settings of the machine
    kept = ("HOME", "LANG", "SSL_CERT_FILE")
    environment = {one: os.environ[one] for one in kept if one in os.environ}
    environment["PATH"] = f"{Path(command[0]).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=cwd,
        env=environment,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def check_document(python, path):
    """Check that the file ``path`` is valid OpenAPI 3.1."""
    said = run_module(python, "openapi_spec_validator", "--schema", "3.1", path)
    assert "OK" in said


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


@pytest.fixture(scope="module")
def full_client(multi, databases):
    """Identifier and secret of a client with full access."""
    return databases.shell("e2e_a", MAKE_FULL_CLIENT)


def get_document(multi, client, **parameters):
    """Return the description of the API for a token of ``client`` (bytes)."""
    answer = requests.get(
        f"{multi.url}/oauth2/db/e2e_a/openapi.json",
        params=parameters,
        headers={"Authorization": f"Bearer {get_token(multi, client)}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return answer.content


def test_a_client_that_is_generated(multi, client, token, python, tmp_path):
    document = tmp_path / "openapi.json"
    document.write_bytes(get_document(multi, client))
    check_document(python, document)
    arguments = ("generate", "--path", document, "--meta", "none", "--output-path")
    target = tmp_path / "odoo_api_client"
    run_module(python, "openapi_python_client", *arguments, target, "--fail-on-warning")
    said = run(python, "use_generated", multi.url, "e2e_a", token, cwd=tmp_path)
    found = json.loads(said.splitlines()[-1])
    assert found == {
        "uid": client[2],
        "models": ["res.partner"],
        "done": True,
        "changed": ["Generated", "made@example.com"],
    }


@pytest.mark.parametrize("models", [None, "res.partner,res.users,res.company"])
def test_the_document_of_full_access(multi, full_client, python, models, tmp_path):
    document = tmp_path / "openapi.json"
    parameters = {"model": models} if models else {}
    document.write_bytes(get_document(multi, full_client, **parameters))
    check_document(python, document)
    arguments = ("generate", "--path", document, "--meta", "none", "--output-path")
    target = tmp_path / "odoo_api_client"
    run_module(python, "openapi_python_client", *arguments, target, "--fail-on-warning")

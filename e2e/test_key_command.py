# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command ``oauth_provider_keys``, as an administrator calls it."""

import subprocess

import pytest
import requests
from cryptography.fernet import Fernet

from dev import odoo_cli
from dev.server import OdooServer

STORED = """
env.cr.execute("SELECT private_key, is_encrypted FROM oauth_provider_key")
result = env.cr.fetchall()
"""
SIGNED = """
try:
    result = bool(env["oauth.provider.key"].ensure().sign({"sub": "x"}))
except Exception as error:
    result = str(error)
"""
NAME = "e2e_key_command"


#: The tables as version 19.0.1.6.0 made them.
BEFORE = """
env.cr.execute(
    "ALTER TABLE oauth_provider_key DROP COLUMN database_uuid,"
    " DROP COLUMN is_encrypted"
)
env.cr.execute(
    "UPDATE ir_module_module SET latest_version = '19.0.1.6.0'"
    " WHERE name = 'oauth_provider'"
)
"""
KIDS = """
keys = env["oauth.provider.key"]
result = [key["kid"] for key in keys.get_published_jwks()]
assert keys.ensure().sign({"sub": "x"})
assert keys.ensure().kid in result
"""
CLIENT = """
client = env["oauth.provider.client"].create({
    "name": "Backend", "application_type": "backend application",
    "token_type": "jwt", "user_id": env.ref("base.user_admin").id,
})
result = [client.identifier, client.generate_secret()]
"""


@pytest.fixture
def database(databases):
    databases.create(NAME, ["oauth_provider"])
    yield NAME
    databases.drop(NAME)


@pytest.fixture
def configure(tmp_path):
    """Writes a configuration file with these keys, and returns its path."""
    [addons] = [
        option for option in map(str, odoo_cli.command("")) if "addons-path" in option
    ]

    def write(*secret_keys):
        path = tmp_path / "odoo.conf"
        path.write_text(
            f"[options]\naddons_path = {addons.partition('=')[2]}\n"
            + f"oauth_provider_secret_key = {','.join(secret_keys)}\n"
            * bool(secret_keys)
        )
        return path

    return write


def odoo_bin(databases, configuration, *words, code=0):
    """Call a command of Odoo, as its administrator does, and return what it prints.

    :return: tuple (standard output, log), each a str
    """
    python, program, *_options = map(str, odoo_cli.command(""))
    done = subprocess.run(
        [python, program, *words],
        env=odoo_cli.environment(databases.cluster, {"ODOO_RC": str(configuration)}),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def keys(databases, configuration, *words, code=0):
    return odoo_bin(databases, configuration, "oauth_provider_keys", *words, code=code)


def test_keys_are_encrypted_rotated_and_renewed(databases, database, configure):
    first, second = (
        keys(databases, configure(), "generate")[0].strip() for _time in range(2)
    )
    assert first != second
    kids = databases.shell(database, KIDS)
    databases.shell(database, BEFORE)
    databases.odoo(database, "--update", "oauth_provider")
    assert databases.shell(database, KIDS) == kids
    [(plain, is_encrypted)] = databases.shell(database, STORED)
    assert "PRIVATE KEY" in plain and not is_encrypted

    # Nothing to encrypt with, and no database
    encrypt = ("encrypt", "-d", database)
    said, _log = keys(databases, configure(), *encrypt, code=1)
    assert "Set oauth_provider_secret_key" in said
    [(stored, is_encrypted)] = databases.shell(database, STORED)
    assert stored == plain and not is_encrypted
    keys(databases, configure(), "encrypt", code=2)

    # A database that is not there keeps no other one from being done
    said, log = keys(
        databases, configure(first), "encrypt", "-d", f"e2e_nowhere,{database}", code=1
    )
    assert "e2e_nowhere: there is no such database" in said
    assert "Traceback" not in said + log
    assert f"{database}: 1 encrypted, 0 rotated, 0 unreadable" in said
    # Odoo does not know the option, and does not write what it says
    assert "unknown option 'oauth_provider_secret_key'" in log
    assert first not in log + said
    [(stored, is_encrypted)] = databases.shell(database, STORED)
    assert is_encrypted
    assert Fernet(first).decrypt(stored.encode()).decode() == plain

    said, _log = keys(databases, configure(second, first), *encrypt)
    assert "0 encrypted, 1 rotated, 0 unreadable" in said
    [(stored, _encrypted)] = databases.shell(database, STORED)
    assert Fernet(second).decrypt(stored.encode()).decode() == plain

    # A server that has lost it says so, and replaces nothing by itself
    assert "is encrypted" in databases.shell(database, SIGNED)
    databases.odoo(database, "--update", "oauth_provider")
    assert databases.shell(database, STORED) == [[stored, True]]
    said, _log = keys(databases, configure(first), *encrypt, code=1)
    assert "1 unreadable" in said and "no key in oauth_provider_secret_key" in said
    said, log = keys(databases, configure("malformed"), *encrypt, code=1)
    assert "Key number 1" in said and "Traceback" not in said + log
    assert databases.shell(database, STORED) == [[stored, True]]

    said, _log = keys(databases, configure(), "renew", "--unreadable", "-d", database)
    assert "1 new" in said
    assert databases.shell(database, SIGNED) is True


def test_a_copy_has_keys_of_its_own_and_a_renamed_database_keeps_its(
    databases, database, configure
):
    copy, moved = f"{database}_copy", f"{database}_moved"
    kids = databases.shell(database, KIDS)
    for name in (copy, moved):
        databases.drop(name)
    data = str(odoo_cli.data_folder(databases.cluster, "tools"))
    try:
        for action, target in (("duplicate", copy), ("rename", moved)):
            words = ("db", "-D", data, action, database, target)
            odoo_bin(databases, configure(), *words)
            with databases.sql() as execute:
                databases._mark(execute, target)
        assert databases.shell(moved, KIDS) == kids
        assert not set(databases.shell(copy, KIDS)) & set(kids)
    finally:
        for name in (copy, moved):
            databases.drop(name)


def test_workers_with_and_without_the_right_key(
    postgres, databases, database, configure
):
    """Of two processes with one database, one has the wrong configuration."""
    right, wrong = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    client = tuple(databases.shell(database, CLIENT))

    def ask(server):
        return requests.post(
            f"{server.url}/oauth2/token",
            {"grant_type": "client_credentials"},
            auth=client,
            timeout=60,
        )

    def start(name, secret_key):
        return OdooServer(
            postgres,
            name,
            database,
            workers=2,
            load=["oauth_provider"],
            dbfilter=f"^{database}$",
            env={key_variable: secret_key},
        )

    key_variable = "OAUTH_PROVIDER_SECRET_KEY"
    with start("key-right", right) as good, start("key-wrong", wrong) as bad:
        # Whatever is stored unencrypted serves both
        assert {ask(server).status_code for server in (good, bad) * 3} == {200}
        # While they run; they read what is stored anew
        keys(databases, configure(right), "encrypt", "-d", database)
        before = databases.shell(database, STORED)
        for _time in range(4):
            assert ask(good).status_code == 200
            answer = ask(bad)
            assert answer.status_code == 503, answer.text
            assert answer.json() == {"error": "temporarily_unavailable"}
        published = requests.get(f"{bad.url}/oauth2/jwks", timeout=60).json()
        assert published["keys"]
        assert databases.shell(database, STORED) == before

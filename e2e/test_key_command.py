# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command ``oauth_provider_keys``, as an administrator calls it."""

import subprocess

import pytest
from cryptography.fernet import Fernet

from dev import odoo_cli

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


@pytest.fixture
def database(databases):
    databases.create(NAME, ["oauth_provider"])
    yield NAME
    databases.drop(NAME)


def keys(databases, *options, configuration=None, code=0):
    """Call the command and return what it prints."""
    program, _odoo, _server, *common = map(str, odoo_cli.command("server"))
    [path] = [option for option in common if option.startswith("--addons-path=")]
    line = [program, str(odoo_cli.command("server")[1]), path, "oauth_provider_keys"]
    line += options
    if configuration:
        line += ["-c", str(configuration)]
    done = subprocess.run(
        line,
        env=odoo_cli.environment(databases.cluster),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def test_keys_are_encrypted_rotated_and_renewed(databases, database, tmp_path):
    def configure(*secret_keys):
        path = tmp_path / "odoo.conf"
        secret = ",".join(secret_keys)
        path.write_text(f"[options]\noauth_provider_secret_key = {secret}\n")
        return path

    first, second = (keys(databases, "generate")[0].strip() for _time in range(2))
    assert first != second
    [(plain, is_encrypted)] = databases.shell(database, STORED)
    assert "PRIVATE KEY" in plain and not is_encrypted

    # Nothing to encrypt with, and no database
    said, _log = keys(databases, "encrypt", "-d", database, code=1)
    assert "Set oauth_provider_secret_key" in said
    assert databases.shell(database, STORED) == [[plain, False]]
    keys(databases, "encrypt", code=2)

    said, log = keys(
        databases, "encrypt", "-d", database, configuration=configure(first)
    )
    assert f"{database}: 1 encrypted, 0 rotated, 0 unreadable" in said
    # Odoo does not know the option, and does not write what it says
    assert "unknown option 'oauth_provider_secret_key'" in log
    assert first not in log + said
    [(stored, is_encrypted)] = databases.shell(database, STORED)
    assert is_encrypted
    assert Fernet(first).decrypt(stored.encode()).decode() == plain

    said, _log = keys(
        databases, "encrypt", "-d", database, configuration=configure(second, first)
    )
    assert "0 encrypted, 1 rotated, 0 unreadable" in said
    [(stored, _encrypted)] = databases.shell(database, STORED)
    assert Fernet(second).decrypt(stored.encode()).decode() == plain

    # A server that has lost it says so, and replaces nothing by itself
    assert "is encrypted" in databases.shell(database, SIGNED)
    databases.odoo(database, "--update", "oauth_provider")
    assert databases.shell(database, STORED) == [[stored, True]]
    wrong = configure(first)
    said, _log = keys(databases, "encrypt", "-d", database, configuration=wrong, code=1)
    assert "1 unreadable" in said and "no key in oauth_provider_secret_key" in said
    malformed = configure("malformed")
    said, _log = keys(
        databases, "encrypt", "-d", database, configuration=malformed, code=1
    )
    assert "Key number 1" in said and "Traceback" not in said + _log
    assert databases.shell(database, STORED) == [[stored, True]]

    said, _log = keys(databases, "renew", "--unreadable", "-d", database)
    assert "1 new" in said
    assert databases.shell(database, SIGNED) is True

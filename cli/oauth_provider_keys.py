# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command ``odoo-bin oauth_provider_keys``. Odoo loads it as a part of odoo.cli."""

import argparse
import sys

import psycopg2

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli.command import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class OAuthProviderKeys(Command):
    """Encrypt, decrypt or replace the private signing keys of OAuth Provider"""

    name = "oauth_provider_keys"

    def __init__(self):
        super().__init__()
        commands = self.parser.add_subparsers(dest="subcommand", required=True)
        commands.add_parser(
            "generate", help="print a new key for oauth_provider_secret_key"
        )
        texts = {
            "encrypt": "encrypt all private keys with the first key of"
            " oauth_provider_secret_key, those that another one has encrypted too",
            "decrypt": "store all private keys unencrypted again",
            "renew": "replace the signing keys of the database, and those of clients"
            " that cannot be decrypted",
        }
        for name, text in texts.items():
            parser = commands.add_parser(name, help=text, description=text)
            parser.formatter_class = argparse.RawDescriptionHelpFormatter
            parser.add_argument("-c", "--config", help="configuration file")
            parser.add_argument(
                "-d", "--database", help="names of databases, separated by commas"
            )
            if name == "renew":
                parser.add_argument(
                    "--unreadable",
                    action="store_true",
                    help="only keys that cannot be decrypted",
                )

    def run(self, cmdargs):
        """Run the command; the exit status is 1 where something is left to do."""
        options, others = self.parser.parse_known_args(cmdargs)
        if options.subcommand == "generate":
            from odoo.addons.oauth_provider.tools import key_encryption

            if others:
                self.parser.error(f"unknown options: {' '.join(others)}")
            return _say(key_encryption.generate())
        # Odoo's own options, of the connection for example, may follow
        given = ["--no-http", *others]
        given += ["-c", options.config] if options.config else []
        given += ["-d", options.database] if options.database else []
        config.parse_config(given, setup_logging=True)
        if not config["db_name"]:
            self.parser.error("name a database with -d")
        is_done = [self._run_in(name, options) for name in config["db_name"]]
        return None if all(is_done) else sys.exit(1)

    def _run_in(self, database, options):
        """Run the command in ``database`` (str), and tell whether nothing is left."""
        from odoo.addons.oauth_provider.tools.key_encryption import (
            SigningUnavailableError,
        )

        try:
            registry = Registry(database)
        except psycopg2.OperationalError:
            # The others are done all the same
            _say(f"{database}: there is no such database, or it cannot be reached")
            return False
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            if "oauth.provider.key" not in env:
                _say(f"{database}: OAuth Provider is not installed")
                return False
            try:
                is_done = getattr(self, f"_{options.subcommand}")(env, options)
            except SigningUnavailableError as error:
                _say(f"{database}: {error}")
                return False
            # A command is a transaction of its own
            cr.commit()  # pylint: disable=invalid-commit
        registry.signal_changes()
        return is_done

    def _encrypt(self, env, _options):
        is_done = _report(env, env["oauth.provider.key"].encrypt_all())
        if not is_done:
            _say(f"{env.cr.dbname}: so nothing is encrypted with the configured key")
        return is_done

    def _decrypt(self, env, _options):
        return _report(env, env["oauth.provider.key"].decrypt_all())

    def _renew(self, env, options):
        new, clients = env["oauth.provider.key"].renew(options.unreadable)
        _report(env, {"new": new})
        for client in clients:
            _say(
                f"{env.cr.dbname}: {client.name} ({client.identifier}) has a new shared"
                " secret: generate another one in its form and hand it on"
            )
        return True


def _report(env, done):
    """Print what was ``done`` ({what: keys}); tell whether all could be read."""
    counts = ", ".join(f"{len(keys)} {what}" for what, keys in done.items())
    _say(f"{env.cr.dbname}: {counts}")
    for key in done.get("unreadable", ()):
        _say(
            f"{env.cr.dbname}: no key in oauth_provider_secret_key decrypts"
            f" {key.kid or key.id}"
        )
    return not done.get("unreadable")


def _say(line):
    sys.stdout.write(f"{line}\n")

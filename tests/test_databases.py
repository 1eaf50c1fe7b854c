# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

import psycopg2

from odoo.sql_db import db_connect
from odoo.tests import BaseCase, tagged
from odoo.tools import config

from ..controllers import database
from ..tools import dbfilter
from .common import OAuthCase

UNKNOWN = "/oauth2/db/nowhere/tokeninfo"


@tagged("post_install", "-at_install")
class TestDatabases(OAuthCase):
    """A request that names a database which is not there."""

    def connect_but(self, *refused):
        """Let PostgreSQL refuse connections to these databases; all without a name."""

        def connect(name):
            if not refused or name in refused:
                raise psycopg2.OperationalError("permission denied")
            return db_connect(name)

        return patch.object(database, "db_connect", connect)

    def test_it_is_a_404(self):
        response = self.url_open(UNKNOWN)
        self.assertEqual(response.status_code, 404)
        self.assertEqual(response.json()["error_description"], "Unknown database.")

    def test_it_is_one_for_a_role_without_the_database_postgres(self):
        with self.connect_but("postgres"):
            self.assertEqual(self.url_open(UNKNOWN).status_code, 404)

    def test_without_postgresql_it_is_told_to_come_back(self):
        with self.connect_but():
            response = self.url_open(UNKNOWN)
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.headers["Retry-After"], "5")


@tagged("post_install", "-at_install")
class TestDatabaseFilter(BaseCase):
    """A ``dbfilter`` that can match one name only, whatever the host is."""

    def assert_literal(self, expected, text):
        with self.subTest(text), patch.dict(config.options, dbfilter=text):
            self.assertIs(dbfilter.is_literal(), expected)

    def test_literal(self):
        for text in (
            "^production$",
            "production$",
            "^%d$",
            "^%h$",
            "^%d-prod_1$",
            r"^my\.database$",
            r"^a\\%d$",
            r"^price\$$",
        ):
            self.assert_literal(True, text)

    def test_pattern(self):
        for text in (
            None,
            "",
            "$",
            "^$",
            "production",
            "^production",
            "^my.database$",
            "^prod.*$",
            "^(production)$",
            "^production|test$",
            "^[p]roduction$",
            "^productio?n$",
            r"^\d$",
            r"^a\b$",
            # Odoo puts the host behind the backslash
            r"^\%h$",
            r"^production\$",
            "(?i)^production$",
            "^production$$",
            "^production$\n",
        ):
            self.assert_literal(False, text)

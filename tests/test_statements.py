# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a request asks of the database, beside what Odoo asks for each."""

from datetime import timedelta

from odoo.tests import tagged

from .common import OAuthCase

GRANT = {"grant_type": "client_credentials"}
TYPED = "a secret that somebody has thought out"


@tagged("post_install", "-at_install")
class TestStatements(OAuthCase):
    # There is no replica, which would be asked first
    _registry_readonly_enabled = False

    def assertStatements(self, request, *tables):
        """Assert what a worker runs that has answered such requests before.

        :param request: function that sends it and returns the response
        :param tables: the first word of each statement and a table in it
        """
        # The first one may make a key, and what a transaction changes it does not keep
        for _number in range(2):
            request()
        run = self.list_statements(request)
        self.assertEqual(len(run), len(tables), run)
        for statement, wanted in zip(run, tables, strict=True):
            verb, table = wanted.split()
            self.assertTrue(statement.startswith(verb), statement)
            self.assertIn(table, statement)

    def test_client_credentials(self):
        client, secret = self.create_client("backend application")
        for token_type in ("random", "jwt"):
            client.token_type = token_type
            with self.subTest(token_type=token_type):
                self.assertStatements(
                    lambda: self.post("token", GRANT, client, secret),
                    "WITH oauth_provider_token",
                )
        client.secret = TYPED
        self.assertStatements(
            lambda: self.post("token", GRANT, client, TYPED),
            "SELECT oauth_provider_failure",
            "WITH oauth_provider_token",
        )

    def test_introspection(self):
        client, secret = self.create_client("backend application")
        token = self.post("token", GRANT, client, secret).json()["access_token"]
        data = {"token": token}
        self.assertStatements(
            lambda: self.post("introspect", data, client, secret),
            "SELECT oauth_provider_token",
        )
        # An earlier generated secret cannot be guessed either
        client.generate_secret(overlap=timedelta(days=1))
        self.assertStatements(
            lambda: self.post("introspect", data, client, secret),
            "SELECT oauth_provider_token",
        )
        client.secret = TYPED
        self.assertStatements(
            lambda: self.post("introspect", data, client, TYPED),
            # Read ahead of the transaction that serves the request
            "SELECT oauth_provider_token",
            "SELECT oauth_provider_failure",
        )

    def test_code_and_refresh(self):
        client, secret = self.create_client()
        self.sign_in()
        codes = [self.get_code(client, scope="email") for _number in range(3)]
        answers = []

        def redeem():
            answers.append(self.redeem(codes.pop(), client, secret))
            return answers[-1]

        self.assertStatements(
            redeem,
            "SELECT oauth_provider_authorization_code",
            "WITH oauth_provider_token",
        )

        def refresh():
            data = {
                "grant_type": "refresh_token",
                "refresh_token": answers[-1].json()["refresh_token"],
            }
            answers.append(self.post("token", data, client, secret))
            return answers[-1]

        self.assertStatements(
            refresh,
            "SELECT oauth_provider_refresh_token",
            "WITH oauth_provider_token",
        )

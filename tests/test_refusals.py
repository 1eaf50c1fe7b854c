# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why a request was refused: what the application is told, and the administrator."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from markupsafe import escape

from odoo import fields
from odoo.tests import tagged

from ..oauth2 import errors
from ..storage import refusal_counts
from ..tools.causes import CAUSES, PARTS
from ..tools.uri_difference import find_difference
from .common import REDIRECT_URI, OAuthCase, new_manager

LOGGER = "odoo.addons.oauth_provider.events"
OTHER_URI = "https://client.example.com/other"


@tagged("post_install", "-at_install")
class TestMistakes(OAuthCase):
    """What developers get wrong: answer and event together name the cause."""

    def assert_refused(
        self, response, cause, answer, client=None, user=None, reason=""
    ):
        """Check the answer to the application, and what the administrator reads.

        :param answer: (error code, text that the description has), or a text of a page
        """
        if isinstance(answer, str):
            self.assertEqual(response.status_code, 400)
            self.assertIn(answer, response.text)
        elif response.status_code == 303:
            _base, said = self.answer(response)
            self.assertEqual(said["error"], answer[0])
            self.assertIn(answer[1], said.get("error_description", ""))
        else:
            said = response.json()
            self.assertEqual(said["error"], answer[0])
            self.assertIn(answer[1], said.get("error_description", ""))
        [event] = self.get_refusals()
        self.assertEqual(event.cause, cause)
        self.assertEqual(event.client_id, client or self.Client)
        self.assertEqual(event.user_id, user or self.env["res.users"])
        self.assertEqual(event.reason or "", reason)
        self.assertEqual(event.address, "127.0.0.1")
        self.assertTrue(event.rule and event.advice and event.last_at)

    def ask(self, client, **parameters):
        url = self.authorize_url(client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def test_a_wrong_redirect_uri(self):
        client, _secret = self.create_client(name="<b>Shop</b>")
        for sent, part in (
            (OTHER_URI, "path"),
            (REDIRECT_URI.replace("https:", "http:"), "scheme"),
            (f"{REDIRECT_URI}/", "slash at the end"),
            (REDIRECT_URI.replace("callback", "Callback"), "upper and lower case"),
            (REDIRECT_URI.replace(".com", ".com:8443"), "port"),
            ("https://other.example.com/x?y=z", "host, path, query"),
        ):
            with self.subTest(sent):
                response = self.ask(client, redirect_uri=sent)
                self.assert_refused(
                    response,
                    "redirect_uri",
                    "Mismatching redirect URI.",
                    client,
                    reason=part,
                )
                self.assertIn("&lt;b&gt;Shop&lt;/b&gt;", response.text)
                self.assertIn(escape(sent), response.text)
                self.assertNotIn("What differs", response.text)
        self.sign_in()
        response = self.ask(client, redirect_uri=f"{REDIRECT_URI}/")
        self.assertIn("What differs", response.text)
        self.assertIn("slash at the end", response.text)

    def test_missing_pkce(self):
        client, _secret = self.create_client(pkce_required=True)
        response = self.ask(client, code_challenge=None, code_challenge_method=None)
        answer = ("invalid_request", "Code challenge required.")
        self.assert_refused(response, "missing_pkce", answer, client)

    def test_a_wrong_verifier(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        response = self.redeem(code, client, secret, code_verifier="v" * 43)
        answer = ("invalid_grant", "")
        self.assert_refused(response, "wrong_verifier", answer, client, self.user)
        code = self.get_code(client)
        response = self.redeem(code, client, secret, code_verifier=None)
        answer = ("invalid_request", "Code verifier required.")
        self.assert_refused(response, "missing_verifier", answer, client, self.user)

    def test_a_wrong_secret(self):
        client, _secret = self.create_client("backend application")
        for route in ("token", "introspect", "revoke_token"):
            data = {"grant_type": "client_credentials", "token": "x"}
            response = self.post(route, data, client, "WRONG SECRET")
            answer = ("invalid_client", "Client authentication failed.")
            self.assert_refused(response, "wrong_secret", answer, client)

    def test_a_code_that_has_expired_and_one_that_was_used(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        self.env["oauth.provider.authorization.code"].search(
            [("client_id", "=", client.id)]
        ).expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        answer = ("invalid_grant", "")
        response = self.redeem(code, client, secret)
        self.assert_refused(response, "expired_code", answer, client, self.user)
        code = self.get_code(client)
        self.redeem(code, client, secret)
        response = self.redeem(code, client, secret)
        self.assert_refused(response, "used_code", answer, client, self.user)
        response = self.redeem("unknown", client, secret)
        self.assert_refused(response, "unknown_code", answer, client)

    def test_a_code_of_another_client_and_one_whose_permission_has_ended(self):
        client, secret = self.create_client()
        other, other_secret = self.create_client()
        self.sign_in()
        answer = ("invalid_grant", "")
        code = self.get_code(client)
        response = self.redeem(code, other, other_secret)
        self.assert_refused(response, "code_of_other", answer, other, self.user)
        self.env["oauth.provider.grant"].find_live(client, self.user).withdraw()
        self.env.flush_all()
        response = self.redeem(code, client, secret)
        self.assert_refused(response, "ended_code", answer, client, self.user)

    def test_another_redirect_uri_at_the_token_endpoint(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        response = self.redeem(code, client, secret, redirect_uri=OTHER_URI)
        answer = ("invalid_grant", "redirect_uri")
        self.assert_refused(
            response, "code_redirect_uri", answer, client, self.user, "path"
        )

    def test_no_redirect_uri_at_the_token_endpoint(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        response = self.redeem(code, client, secret, redirect_uri=None)
        answer = ("invalid_request", "Missing redirect URI.")
        self.assert_refused(
            response, "missing_code_redirect_uri", answer, client, self.user
        )

    def test_a_grant_type_of_another_application_type(self):
        client, secret = self.create_client(second_factor_required=True)
        answer = ("unauthorized_client", "This client may not use this grant type.")
        for data in (
            {"grant_type": "client_credentials"},
            self.password_data("openid"),
        ):
            response = self.post("token", data, client, secret)
            self.assert_refused(response, "grant_type", answer, client)
        backend, secret = self.create_client("backend application")
        self.user.active = False
        self.env.flush_all()
        data = {"grant_type": "client_credentials"}
        response = self.post("token", data, backend, secret)
        self.assert_refused(response, "inactive_user", answer, backend)

    def test_a_public_client_that_sends_a_secret(self):
        client, _none = self.create_client(client_type="public")
        data = {"grant_type": "authorization_code", "code": "x"}
        response = self.post("token", data, client, "some secret")
        answer = ("invalid_client", "Client authentication failed.")
        self.assert_refused(response, "other_method", answer, client)

    def test_a_refresh_token_that_was_used(self):
        client, secret = self.create_client(refresh_token_grace=0)
        self.sign_in()
        tokens = self.redeem(self.get_code(client), client, secret).json()
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        self.post("token", data, client, secret)
        response = self.post("token", data, client, secret)
        answer = ("invalid_grant", "")
        self.assert_refused(response, "used_refresh_token", answer, client, self.user)
        # The first time has ended it
        response = self.post("token", data, client, secret)
        self.assert_refused(response, "ended_refresh_token", answer, client, self.user)
        other, other_secret = self.create_client()
        response = self.post("token", data, other, other_secret)
        self.assert_refused(
            response, "refresh_token_of_other", answer, other, self.user
        )

    def test_a_scope_that_the_client_does_not_have(self):
        client, secret = self.create_client("backend application")
        client.scope_ids = self.scopes("openid")
        data = {"grant_type": "client_credentials", "scope": "openid email no.such"}
        response = self.post("token", data, client, secret)
        answer = ("invalid_scope", "email no.such")
        # The administrator is told of what there is, and reads no text of the caller's
        self.assert_refused(response, "scope", answer, client, reason="email")
        data["scope"] = 'a"b\\c ' + "x" * 500
        said = self.post("token", data, client, secret).json()["error_description"]
        self.assertLessEqual(len(said), 200)
        self.assertRegex(said, r"\A[\x20-\x21\x23-\x5b\x5d-\x7e]+\Z")

    def test_a_wrong_audience(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials", "resource": "https://x.example.com"}
        response = self.post("token", data, client, secret)
        answer = ("invalid_target", "")
        self.assert_refused(response, "target", answer, client)

    def test_a_missing_openid(self):
        client, _secret = self.create_client()
        client.hybrid_flow = True
        response = self.ask(
            client, response_type="code id_token", nonce="n", scope="profile"
        )
        answer = ("invalid_request", "An ID token needs the scope openid.")
        self.assert_refused(response, "missing_openid", answer, client)

    def test_an_unknown_client(self):
        data = {"grant_type": "client_credentials", "client_id": "unknown"}
        answer = ("invalid_client", "Client authentication failed.")
        response = self.post("token", {**data, "client_secret": "x" * 43})
        self.assert_refused(response, "unknown_client", answer)
        response = self.post("token", {"grant_type": "client_credentials"})
        self.assert_refused(response, "no_credentials", answer)
        client, _secret = self.create_client()
        archived, secret = self.create_client("backend application")
        archived.active = False
        self.env.flush_all()
        response = self.post("token", data, archived, secret)
        # Two identifiers
        self.assert_refused(response, "two_identifiers", ("invalid_request", ""))
        del data["client_id"]
        response = self.post("token", data, archived, secret)
        self.assert_refused(response, "archived_client", answer, archived)
        response = self.post(
            "token", data, archived, secret, Origin="https://x.example"
        )
        self.assertEqual(self.get_refusals().cause, "archived_client")
        unknown = {**data, "client_id": "unknown", "client_secret": "x" * 43}
        self.post("token", unknown, Origin="https://x.example")
        self.assertEqual(self.get_refusals().cause, "unknown_client")
        for identifier in ("unknown", archived.identifier):
            is_archived = identifier != "unknown"
            cause = "archived_client" if is_archived else "unknown_client"
            found = archived if is_archived else None
            response = self.ask(client, client_id=identifier)
            text = "Invalid client_id parameter value."
            self.assert_refused(response, cause, text, found)
            self.assertNotIn("Test", response.text)
            self.url_open(f"/oauth2/logout?client_id={identifier}")
            cause = "archived_client" if is_archived else "logout_client"
            self.assertEqual(self.get_refusals().cause, cause)

    def test_a_locked_account(self):
        client, secret = self.create_client("legacy application")
        answer = ("invalid_grant", "Invalid credentials given.")
        wrong = {**self.password_data("openid"), "password": "wrong"}
        response = self.post("token", wrong, client, secret)
        self.assert_refused(response, "wrong_password", answer, client, self.user)
        unknown = {**wrong, "username": "nobody"}
        response = self.post("token", unknown, client, secret)
        self.assert_refused(response, "unknown_login", answer, client)
        self.user.active = False
        self.env.flush_all()
        response = self.post("token", self.password_data("openid"), client, secret)
        self.assert_refused(response, "archived_user", answer, client, self.user)

    def test_who_may_not_use_the_client(self):
        group = self.env["res.groups"].create({"name": "Some"})
        client, _secret = self.create_client(group_ids=[(6, 0, group.ids)])
        self.sign_in()
        answer = ("access_denied", "The user may not use this client.")
        response = self.ask(client, prompt="none")
        self.assert_refused(response, "user", answer, client, self.user)
        client.write({"group_ids": [(5,)], "second_factor_required": True})
        response = self.ask(client, prompt="none")
        # OpenID Connect has one error for all that a page could mend
        self.assert_refused(
            response, "sign_in", ("login_required", ""), client, self.user
        )

    def test_a_request_that_is_no_form(self):
        client, secret = self.create_client("backend application")
        for route in ("token", "revoke_token", "introspect"):
            response = self.url_open(f"/oauth2/{route}", json={"token": "x"})
            answer = ("invalid_request", "application/x-www-form-urlencoded")
            self.assert_refused(response, "not_a_form", answer)
            response = self.url_open(f"/oauth2/{route}")
            self.assert_refused(response, "method", ("invalid_request", "Use POST."))
            response = self.post(f"{route}?token=x", {}, client, secret)
            self.assert_refused(response, "in_url", ("invalid_request", "body"))

    def test_a_token_that_opens_nothing(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials"}
        token = self.post("token", data, client, secret).json()["access_token"]
        found = self.env["oauth.provider.token"].find(token)

        def present(cause, client=None):
            for route in ("/oauth2/tokeninfo", "/json/2/res.users/context_get"):
                header = {"Authorization": f"Bearer {token}"}
                self.url_open(route, headers=header, json={}, method="POST")
                [event] = self.get_refusals()
                self.assertEqual((event.cause, event.client_id), (cause, client))

        found.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        present("expired_token", client)
        found.revoke_family()
        self.env.flush_all()
        present("ended_token", client)
        token = "x" * 43
        present("unknown_token", self.Client)
        # A request without a token is refused too
        self.url_open("/oauth2/userinfo")
        self.assertEqual(self.get_refusals().cause, "no_token")

    def test_a_call_of_the_api(self):
        field = self.env["ir.model.fields"]._get("res.partner", "function")
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "Titles",
                "code": "titles",
                "model_id": field.model_id.id,
                "field_ids": field.ids,
                "api_read": True,
                "api_write": True,
                "domain": f"[('id', '=', {self.user.partner_id.id})]",
            }
        )
        client, secret = self.create_client(
            "backend application", scope_ids=[(6, 0, scope.ids)]
        )
        data = {"grant_type": "client_credentials"}
        token = self.post("token", data, client, secret).json()["access_token"]
        own = self.user.partner_id.id
        for path, arguments, status, cause in (
            (
                "res.partner/read",
                {"ids": [own], "fields": ["email"]},
                403,
                "not_opened",
            ),
            ("res.users/read", {"ids": [self.user.id]}, 403, "not_opened"),
            ("res.partner/unlink", {"ids": [own]}, 403, "not_opened"),
            (
                "res.partner/read",
                {"ids": [1], "fields": ["function"]},
                404,
                "no_record",
            ),
            (
                "res.partner/write",
                {"ids": [own], "vals": {"function": "CEO"}},
                403,
                "no_right",
            ),
        ):
            with self.subTest(path=path, arguments=arguments):
                header = {"Authorization": f"Bearer {token}"}
                response = self.url_open(
                    f"/json/2/{path}", headers=header, json=arguments
                )
                self.assertEqual(response.status_code, status, response.text)
                [event] = self.get_refusals()
                self.assertEqual(event.cause, cause)
                self.assertEqual(event.reason, path.replace("/", "."))
                self.assertEqual((event.client_id, event.user_id), (client, self.user))

    def test_logout(self):
        client, _secret = self.create_client()
        for query, cause, reason in (
            ("client_id=unknown", "logout_client", ""),
            ("id_token_hint=x.y.z", "logout_hint", ""),
            (
                f"client_id={client.identifier}&post_logout_redirect_uri={OTHER_URI}",
                "logout_redirect_uri",
                "",
            ),
        ):
            self.assertEqual(self.url_open(f"/oauth2/logout?{query}").status_code, 400)
            event = self.get_refusals()
            self.assertEqual((event.cause, event.reason or ""), (cause, reason))


@tagged("post_install", "-at_install")
class TestRefusalCounts(OAuthCase):
    """How refusals are stored: few rows, whatever callers send."""

    def setUp(self):
        super().setUp()
        self.events = self.env["oauth.provider.event"]
        self.client, _none = self.create_client()
        self.events.search([]).unlink()

    def count(self, cause="scope", client=None, address="192.0.2.1", user=None):
        """Count one refusal."""
        with patch.object(
            type(self.env["ir.http"]), "_oauth_get_address", lambda _self: address
        ):
            self.events.log_refusal(cause, client=client or self.client, user=user)

    def test_one_row_for_client_cause_address_and_hour(self):
        other, _secret = self.create_client()
        for _number in range(3):
            for cause in ("scope", "target"):
                for client in (self.client, other):
                    for address in ("192.0.2.1", "192.0.2.2"):
                        self.count(cause, client, address)
        self.assertEqual(self.get_refusals().mapped("number"), [3] * 8)
        self.count()
        self.assertEqual(self.get_refusals().number, 4)

    def test_an_ipv6_network_is_one_caller(self):
        for number in range(5):
            self.count(address=f"2001:db8:0:1::{number:x}")
        self.count(address="2001:db8:0:2::1")
        rows = [(event.address, event.number) for event in self.get_refusals()]
        self.assertEqual(
            rows, [("2001:db8:0:1::/64", 5), ("2001:db8:0:2::/64", 1)], rows
        )

    def test_several_accounts_are_none(self):
        self.count(user=self.user)
        self.assertEqual(self.get_refusals().user_id, self.user)
        self.count(user=self.user)
        self.assertEqual(self.get_refusals().user_id, self.user)
        self.count()
        self.assertFalse(self.get_refusals().user_id)

    def test_a_flood_has_a_bounded_number_of_rows_and_lines(self):
        with (
            patch.object(refusal_counts, "MOST_WITH_ADDRESS", 40),
            patch.object(refusal_counts, "MOST_ROWS", 50),
            patch.object(refusal_counts, "MOST_LINES", 20),
            self.assertLogs(LOGGER) as logs,
        ):
            for number in range(1000):
                self.count(address=f"192.0.{number // 250}.{number % 250}")
            found = self.get_refusals()
            self.assertEqual(sum(found.mapped("number")), 1000)
            # One of all that found no room for its address
            other = found.filtered(lambda event: not event.address)
            self.assertEqual((other.number, other.client_id), (960, self.client))
            for number in range(30):
                self.count(f"cause_{number}", address="198.51.100.1")
            again = self.get_refusals()
        self.assertEqual((len(found), len(again)), (41, 10))
        rest = again.filtered(lambda event: event.cause == "other")
        self.assertFalse(rest.client_id or rest.address or rest.user_id)
        self.assertEqual(rest.number, 21)
        self.assertIn("cause=other times=", logs.output[20])

    def test_a_line_of_the_log_tells_of_each(self):
        with self.assertLogs(LOGGER) as logs:
            self.count(user=self.user)
            self.count(user=self.user)
            self.get_refusals()
        [line] = logs.output
        self.assertIn(
            f"event=refused cause=scope client={self.client.identifier}"
            f" user={self.user.id} address=192.0.2.1 times=2 db=",
            line,
        )

    def test_what_cannot_be_stored_is_logged_once_and_stored_later(self):
        with (
            patch.object(refusal_counts, "STATEMENT", "SELECT 1/0"),
            self.assertLogs(LOGGER) as logs,
            self.assertLogs("odoo.addons.oauth_provider.storage.count_buffer"),
        ):
            self.count()
            refusal_counts.buffer.flush()
            refusal_counts.buffer.flush()
        self.assertEqual(len(logs.output), 1)
        with self.assertLogs(LOGGER) as logs:
            self.count()
            self.assertEqual(self.get_refusals().number, 2)
        self.assertEqual(len(logs.output), 1)

    def test_what_waits_for_postgresql_is_bounded_and_loses_none(self):
        with (
            patch.object(refusal_counts, "MOST_WITH_ADDRESS", 40),
            patch.object(refusal_counts, "MOST_ROWS", 50),
            self.assertLogs(LOGGER),
        ):
            with (
                patch.object(refusal_counts, "STATEMENT", "SELECT 1/0"),
                self.assertLogs("odoo.addons.oauth_provider.storage.count_buffer"),
            ):
                for second in range(5):
                    for number in range(60):
                        address = f"192.0.{second}.{number}"
                        self.count(f"cause_{second}_{number}", address=address)
                    refusal_counts.buffer.flush()
                    [waiting] = refusal_counts.buffer.waiting.values()
                    # One more for the rest
                    self.assertEqual(len(waiting.counts), 51)
            found = self.get_refusals()
        self.assertEqual(sum(found.mapped("number")), 300)
        self.assertEqual(len(found), 51)

    def test_clients_that_are_deleted_meanwhile_are_left_out(self):
        gone = self.create_client()[0] | self.create_client()[0]
        self.events.search([]).unlink()
        for client in (*gone, self.client, None):
            with patch.object(
                type(self.env["ir.http"]), "_oauth_get_address", lambda _self: "::1"
            ):
                self.events.log_refusal("scope", client=client)
        gone.unlink()
        self.env.flush_all()
        events = self.get_refusals()
        self.assertEqual(events.mapped("number"), [1, 1, 1, 1])
        self.assertEqual(events.client_id, self.client)

    def test_clients_that_were_refused_alike_can_be_deleted(self):
        clients = self.create_client()[0] | self.create_client()[0]
        for client in clients:
            self.count(client=client)
        self.count(client=self.client)
        events = self.get_refusals()
        for client in clients:
            client.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(events.client_id, self.client)
        self.count()
        self.assertEqual(self.get_refusals().number, 2)

    def test_a_line_names_what_its_requests_have_in_common(self):
        other = self.user.copy({"login": "other"})
        with self.assertLogs(LOGGER) as logs:
            for user in (self.user, other):
                self.count("wrong_password", user=user, address="2001:db8::1")
            self.count("wrong_password", user=other, address="2001:db8::2")
            self.assertFalse(self.get_refusals().user_id)
        self.assertRegex(
            logs.output[0], rf"client={self.client.identifier} times=3 db="
        )

    def test_a_flood_hides_no_cause_of_others(self):
        with (
            patch.object(refusal_counts, "MOST_WITH_ADDRESS", 5),
            patch.object(refusal_counts, "MOST_ROWS", 8),
            patch.object(refusal_counts, "MOST_LINES", 3),
            self.assertLogs(LOGGER) as logs,
        ):
            for number in range(20):
                with patch.object(
                    type(self.env["ir.http"]),
                    "_oauth_get_address",
                    lambda _self, number=number: f"198.51.100.{number}",
                ):
                    self.events.log_refusal("no_token")
            self.count("used_code", user=self.user)
            events = self.get_refusals()
        [found] = events.filtered(lambda event: event.cause == "used_code")
        self.assertEqual((found.client_id, found.user_id), (self.client, self.user))
        self.assertFalse(found.address)
        self.assertEqual(sum(events.mapped("number")), 21)
        self.assertIn("cause=used_code", logs.output[0])

    def test_a_request_counts_once_though_it_is_rolled_back(self):
        tokens = type(self.env["oauth.provider.token"])
        client, secret = self.create_client("backend application")

        @contextmanager
        def failing():
            with (
                patch.object(tokens, "store", side_effect=ZeroDivisionError),
                self.assertLogs("odoo.http", "ERROR"),
            ):
                yield

        data = {"grant_type": "client_credentials"}
        with failing():
            self.assertEqual(self.post("token", data, client, secret).status_code, 500)
        self.assertFalse(self.get_refusals())
        self.post("token", data, client, "wrong")
        self.assertEqual(self.get_refusals().number, 1)


@tagged("post_install", "-at_install")
class TestCauses(OAuthCase):
    """The one list of causes."""

    def test_each_cause_is_explained(self):
        self.assertEqual(len(CAUSES), sum(len(causes) for _title, causes in PARTS))
        for cause in CAUSES.values():
            with self.subTest(cause.key):
                self.assertRegex(cause.key, r"\A[a-z_]+\Z")
                for text in (cause.sentence, cause.advice):
                    self.assertRegex(self.env._(text), r"\A[A-Z].*\.\Z")
                # RFC 6749 section 5.2
                self.assertRegex(
                    cause.description, r"\A[\x20-\x21\x23-\x5b\x5d-\x7e]*\Z"
                )

    def test_each_answer_has_a_cause(self):
        for cause in CAUSES.values():
            found = CAUSES[errors.find_cause(cause.error, cause.description)]
            self.assertEqual(
                (found.error, found.description), (cause.error, cause.description)
            )
        self.assertEqual(errors.find_cause("invalid_request", "What?"), "malformed")
        self.assertEqual(errors.find_cause("server_error"), "unexpected")
        # No route answers what has no cause: other tests would meet it
        self.assertNotIn(("server_error", ""), errors.BY_ANSWER)

    def test_what_differs_between_addresses(self):
        registered = ["https://a.example.com/cb", "http://127.0.0.1:80/cb"]
        for sent, parts in (
            ("https://a.example.com/cb?x=1", ["query"]),
            ("https://A.example.com/cb", ["spelling"]),
            ("http://127.0.0.1:81/cb", ["port"]),
            ("https://a.example.com:x/cb", ["whole address"]),
            ("https://u@a.example.com/cb", ["user"]),
            ("", ["scheme", "host", "path"]),
        ):
            self.assertEqual(find_difference(sent, registered), parts, sent)
        self.assertEqual(find_difference("https://a", []), [])
        # The nearest, whichever is first
        several = ["https://a/other", "https://a/cb/"]
        self.assertEqual(find_difference("https://a/cb", several), ["slash at the end"])

    def test_a_client_leads_to_its_events(self):
        client, _secret = self.create_client("backend application")
        manager = new_manager(self.env)
        before = int(client.with_user(manager).event_count_text)
        self.post("token", {"grant_type": "client_credentials"}, client, "wrong")
        self.get_refusals()
        client.invalidate_recordset()
        after = int(client.with_user(manager).event_count_text)
        self.assertEqual(after, before + 1)
        action = client.with_user(manager).action_view_events()
        events = self.env["oauth.provider.event"].with_user(manager)
        found = events.search(action["domain"], order="id")
        self.assertEqual(found[-1:].cause, "wrong_secret")
        self.assertIn("secret", found[-1:].advice)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a token narrows ends with its call, and its call is narrowed by itself alone."""

import threading
import time
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..json2 import current
from .test_json2 import SECRET, Json2Case

#: Calls that Odoo answers in part from its caches.
CALLS = (
    ("res.partner", "search", {"domain": []}),
    ("res.partner", "fields_get", {}),
    ("res.partner", "search_read", {"domain": [], "fields": ["name"]}),
    ("res.partner", "name_search", {"name": "side"}),
    ("res.users", "search", {"domain": []}),
    ("res.users", "fields_get", {"attributes": ["type", "readonly"]}),
    ("res.users", "search_read", {"domain": [["name", "!=", "x"]], "fields": ["name"]}),
    ("res.country", "search_count", {"domain": []}),
    ("res.partner", "formatted_read_group", {"domain": [], "groupby": ["name"]}),
)
UNNARROWED = (
    ("res.partner", "get_views", {"views": [[False, "list"], [False, "form"]]}),
    ("res.users", "has_group", {"ids": [], "group_ext_id": "base.group_user"}),
    ("ir.model", "get_available_models", {}),
)


@tagged("post_install", "-at_install")
class TestJson2Isolation(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whose name is a part of the name
        cls.inside.parent_id = False
        cls.narrow = cls.create_api_scope(
            api_read=True, names=("name", "display_name")
        ) | cls.create_api_scope("me", "res.users", ("name",), api_read=True)

    def get_key(self, user=None):
        return (
            self.env["res.users.apikeys"]
            .with_user(user or self.user)
            ._generate("rpc", "test", datetime.now() + timedelta(days=1))
        )

    def ask(self, credential, calls=CALLS):
        """Return what ``credential`` is answered, in one comparable value."""
        answers = []
        for model, method, arguments in calls:
            response = self.call(credential, method, model, **arguments)
            answers.append((response.status_code, response.json()))
        return [
            (status, answer if status == 200 else answer["message"])
            for status, answer in answers
        ]

    def test_no_cache_carries_anything_over(self):
        token, key = self.get_token(*self.narrow), self.get_key()
        wide = self.get_token(
            self.env["oauth.provider.scope"].create(
                {"name": "All", "code": "all", "full_access": True}
            )
        )
        expected = {}
        for one, calls in (
            (token, CALLS),
            (key, CALLS + UNNARROWED),
            (wide, CALLS + UNNARROWED),
        ):
            self.env.registry.clear_all_caches()
            expected[one] = self.ask(one, calls)
        self.assertEqual(expected[key], expected[wide])
        self.assertNotEqual(expected[key][: len(CALLS)], expected[token])
        self.assertNotIn(SECRET, str(expected[token]))
        for order in ((token, key, wide, token), (key, token, wide, key, token)):
            self.env.registry.clear_all_caches()
            for one in order:
                calls = CALLS if one == token else CALLS + UNNARROWED
                self.assertEqual(self.ask(one, calls), expected[one])

    def test_what_fails_leaves_nothing_behind(self):
        token, key = self.get_token(*self.narrow), self.get_key()
        expected = self.ask(key)
        for method, arguments in (
            ("read", {"ids": self.outside.ids, "fields": ["name"]}),
            ("search", {"domain": [["email", "=", "x"]]}),
            ("search", {"domain": [["id", "=", "x"]]}),
            ("write", {"ids": self.inside.ids, "vals": {"name": "x"}}),
            ("no_such_method", {}),
        ):
            with mute_logger("odoo.sql_db"):
                self.assert_refused(self.call(token, method, **arguments))
            self.assertEqual(self.ask(key), expected)

    def test_two_tokens_of_one_user(self):
        other = self.create_api_scope(
            "other", api_read=True, names=("name", "email"), filter_id=False
        )
        first, second = self.get_token(*self.narrow), self.get_token(other)
        for _again in range(2):
            for token, count in ((first, 2), (second, 1)):
                domain = [["name", "like", "Inside" if count == 2 else "Outside"]]
                found = self.call(token, "search", domain=domain).json()
                self.assertEqual(len(found), count)
            outside = {"ids": self.outside.ids, "fields": ["email"]}
            self.assert_refused(self.call(first, "read", **outside))
            self.assertIn(SECRET, self.call(second, "read", **outside).text)

    def test_a_session_beside_a_token_does_not_count(self):
        other = new_test_user(
            self.env, "oauth_other", groups="base.group_system", password="oauth_other"
        )
        token = self.get_token(*self.narrow)
        self.authenticate("oauth_other", "oauth_other")
        arguments = {"domain": [], "fields": ["name"]}
        response = self.url_open(
            "/json/2/res.users/search_read",
            json=arguments,
            headers={"Authorization": f"Bearer {token}"},
        )
        self.assertEqual([one["id"] for one in response.json()], self.user.ids)
        self.assertNotIn("session_id", response.cookies)
        for header in ("Bearer x", "Bearer", f"Basic {token}", f"Bearer {token} x"):
            response = self.url_open(
                "/json/2/res.users/search_read",
                json=arguments,
                headers={"Authorization": header},
            )
            self.assertNotIn(f'"id": {other.id}', response.text)
            self.assertIn(response.status_code, (401, 403), header)

    def test_what_another_person_has_just_proved_does_not_count(self):
        """Odoo asks for the password before it makes a key, and remembers that."""
        new_test_user(self.env, "oauth_other", password="oauth_other")
        everything = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        token = self.get_token(everything)
        model = "res.users.apikeys.description"
        key = self.call(token, "create", model, vals_list=[{"name": "Taken"}]).json()
        proved = {"identity-check-last": time.time()}
        self.authenticate("oauth_other", "oauth_other", session_extra=proved)
        response = self.url_open(
            f"/json/2/{model}/make_key",
            json={"ids": key},
            headers={"Authorization": f"Bearer {token}"},
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()["res_model"], "res.users.identitycheck")
        self.assertFalse(self.user.api_key_ids)

    def test_other_bearer_routes_need_full_access(self):
        everything = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        wide = self.get_token(everything)
        for path, scopes in (
            # This addon documents what a token with a scope for the API may call
            ("/doc-bearer/index.json", self.scopes("openid")),
            ("/doc-bearer/res.partner.json", self.scopes("openid")),
            ("/json/1/contacts", self.narrow),
        ):
            token = self.get_token(*scopes)
            found = {}
            for one in (token, wide):
                found[one] = self.url_open(
                    path, headers={"Authorization": f"Bearer {one}"}, cookies={}
                ).status_code
            with self.subTest(path=path, found=found):
                if found[wide] != 404:
                    self.assertEqual(found[token], 403)

    def test_methods_of_http(self):
        token = self.get_token(*self.narrow)
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
            for credential in (token, "x" * 43):
                response = self.url_open(
                    "/json/2/res.partner/search_read",
                    method=method,
                    headers={"Authorization": f"Bearer {credential}"},
                    cookies={},
                )
                # Odoo takes OPTIONS for a call
                known = {200, 401} if method == "OPTIONS" else {404, 405}
                with self.subTest(method=method):
                    self.assertIn(response.status_code, known)
                    self.assertNotIn(SECRET, response.text)
                    if credential != token:
                        self.assertNotIn("Inside", response.text)

    def test_what_ends_a_token_ends_it_at_once(self):
        token = self.get_token(*self.narrow)
        record = self.env["oauth.provider.token"].find(token)
        client = record.client_id

        def status():
            return self.call(token, "search", domain=[]).status_code

        self.assertEqual(status(), 200)
        client.scope_ids = [Command.clear()]
        self.assertEqual(status(), 403)
        client.scope_ids = [Command.set(self.narrow.ids)]
        self.narrow.filtered("filter_id").api_read = False
        self.assertEqual(status(), 403)
        record.revoke()
        self.assertEqual(status(), 401)


@tagged("post_install", "-at_install")
class TestJson2Current(BaseCase):
    def seen(self):
        return (
            current.access(),
            current.companies(),
            current.is_internal(),
            current.is_fetching(),
        )

    def test_they_belong_to_one_thread_and_one_block(self):
        nothing = (None, None, False, False)
        access, elsewhere = object(), []
        with (
            current.limited_to_companies([1]),
            current.limited_to_scopes(access),
            current.fetching(),
        ):
            self.assertEqual(self.seen(), (access, (1,), True, True))
            thread = threading.Thread(target=lambda: elsewhere.append(self.seen()))
            thread.start()
            thread.join()
            with current.limited_to_scopes(None):
                self.assertIsNone(current.access())
            self.assertIs(current.access(), access)
        self.assertEqual(elsewhere, [nothing])
        self.assertEqual(self.seen(), nothing)
        with self.assertRaises(ZeroDivisionError):
            with current.limited_to_companies([]), current.limited_to_scopes(access):
                with current.internal():
                    self.assertEqual(current.companies(), ())
                    raise ZeroDivisionError
        self.assertEqual(self.seen(), nothing)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The scopes of a code or token are a column of its row."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command, Domain
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools.sql import table_exists

from ..storage.revocation import remove_scopes
from .common import new_manager

MODELS = (
    "oauth.provider.authorization.code",
    "oauth.provider.refresh.token",
    "oauth.provider.token",
)


@tagged("post_install", "-at_install")
class TestCredentialScopes(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "oauth_scope_user")
        cls.scopes = cls.env["oauth.provider.scope"].create(
            [
                {"name": code, "code": code, "sequence": sequence}
                for code, sequence in (("third", 3), ("first", 1), ("second", 2))
            ]
        )
        cls.third, cls.first, cls.second = cls.scopes
        cls.client = cls.env["oauth.provider.client"].create(
            {"name": "App", "scope_ids": [Command.set(cls.scopes.ids)]}
        )

    def issue(self, scopes, model="oauth.provider.token", **values):
        if model == "oauth.provider.authorization.code":
            values["redirect_uri"] = "https://client.example.com/callback"
        return self.env[model].issue(
            client=self.client,
            user=self.user,
            scopes=scopes,
            **{"lifetime": 60, **values},
        )

    def search(self, *domain, model="oauth.provider.token"):
        """Return what is found among the credentials of the test."""
        own = Domain("client_id", "=", self.client.id)
        return self.env[model].search(own & Domain(list(domain)))

    def read_column(self, record):
        self.env.cr.execute(
            f"SELECT scope_numbers FROM {record._table} WHERE id = %s", (record.id,)
        )
        return self.env.cr.fetchone()[0]

    def test_they_are_stored_in_the_row_in_their_order(self):
        ordered = (self.first | self.second | self.third).ids
        for model in MODELS:
            with self.subTest(model=model):
                record, value = self.issue(self.scopes, model)
                self.assertEqual(self.read_column(record), ordered)
                self.env.invalidate_all()
                self.assertEqual(record.scope_ids.ids, ordered)
                self.env.invalidate_all()
                found = self.env[model].find(value)
                self.assertEqual(found.allowed_scopes().ids, ordered)
                self.assertIsNone(
                    self.read_column(self.issue(self.scopes.browse(), model)[0])
                )

    def test_one_credential_is_one_statement_and_one_row(self):
        part = self.env["oauth.provider.token"].prepare_issue(
            value="v", client=self.client, user=self.user, scopes=self.first, lifetime=1
        )
        self.assertEqual(part.text.count("INSERT INTO"), 1)
        for model in MODELS:
            table = self.env[model]._table
            relation = "_".join(sorted([table, "oauth_provider_scope"])) + "_rel"
            self.assertFalse(table_exists(self.env.cr, relation), relation)

    def test_what_a_call_needs_asks_for_no_scope(self):
        _record, value = self.issue(self.scopes)
        tokens = self.env["oauth.provider.token"]
        tokens.find(value).allowed_scopes()
        self.env.flush_all()
        # Configuration, of which a process keeps what no test has changed
        known = self.client.prefetch(), self.scopes.prefetch()
        token = tokens.find(value)
        self.assertTrue(known)
        with self.assertQueryCount(0):
            self.assertEqual(len(token.allowed_scopes()), 3)

    def test_they_may_be_named_by_the_field(self):
        vals = {
            "digest": "d",
            "family": "f",
            "client_id": self.client.id,
            "user_id": self.user.id,
            "expires_at": fields.Datetime.now(),
            "scope_ids": [Command.set((self.third | self.first).ids)],
        }
        token = self.env["oauth.provider.token"].create(vals)
        self.env.flush_all()
        self.assertEqual(self.read_column(token), (self.first | self.third).ids)
        token.scope_ids -= self.first
        self.assertEqual(token.scope_numbers, self.third.ids)
        token.scope_ids = False
        self.env.flush_all()
        self.assertIsNone(self.read_column(token))

    def test_they_are_searched_like_records(self):
        both = self.issue(self.first | self.second)[0]
        one = self.issue(self.second)[0]
        none = self.issue(self.scopes.browse())[0]
        second, first = self.second.id, self.first.id
        for condition, found in (
            (("scope_ids", "=", first), both),
            (("scope_ids", "in", [first]), both),
            (("scope_ids", "in", [first, second]), both | one),
            (("scope_ids", "in", []), none.browse()),
            (("scope_ids", "in", [self.third.id]), none.browse()),
            (("scope_ids", "not in", [first]), one | none),
            (("scope_ids", "!=", first), one | none),
            (("scope_ids", "=", False), none),
            (("scope_ids", "!=", False), both | one),
            (("scope_ids", "in", [first, False]), both | none),
            (("scope_ids", "not in", [first, False]), one),
            (("scope_ids.code", "=", "first"), both),
            (("scope_ids", "any", [("code", "=", "first")]), both),
            (("scope_ids", "not any", [("code", "=", "first")]), one | none),
            (("scope_ids.code", "not in", ["second"]), both),
            (("scope_ids", "ilike", "firs"), both),
            (("scope_ids", "=", "first"), both),
            (("scope_ids", "not ilike", "firs"), one | none),
        ):
            with self.subTest(condition=condition):
                self.assertEqual(self.search(condition), found)
                mine = both | one | none
                self.assertEqual(mine.filtered_domain([condition]), found.sorted("id"))

    def test_what_is_no_scope_is_held_by_none(self):
        self.issue(self.first)
        for value in ([True], [1.5], [-1]):
            with self.subTest(value=value):
                self.assertFalse(self.search(("scope_ids", "in", value)))

    def test_managers_search_and_read_them_and_nobody_else(self):
        token = self.issue(self.first)[0]
        manager = new_manager(self.env)
        tokens = self.env["oauth.provider.token"].with_user(manager)
        found = tokens.search([("scope_ids.code", "=", "first")])
        self.assertEqual(found, token)
        self.env.invalidate_all()
        self.assertEqual(found.scope_ids, self.first)
        self.assertNotIn("scope_numbers", tokens.fields_get())
        self.assertEqual(self.first.with_user(manager).token_count, 1)

    def test_scopes_tell_how_many_live_tokens_hold_them(self):
        self.issue(self.first | self.second)
        self.issue(self.second)
        self.issue(self.third, lifetime=-1)
        self.issue(self.third)[0].revoke()
        self.env.invalidate_all()
        counts = [scope.token_count for scope in (self.first, self.second, self.third)]
        self.assertEqual(counts, [1, 2, 0])
        self.assertEqual(self.scopes.new().token_count, 0)

    def test_a_scope_that_is_deleted_is_held_no_longer(self):
        for model in MODELS:
            self.issue(self.scopes, model)
            self.issue(self.third, model)
            with self.subTest(model=model):
                self.assertFalse(self.search(("scope_ids", "=", False), model=model))
        self.third.unlink()
        kept = self.first | self.second
        for model in MODELS:
            with self.subTest(model=model):
                alone, record = self.search(model=model).sorted("id", reverse=True)
                self.assertEqual(record.scope_ids, kept)
                self.assertEqual(record.allowed_scopes(), kept)
                self.assertFalse(alone.scope_ids)
                self.assertFalse(alone.allowed_scopes())
                self.assertEqual(
                    self.search(("scope_ids", "=", False), model=model), alone
                )

    def test_a_scope_that_comes_to_open_more_is_held_no_longer(self):
        records, alone = {}, {}
        for model in MODELS:
            records[model] = self.issue(self.scopes, model)[0]
            alone[model] = self.issue(self.third, model)[0]
        # The client has lost it since: were it given back, the tokens would open it
        self.client.scope_ids -= self.third
        (self.third | self.first).revoke_from_holders()
        for model in MODELS:
            with self.subTest(model=model):
                self.assertEqual(self.read_column(records[model]), self.second.ids)
                self.assertEqual(records[model].scope_ids, self.second)
                self.assertIsNone(self.read_column(alone[model]))
                self.assertFalse(alone[model].scope_ids)

    def test_what_a_person_has_allowed_opens_what_the_grant_does_until_it_is_removed(
        self,
    ):
        """It may be exchanged in that moment, which must not end what the manager does.

        Nobody was asked for a trusted client: there is no grant that would hold it.
        """
        grant = self.env["oauth.provider.grant"].ensure(self.client, self.user)
        grant.consent(self.scopes, self.scopes)
        token, value = self.issue(self.scopes, grant=grant)
        for trusted, scope in ((False, self.first), (True, self.second)):
            self.client.skip_authorization = trusted
            scope.revoke_from_holders()
            with self.subTest(trusted=trusted):
                held = self.read_column(token)
                self.assertEqual(scope.id in held, not trusted)
                self.env.invalidate_all()
                found = self.env["oauth.provider.token"].find(value)
                self.assertNotIn(scope, found.allowed_scopes())
        self.env.cr.execute(remove_scopes(token, tuple(self.first.ids)).get_statement())
        self.assertEqual(self.read_column(token), self.third.ids)

    def test_what_has_expired_long_ago_is_not_written_again(self):
        old = self.issue(self.first, lifetime=-timedelta(days=2).total_seconds())[0]
        late = self.issue(self.first, lifetime=-60)[0]
        self.first.revoke_from_holders()
        # It opens nothing, on a host whose clock is behind neither
        self.assertEqual(self.read_column(old), self.first.ids)
        self.assertFalse(old.is_live())
        # That clock may be behind
        self.assertIsNone(self.read_column(late))

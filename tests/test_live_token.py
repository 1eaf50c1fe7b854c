# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is decided by plain values is what the records decide."""

from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, fields
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from ..models.oauth_provider_token import OAuthProviderToken
from ..oauth2 import info
from ..storage import row_lookup
from .common import PIXEL

MODELS = (
    "oauth.provider.authorization.code",
    "oauth.provider.refresh.token",
    "oauth.provider.token",
)


@tagged("post_install", "-at_install")
class TestLiveToken(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=SUPERUSER_ID, su=True)
        cls.user = new_test_user(
            cls.env, "opened", email="opened@example.com", lang="en_US"
        )
        cls.user.partner_id.phone = "+32 2 290 34 90"
        cls.scopes = cls.env["oauth.provider.scope"].search(
            [("code", "in", ("openid", "profile", "email", "phone"))]
        )
        cls.group = cls.env["res.groups"].create({"name": "Chosen"})
        cls.client = cls.env["oauth.provider.client"].create(
            {"name": "Opened", "scope_ids": [Command.set(cls.scopes.ids)]}
        )
        cls.grant = cls.env["oauth.provider.grant"].ensure(cls.client, cls.user)
        cls.grant.consent(cls.scopes, cls.scopes)
        cls.values = {}
        for model in MODELS:
            further = {}
            if model == "oauth.provider.authorization.code":
                further["redirect_uri"] = "https://example.com/callback"
            _record, cls.values[model] = cls.env[model].issue(
                client=cls.client,
                user=cls.user,
                grant=cls.grant,
                scopes=cls.scopes,
                lifetime=600,
                **further,
            )

    @contextmanager
    def changed(self, record, **vals):
        """Change a record for a while."""
        with self.env.cr.savepoint() as savepoint:
            record.write(vals)
            self.env.flush_all()
            yield
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def get_changes(self):
        """Return (name, record, values) of what may make a difference."""
        now = fields.Datetime.now()
        past, soon = now - timedelta(seconds=1), now + timedelta(seconds=60)
        some = self.scopes[:2].ids
        return (
            ("nothing", self.client, {"name": "The same"}),
            ("client archived", self.client, {"active": False}),
            ("user archived", self.user, {"active": False}),
            ("grant withdrawn", self.grant, {"revoked_at": past}),
            ("grant expired", self.grant, {"expires_at": past}),
            ("grant ends before", self.grant, {"expires_at": soon}),
            ("for others", self.client, {"group_ids": [Command.set(self.group.ids)]}),
            ("client has less", self.client, {"scope_ids": [Command.set(some)]}),
            ("person allowed less", self.grant, {"scope_ids": [Command.set(some)]}),
            (
                "person declined",
                self.grant,
                {"declined_scope_ids": [Command.set(self.scopes.ids)]},
            ),
            ("nobody was asked", self.grant, {"consented_at": False}),
            ("trusted", self.client, {"skip_authorization": True}),
        )

    def test_they_are_live_and_open_the_same(self):
        lives = set()
        for model in MODELS:
            records = self.env[model]
            found = records.find(self.values[model])
            own = (
                ("revoked", found, {"revoked_at": fields.Datetime.now()}),
                ("expired", found, {"expires_at": fields.Datetime.now()}),
            )
            for name, record, vals in (*self.get_changes(), *own):
                with self.subTest(model, name=name), self.changed(record, **vals):
                    opened = records.read_live(self.values[model])
                    found = records.find(self.values[model])
                    lives.add(bool(opened))
                    self.assertEqual(bool(opened), found.is_live())
                    if opened:
                        self.assertEqual(opened.allowed_codes(), found.allowed_codes())
                        self.assertEqual(
                            opened.allowed_ids(), found.allowed_scopes().ids
                        )
                        self.assertEqual(opened.get_end(), found.get_end())
                        self.assertEqual(opened.as_record(), found)
        self.assertEqual(lives, {True, False})

    def test_the_values_of_all_clients_are_of_one_class(self):
        other = self.client.copy()
        values = [self.client.get_values(id_) for id_ in (self.client.id, other.id)]
        self.assertEqual([one.id for one in values], [self.client.id, other.id])
        self.assertIs(*map(type, values))
        self.assertEqual(values[1].name, other.name)

    def test_what_has_been_used_is_not_live(self):
        for model in MODELS[:2]:
            records = self.env[model]
            found = records.find(self.values[model])
            long_ago = fields.Datetime.now() - timedelta(days=1)
            with self.changed(found, used_at=long_ago):
                self.assertIsNone(records.read_live(self.values[model]))

    def test_the_rule_of_an_addon_counts(self):
        for model in MODELS:
            records = self.env[model]
            self.assertTrue(records.read_live(self.values[model]))
            with patch.object(type(records), "is_live", lambda record: False):
                self.assertIsNone(records.read_live(self.values[model]))
                self.assertFalse(records.find_values(self.values[model]).is_live())

    def test_a_user_of_the_right_group(self):
        value = self.values[MODELS[2]]
        with self.changed(self.client, group_ids=[Command.set(self.group.ids)]):
            self.assertIsNone(self.env[MODELS[2]].read_live(value))
            self.user.group_ids = [Command.link(self.group.id)]
            self.assertTrue(self.env[MODELS[2]].read_live(value))

    def test_the_claims_are_the_same(self):
        for picture in (False, PIXEL):
            self.user.image_1920 = picture
            self.env.flush_all()
            plain = self.get_plain_claims()
            records = self.scopes.get_standard_claims(self.user, self.client)
            self.assertEqual(plain, records)
            self.assertEqual("picture" in plain, bool(picture))
            self.assertIn("phone_number", plain)
            self.assertIn("email", plain)

    def test_claims_of_more_than_the_person_take_records(self):
        user = self.env["oauth.provider.scope"].create(
            {
                "name": "Users",
                "code": "users",
                "model_id": self.env["ir.model"]._get("res.users").id,
            }
        )
        address = self.env["oauth.provider.scope"].search([("code", "=", "address")])
        for scope in (user, address):
            self.assertTrue(scope)
            plain = scope.get_plain_claims(scope.ids, None, None, None)
            self.assertIsNone(plain)

    def test_claims_that_an_addon_makes_take_records(self):
        self.assertIsNotNone(self.get_plain_claims())
        cache = self.env.registry.clear_cache
        for name in ("_claims_profile", "_standard_codes", "get_standard_claims"):
            self.addCleanup(cache)
            with patch.object(type(self.scopes), name, lambda *_args: {}):
                cache()
                self.assertIsNone(self.get_plain_claims())

    def get_plain_claims(self):
        opened = self.env[MODELS[2]].read_open(self.values[MODELS[2]], person=True)
        return self.scopes.get_plain_claims(
            opened.allowed_ids(), opened.row.user_id, opened.client, self.grant.id
        )

    def test_fields_that_an_addon_makes_another_kind_take_records(self):
        value = self.values["oauth.provider.token"]
        known = row_lookup.is_plain
        for name in ("tz", "name", "login", "write_date"):
            self.env.registry.clear_cache()
            with patch.object(
                row_lookup, "is_plain", lambda f, name=name: f.name != name and known(f)
            ):
                self.env.invalidate_all()
                opened = self.env["oauth.provider.token"].read_open(value, person=True)
                claims = opened.scopes.get_plain_claims(
                    opened.allowed_ids(), opened.row.user_id, opened.client, None
                )
                with self.subTest(name=name):
                    self.assertIsNone(claims)
                    self.assertFalse(hasattr(opened.row.user_id.partner_id, name))
                    found = info._read_claims(opened)
                    self.assertEqual(found["name"], self.user.name)
                    self.assertEqual(found["preferred_username"], self.user.login)
        self.env.registry.clear_cache()

    def test_columns_that_no_field_knows_change_nothing(self):
        value = self.values["oauth.provider.token"]
        before = self.env["oauth.provider.token"].read_open(value).row
        self.assertTrue(before.grant_id.scope_ids)
        added = SQL(", ").join(
            SQL("ADD COLUMN %s text DEFAULT 'id'", SQL.identifier(f"x_{number}"))
            for number in range(3)
        )
        for table in ("oauth_provider_token", "oauth_provider_grant"):
            self.env.cr.execute(SQL("ALTER TABLE %s %s", SQL.identifier(table), added))
        row = self.env["oauth.provider.token"].read_open(value).row
        self.assertEqual(row, before)

    def test_a_token_may_have_more_fields_than_a_function_takes_arguments(self):
        tokens = self.env["oauth.provider.token"]
        names = [f"x_{number}" for number in range(120)]
        added = SQL(", ").join(
            SQL("ADD COLUMN %s text DEFAULT 'own'", SQL.identifier(n)) for n in names
        )
        self.env.cr.execute(SQL("ALTER TABLE oauth_provider_token %s", added))
        further = {name: copy(tokens._fields["audience"]) for name in names}
        for name, field in further.items():
            field.name = name
        self.addCleanup(self.env.registry.clear_cache)
        with patch.dict(type(tokens)._fields__, further):
            self.env.registry.clear_cache()
            row = tokens.read_open(self.values[tokens._name]).row
        self.assertEqual(row.x_119, "own")
        self.assertEqual(row.grant_id.id, self.grant.id)

    def test_a_picture_comes_and_goes(self):
        partners, partner = self.env["res.partner"], self.user.partner_id
        dates = [None]
        for written, expected in ((PIXEL, True), (False, False), (PIXEL, True)):
            partner.image_1920 = written
            self.env.flush_all()
            # Of an old one it is remembered; each write has another date
            old = fields.Datetime.now() - timedelta(days=len(dates))
            dates.append(old)
            for write_date in (partner.write_date, fields.Datetime.now(), old, old):
                self.assertEqual(
                    partners.oauth_has_picture(partner.id, write_date), expected
                )
        for old, expected in zip(dates[1:], (True, False, True), strict=True):
            with self.subTest(old=old), self.assertQueryCount(0):
                self.assertEqual(partners.oauth_has_picture(partner.id, old), expected)

    def test_an_addon_may_have_another_subject(self):
        value = self.values[MODELS[2]]
        own = self.env[MODELS[2]].read_open(value).generate_user_id()
        self.assertEqual(own, self.client.generate_user_id(self.user))
        registry_class = type(self.env[MODELS[2]])
        with patch.object(
            registry_class, "generate_user_id", lambda self: f"own-{self.id}"
        ):
            opened = self.env[MODELS[2]].read_open(value)
            self.assertEqual(opened.generate_user_id(), f"own-{opened.row.id}")
            # Tokens alone have the method
            opened = self.env[MODELS[1]].read_live(self.values[MODELS[1]])
            self.assertEqual(opened.generate_user_id(), own)
        self.assertIs(
            registry_class.generate_user_id, OAuthProviderToken.generate_user_id
        )

    def test_an_addon_may_make_the_subject_of_what_changes(self):
        value = self.values[MODELS[2]]
        with patch.object(
            type(self.client), "generate_user_id", lambda self, user: user.ref
        ):
            for number in ("first", "second"):
                self.user.partner_id.ref = number
                opened = self.env[MODELS[2]].read_open(value)
                self.assertEqual(opened.generate_user_id(), number)

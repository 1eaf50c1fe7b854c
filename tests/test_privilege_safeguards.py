# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What only an administrator does: full access, texts, and lower safeguards."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import OAuthCase, new_manager


@tagged("post_install", "-at_install")
class TestPrivilegeSafeguards(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.env["res.lang"]._activate_lang("fr_FR")
        partner = cls.env["ir.model"]._get_id("res.partner")
        scopes = cls.env["oauth.provider.scope"]
        cls.everything = scopes.create(
            {"name": "All", "code": "all", "description": "D", "full_access": True}
        )
        cls.writing = scopes.create(
            {"name": "W", "code": "w", "model_id": partner, "api_write": True}
        )
        cls.reading = scopes.create({"name": "R", "code": "r", "model_id": partner})
        cls.group, cls.other = cls.env["res.groups"].create(
            [{"name": "Sales"}, {"name": "Support"}]
        )
        cls.ordinary, _secret = cls.create_client()
        cls.full, _secret = cls.create_client(
            scope_ids=[Command.set(cls.everything.ids)]
        )
        cls.trusted, _secret = cls.create_client(
            skip_authorization=True,
            group_ids=[Command.set(cls.group.ids)],
            second_factor_required=True,
            max_sign_in_age=60,
        )

    def as_manager(self, records):
        return records.with_user(self.manager)

    def assert_refused(self, change):
        """``change`` (callable) raises AccessError, and nothing is left of it."""
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            change()
        self.env.invalidate_all()

    def test_a_trusted_client_is_told_of_further_groups_by_an_administrator_only(self):
        change = {"claim_group_ids": [Command.link(self.other.id)]}
        self.assert_refused(lambda: self.as_manager(self.trusted).write(change))
        self.assertFalse(self.trusted.claim_group_ids)
        self.trusted.write(change)
        # Fewer, and any of a client that people are asked for
        less = {"claim_group_ids": [Command.clear()]}
        self.as_manager(self.trusted).write(less)
        self.as_manager(self.ordinary).write(change)
        self.assertEqual(self.ordinary.claim_group_ids, self.other)

    # A scope with full access

    def test_full_access_is_attached_by_an_administrator_only(self):
        client = self.as_manager(self.ordinary)
        clients = self.as_manager(self.Client)
        ids = self.everything.ids
        for change in (
            lambda: client.write({"scope_ids": [Command.link(ids[0])]}),
            lambda: client.write({"scope_ids": [Command.set(ids)]}),
            lambda: clients.create({"name": "X", "scope_ids": [Command.set(ids)]}),
            lambda: clients.with_context(default_scope_ids=[Command.set(ids)]).create(
                {"name": "X"}
            ),
            lambda: self.as_manager(self.full).copy(),
            lambda: self.as_manager(self.full | self.ordinary).write(
                {"scope_ids": [Command.link(ids[0])]}
            ),
        ):
            self.assert_refused(change)
            self.assertNotIn(self.everything, self.ordinary.scope_ids)
        self.ordinary.scope_ids |= self.everything
        self.assertIn(self.everything, self.ordinary.scope_ids)

    def test_full_access_is_attached_by_no_form_of_a_manager(self):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            with Form(self.as_manager(self.ordinary)) as form:
                form.scope_ids.add(self.everything)

    def test_full_access_is_attached_by_no_import_of_a_manager(self):
        fields, row = ["name", "scope_ids/.id"], ["X", str(self.everything.id)]
        result = self.as_manager(self.Client).load(fields, [row])
        self.assertFalse(result["ids"])
        row = ["X", str(self.reading.id)]
        self.assertTrue(self.as_manager(self.Client).load(fields, [row])["ids"])

    def test_full_access_does_not_come_back_from_the_archive(self):
        self.full.active = False
        full = self.as_manager(self.full)
        self.assert_refused(lambda: full.write({"active": True}))
        self.assert_refused(full.action_unarchive)
        archived = self.ordinary
        archived.active = False
        link = {"scope_ids": [Command.link(self.everything.id)]}
        self.assert_refused(lambda: self.as_manager(archived).write(link))
        self.as_manager(archived).active = True

    def test_full_access_does_not_come_from_the_scope(self):
        self.ordinary.scope_ids |= self.reading
        reading = self.as_manager(self.reading)
        self.assert_refused(
            lambda: reading.write({"model_id": False, "full_access": True})
        )
        self.assert_refused(lambda: self.as_manager(self.everything).copy())

    def test_a_manager_works_on_with_a_client_that_has_full_access(self):
        full = self.as_manager(self.full)
        full.write({"scope_ids": [Command.link(self.reading.id)], "name": "Y"})
        full.scope_ids -= self.everything
        self.assertEqual(full.scope_ids, self.reading)

    # What people read of a scope

    def test_texts_of_a_sensitive_scope_are_an_administrators(self):
        for scope in (self.everything, self.writing):
            with self.subTest(code=scope.code):
                self.check_texts(scope)

    def check_texts(self, scope):
        """Only an administrator changes what people read of ``scope`` (record)."""
        mine = self.as_manager(scope)
        for change in (
            lambda: mine.write({"name": "Your name only"}),
            lambda: mine.write({"description": "Harmless"}),
            lambda: mine.with_context(lang="fr_FR").write({"name": "Rien"}),
            lambda: mine.update_field_translations("name", {"fr_FR": "Rien"}),
            lambda: mine.update_field_translations("description", {"fr_FR": "Rien"}),
            lambda: (mine | self.as_manager(self.reading)).write({"name": "Z"}),
        ):
            self.assert_refused(change)
        rows = mine.load([".id", "name"], [[str(scope.id), "Imported"]])
        self.assertFalse(rows["ids"])
        self.env.invalidate_all()
        french = scope.with_context(lang="fr_FR")
        self.assertEqual(french.name, scope.name)
        self.assertIn(scope.name, ("All", "W"))
        scope.name = "Renamed"
        scope.update_field_translations("name", {"fr_FR": "Nouveau"})
        self.assertEqual(french.name, "Nouveau")

    def test_texts_of_a_scope_that_reads_are_a_managers(self):
        mine = self.as_manager(self.reading)
        mine.write({"name": "Contacts", "description": "Reads contacts"})
        mine.update_field_translations("name", {"fr_FR": "Contacts lus"})
        self.assertEqual(self.reading.with_context(lang="fr_FR").name, "Contacts lus")
        # Equal texts, as a form may send them, change nothing
        self.as_manager(self.writing).write({"name": "W", "sequence": 5})
        self.assertEqual(self.writing.sequence, 5)

    def test_a_scope_that_is_made_harmless_may_get_another_text(self):
        mine = self.as_manager(self.writing)
        mine.write({"api_write": False, "name": "Reads"})
        self.assertEqual(self.writing.name, "Reads")
        self.assert_refused(lambda: mine.write({"api_write": True}))

    # What protects people from a trusted client

    def test_safeguards_of_a_trusted_client_are_lowered_by_an_administrator(self):
        trusted = self.as_manager(self.trusted)
        for values in (
            {"pkce_required": False},
            # An access token in the address bar, for which no verifier is needed
            {"hybrid_flow": True},
            {"second_factor_required": False},
            {"max_sign_in_age": 0},
            {"max_sign_in_age": 120},
            {"group_ids": [Command.clear()]},
            {"group_ids": [Command.link(self.other.id)]},
            {"group_ids": [Command.set(self.other.ids)]},
        ):
            with self.subTest(values=values):
                self.assert_refused(lambda values=values: trusted.write(values))
                self.trusted.active = False
                self.assert_refused(lambda values=values: trusted.write(values))
                self.trusted.active = True
        self.assertTrue(self.trusted.pkce_required)
        self.assertEqual(self.trusted.group_ids, self.group)
        rows = trusted.load([".id", "pkce_required"], [[str(trusted.id), "0"]])
        self.assertFalse(rows["ids"])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            with Form(trusted) as form:
                form.second_factor_required = False
        self.trusted.write({"pkce_required": False, "max_sign_in_age": 0})
        self.assertFalse(self.trusted.pkce_required)

    def test_safeguards_are_raised_by_a_manager(self):
        self.trusted.group_ids |= self.other
        self.as_manager(self.trusted).write(
            {
                "max_sign_in_age": 10,
                "group_ids": [Command.unlink(self.other.id)],
                "second_factor_required": True,
            }
        )
        self.assertEqual(self.trusted.group_ids, self.group)

    def test_the_hybrid_flow_is_switched_off_by_a_manager(self):
        self.trusted.hybrid_flow = True
        self.as_manager(self.trusted).write({"hybrid_flow": True, "name": "Y"})
        self.as_manager(self.trusted).hybrid_flow = False
        self.assertFalse(self.trusted.hybrid_flow)
        self.as_manager(self.ordinary).hybrid_flow = True

    def test_safeguards_go_with_the_trust(self):
        mine = self.as_manager(self.trusted)
        mine.write(
            {"skip_authorization": False, "pkce_required": False, "hybrid_flow": True}
        )
        self.assert_refused(lambda: mine.write({"skip_authorization": True}))
        self.as_manager(self.ordinary).write(
            {"pkce_required": False, "group_ids": [Command.set(self.group.ids)]}
        )
        self.as_manager(self.ordinary).group_ids = False

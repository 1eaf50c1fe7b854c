# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The form of a scope: the domain drawn in it, the preview, and whom it concerns."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..tools import capped_count
from .common import new_manager


@tagged("post_install", "-at_install")
class TestScopeForm(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.person = new_test_user(cls.env, "oauth_user", name="Ann")
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Known {n}", "ref": "known"} for n in range(30)]
        )
        cls.scopes = cls.env["oauth.provider.scope"].with_user(cls.manager)
        cls.field = cls.env["ir.model.fields"]._get("res.partner", "name")

    def create_scope(self, **values):
        return self.scopes.create(
            {
                "name": "Known",
                "code": f"known.{self.scopes.search_count([])}",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "field_ids": [Command.set(self.field.ids)],
                **values,
            }
        )

    # The name

    def test_a_scope_is_found_by_its_code_as_well(self):
        scope = self.create_scope(name="Contacts of ours", code="parts.only")
        for typed in ("arts.on", "contacts of"):
            found = self.scopes.name_search(typed)
            self.assertEqual([id_ for id_, _name in found], scope.ids, typed)

    # The domain

    def test_a_domain_is_kept_in_a_filter_that_nobody_has_among_the_favorites(self):
        scope = self.create_scope(domain="[('ref', '=', 'known')]")
        self.assertEqual(scope.filter_id.domain, "[('ref', '=', 'known')]")
        self.assertTrue(scope.has_own_filter)
        filters = self.env["ir.filters"].with_user(self.person)
        names = [one["name"] for one in filters.get_filters("res.partner")]
        self.assertNotIn(scope.filter_id.name, names)
        self.assertEqual(len(scope.get_data_for_model("res.partner")), 30)

    def test_the_domain_of_a_favorite_is_copied_and_not_changed(self):
        favorite = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "domain": "[('id', '<', 9)]"}
        )
        scope = self.create_scope(filter_id=favorite.id)
        self.assertEqual(scope.domain, "[('id', '<', 9)]")
        self.assertFalse(scope.has_own_filter)
        scope.domain = "[('id', '<', 5)]"
        self.assertEqual(favorite.domain, "[('id', '<', 9)]")
        own = scope.filter_id
        self.assertNotEqual(own, favorite)
        # Drawn again, it stays the same one; and it goes with its use
        scope.domain = "[('id', '<', 4)]"
        self.assertEqual((scope.filter_id, own.domain), (own, "[('id', '<', 4)]"))
        scope.filter_id = favorite
        self.assertFalse(own.exists())
        self.assertFalse(scope.has_own_filter)
        self.assertTrue(favorite.exists())

    def test_a_filter_in_use_stays_one_of_its_model(self):
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "S",
                "code": "s",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain": "[('id', '=', 1)]",
            }
        )
        with self.assertRaisesRegex(ValidationError, "another model"):
            scope.filter_id.write({"model_id": "res.users", "domain": "[]"})

    def test_nobody_says_that_the_filter_of_somebody_is_the_scope_s_own(self):
        favorite = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "domain": "[('id', '<', 9)]"}
        )
        scope = self.create_scope(filter_id=favorite.id)
        for change in (
            lambda: scope.write({"has_own_filter": True}),
            lambda: scope.copy({"has_own_filter": True}),
            lambda: self.create_scope(filter_id=favorite.id, has_own_filter=True),
        ):
            with self.assertRaises(AccessError):
                change()
        rows = scope.load([".id", "has_own_filter"], [[str(scope.id), "1"]])
        self.assertFalse(rows["ids"])
        default = {"default_has_own_filter": True, "default_filter_id": favorite.id}
        other = scope.with_context(**default).create(
            {"name": "O", "code": "o", "model_id": scope.model_id.id}
        )
        self.assertEqual(other.filter_id, favorite)
        self.assertFalse(other.has_own_filter)
        other.domain = "[('id', '<', 1)]"
        self.assertTrue(other.has_own_filter)
        (scope | other).unlink()
        self.assertEqual(favorite.domain, "[('id', '<', 9)]")

    def test_a_domain_is_tried_with_the_rights_of_whoever_draws_it(self):
        seen = []
        model = self.registry["res.partner"]
        original = model._search

        def search(records, *args, **kwargs):
            seen.append((records.env.user, records.env.su))
            return original(records, *args, **kwargs)

        self.patch(model, "_search", search)
        scope = self.create_scope(domain="[('ref', '=', 'known')]")
        scope.filter_id.with_user(self.manager).domain = "[('ref', '=', 'x')]"
        self.assertEqual(set(seen), {(self.manager, False)})

    def test_who_may_not_read_the_records_still_draws_a_scope_on_them(self):
        models = self.env["ir.model"]
        jobs = {"model_id": models._get_id("ir.cron"), "field_ids": False}
        scope = self.create_scope(domain="[('active', '=', True)]", **jobs)
        self.assertEqual(scope.filter_id.domain, "[('active', '=', True)]")
        with self.assertRaises(ValidationError):
            scope.domain = "[('nothing', '=', 1)]"

    def test_without_a_condition_there_is_no_filter(self):
        scope = self.create_scope(domain="[('id', '<', 5)]")
        own = scope.filter_id
        scope.domain = "[]"
        self.assertFalse(scope.filter_id)
        self.assertFalse(own.exists())
        self.assertFalse(self.create_scope(domain="[]").filter_id)

    def test_a_copy_has_a_filter_of_its_own(self):
        scope = self.create_scope(domain="[('id', '<', 5)]")
        copy = scope.copy()
        self.assertEqual(copy.domain, scope.domain)
        self.assertNotEqual(copy.filter_id, scope.filter_id)
        own = scope.filter_id
        scope.unlink()
        self.assertFalse(own.exists())
        self.assertTrue(copy.filter_id.exists())

    def test_a_domain_that_cannot_be_used_is_refused(self):
        scope = self.create_scope()
        for domain in (
            "[('nothing', '=', 1)]",
            "[(",
            "x",
            "[('id', '=', __import__('os'))]",
        ):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                scope.domain = domain

    def test_the_filter_of_somebody_else_is_not_told(self):
        secret = self.env["ir.filters"].create(
            {
                "name": "Secret",
                "model_id": "res.partner",
                "domain": "[('name', '=', 'Project X')]",
                "user_ids": [Command.set(self.person.ids)],
            }
        )
        scope = self.create_scope()
        scope.filter_id = secret
        self.assertFalse(scope.domain)

    def test_the_form_draws_and_takes_saved_filters(self):
        favorite = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "domain": "[('id', '<', 9)]"}
        )
        form = Form(self.scopes)
        form.name, form.code = "By hand", "by.hand"
        form.model_id = self.env["ir.model"]._get("res.partner")
        form.domain = "[('ref', '=', 'known')]"
        scope = form.save()
        self.assertTrue(scope.has_own_filter)
        with Form(scope) as form:
            form.filter_id = favorite
            self.assertEqual(form.domain, favorite.domain)
        self.assertEqual(scope.filter_id, favorite)
        self.assertFalse(scope.has_own_filter)

    # Whom it concerns

    def allow(self, scope, *people):
        client = self.env["oauth.provider.client"].create(
            {"name": "App", "scope_ids": [Command.set(scope.ids)]}
        )
        for person in people:
            grant = self.env["oauth.provider.grant"].ensure(client, person)
            grant.consent(scope.sudo(), scope.sudo())
            self.env["oauth.provider.token"].issue(
                client=client,
                user=person,
                scopes=scope.sudo(),
                lifetime=3600,
                grant=grant,
            )
        return client

    def test_who_is_affected_is_counted(self):
        scope, other = self.create_scope(), self.create_scope()
        self.allow(scope, self.person, self.manager)
        last = self.allow(scope, self.person)
        counts = [
            (one.client_count, one.person_count, one.token_count)
            for one in scope | other
        ]
        self.assertEqual(counts, [(2, 2, 3), (0, 0, 0)])
        last.active = False
        token = self.env["oauth.provider.token"].search(
            [("user_id", "=", self.manager.id)]
        )
        token.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        scope.invalidate_recordset()
        found = (scope.client_count, scope.person_count, scope.token_count)
        self.assertEqual(found, (1, 2, 1))
        for name in ("clients", "grants", "tokens"):
            action = getattr(scope, f"action_view_{name}")()
            self.assertEqual(action["domain"], [("scope_ids", "in", scope.ids)])

    def test_counting_takes_one_query_a_figure(self):
        scopes = self.create_scope() | self.create_scope() | self.create_scope()
        # What Odoo caches is read before
        scopes.sudo().mapped(lambda scope: (scope.person_count, scope.token_count))
        # People are counted for each scope, up to a limit
        for figure, queries in (
            ("client_count", 1),
            ("token_count", 1),
            ("token_count_text", 1),
            ("person_count", 3),
            ("person_count_text", 3),
        ):
            self.env.invalidate_all()
            scopes.sudo().mapped("code")
            with self.subTest(figure=figure), self.assertQueryCount(queries):
                scopes.sudo().mapped(figure)

    def test_many_are_counted_up_to_a_limit(self):
        scope, other = self.create_scope(), self.create_scope()
        self.allow(scope, self.person, self.manager, self.env.ref("base.user_admin"))
        self.allow(other, self.person)
        for limit, numbers, texts in (
            (3, (3, 1), "3"),
            (2, (3, 1), "2+"),
            (1, (2, 1), "1+"),
        ):
            scopes = scope | other
            scopes.invalidate_recordset()
            with self.subTest(limit=limit), patch.object(capped_count, "LIMIT", limit):
                for name in ("person_count", "token_count"):
                    self.assertEqual(tuple(scopes.mapped(name)), numbers)
                    self.assertEqual(scope[f"{name}_text"], texts)
                    self.assertEqual(other[f"{name}_text"], "1")
                # Of one scope alone
                scope.invalidate_recordset()
                self.assertEqual(
                    scope.with_prefetch(scope._ids).token_count, numbers[0]
                )
        self.env["res.lang"]._activate_lang("de_DE")
        german = self.env(context={"lang": "de_DE"})
        self.assertEqual(capped_count.describe(german, 12_345), "10.000+")
        self.assertEqual(capped_count.describe(self.env, 9_999), "9,999")

    def test_the_form_tells_before_people_are_asked_again(self):
        scope = self.create_scope(domain="[('id', '<', 5)]")
        self.allow(scope, self.person)
        email = self.env["ir.model.fields"]._get("res.partner", "email")
        with Form(scope) as form:
            self.assertFalse(form.asks_again)
            form.name = "Another name"
            self.assertFalse(form.asks_again)
            form.field_ids.add(email)
            self.assertTrue(form.asks_again)
            form.field_ids.remove(email.id)
            self.assertFalse(form.asks_again)
            form.field_ids.remove(self.field.id)
            self.assertFalse(form.asks_again)
            form.domain = "[('id', '<', 7)]"
            self.assertTrue(form.asks_again)
            form.domain = '[("id", "<", 5)]'
            self.assertFalse(form.asks_again)
            form.api_read = True
            self.assertTrue(form.asks_again)
            self.assertEqual((form.person_count, form.token_count), (1, 1))
        grant = self.env["oauth.provider.grant"].search(
            [("user_id", "=", self.person.id)]
        )
        self.assertFalse(grant.scope_ids)

    # The preview

    def preview(self, scope, by, of):
        return (
            self.env["oauth.provider.scope.preview"]
            .with_user(by)
            .create({"scope_id": scope.id, "user_id": of.id})
        )

    def test_the_preview_shows_the_records_as_the_person(self):
        scope = self.create_scope(domain="[('ref', '=', 'known')]")
        admin = self.env.ref("base.user_admin")
        shown = self.preview(scope, admin, self.person)
        self.assertIn("30 records; the first 20", shown.records)
        self.assertIn("Known 0", shown.records)
        self.assertIn("30 of your records: Name", shown.access)
        self.env["ir.rule"].create(
            {
                "name": "Ann sees one",
                "model_id": scope.model_id.id,
                "groups": [Command.set(self.env.ref("base.group_user").ids)],
                "domain_force": f"[('id', '=', {self.partners[3].id})] "
                f"if user.id == {self.person.id} else [(1, '=', 1)]",
            }
        )
        self.env.flush_all()
        shown = self.preview(scope, admin, self.person)
        self.assertIn("Known", shown.records)
        self.assertNotIn("Known 0", shown.records)
        shown = self.preview(scope, admin, admin)
        self.assertIn("30 records", shown.records)

    def test_the_preview_says_what_the_person_may_not_read(self):
        scope = self.create_scope(
            model_id=self.env["ir.model"]._get_id("ir.cron"), field_ids=False
        )
        shown = self.preview(scope, self.env.ref("base.user_admin"), self.person)
        self.assertIn("may not read", shown.records)

    def test_a_manager_looks_at_nobody_else(self):
        scope = self.create_scope()
        self.assertTrue(self.preview(scope, self.manager, self.manager).records)
        for person in (self.person, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.preview(scope, self.manager, person)
            # Nor by a dialog that is never saved
            dialog = self.env["oauth.provider.scope.preview"].with_user(self.manager)
            with self.assertRaises(AccessError):
                dialog.onchange(
                    {"scope_id": scope.id, "user_id": person.id},
                    ["user_id"],
                    {"user_id": {}, "scope_id": {}, "records": {}, "access": {}},
                )
            # Nor by the one of an administrator
            theirs = self.preview(scope, self.env.ref("base.user_admin"), person)
            with self.assertRaises(AccessError):
                theirs.with_user(self.manager).read(["records"])

    def test_nobody_else_opens_a_preview(self):
        with self.assertRaises(AccessError):
            self.preview(self.create_scope(), self.person, self.person)

    def test_markup_in_a_record_stays_text(self):
        self.partners[0].name = "<script>alert(1)</script><b>x</b>"
        scope = self.create_scope(domain="[('ref', '=', 'known')]")
        shown = self.preview(scope, self.manager, self.manager)
        self.assertIn("&lt;b&gt;x", shown.records)
        self.assertNotIn("<script", shown.records)

    def test_the_companies_of_the_administrator_are_not_the_persons(self):
        company = self.env["res.company"].create({"name": "Second"})
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= company
        scope = self.create_scope(domain="[('ref', '=', 'known')]")
        shown = self.preview(scope, admin, self.person)
        shown = shown.with_context(allowed_company_ids=company.ids)
        shown.invalidate_recordset()
        self.assertIn("30 records", shown.records)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""On which models scopes can be enforced: the form and the call say the same."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models import oauth_provider_scope_data
from .test_json2 import Json2Case

REFUSED = "cannot be enforced"


@tagged("post_install", "-at_install")
class TestJson2Models(Json2Case):
    def open_field(self, model, name):
        """Let ``model`` open a field beside what the ORM is asked, as addons may."""
        model_class = self.registry[model]
        original = model_class._has_field_access

        def has_field_access(records, field, operation):
            is_open = original(records, field, operation)
            return is_open or field.name == name

        self.patch(model_class, "_has_field_access", has_field_access)

    def decide_access(self, model):
        """Let ``model`` decide by code of its own who may do what, as addons may."""
        model_class = self.registry[model]
        original = model_class._check_access

        def check_access(records, operation):
            return original(records, operation)

        self.patch(model_class, "_check_access", check_access)

    def accepts(self, scope, **values):
        """Tell whether the form takes ``values``, and write them anyway."""
        try:
            with self.env.cr.savepoint():
                scope.write(values)
            return True
        except ValidationError as error:
            self.assertIn(REFUSED, str(error))
        with patch.object(
            oauth_provider_scope_data, "find_obstacle", lambda _model: None
        ):
            scope.write(values)
        return False

    def test_the_form_and_the_call_agree_about_every_model(self):
        self.open_field("res.bank", "bic")
        self.decide_access("res.country.state")
        found = self.env["ir.model"].search([("transient", "=", False)])
        found = found.filtered(lambda model: model.model in self.env)
        scopes = self.env["oauth.provider.scope"].create(
            [
                {"name": model.model, "code": model.model, "model_id": model.id}
                for model in found
            ]
        )
        form = {scope.model: self.accepts(scope, api_read=True) for scope in scopes}
        token = self.get_token(*scopes, user=self.env.ref("base.user_admin"))
        call = {}
        for name in form:
            answer = self.call(token, "search_count", name, domain=[])
            self.assertIn(answer.status_code, (200, 403), name)
            call[name] = REFUSED not in answer.text
        self.assertEqual({n for n in form if form[n]}, {n for n in call if call[n]})
        for name in ("res.partner", "res.users", "res.company", "ir.attachment"):
            self.assertTrue(form[name], name)
        for name in ("res.bank", "res.country.state", "base"):
            self.assertFalse(form[name], name)

    def test_what_cannot_be_enforced_is_not_changed_either(self):
        self.decide_access("res.bank")
        scope = self.create_api_scope(model="res.bank")
        operations = {"api_create": True, "api_write": True, "api_unlink": True}
        refused = self.accepts(scope, **operations, api_methods="action_archive")
        self.assertFalse(refused)
        token = self.get_token(scope)
        kept = self.env["res.bank"].create({"name": "k"})
        for method, arguments in (
            ("create", {"vals_list": [{"name": "x"}]}),
            ("write", {"ids": kept.ids, "vals": {"name": "x"}}),
            ("unlink", {"ids": kept.ids}),
            ("action_archive", {"ids": kept.ids}),
        ):
            with self.subTest(method=method):
                answer = self.call(token, method, "res.bank", **arguments)
                self.assertEqual(answer.status_code, 403, answer.text)
                self.assertIn(REFUSED, answer.text)
        self.assertEqual((kept.name, kept.active), ("k", True))
        self.assertFalse(self.env["res.bank"].search([("name", "=", "x")]))

    def test_the_form_names_what_prevents_it(self):
        self.open_field("res.bank", "bic")
        self.decide_access("res.country.state")
        for model, words in (
            ("res.bank", ("_has_field_access", "oauth_provider")),
            ("res.country.state", ("_check_access", "oauth_provider")),
            ("base", ("no records",)),
        ):
            scope = self.create_api_scope(model, model, (), filter_id=False)
            with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
                scope.api_read = True
            for word in words:
                self.assertIn(word, str(caught.exception))

    def test_the_form_asks_with_no_more_than_the_person_s_rights(self):
        """As superuser every field is open, and no model would be enforceable."""
        scope = self.create_api_scope(api_read=True)
        self.assertTrue(scope.api_read)
        self.open_field("res.partner", "street")
        with self.assertRaises(ValidationError):
            scope.write({"api_read": True, "api_create": True})

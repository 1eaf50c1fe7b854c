# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a caller with a token learns of a call that fails: nothing of any row."""

from datetime import datetime, timedelta
from unittest.mock import patch

from werkzeug.exceptions import BadRequest, HTTPException

from odoo.exceptions import RedirectWarning, UserError
from odoo.http import Response
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..json2.error_answer import ErrorAnswer
from .test_error_text import REFUSED, business
from .test_json2 import SECRET, Json2Case


class ErrorCase(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.full = cls.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def assert_bare(self, response, status=422):
        """Assert that the answer has a text and nothing that Odoo puts beside it."""
        self.assertEqual(response.status_code, status, response.text)
        self.assertNotIn(SECRET, response.text)
        self.assertNotIn("Failing row", response.text)
        body = response.json()
        self.assertEqual(body["debug"], "")
        self.assertEqual(body["arguments"], [])
        self.assertEqual(body["context"], {})
        return body["message"]


@tagged("post_install", "-at_install")
class TestErrorAnswer(ErrorCase):
    @mute_logger("odoo.sql_db")
    def test_a_missing_name_does_not_print_the_contact(self):
        scope = self.create_api_scope(api_write=True)
        for token in (self.get_token(scope), self.get_token(self.full)):
            response = self.call(
                token, "write", ids=self.inside[0].ids, vals={"name": False}
            )
            self.assertEqual(self.assert_bare(response), "Contacts require a name")

    @mute_logger("odoo.sql_db")
    def test_an_employee_does_not_read_the_own_secrets(self):
        secret = "JBSWY3DPEHPK3PXP"
        self.env.cr.execute(
            "UPDATE res_users SET signature = %s WHERE id = %s", [secret, self.user.id]
        )
        self.user.group_ids |= self.env.ref("base.group_erp_manager")
        token = self.get_token(self.full)
        ids = self.user.ids
        response = self.call(token, "write", "res.users", ids=ids, vals={"login": None})
        text = self.assert_bare(response)
        self.assertEqual(text, "A required value is missing.\nField: login")
        self.assertNotIn(secret, response.text)

    @mute_logger("odoo.sql_db")
    def test_the_class_of_the_error_is_said(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        token = self.get_token(self.full)
        code = self.env["res.country"].search([], limit=1).code
        for model, values, expected in (
            ("res.country", {"name": "X", "code": code}, "The code of the country"),
            ("res.users", {"name": "X", "login": "admin"}, "same login"),
            ("res.currency", {"name": "EUR", "symbol": "E"}, "currency code must be"),
            ("res.bank", {"name": None}, "A required value is missing.\nField: name"),
            ("res.partner.category", {"name": None}, "Field: name"),
            ("ir.sequence", {"name": None}, "A required value is missing."),
        ):
            with self.subTest(model=model):
                response = self.call(token, "create", model, vals_list=[values])
                self.assertIn(expected, self.assert_bare(response))

    @mute_logger("odoo.sql_db")
    def test_a_column_is_named_only_if_the_token_may_write_it(self):
        self.env.cr.execute("UPDATE res_partner SET function = 'x'")
        self.env.cr.execute("ALTER TABLE res_partner ALTER function SET NOT NULL")
        for other, is_named in (("function", True), ("ref", False)):
            scope = self.create_api_scope(
                other, names=("name", other), api_create=True, filter_id=False
            )
            response = self.call(
                self.get_token(scope), "create", vals_list=[{"name": "x"}]
            )
            text = self.assert_bare(response)
            self.assertEqual("function" in text, is_named)
            self.assertIn("A required value is missing.", text)

    @mute_logger("odoo.sql_db")
    def test_the_other_classes(self):
        for number, (constraint, vals, expected) in enumerate(
            (
                ("CHECK (color < 100)", {"color": 999}, "A value is not allowed."),
                ("UNIQUE (color)", {"color": 77}, "There is a record with this value"),
                (
                    "EXCLUDE USING btree (color WITH =)",
                    {"color": 77},
                    "These values conflict",
                ),
                (
                    "FOREIGN KEY (color) REFERENCES res_country (id)",
                    {"color": 10**8},
                    "A linked record does not exist",
                ),
                ("CHECK (color <> 1 / (color - 5))", {"color": 5}, "wrong format"),
            )
        ):
            self.env.cr.execute("UPDATE res_partner SET color = NULL")
            self.env.cr.execute(
                "UPDATE res_partner SET color = 77 WHERE id = %s", [self.outside.id]
            )
            if "FOREIGN" in constraint:
                self.env.cr.execute("UPDATE res_partner SET color = NULL")
            self.env.invalidate_all()
            self.env.cr.execute(
                f"ALTER TABLE res_partner ADD CONSTRAINT other_{number} {constraint}"
            )
            self.env.flush_all()
            scope = self.create_api_scope(
                f"c{number}", names=("color",), api_write=True, api_create=True
            )
            for token in (self.get_token(scope), self.get_token(self.full)):
                with self.subTest(constraint=constraint):
                    ids = self.inside[0].ids
                    response = self.call(token, "write", ids=ids, vals=vals)
                    self.assertIn(expected, self.assert_bare(response))
            self.env.cr.execute(
                f"ALTER TABLE res_partner DROP CONSTRAINT other_{number}"
            )

    @mute_logger("odoo.sql_db")
    def test_a_constraint_whose_text_is_made_by_a_function(self):
        constraint = self.env.registry["res.partner"]._table_objects[
            "res_partner_check_name"
        ]

        def message(_env, diagnostics):
            return f"Broken: {diagnostics.message_detail}"

        self.patch(constraint, "message", message)
        self.env["ir.model.constraint"].search(
            [("name", "=", "res_partner_check_name")]
        ).message = f"Broken {SECRET}"
        token = self.get_token(self.create_api_scope(api_write=True))
        ids = self.inside[0].ids
        response = self.call(token, "write", ids=ids, vals={"name": False})
        self.assertEqual(self.assert_bare(response), "A value is not allowed.")

    @mute_logger("odoo.sql_db")
    def test_a_text_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.model.constraint"].search(
            [("name", "=", "res_partner_check_name")]
        ).with_context(lang="fr_FR").message = "Les contacts ont besoin d'un nom"
        self.user.lang = "fr_FR"
        self.env.registry.clear_cache()
        token = self.get_token(self.create_api_scope(api_write=True))
        ids = self.inside[0].ids
        response = self.call(token, "write", ids=ids, vals={"name": False})
        text = self.assert_bare(response)
        self.assertEqual(text, "Les contacts ont besoin d'un nom")

    @mute_logger("odoo.sql_db")
    def test_texts_in_the_result_of_load(self):
        self.env.cr.execute("ALTER TABLE res_partner ADD CHECK (color < 100)")
        self.env.cr.execute("ALTER TABLE res_partner ALTER color SET NOT NULL")
        token = self.get_token(self.full)
        for fields, row, expected in (
            (["name", "color"], ["x", "999"], "A value is not allowed."),
            (["name", "color"], ["", "1"], "Contacts require a name"),
            (["name"], [SECRET], "A required value is missing."),
        ):
            response = self.call(token, "load", fields=fields, data=[row])
            self.assertEqual(response.status_code, 200, response.text)
            self.assertNotIn("Failing row", response.text)
            self.assertNotIn(SECRET, response.text)
            texts = [one["message"] for one in response.json()["messages"]]
            self.assertTrue(all(expected in text for text in texts), texts)
        # A trigger writes what it likes
        self.env.cr.execute(
            """
            CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no %', NEW; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON res_partner
            FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()
            """
        )
        response = self.call(
            token, "load", fields=["name", "color"], data=[[SECRET, "1"]]
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertNotIn(SECRET, response.text)
        self.assertIn(REFUSED, response.text)

    def test_business_errors_of_a_scoped_token(self):
        scope = self.create_api_scope("own", "res.company", ("active", "name"))
        scope.write({"api_write": True, "api_read": True})
        self.user.group_ids |= self.env.ref("base.group_erp_manager")
        company = self.env["res.company"].create({"name": f"Hidden {SECRET}"})
        self.user.company_ids |= company
        other = self.user.copy({"login": "other"})
        other.write({"company_id": company.id})
        token = self.get_token(scope)
        logger = "odoo.addons.oauth_provider.json2.error_answer"
        with self.assertLogs(logger) as logs:
            response = self.call(
                token, "write", "res.company", ids=company.ids, vals={"active": False}
            )
        text = self.assert_bare(response)
        self.assertTrue(text.startswith(REFUSED), text)
        number = text.rpartition(" ")[2]
        self.assertRegex(number, r"^\d{10}$")
        self.assertIn(number, logs.output[0])
        self.assertNotIn(SECRET, "".join(logs.output))
        # With all rights of the user it is said
        token = self.get_token(self.full)
        response = self.call(
            token, "write", "res.company", ids=company.ids, vals={"active": False}
        )
        self.assertIn("cannot be archived", response.json()["message"])
        self.assertEqual(response.json()["debug"], "")

    @mute_logger("odoo.addons.oauth_provider.json2.error_answer")
    def test_all_that_odoo_would_answer_is_looked_at(self):
        """A second argument, and an answer that business code has made."""

        def with_arguments(*args):
            error = UserError("You cannot do this here.")
            error.args = args
            return error

        scope = self.create_api_scope(api_write=True)
        constant = "You cannot do this here."
        for error, status in (
            (with_arguments(constant, SECRET), 422),
            (with_arguments(SECRET, constant), 422),
            (BadRequest(response=Response(SECRET, status=400)), 500),
        ):
            with (
                self.subTest(error=error),
                patch.object(type(self.Partner), "_fields_sync", side_effect=error),
            ):
                response = self.call(
                    self.get_token(scope),
                    "write",
                    ids=self.inside[0].ids,
                    vals={"name": "x"},
                )
                self.assertEqual(response.status_code, status, response.text)
                self.assertNotIn(SECRET, response.text)

    def test_a_constant_text_is_said(self):
        first, second = self.inside
        self.outside.barcode = "4711"
        scope = self.create_api_scope(names=("barcode",), api_write=True)
        token = self.get_token(scope)
        response = self.call(token, "write", ids=first.ids, vals={"barcode": "4711"})
        text = self.assert_bare(response)
        self.assertEqual(text, "Another partner already has this barcode")
        scope = self.create_api_scope("tree", names=("parent_id",), api_write=True)
        scope.api_read = True
        second.parent_id = first
        token = self.get_token(scope)
        response = self.call(
            token, "write", ids=first.ids, vals={"parent_id": second.id}
        )
        self.assertIn("recursive", self.assert_bare(response))

    def test_arguments_that_business_code_cannot_use(self):
        token = self.get_token(self.create_api_scope(api_write=True))
        for kind in (ValueError, TypeError, KeyError, AttributeError):
            space = business(kind)
            space.secret = SECRET
            for name in ("formatted", "value", "constant"):

                def write(records, vals, space=space, name=name):
                    return getattr(space, name)(space)

                with (
                    self.subTest(kind=kind, name=name),
                    patch.object(self.env.registry["res.partner"], "write", write),
                ):
                    response = self.call(
                        token, "write", ids=self.inside.ids, vals={"name": "x"}
                    )
                    text = self.assert_bare(response)
                    if name == "constant" and kind is not KeyError:
                        self.assertIn("a record that is closed", text)
                    else:
                        self.assertIn("Odoo cannot use these arguments.", text)

    def test_what_is_neither_for_people_nor_for_the_web(self):
        scoped = self.get_token(self.create_api_scope(api_write=True))
        full = self.get_token(self.full)
        for kind in (RuntimeError, ZeroDivisionError, OSError):

            def write(records, vals, kind=kind):
                raise kind(SECRET)

            with patch.object(self.env.registry["res.partner"], "write", write):
                ids = self.inside.ids
                response = self.call(scoped, "write", ids=ids, vals={"name": "x"})
                self.assert_bare(response, 500)
                response = self.call(full, "write", ids=ids, vals={"name": "x"})
                self.assertEqual(response.status_code, 500)
                self.assertEqual(response.json()["debug"], "")
                self.assertEqual(response.json()["arguments"], [])

    def test_a_row_that_has_lost_its_error(self):
        def write(records, vals):
            raise RuntimeError(f"Failing row contains ({SECRET})")

        token = self.get_token(self.full)
        with patch.object(self.env.registry["res.partner"], "write", write):
            ids = self.inside.ids
            response = self.call(token, "write", ids=ids, vals={"name": "x"})
        self.assert_bare(response, 500)

    def test_a_text_of_ours_names_no_record(self):
        narrowing = self.env["ir.filters"].create(
            {"name": SECRET, "model_id": "res.partner", "user_ids": False}
        )
        self.create_api_scope("hidden", filter_id=narrowing.id, api_read=True)
        scope = self.create_api_scope("f", "ir.filters", ("domain",), api_write=True)
        # One with a domain in it is refused before
        for token, text in (
            (self.get_token(scope), "nothing"),
            (self.get_token(self.full), "[('id', '=', 1)]"),
        ):
            response = self.call(
                token, "write", "ir.filters", ids=narrowing.ids, vals={"domain": text}
            )
            text = self.assert_bare(response, 403)
            self.assertIn("narrows an OAuth scope", text)
            self.assertNotIn("hidden", text)

    def test_an_address_that_takes_no_token(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for path in ("/json/2/res.partner/search?debug=1", "/json/2/no/such/thing"):
            response = self.url_open(
                path, headers={"Authorization": f"Bearer {token}"}, cookies={}
            )
            self.assert_bare(response, 404)

    def test_a_redirect_warning(self):
        def write(records, vals):
            raise RedirectWarning(text, 5, "Go", {"value": SECRET})

        text = "Look here."
        ids = self.inside.ids
        with patch.object(self.env.registry["res.partner"], "write", write):
            token = self.get_token(self.full)
            response = self.call(token, "write", ids=ids, vals={"name": "x"})
            self.assertEqual(self.assert_bare(response, 500), text)
            token = self.get_token(self.create_api_scope(api_write=True))
            response = self.call(token, "write", ids=ids, vals={"name": "x"})
            self.assertNotIn("Look", self.assert_bare(response, 500))

    def test_an_error_that_is_an_answer(self):
        def write(records, vals):
            raise HTTPException(response=Response(SECRET))

        with patch.object(self.env.registry["res.partner"], "write", write):
            token = self.get_token(self.create_api_scope(api_write=True))
            vals = {"name": "x"}
            response = self.call(token, "write", ids=self.inside.ids, vals=vals)
        self.assertNotIn(SECRET, self.assert_bare(response, 500))

    @mute_logger("odoo.addons.oauth_provider.models.ir_http")
    def test_an_error_while_an_error_is_answered(self):
        """Odoo would answer with both."""

        def write(records, vals):
            raise UserError(SECRET)

        def replace(answer, error, lang):
            raise KeyError("broken")

        with (
            patch.object(self.env.registry["res.partner"], "write", write),
            patch.object(ErrorAnswer, "replace", replace),
        ):
            token = self.get_token(self.full)
            ids = self.inside.ids
            response = self.call(token, "write", ids=ids, vals={"name": "x"})
        self.assertEqual(response.status_code, 500)
        self.assertNotIn(SECRET, response.text)
        self.assertNotIn("Traceback", response.text)

    def test_what_the_scopes_do_not_open_is_named(self):
        scope = self.create_api_scope(names=("name",), api_read=True)
        token = self.get_token(scope)
        for method, arguments, expected in (
            ("read", {"ids": self.inside.ids, "fields": ["email"]}, "“email”"),
            ("search", {"domain": [["email", "=", "x"]]}, "“email”"),
            ("search", {"domain": [], "order": "email"}, "“email”"),
            ("create", {"vals_list": [{"name": "x"}]}, "“create”"),
            ("read", {"ids": self.outside.ids, "fields": ["name"]}, "does not exist"),
            ("sudo", {"ids": self.inside.ids}, "Private methods"),
            ("no_such", {"ids": self.inside.ids}, "no_such"),
            ("search", {"domain": [], "nonsense": 1}, "nonsense"),
        ):
            with self.subTest(method=method, arguments=arguments):
                response = self.call(token, method, **arguments)
                text = self.assert_bare(response, response.status_code)
                self.assertIn(expected, text)

    def test_numbers_and_commands_that_nothing_can_hold(self):
        names = ("color", "partner_latitude", "category_id")
        scope = self.create_api_scope(names=names, api_write=True, api_read=True)
        token = self.get_token(scope)
        infinite = float("inf")
        for vals in (
            {"color": infinite},
            {"partner_latitude": infinite},
            {"partner_latitude": 10**400},
            {"category_id": [[3]]},
            {"category_id": [[3, None]]},
            {"category_id": [[6, 0]]},
        ):
            with self.subTest(vals=vals):
                ids = self.inside.ids
                response = self.call(token, "write", ids=ids, vals=vals)
                self.assert_bare(response)
        domain = [["color", "=", infinite]]
        self.assert_bare(self.call(token, "search", domain=domain))

    def test_an_api_key_gets_the_answers_of_odoo(self):
        key = self.env["res.users.apikeys"].with_user(self.user)
        key = key._generate("rpc", "test", datetime.now() + timedelta(days=1))
        response = self.call(key, "write", ids=self.inside.ids, vals={"no": 1})
        self.assertIn("Traceback", response.json()["debug"])


@tagged("post_install", "-at_install")
class TestErrorOfFilter(ErrorCase):
    @mute_logger("odoo.sql_db")
    def test_a_filter_that_postgresql_refuses(self):
        """Our own text repeats what PostgreSQL says, with a part of the query."""
        self.user.group_ids |= self.env.ref("base.group_system")
        manager = self.env.ref("oauth_provider.group_oauth_provider_manager")
        self.user.group_ids |= manager
        self.create_api_scope("narrowed", api_read=True)
        scope = self.create_api_scope(
            "f", "ir.filters", ("domain",), api_read=True, api_write=True
        )
        for token, status in (
            # It writes no domain at all
            (self.get_token(scope), 403),
            (self.get_token(self.full), 422),
        ):
            for domain in (
                "[('id', '=', 'abc')]",
                "[('id', 'in', ['x'])]",
                "[('color', '>', 'x')]",
            ):
                with self.subTest(domain=domain):
                    response = self.call(
                        token,
                        "write",
                        "ir.filters",
                        ids=self.filter.ids,
                        vals={"domain": domain},
                    )
                    self.assertEqual(response.status_code, status, response.text)
                    self.assertNotIn("LINE 1", response.text)
                    self.assertNotIn("res_partner", response.text)

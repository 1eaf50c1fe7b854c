# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Writes that would reach other records, in Odoo's own apps."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import PIXEL
from .test_json2_related import WRITES, RelatedCase


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestJson2RelatedApps(RelatedCase):
    def use_groups(self, *names):
        for name in names:
            self.user.group_ids |= self.env.ref(name)

    def change(self, token, record, **vals):
        """Write ``vals`` on ``record`` and return the response."""
        self.env.flush_all()
        return self.call(token, "write", record._name, ids=record.ids, vals=vals)

    def make(self, token, model, **vals):
        """Create a record with ``vals`` and return the response."""
        self.env.flush_all()
        return self.call(token, "create", model, vals_list=[vals])

    def test_the_customer_of_a_lead(self):
        self.use_groups("sales_team.group_sale_salesman_all_leads")
        customer = self.Partner.create(
            {"name": "Customer", "email": "old@example.com", "phone": "+32 2 290 34 90"}
        )
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "partner_id": customer.id, "type": "opportunity"}
        )
        names = ("name", "email_from", "phone")
        scope = self.create_filtered("l", "crm.lead", names, lead)
        token = self.get_token(scope)
        response = self.change(token, lead, email_from="new@example.com")
        self.assert_insufficient(response, "email_from", "res.partner")
        response = self.change(token, lead, name="x", phone="+32 2 290 34 99")
        self.assert_insufficient(response, "phone", "res.partner")
        self.assertEqual(
            (customer.email, customer.phone, lead.name),
            ("old@example.com", "+32 2 290 34 90", "Lead"),
        )
        response = self.change(token, lead, name="Mine", email_from="old@example.com")
        self.assert_done(response)
        contacts = self.create_filtered("c", "res.partner", ("email",), customer)
        token = self.get_token(scope, contacts)
        self.assert_done(self.change(token, lead, email_from="new@example.com"))
        self.assertEqual(customer.email, "new@example.com")
        response = self.change(token, lead, phone="+32 2 290 34 99")
        self.assert_insufficient(response, "phone", "res.partner")

    def test_a_lead_without_customer(self):
        self.use_groups("sales_team.group_sale_salesman_all_leads")
        names = ("name", "email_from", "phone", "contact_name", "partner_name")
        scope = self.create_api_scope("l", "crm.lead", names, api_create=True, **WRITES)
        token = self.get_token(scope)
        response = self.make(
            token,
            "crm.lead",
            name="Lead",
            email_from="lead@example.com",
            phone="+32 2 290 34 90",
            contact_name="Ann",
        )
        self.assert_done(response)
        lead = self.env["crm.lead"].browse(response.json())
        self.assert_done(self.change(token, lead, email_from="other@example.com"))
        self.assertEqual(lead.email_from, "other@example.com")

    def test_a_lead_with_the_customer_of_others(self):
        """The link is open; the customer's address is not."""
        self.use_groups("sales_team.group_sale_salesman_all_leads")
        self.inside[1].email = "old@example.com"
        names = ("name", "email_from", "partner_id")
        scope = self.create_api_scope("l", "crm.lead", names, api_create=True, **WRITES)
        contacts = self.create_api_scope("c", api_read=True)
        token = self.get_token(scope, contacts)
        vals = {"name": "Lead", "partner_id": self.inside[1].id}
        response = self.make(token, "crm.lead", email_from="x@example.com", **vals)
        self.assert_insufficient(response, "email_from", "res.partner")
        self.assertEqual(self.inside[1].email, "old@example.com")
        self.assert_done(self.make(token, "crm.lead", **vals))

    def test_the_template_of_several_variants(self):
        self.use_groups("product.group_product_manager")
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": name}) for name in "SL"],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        names = ("name", "list_price", "barcode", "image_1920")
        scope = self.create_filtered("s", "product.product", names, small)
        token = self.get_token(scope)
        for vals in ({"name": "x"}, {"list_price": 3}, {"barcode": "1", "name": "x"}):
            field = sorted(vals)[-1]
            for archived in (False, True):
                large.active = not archived
                response = self.change(token, small, **vals)
                self.assert_insufficient(response, field, "product.template")
        self.assert_done(self.change(token, small, barcode="123"))
        response = self.change(token, small, image_1920=PIXEL)
        self.assert_insufficient(response, "image_1920", "product.template")
        large.active, template.image_1920 = True, PIXEL
        self.assert_done(self.change(token, small, image_1920=PIXEL))
        self.assertTrue(small.image_variant_1920)
        self.assertEqual((template.name, small.barcode), ("Shirt", "123"))
        both = self.create_filtered("b", "product.product", names, small | large)
        self.assert_done(self.change(self.get_token(both), small, name="New"))
        self.assertEqual(template.name, "New")

    def test_the_only_variant(self):
        self.use_groups("product.group_product_manager")
        template = self.env["product.template"].create({"name": "Shirt"})
        product = template.product_variant_id
        names = ("name", "barcode", "image_1920", "lst_price", "default_code")
        scope = self.create_filtered("p", "product.product", names, product)
        token = self.get_token(scope)
        vals = {"name": "New", "image_1920": PIXEL, "lst_price": 5}
        for name, value in vals.items():
            self.assert_done(self.change(token, product, **{name: value}))
        self.assertEqual((template.name, template.list_price), ("New", 5))
        names = ("name", "barcode", "default_code", "weight", "standard_price")
        scope = self.create_filtered("t", "product.template", names, template)
        token = self.get_token(scope)
        vals = {"barcode": "124", "default_code": "C", "weight": 2, "standard_price": 3}
        self.assert_done(self.change(token, template, **vals))
        self.assertEqual((product.barcode, product.weight), ("124", 2))

    def test_the_place_of_an_event(self):
        self.use_groups("event.group_event_user")
        event = self.env["event.event"].create(
            {
                "name": "Fair",
                "date_begin": "2030-01-01 08:00:00",
                "date_end": "2030-01-02 08:00:00",
                "address_id": self.inside[1].id,
            }
        )
        countries = self.create_api_scope("c", "res.country", ("name",), api_read=True)
        scope = self.create_filtered("e", "event.event", ("name", "country_id"), event)
        token = self.get_token(scope, countries)
        country = self.env.ref("base.fr")
        response = self.change(token, event, country_id=country.id)
        self.assert_insufficient(response, "country_id", "res.partner")
        self.assertNotEqual(self.inside[1].country_id, country)

    def test_the_source_of_a_job(self):
        self.use_groups("hr_recruitment.group_hr_recruitment_manager")
        source = self.env["utm.source"].create({"name": "Board"})
        mine, other = self.env["hr.recruitment.source"].create(
            [
                {
                    "source_id": source.id,
                    "job_id": self.env["hr.job"].search([], limit=1).id,
                }
            ]
            * 2
        )
        scope = self.create_filtered("s", "hr.recruitment.source", ("name",), mine)
        response = self.change(self.get_token(scope), mine, name="x")
        self.assert_insufficient(response, "name", "utm.source")
        self.assertEqual(other.name, "Board")

    def test_the_contact_of_an_applicant(self):
        """A new contact is made with an applicant; one that there is stays as it is."""
        self.use_groups("hr_recruitment.group_hr_recruitment_manager")
        contact = self.Partner.create({"name": "Known", "email": "known@example.com"})
        names = ("partner_name", "email_from", "partner_phone", "partner_id")
        scope = self.create_api_scope(
            "a", "hr.applicant", names, api_create=True, **WRITES
        )
        token = self.get_token(scope)
        response = self.make(
            token, "hr.applicant", partner_name="New", email_from="new@example.com"
        )
        self.assert_done(response)
        applicant = self.env["hr.applicant"].browse(response.json())
        self.assertEqual(applicant.partner_id.name, "New")
        response = self.make(
            token, "hr.applicant", partner_name="Else", email_from=contact.email
        )
        self.assert_insufficient(response, "email_from", "res.partner")
        self.assertEqual(contact.name, "Known")
        response = self.change(token, applicant, email_from="other@example.com")
        self.assert_insufficient(response, "email_from", "res.partner")

    def test_the_file_of_a_document(self):
        self.use_groups("product.group_product_manager")
        mine, other = self.env["product.template"].create(
            [{"name": "Mine"}, {"name": "Other"}]
        )
        documents = self.env["product.document"].create(
            [
                {"name": f"File {one.name}", "res_model": one._name, "res_id": one.id}
                for one in (mine, other)
            ]
        )
        names = ("name", "ir_attachment_id")
        scope = self.create_filtered("d", "product.document", names, documents[0])
        token = self.get_token(scope)
        self.assert_done(self.change(token, documents[0], name="Renamed"))
        documents[1].ir_attachment_id = documents[0].ir_attachment_id
        response = self.change(token, documents[0], name="Again")
        self.assert_insufficient(response, "name", "ir.attachment")
        self.assertEqual(documents[1].name, "Renamed")

    def test_what_a_document_belongs_to(self):
        """As the file of an image it would be the image of a product."""
        self.use_groups("product.group_product_manager")
        product = self.env["product.template"].create({"name": "Other"})
        document = self.env["product.document"].create(
            {"name": "File", "res_model": product._name, "res_id": product.id}
        )
        names = ("name", "datas", "res_field", "res_model", "res_id")
        scope = self.create_filtered("d", "product.document", names, document)
        token = self.get_token(scope)
        for vals in (
            {"res_field": "image_1920", "datas": PIXEL},
            {"res_model": "project.project"},
            {"res_model": False},
            {"res_id": self.user.id},
        ):
            response = self.change(token, document, **vals)
            self.assertEqual(response.status_code, 403, response.text)
            self.assertIn("that changes other records", response.json()["message"])
        self.env.invalidate_all()
        self.assertFalse(product.image_1920)
        self.assert_done(self.change(token, document, name="Renamed", datas=PIXEL))

    def test_records_with_a_new_parent(self):
        """Whatever the apps do with a new parent belongs to making the record."""
        self.use_groups(
            "base.group_erp_manager",
            "product.group_product_manager",
            "project.group_project_manager",
            "hr_recruitment.group_hr_recruitment_manager",
            "sales_team.group_sale_manager",
            "account.group_account_basic",
        )
        journal = self.env["account.journal"].search([("type", "=", "bank")], limit=1)
        journals = self.create_api_scope(
            "j", "account.journal", ("name",), api_read=True
        )
        for model, vals in (
            ("res.users", {"name": "New", "login": "new", "email": "n@example.com"}),
            ("product.product", {"name": "New", "list_price": 3, "barcode": "1234"}),
            ("project.project", {"name": "New", "alias_name": "new-project"}),
            ("hr.job", {"name": "New", "alias_name": "new-job"}),
            ("crm.team", {"name": "New", "alias_name": "new-team"}),
            (
                "account.bank.statement.line",
                {"payment_ref": "New", "journal_id": journal.id, "amount": 3},
            ),
        ):
            with self.subTest(model=model):
                scope = self.create_api_scope(
                    model,
                    model,
                    tuple(vals),
                    api_create=True,
                    own_user_only=False,
                    **WRITES,
                )
                token = self.get_token(scope, journals)
                response = self.make(token, model, **vals)
                self.assert_done(response)
                record = self.env[model].browse(response.json())
                for name, value in vals.items():
                    response = self.change(token, record, **{name: value})
                    self.assert_done(response)
                if "name" in vals:
                    self.assert_done(self.change(token, record, name="Newer"))
                    self.assertEqual(record.name, "Newer")

    def test_an_opening_balance(self):
        """The entry is made when the transaction is committed."""
        self.use_groups("account.group_account_manager")
        account = self.env["account.account"].search(
            [("account_type", "=", "asset_current")], limit=1
        )
        names = ("opening_debit", "opening_credit", "opening_balance")
        scope = self.create_filtered("a", "account.account", names, account)
        token = self.get_token(scope)
        entries = self.env["account.move"].search_count([])
        for name in names:
            response = self.change(token, account, **{name: 5})
            self.assertEqual(response.status_code, 403, response.text)
            self.assertIn(f" {name} ", response.json()["error_description"])
        self.assertEqual(self.env["account.move"].search_count([]), entries)

    def test_the_alias_of_a_team(self):
        self.use_groups("sales_team.group_sale_manager")
        mine, other = self.env["crm.team"].create([{"name": "Mine"}, {"name": "Other"}])
        names = ("alias_name", "alias_contact", "alias_bounced_content")
        scope = self.create_filtered("t", "crm.team", names, mine)
        token = self.get_token(scope)
        vals = {"alias_name": "mine", "alias_contact": "followers"}
        self.assert_done(self.change(token, mine, **vals))
        self.assertEqual(mine.alias_id.alias_contact, "followers")
        other.alias_id = mine.alias_id
        response = self.change(token, mine, alias_contact="everyone")
        self.assert_insufficient(response, "alias_contact", "mail.alias")
        self.assertEqual(mine.alias_id.alias_contact, "followers")
        # Nor beside the link as it is
        linked = self.create_filtered("l", "crm.team", (*names, "alias_id"), mine)
        aliases = self.create_api_scope(
            "a", "mail.alias", ("alias_name",), api_read=True
        )
        vals = {"alias_id": mine.alias_id.id, "alias_contact": "everyone"}
        response = self.change(self.get_token(linked, aliases), mine, **vals)
        self.assert_insufficient(response, "alias_contact", "mail.alias")
        self.assertEqual(other.alias_id.alias_contact, "followers")

    def test_a_variant_below_a_template_without_variants(self):
        """Methods of a variant write its template: its price, and its image."""
        self.use_groups("product.group_product_manager")
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "create_variant": "dynamic",
                "value_ids": [Command.create({"name": name}) for name in ("S", "M")],
            }
        )
        line = {
            "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        }
        mine, other = self.env["product.template"].create(
            [
                {"name": "Mine"},
                {"name": "Other", "attribute_line_ids": [Command.create(line)]},
            ]
        )
        variant = mine.product_variant_id
        self.assertFalse(other.product_variant_ids)
        names = ("product_tmpl_id", "lst_price", "image_1920")
        scope = self.create_filtered("v", "product.product", names, variant)
        templates = self.create_api_scope(
            "t", "product.template", ("name",), api_read=True
        )
        token = self.get_token(scope, templates)
        for vals in ({}, {"lst_price": 99}, {"image_1920": PIXEL}):
            response = self.change(token, variant, product_tmpl_id=other.id, **vals)
            self.assert_insufficient(response, "product_tmpl_id", "product.template")
        self.assertEqual(variant.product_tmpl_id, mine)
        own = self.create_filtered("o", "product.template", ("name",), other)
        token = self.get_token(scope, own)
        self.assert_done(self.change(token, variant, product_tmpl_id=other.id))
        self.assertEqual(variant.product_tmpl_id, other)

    def test_a_variant_below_another_template(self):
        """With the box on the scope, too."""
        self.use_groups("product.group_product_manager")
        mine, other = self.env["product.template"].create(
            [{"name": "Mine"}, {"name": "Other"}]
        )
        variant = mine.product_variant_id
        names = ("name", "product_tmpl_id", "barcode")
        templates = self.create_api_scope(
            "t", "product.template", ("name",), api_read=True
        )
        scope = self.create_filtered(
            "p",
            "product.product",
            names,
            variant,
            api_create=True,
            api_write_related=True,
        )
        token = self.get_token(scope, templates)
        for response in (
            self.change(token, variant, product_tmpl_id=other.id),
            self.change(token, variant, product_tmpl_id=other.id, name="x"),
            self.make(token, "product.product", product_tmpl_id=other.id),
            self.make(token, "product.product", product_tmpl_id=other.id, name="x"),
        ):
            self.assert_insufficient(response, "product_tmpl_id", "product.template")
        self.assertEqual(variant.product_tmpl_id, mine)
        self.assertEqual(other.name, "Other")
        # Nothing of the template can be written through it
        narrow = self.create_api_scope(
            "n", "product.product", ("product_tmpl_id", "barcode"), api_create=True
        )
        token = self.get_token(narrow, templates)
        other.product_variant_id.active = False
        response = self.make(
            token, "product.product", product_tmpl_id=other.id, barcode="12345"
        )
        self.assert_done(response)

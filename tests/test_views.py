# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the pages of the configuration show, and lead to."""

from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import OAuthCase, new_manager


@tagged("post_install", "-at_install")
class TestViews(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)

    def get_arch(self, model, view_type="form", user=None):
        """Return the root (lxml element) of a view, as ``user`` gets it."""
        records = self.env[model].with_user(user or self.manager)
        return etree.fromstring(records.get_view(view_type=view_type)["arch"])

    def test_no_text_stands_directly_in_a_setting(self):
        """The web client takes the elements of a setting alone."""
        admin = self.env.ref("base.user_admin")
        arch = self.get_arch("res.config.settings", user=admin)
        settings = arch.xpath("//app[@name='oauth_provider']//setting")
        self.assertEqual(len(settings), 11)
        for setting in settings:
            texts = [setting.text, *(child.tail for child in setting)]
            bare = [text.strip() for text in texts if text and text.strip()]
            self.assertFalse(bare, setting.get("id"))
        blocks = "//app[@name='oauth_provider']/block[@name!='oauth_provider_checkup']"
        words = [word.text for word in arch.xpath(f"{blocks}//div")]
        self.assertEqual(
            words, ["days", "in", "seconds", "seconds", "days", "days", "days"]
        )

    def test_the_addresses_of_a_client_are_explained(self):
        arch = self.get_arch("oauth.provider.client")
        for name in ("redirect_uris", "origins"):
            [text] = arch.xpath(f"//page[@name='{name}']/p[@class='text-muted']")
            self.assertTrue(text.text.strip(), name)

    def test_every_field_of_a_scope_has_a_label(self):
        arch = self.get_arch("oauth.provider.scope")
        [field] = arch.xpath("//field[@name='description']")
        # A field has a label in a group alone
        self.assertEqual(field.getparent().tag, "group")
        self.assertEqual(field.get("string"), "What People Read")

    def test_an_event_without_a_grant_shows_no_number(self):
        events = self.env["oauth.provider.event"]
        client, _secret = self.create_client()
        grant = self.env["oauth.provider.grant"].ensure(client, self.user)
        [field] = self.get_arch(events._name).xpath("//field[@name='grant_number']")
        for given, hidden in ((None, True), (grant, False)):
            events.log_event("issued", client=client, grant=given)
            self.env.flush_all()
            event = events.search([("client_id", "=", client.id)], limit=1)
            values = {"grant_number": event.grant_number}
            self.assertEqual(safe_eval(field.get("invisible"), values), hidden)

    def test_a_button_opens_as_many_as_it_says(self):
        client, _secret = self.create_client()
        grants, tokens = (
            self.env["oauth.provider.grant"],
            self.env["oauth.provider.token"],
        )
        for user in (self.user, self.manager):
            grant = grants.ensure(client, user)
            for lifetime in (60, -60):
                tokens.issue(
                    client=client,
                    user=user,
                    scopes=client.scope_ids,
                    lifetime=lifetime,
                    grant=grant,
                )
        grant.withdraw()
        self.env.invalidate_all()
        client = client.with_user(self.manager)
        texts = (client.grant_count_text, client.token_count_text)
        self.assertEqual(texts, ("1", "1"))
        for action, count in (
            (client.action_view_grants(), client.grant_count),
            (client.action_view_tokens(), client.token_count),
        ):
            self.assertEqual(count, 1)
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertGreater(len(found), 1)
            arch = self.get_arch(action["res_model"], "search")
            for key, value in action["context"].items():
                self.assertTrue(value)
                name = key.removeprefix("search_default_")
                [node] = arch.xpath(f"//filter[@name='{name}']")
                found = found.filtered_domain(safe_eval(node.get("domain")))
            self.assertEqual(len(found), count, action["res_model"])

    def test_the_page_of_an_error_puts_no_blank_before_the_colon(self):
        client, _secret = self.create_client()
        uri = "https://elsewhere.example.com/"
        page = self.url_open(self.authorize_url(client, redirect_uri=uri))
        self.assertEqual(page.status_code, 400)
        self.assertIn("invalid_request: Mismatching redirect URI", page.text)

    def test_a_phone_gets_cards_in_place_of_lists(self):
        for kind in ("client", "grant", "token", "event", "finding"):
            model = f"oauth.provider.{kind}"
            action = self.env.ref(f"oauth_provider.oauth_provider_{kind}_action")
            self.assertTrue(action.view_mode.startswith("list,kanban"), model)
            [card] = self.get_arch(model, "kanban").xpath("//t[@t-name='card']")
            self.assertTrue(card.xpath(".//field"), model)

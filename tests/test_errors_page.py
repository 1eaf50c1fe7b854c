# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The page *Errors*, which a manager opens from the event of a refusal."""

from urllib.parse import urlencode, urlsplit

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.causes import CAUSES, PARTS
from .common import OAuthCase, new_manager

PATH = "/oauth_provider/errors"
PASSWORD = "oauth_user_password"


@tagged("post_install", "-at_install")
class TestErrorsPage(OAuthCase):
    def open_page(self, **parameters):
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self.url_open(f"{PATH}{query}", allow_redirects=False)

    def read_page(self, **parameters):
        """Return the page (element tree), after a check of its answer."""
        response = self.open_page(**parameters)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["X-Frame-Options"], "DENY")
        self.assertIn("script-src 'none'", response.headers["Content-Security-Policy"])
        return html.fromstring(response.text)

    def refuse(self):
        """Return the event of a request that is refused."""
        client, _secret = self.create_client()
        url = self.authorize_url(client, redirect_uri="https://wrong.example.com")
        self.url_open(url)
        return self.get_refusals()

    def follow(self, event):
        """Return (page, id) that *Explain* opens."""
        action = event.action_explain()
        self.assertEqual(action["type"], "ir.actions.act_url")
        address = urlsplit(action["url"])
        self.assertEqual(address.path, PATH)
        response = self.url_open(action["url"])
        return html.fromstring(response.text), address.fragment

    def test_it_opens_at_the_cause(self):
        manager = new_manager(self.env)
        self.authenticate(manager.login, PASSWORD)
        event = self.refuse().with_user(manager)
        page, fragment = self.follow(event)
        self.assertEqual(fragment, "redirect_uri")
        [section] = page.xpath("//*[@aria-current]")
        self.assertEqual(section.get("id"), fragment)
        self.assertIn(event.advice, section.text_content())
        self.assertIn("RFC 6749", section.text_content())

    def test_each_cause_has_its_place(self):
        manager = new_manager(self.env)
        self.authenticate(manager.login, PASSWORD)
        page = self.read_page()
        self.assertEqual(page.xpath("//section/@id"), list(CAUSES))
        self.assertEqual(len(page.xpath("//h2")), len(PARTS))
        for key, cause in CAUSES.items():
            text = page.get_element_by_id(key).text_content()
            for part in (cause.sentence, cause.advice, cause.description, cause.rule):
                self.assertIn(self.env._(part), text)
        self.assertFalse(page.xpath("//*[@aria-current] | //*[@role='status']"))
        self.assertFalse(page.xpath("//script"))

    def test_it_speaks_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        manager = new_manager(self.env, lang="de_DE")
        self.authenticate(manager.login, PASSWORD)
        page = self.read_page()
        self.assertEqual(page.get("lang"), "de-DE")

    def test_a_cause_that_is_gone_or_was_never_there(self):
        manager = new_manager(self.env)
        self.authenticate(manager.login, PASSWORD)
        event = self.refuse().with_user(manager)
        self.env.cr.execute(
            "UPDATE oauth_provider_event SET cause = 'of_an_older_one' WHERE id = %s",
            event.ids,
        )
        self.env.invalidate_all()
        event.web_read({"cause": {}, "advice": {}, "rule": {}, "answer": {}})
        page, _fragment = self.follow(event)
        [notice] = page.xpath("//*[@role='status']")
        self.assertIn("of_an_older_one", notice.text_content())
        self.assertEqual(len(page.xpath("//section")), len(CAUSES))
        # No text of a link is repeated
        for sent in ("<script>x</script>", "Call 555-1234", "x" * 10_000, "a\n", "\0"):
            page = self.read_page(cause=sent)
            [notice] = page.xpath("//*[@role='status']")
            self.assertFalse(notice.xpath("./code"))
        self.assertFalse(self.read_page(cause="").xpath("//*[@role='status']"))

    def test_an_event_that_is_no_refusal(self):
        client, _secret = self.create_client()
        event = self.env["oauth.provider.event"].search(
            [("client_id", "=", client.id)], limit=1
        )
        manager = new_manager(self.env)
        self.authenticate(manager.login, PASSWORD)
        page, _fragment = self.follow(event.with_user(manager))
        self.assertFalse(page.xpath("//*[@aria-current] | //*[@role='status']"))

    @mute_logger("odoo.http")
    def test_nobody_else_reads_it(self):
        event = self.refuse()
        for group in ("user", "portal"):
            user = new_test_user(self.env, group, f"base.group_{group}")
            user.password = PASSWORD
            self.authenticate(user.login, PASSWORD)
            response = self.open_page(cause="denied")
            self.assertEqual(response.status_code, 403)
            self.assertNotIn(str(CAUSES["denied"].sentence), response.text)
            with self.assertRaises(AccessError):
                event.with_user(user).action_explain()
        self.authenticate(None, None)
        response = self.open_page(cause="denied")
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pages are in the language that the person chose on the website's login page."""

from unittest.mock import patch

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from ..controllers import language
from .common import OAuthCase


class SiteLanguageCase(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.languages = cls.env["res.lang"].browse()
        for code in ("en_US", "fr_FR", "nl_NL"):
            cls.languages |= cls.env["res.lang"]._activate_lang(code)
        cls.user.lang = "en_US"
        cls.client, _secret = cls.create_client()

    def choose(self, code):
        self.opener.cookies.set(language.COOKIE, code)

    def get_language(self, path, **options):
        """Return the language (str) of the page at ``path``."""
        page = self.url_open(path, **options)
        return html.fromstring(page.content).get("lang")


@tagged("post_install", "-at_install")
class TestSiteLanguage(SiteLanguageCase):
    """What the cookie of the website means, wherever it comes from."""

    def setUp(self):
        super().setUp()
        self.offered = ["en_US", "fr_FR"]
        self.startPatcher(patch.object(language, "_find_offered", lambda: self.offered))

    def test_every_page(self):
        paths = {
            "error": "/oauth2/authorize?client_id=nobody",
            "logged out": "/oauth2/logout",
        }
        for name, path in paths.items():
            for code, expected in (("fr_FR", "fr-FR"), ("en_US", "en-US")):
                self.choose(code)
                with self.subTest(page=name, code=code):
                    self.assertEqual(self.get_language(path), expected)
        self.sign_in()
        paths = {"consent": self.authorize_url(self.client), "logout": "/oauth2/logout"}
        for name, path in paths.items():
            for code, expected in (("fr_FR", "fr-FR"), ("en_US", "en-US")):
                self.choose(code)
                with self.subTest(page=name, code=code):
                    self.assertEqual(self.get_language(path), expected)

    def test_what_counts_more_and_what_does_not_count(self):
        self.user.lang = "nl_NL"
        self.sign_in()
        url = self.authorize_url(self.client)
        for code in ("nl_BE", "xx", "", "fr", "é", "../fr_FR"):
            self.choose(code.encode().decode("latin-1"))
            with self.subTest(code=code):
                self.assertEqual(self.get_language(url), "nl-NL")
        self.choose("fr_FR")
        self.assertEqual(self.get_language(url), "fr-FR")
        # What the application asks for comes first (OpenID Connect Core 3.1.2.1)
        asked = self.authorize_url(self.client, ui_locales="en")
        self.assertEqual(self.get_language(asked), "en-US")
        # A website in one language is no choice, and without one there is none
        for self.offered in (["fr_FR"], ()):
            self.assertEqual(self.get_language(url), "nl-NL")

    def test_what_is_allowed_is_what_the_page_said_in_this_language(self):
        self.sign_in()
        scope = self.scopes("email")
        scope.with_context(lang="fr_FR").name = "Courriel"
        self.choose("fr_FR")
        page = self.url_open(self.authorize_url(self.client))
        self.assertIn("Courriel", page.text)
        scope.with_context(lang="fr_FR").name = "Tout courriel"
        page = self.decide(page)
        self.assertIn("Tout courriel", page.text)
        self.assertIn("code", self.answer(self.decide(page))[1])


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestWebsiteLanguage(SiteLanguageCase):
    """With the website itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.website.language_ids = [Command.set(cls.languages.ids)]
        cls.website.default_lang_id = cls.languages[0]

    def sign_in_on(self, path):
        page = self.url_open(path)
        token = html.fromstring(page.content).xpath(
            "//input[@name='csrf_token']/@value"
        )
        self.url_open(
            path,
            data={
                "csrf_token": token[0],
                "login": self.user.login,
                "password": "oauth_user_password",
            },
        )

    def test_the_language_of_the_login_page(self):
        url = self.authorize_url(self.client)
        for prefix, expected in (("/fr", "fr-FR"), ("/nl", "nl-NL")):
            self.opener.cookies.clear()
            self.assertEqual(self.get_language(url), "en-US")
            self.sign_in_on(f"{prefix}/web/login")
            with self.subTest(prefix=prefix):
                self.assertEqual(self.get_language(url), expected)

    def test_a_website_in_one_language(self):
        self.website.language_ids = [Command.set(self.languages[0].ids)]
        self.user.lang = "nl_NL"
        self.sign_in_on("/web/login")
        self.assertEqual(self.get_language(self.authorize_url(self.client)), "nl-NL")

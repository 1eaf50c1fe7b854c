# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person sees of the applications that are connected, and withdraws."""

from urllib.parse import parse_qs, urlsplit

from lxml import html

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..controllers import account
from .common import OAuthCase

PAGE = "/my/applications"


@tagged("post_install", "-at_install")
class TestAccount(OAuthCase):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def connect(self, name="Test", **values):
        client, secret = self.create_client(name=name, **values)
        tokens = self.redeem(self.get_code(client), client, secret).json()
        return client, tokens["access_token"]

    def press(self, label):
        page = html.fromstring(self.url_open(PAGE).content)
        token = page.xpath("//input[@name='csrf_token']/@value")[0]
        [button] = page.xpath(f"//button[@aria-label='{label}' or text()='{label}']")
        data = {"csrf_token": token, "oauth_grant": button.get("value")}
        return self.url_open(PAGE, data=data, allow_redirects=False)

    def follow(self, response):
        """Return the text of the page that ``response`` redirects to."""
        self.assertEqual(response.status_code, 303)
        return self.url_open(response.headers["Location"]).text

    def test_one_application_is_withdrawn(self):
        _wiki, wiki_token = self.connect("Wiki <b>")
        _sprocket, sprocket_token = self.connect("Sprocket")
        page = self.url_open(PAGE)
        self.assertIn("Wiki &lt;b&gt;", page.text)
        self.assertIn("See your e-mail address", page.text)
        self.assertEqual(page.headers["X-Frame-Options"], "DENY")
        self.assertIn("Withdrawn. That", self.follow(self.press("Withdraw Sprocket")))
        self.assertEqual(self.bearer("tokeninfo", sprocket_token).status_code, 401)
        self.assertEqual(self.bearer("tokeninfo", wiki_token).status_code, 200)
        self.assertNotIn("Sprocket", self.url_open(PAGE).text)

    def test_a_mail_tells_of_a_new_application_once(self):
        if "mail.mail" not in self.env:
            self.skipTest("The mail module is not installed")
        mails = self.env["mail.mail"].search([])
        client, _token = self.connect("Wiki <b>")
        [mail] = self.env["mail.mail"].search([]) - mails
        self.assertIn("Wiki <b>", mail.subject)
        self.assertIn("Wiki &lt;b&gt;", mail.body_html)
        self.assertIn("/my/applications", mail.body_html)
        self.assertIn(self.user.email, mail.email_to)
        # Asked again, it is not new; without an address nobody is written to
        url = self.authorize_url(client, prompt="consent")
        self.decide(self.url_open(url, allow_redirects=False))
        self.user.email = False
        self.connect("Other")
        self.assertEqual(self.env["mail.mail"].search([]) - mails, mail)

    def test_all_are_withdrawn_at_once(self):
        tokens = [self.connect(name)[1] for name in ("One", "Two")]
        page = html.fromstring(self.url_open(PAGE).content)
        [asked] = page.xpath("//details[not(@open)]")
        self.assertEqual(asked.xpath("summary/text()"), ["Withdraw All"])
        self.assertEqual(asked.xpath(".//button/text()"), ["Yes, Withdraw All"])
        self.assertIn("Withdrawn. No", self.follow(self.press("Yes, Withdraw All")))
        for token in tokens:
            self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)
        self.assertIn("have not connected any", self.url_open(PAGE).text)

    def test_nobody_else_is_touched(self):
        client, token = self.connect()
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.url_open("/web/session/logout")
        response = self.url_open(PAGE, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
        other = new_test_user(
            self.env, "oauth_other", "base.group_portal", password="oauth_user_password"
        )
        self.user = other
        self.sign_in()
        page = html.fromstring(self.url_open(PAGE).content)
        self.assertIn("have not connected any", page.text_content())
        csrf = page.xpath("//input[@name='csrf_token']/@value")[0]
        for value in (str(grant.id), "all", "x", ""):
            data = {"csrf_token": csrf, "oauth_grant": value}
            self.url_open(PAGE, data=data)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)

    def test_it_takes_a_fresh_sign_in_and_no_forgery(self):
        _client, token = self.connect("Shop")
        forged = self.url_open(PAGE, data={"oauth_grant": "all", "csrf_token": "x"})
        self.assertEqual(forged.status_code, 400)
        from odoo.http import root

        session = root.session_store.get(self.opener.cookies["session_id"])
        session["oauth_provider"] = {**session["oauth_provider"], "time": 1}
        root.session_store.save(session)
        response = self.press("Withdraw Shop")
        login = urlsplit(response.headers["Location"])
        self.assertEqual(login.path, "/web/login")
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        self.sign_in()
        [back] = parse_qs(login.query)["redirect"]
        self.assertIn("Nothing has been withdrawn yet", self.url_open(back).text)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        self.press("Withdraw Shop")
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)

    def test_what_the_page_tells_is_a_text_of_its_own_or_nothing(self):
        for notice in (
            "",
            "one",
            "all",
            "again<b>",
            "<script>again",
            "x&oauth_notice=one",
        ):
            with self.subTest(notice=notice):
                page = self.url_open(PAGE, params={"oauth_notice": notice})
                self.assertEqual(page.status_code, 200)
                alerts = html.fromstring(page.content).xpath("//*[@role='alert']")
                self.assertFalse(alerts)
                self.assertNotIn("ithdrawn", page.text)
                if "<" in notice:
                    self.assertNotIn(notice, page.text)

    def test_who_presses_for_what_has_ended_is_told_nothing_of_a_withdrawal(self):
        self.connect("Shop")
        page = html.fromstring(self.url_open(PAGE).content)
        [csrf] = page.xpath("//input[@name='csrf_token']/@value")
        for value in ("0", "x", ""):
            data = {"csrf_token": csrf, "oauth_grant": value}
            self.assertNotIn("Withdrawn", self.url_open(PAGE, data=data).text)

    def test_the_page_is_whole_with_a_great_many_scopes(self):
        scopes = self.env["oauth.provider.scope"].create(
            [
                {"name": f"Scope {n} " + "x" * 200, "code": f"many.{n}"}
                for n in range(200)
            ]
        )
        self.connect("N" * 500, scope_ids=[Command.set(scopes.ids)])
        page = self.url_open(PAGE)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Scope 199", page.text)

    def test_a_great_many_applications_are_on_several_pages(self):
        clients = self.env["oauth.provider.client"].create(
            [{"name": f"App {number:03}"} for number in range(120)]
        )
        for client in clients:
            self.env["oauth.provider.grant"].ensure(client, self.user)
        self.env.flush_all()
        names = [client.name for client in reversed(clients)]
        for number, start in (("", 0), ("1", 0), ("2", 50), ("3", 100)):
            page = html.fromstring(self.url_open(PAGE, params={"page": number}).content)
            with self.subTest(number=number):
                shown = page.xpath("//h2/bdi/text()")
                self.assertEqual(shown, names[start : start + 50])
                [nav] = page.xpath("//nav[@aria-label='Pages']")
                text = " ".join(nav.text_content().split())
                self.assertIn(f"Page {number or 1} of 3", text)
                self.assertEqual(bool(nav.xpath("a[@rel='next']")), number != "3")
                self.assertEqual(bool(nav.xpath("a[@rel='prev']")), start > 0)
                self.assertIn("All 120 applications lose", page.text_content())
        last = page.xpath("//a[@rel='prev']/@href")
        self.assertEqual(last, [f"{PAGE}?page=2"])

    def test_a_page_that_there_is_not_is_the_first_or_the_last(self):
        self.patch(account, "PAGE_SIZE", 1)
        for name in ("One", "Two"):
            client, _secret = self.create_client(name=name)
            self.env["oauth.provider.grant"].ensure(client, self.user)
        for number in ("0", "-1", "x", "1.5", "\u0662", "\x00", "9" * 5000, "<b>"):
            with self.subTest(number=number[:10]):
                page = self.url_open(PAGE, params={"page": number})
                self.assertEqual(page.status_code, 200)
                self.assertIn("Two", page.text)
        page = self.url_open(PAGE, params={"page": "999999999"})
        self.assertIn("One", page.text)
        self.assertNotIn("Two", page.text)

    def test_a_file_in_the_place_of_a_number_is_the_first_page(self):
        self.connect()
        csrf = html.fromstring(self.url_open(PAGE).content).xpath(
            "//input[@name='csrf_token']/@value"
        )
        answer = self.url_open(
            PAGE,
            data={"csrf_token": csrf[0], "oauth_grant": "0"},
            files={"page": ("2", b"2")},
            allow_redirects=False,
        )
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(answer.headers["Location"], PAGE)
        shown = self.url_open(PAGE, files={"page": ("2", b"2")}, method="GET")
        self.assertEqual(shown.status_code, 200)

    def test_who_withdraws_stays_on_the_page(self):
        self.patch(account, "PAGE_SIZE", 1)
        for name in ("One", "Two", "Three"):
            client, _secret = self.create_client(name=name)
            self.env["oauth.provider.grant"].ensure(client, self.user)
        page = html.fromstring(self.url_open(PAGE, params={"page": "2"}).content)
        [form] = page.xpath("//form[.//button[@aria-label='Withdraw Two']]")
        data = {
            "csrf_token": form.xpath(".//input[@name='csrf_token']/@value")[0],
            "oauth_grant": form.xpath(".//button[@aria-label]/@value")[0],
        }
        action = form.get("action")
        answer = self.url_open(action, data=data, allow_redirects=False)
        self.assertEqual(answer.headers["Location"], f"{PAGE}?page=2")
        text = self.follow(answer)
        self.assertIn("Withdrawn. That", text)
        self.assertIn("One", text)
        # What is on no page of this form goes too
        data["oauth_grant"] = "all"
        self.assertIn("Withdrawn. No", self.url_open(action, data=data).text)
        self.assertFalse(self.env["oauth.provider.grant"].find_of_user(self.user))

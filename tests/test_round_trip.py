# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""*Try It* goes all the way: the answer comes back to Odoo and not to the application.

Whose answer, to whom, how often: see :class:`TestRoundTripIsSafe`.
"""

import json
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import REDIRECT_URI, OAuthCase, new_manager

OTHER_URI = "https://client.example.com/other"


class RoundTripCase(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Who signs in is the manager
        cls.person, cls.user = cls.user, new_manager(cls.env, name="Max Manager")
        cls.Trial = cls.env["oauth.provider.trial"].with_user(cls.user)

    def try_it(self, client, **values):
        return self.Trial.create({"client_id": client.id, **values})

    def sign_in_as(self, user):
        self.opener.cookies.clear()
        self.user = user
        self.sign_in()

    def get_path(self, url):
        return url.removeprefix(self.Provider.get_issuer())

    def ask(self, trial):
        """Press *Run It*; return the response to the request that is sent."""
        action = trial.action_run()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.env.flush_all()
        return self.url_open(self.get_path(action["url"]), allow_redirects=False)

    def come_back(self, response):
        """Follow the answer back to Odoo, as the browser and its script do."""
        self.assertEqual(response.status_code, 303)
        where = urlsplit(response.headers["Location"])
        self.assertEqual(where.path, "/oauth2/trial")
        page = self.url_open(where.geturl(), allow_redirects=False)
        if where.fragment:
            form = html.fromstring(page.content).xpath("//form")[0]
            token = form.xpath(".//input[@name='csrf_token']/@value")[0]
            data = {"csrf_token": token, "answer": where.fragment}
            page = self.url_open(form.get("action"), data, allow_redirects=False)
        self.env.invalidate_all()
        return page

    def run_all(self, trial):
        response = self.ask(trial)
        if response.status_code == 200:
            response = self.decide(response)
        page = self.come_back(response)
        self.assertEqual(page.headers["Location"], f"/odoo/oauth-try-it/{trial.id}")

    def count_live(self, client):
        tokens = self.env["oauth.provider.token"].search(
            [("client_id", "=", client.id)]
        )
        return len(tokens.filtered(lambda token: token.is_live()))


@tagged("post_install", "-at_install")
class TestRoundTrip(RoundTripCase):
    def test_a_code_is_exchanged_used_and_revoked(self):
        fields = self.env["ir.model.fields"]
        own = self.env["oauth.provider.scope"].create(
            {
                "name": "Contacts",
                "code": "contacts",
                "api_read": True,
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "field_ids": [
                    Command.link(fields._get("res.partner", name).id)
                    for name in ("name", "image_1920")
                ],
            }
        )
        scopes = self.scopes("openid", "profile") | own
        self.sign_in()
        for token_type in ("random", "jwt"):
            with self.subTest(token_type=token_type):
                client, _secret = self.create_client(
                    scope_ids=[Command.set(scopes.ids)], token_type=token_type
                )
                trial = self.try_it(client)
                before = trial.state, trial.code_verifier
                self.run_all(trial)
                self.assertEqual(trial.result, "done", trial.result_text)
                said = json.loads(trial.result_token)
                self.assertEqual(said["token_type"], "Bearer")
                self.assertEqual(said["access_token"], "…")
                self.assertIn('"aud"', trial.result_id_token)
                self.assertIn("Max Manager", trial.result_userinfo)
                self.assertEqual(bool(trial.result_access_token), token_type == "jwt")
                self.assertIn("/json/2/res.partner/search_read", trial.result_call)
                rows = json.loads(trial.result_records)
                self.assertEqual(len(rows), 3)
                self.assertEqual(rows[0].keys(), {"id", "name"})
                self.assertEqual(self.count_live(client), 0)
                self.assertFalse(trial.is_running)
                self.assertNotEqual(trial.state, before[0])
                self.assertNotEqual(trial.code_verifier, before[1])
                self.assertFalse(self.get_refusals())

    def test_a_token_in_the_fragment(self):
        client, _secret = self.create_client("mobile application")
        self.sign_in()
        trial = self.try_it(client)
        self.run_all(trial)
        self.assertEqual(trial.result, "done", trial.result_text)
        self.assertIn("Max Manager", trial.result_userinfo)
        self.assertEqual(self.count_live(client), 0)

    def test_a_client_that_asks_by_itself(self):
        client, _secret = self.create_client(
            "backend application", user_id=self.user.id
        )
        self.sign_in()
        trial = self.try_it(client)
        self.assertTrue(trial.can_run)
        page = self.ask(trial)
        self.assertEqual(page.headers["Location"], f"/odoo/oauth-try-it/{trial.id}")
        self.env.invalidate_all()
        self.assertEqual(trial.result, "done", trial.result_text)
        self.assertFalse(trial.result_userinfo)
        self.assertEqual(self.count_live(client), 0)

    def test_an_error_says_why(self):
        client, _secret = self.create_client()
        self.sign_in()
        trial = self.try_it(client)
        page = self.ask(trial)
        self.come_back(self.decide(page, "deny"))
        self.assertEqual(trial.result, "failed")
        self.assertIn("access_denied", trial.result_text)
        issuer = self.Provider.get_issuer()
        trial.request_url = issuer + self.authorize_url(client, prompt="none")
        self.come_back(self.ask(trial))
        self.assertIn("consent_required", trial.result_text)
        self.assertFalse(trial.result_token)
        # The code is refused where the verifier is another one
        trial.request_url = False
        page = self.ask(trial)
        trial.code_verifier = "v" * 43
        self.env.flush_all()
        self.come_back(self.decide(page))
        self.assertEqual(trial.result, "failed")
        self.assertIn("invalid_grant", trial.result_text)

    def test_nothing_stays_live_where_the_trial_cannot_go_on(self):
        client, _secret = self.create_client(application_type="mobile application")
        self.sign_in()
        for status, end in (
            (404, lambda trial: trial.sudo().unlink()),
            (404, lambda trial: trial.sudo().write({"is_running": False})),
            (403, lambda trial: trial.client_id.sudo().write({"active": False})),
        ):
            client.active = True
            trial = self.try_it(client)
            response = self.ask(trial)
            if response.status_code == 200:
                response = self.decide(response)
            self.assertEqual(self.count_live(client), 1)
            end(trial)
            self.env.flush_all()
            page = self.come_back(response)
            self.assertEqual(page.status_code, status)
            tokens = self.env["oauth.provider.token"].search(
                [("client_id", "=", client.id)]
            )
            self.assertTrue(all(token.revoked_at for token in tokens))

    def test_a_token_of_another_request_is_no_success(self):
        client, _secret = self.create_client(application_type="mobile application")
        trial = self.try_it(client)
        trial.action_run()
        self.env.flush_all()
        trial.sudo().with_user(self.user).finish(
            {"access_token": "garbage", "token_type": "Bearer", "state": trial.state}
        )
        self.assertEqual(trial.result, "failed")
        self.assertIn("invalid_token", trial.result_text)

    def test_what_was_pasted_is_judged_as_the_provider_does_it(self):
        client, _secret = self.create_client()
        other, _secret = self.create_client(name="Other")
        endpoint = self.Provider.get_endpoint_url("authorize")
        query = self.authorize_url(client, nonce="n").partition("?")[2]
        for pasted, said in (
            (f"{endpoint}?{query}", None),
            (f"  {endpoint}?{query}#x ", None),
            (query, None),
            (self.authorize_url(client, scope="nosuch"), "nosuch"),
            (self.authorize_url(client, code_challenge=None), "Missing code_challenge"),
            (self.authorize_url(client, code_challenge_method="plain"), "S256"),
            (self.authorize_url(client, response_type="token"), "unauthorized_client"),
            (self.authorize_url(client, max_age="x"), "invalid_request"),
            (self.authorize_url(client, resource="https://x/y"), "invalid_target"),
            (self.authorize_url(client, request="x"), "request_not_supported"),
            (self.authorize_url(other), "another client: Other"),
            (self.authorize_url(client, client_id="nobody"), "No client has"),
            (
                f"https://elsewhere.example.com/?{query}",
                "The authorization endpoint is",
            ),
            ("https://[broken", "not the address"),
            ("hello", "not the address"),
        ):
            if pasted.startswith("/oauth2/"):
                pasted = self.Provider.get_issuer() + pasted
            with self.subTest(pasted=pasted):
                trial = self.try_it(client, request_url=pasted)
                if said is None:
                    self.assertTrue(trial.is_accepted, trial.answer)
                    self.assertFalse(trial.answer)
                else:
                    self.assertFalse(trial.is_accepted)
                    self.assertIn(said, trial.answer)
        self.assertFalse(self.get_refusals(), "only a real request is counted")

    def test_the_request_is_sent_as_it_was_pasted(self):
        client, _secret = self.create_client()
        url = self.authorize_url(client, nonce="n", prompt="login", display="popup")
        trial = self.try_it(client, request_url=self.Provider.get_issuer() + url)
        sent = parse_qs(urlsplit(trial.url).query)
        self.assertEqual(sent["prompt"] + sent["display"], ["login", "popup"])
        self.assertEqual(sent["state"], [trial.state])
        self.assertNotEqual(sent["nonce"], ["n"])
        self.assertNotEqual(sent["code_challenge"], [self.challenge])
        trial.redirect_uri = OTHER_URI
        self.assertIn(quote(OTHER_URI, safe=""), trial.url)

    def test_a_redirect_uri_is_added(self):
        client, _secret = self.create_client()
        trial = self.try_it(client, redirect_uri=f" {OTHER_URI} ")
        self.assertTrue(trial.can_add_redirect_uri)
        self.assertIs(trial.action_add_redirect_uri(), True)
        self.assertTrue(trial.is_match and trial.is_accepted)
        self.assertFalse(trial.can_add_redirect_uri)
        self.assertIn(OTHER_URI, client.redirect_uri_ids.mapped("name"))

    def test_one_of_another_host_is_not_added_by_a_click(self):
        """Anybody may send it, and it would get the codes of the application."""
        client, _secret = self.create_client()
        for uri in (
            "https://client.example.com.evil.example/callback",
            "https://client.example.com@evil.example/callback",
            "https://client.example.com:8443/callback",
            "http://client.example.com/callback",
            "//client.example.com/callback",
            f"{REDIRECT_URI}#x",
            "no address",
        ):
            trial = self.try_it(client, redirect_uri=uri)
            self.assertFalse(trial.can_add_redirect_uri, uri)
            with self.assertRaises(UserError):
                trial.action_add_redirect_uri()
        self.assertEqual(client.redirect_uri_ids.mapped("name"), [REDIRECT_URI])

    def test_a_code_beside_an_id_token_is_used_up(self):
        client, _secret = self.create_client(hybrid_flow=True)
        self.sign_in()
        url = self.authorize_url(client, response_type="code id_token", nonce="n")
        trial = self.try_it(client, request_url=self.Provider.get_issuer() + url)
        self.run_all(trial)
        self.assertEqual(trial.result, "done", trial.result_text)
        self.assertEqual(json.loads(trial.result_token)["code"], "…")
        codes = self.env["oauth.provider.authorization.code"].search(
            [("client_id", "=", client.id)]
        )
        self.assertEqual([code.is_live() for code in codes], [False])
        self.assertEqual(self.count_live(client), 0)

    def test_the_last_refused_request_is_replayed(self):
        client, _secret = self.create_client()
        trial = self.try_it(client)
        self.assertFalse(trial.has_failed_request)
        self.sign_in()
        sent = {
            "redirect_uri": OTHER_URI,
            "scope": "nosuch",
            "nonce": "n-secret",
            "login_hint": "ann@example.com",
            "state": "st-secret",
        }
        page = self.url_open(self.authorize_url(client, **sent))
        self.assertEqual(page.status_code, 400)
        [event] = self.get_refusals()
        for secret in ("n-secret", "ann", "st-secret", self.challenge):
            self.assertNotIn(secret, event.request)
        trial = self.try_it(client)
        self.assertTrue(trial.has_failed_request)
        action = trial.with_context(dialog_size="extra-large").action_replay()
        self.assertEqual(action["res_id"], trial.id)
        self.assertEqual(trial.redirect_uri, OTHER_URI)
        self.assertEqual(trial.scope, "nosuch")
        self.assertFalse(trial.is_match)
        trial.redirect_uri = REDIRECT_URI
        self.assertIn("nosuch", trial.answer)
        # From the event
        action = event.with_user(self.user).action_try()
        context = action["context"]
        self.assertEqual(context["default_client_id"], client.id)
        again = self.Trial.with_context(**context).create({})
        self.assertEqual(again.redirect_uri, OTHER_URI)

    def test_what_is_too_long_is_not_kept(self):
        client, _secret = self.create_client()
        url = self.authorize_url(client, redirect_uri=f"{OTHER_URI}/{'x' * 2000}")
        self.url_open(url)
        [event] = self.get_refusals()
        self.assertFalse(event.request)

    def test_what_may_be_a_secret_is_not_kept(self):
        client, _secret = self.create_client()
        claims = '{"userinfo": {"email": {"value": "ann@example.com"}}}'
        uri = f"{OTHER_URI}?session=SECRET"
        self.url_open(self.authorize_url(client, redirect_uri=uri, claims=claims))
        [event] = self.get_refusals()
        self.assertNotIn("SECRET", event.request)
        self.assertNotIn("ann", event.request)
        self.assertIn(quote(f"{OTHER_URI}?x", safe=""), event.request)

    def test_a_request_that_was_posted_is_opened_as_well(self):
        client, _secret = self.create_client()
        self.sign_in()
        url = self.authorize_url(client, redirect_uri=OTHER_URI)
        path, _mark, query = url.partition("?")
        sent = {name: value[0] for name, value in parse_qs(query).items()}
        page = self.url_open(path, data=sent)
        [link] = html.fromstring(page.content).xpath(
            "//a[normalize-space()='Open Try It']/@href"
        )
        page = self.url_open(link, allow_redirects=False)
        self.assertIn("/odoo/oauth-try-it/", page.headers["Location"])

    def test_the_error_page_leads_a_manager_here(self):
        client, _secret = self.create_client()
        url = self.authorize_url(client, redirect_uri=OTHER_URI)

        def find_link():
            page = html.fromstring(self.url_open(url).content)
            return page.xpath("//a[normalize-space()='Open Try It']/@href")

        self.assertFalse(find_link(), "nobody is signed in")
        self.sign_in()
        [link] = find_link()
        response = self.url_open(link, allow_redirects=False)
        trial = self.Trial.search([], limit=1, order="id desc")
        self.assertEqual(response.headers["Location"], f"/odoo/oauth-try-it/{trial.id}")
        self.assertEqual(trial.client_id, client)
        self.assertEqual(trial.redirect_uri, OTHER_URI)
        unknown = self.authorize_url(client, client_id="nobody")
        self.assertNotIn("Try It", self.url_open(unknown).text)
        self.sign_in_as(self.person)
        self.assertFalse(find_link(), "no manager")
        self.assertEqual(self.url_open(link).status_code, 404)


@tagged("post_install", "-at_install")
class TestRoundTripIsSafe(RoundTripCase):
    def test_only_a_request_that_runs_comes_back(self):
        client, _secret = self.create_client()
        self.sign_in()
        trial = self.try_it(client)
        self.env.flush_all()
        page = self.url_open(self.get_path(trial.url), allow_redirects=False)
        where, answer = self.answer(self.decide(page))
        self.assertEqual(where, REDIRECT_URI, "the address was opened by hand")
        # What an application has got is not taken here either
        page = self.url_open(f"/oauth2/trial?{urlencode(answer)}")
        self.assertEqual(page.status_code, 404)
        self.assertFalse(trial.result)

    def test_an_answer_counts_once(self):
        client, _secret = self.create_client()
        self.sign_in()
        trial = self.try_it(client)
        response = self.decide(self.ask(trial))
        self.come_back(response)
        self.assertEqual(trial.result, "done")
        page = self.come_back(response)
        self.assertEqual(page.status_code, 404)
        self.assertEqual(trial.result, "done")

    def test_the_answer_of_somebody_else_goes_to_the_application(self):
        client, _secret = self.create_client()
        trial = self.try_it(client)
        path = self.get_path(trial.action_run()["url"])
        self.env.flush_all()
        manager = self.user
        self.sign_in_as(self.person)
        page = self.url_open(path, allow_redirects=False)
        where, answer = self.answer(self.decide(page))
        self.assertEqual(where, REDIRECT_URI)
        page = self.url_open(f"/oauth2/trial?{urlencode(answer)}")
        self.assertEqual(page.status_code, 404)
        # The state of one client is nothing to another
        self.sign_in_as(manager)
        other, _secret = self.create_client(skip_authorization=True)
        url = self.authorize_url(other, state=trial.state)
        response = self.url_open(url, allow_redirects=False)
        if response.status_code == 200:
            response = self.decide(response)
        self.assertEqual(self.answer(response)[0], REDIRECT_URI)

    def test_a_manager_acts_as_nobody_else(self):
        self.sign_in()
        for values in ({"user_id": self.person.id}, {"skip_authorization": True}):
            values = {"user_id": self.user.id, **values}
            client, _secret = self.create_client("backend application", **values)
            trial = self.try_it(client)
            self.assertFalse(trial.can_run)
            with self.assertRaises(AccessError):
                trial.action_run()
            # Not by writing what the button writes either
            trial.is_running = True
            self.env.flush_all()
            page = self.url_open(f"/oauth2/trial?state={trial.state}")
            self.assertEqual(page.status_code, 403)
            self.env.invalidate_all()
            self.assertFalse(trial.result)
            admin = self.env.ref("base.user_admin")
            trial = self.Trial.with_user(admin).create({"client_id": client.id})
            self.assertTrue(trial.can_run)

    def test_an_archived_client_is_not_run(self):
        client, _secret = self.create_client(
            "backend application", user_id=self.user.id
        )
        trial = self.try_it(client)
        client.active = False
        self.assertFalse(trial.can_run)
        with self.assertRaises(AccessError):
            trial.action_run()

    def test_the_code_of_somebody_else_is_of_no_use(self):
        """A manager does not have the secret of the client, and needs none here."""
        client, _secret = self.create_client()
        manager = self.user
        self.sign_in_as(self.person)
        code = self.get_code(client)
        self.sign_in_as(manager)
        trial = self.try_it(client)
        trial.write({"is_running": True, "code_verifier": self.verifier})
        self.env.flush_all()
        answer = urlencode({"state": trial.state, "code": code})
        self.url_open(f"/oauth2/trial?{answer}", allow_redirects=False)
        self.env.invalidate_all()
        self.assertEqual(trial.result, "failed")
        self.assertIn("somebody else's", trial.result_text)
        self.assertFalse(trial.result_userinfo or trial.result_records)
        # Nor an access token: it opens nothing here, and is not ended either
        mobile, _none = self.create_client("mobile application")
        self.sign_in_as(self.person)
        page = self.url_open(self.authorize_url(mobile), allow_redirects=False)
        token = self.answer(self.decide(page))[1]["access_token"]
        self.sign_in_as(manager)
        trial = self.try_it(mobile)
        trial.is_running = True
        self.env.flush_all()
        answer = urlencode({"state": trial.state, "access_token": token})
        self.url_open(f"/oauth2/trial?{answer}", allow_redirects=False)
        self.env.invalidate_all()
        self.assertTrue(trial.result_token, "it was looked at")
        self.assertFalse(trial.result_userinfo or trial.result_records)
        self.assertEqual(self.count_live(mobile), 1)

    def test_who_manages_no_longer_gets_nothing(self):
        client, _secret = self.create_client()
        self.sign_in()
        trial = self.try_it(client)
        response = self.decide(self.ask(trial))
        group = self.env.ref("oauth_provider.group_oauth_provider_manager")
        self.user.group_ids -= group
        page = self.come_back(response)
        self.assertEqual(page.status_code, 403)
        self.assertFalse(trial.sudo().result)

    def test_others_see_no_trial(self):
        client, _secret = self.create_client()
        trial = self.try_it(client)
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            trial.with_user(self.person).read(["state"])
        with self.assertRaises(AccessError):
            trial.with_user(admin).read(["state", "code_verifier"])

    def test_hostile_answers(self):
        client, _secret = self.create_client()
        self.sign_in()
        trial = self.try_it(client)
        trial.action_run()
        self.env.flush_all()
        evil = "<script>alert(1)</script>\x00\x1b" + "x" * 4000
        answer = {"state": trial.state, "error": evil, "error_description": evil}
        page = self.url_open(
            f"/oauth2/trial?{urlencode(answer)}", allow_redirects=False
        )
        self.assertEqual(page.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(trial.result, "failed")
        for query in ("state=%00", "state=odoo-try-it-%00", "code=x", "x=%ff"):
            page = self.url_open(f"/oauth2/trial?{query}")
            self.assertEqual(page.status_code, 404, query)
        page = self.url_open("/oauth2/trial", data={"answer": "state=x"})
        self.assertIn(page.status_code, (400, 404), "no CSRF token")
        for query in ("client_id=%00", "client_id=x&redirect_uri=%00", ""):
            page = self.url_open(f"/oauth2/trial/open?{query}")
            self.assertEqual(page.status_code, 404, query)

    def test_nobody_is_sent_here_without_signing_in(self):
        for path in ("/oauth2/trial?state=x", "/oauth2/trial/open?client_id=x"):
            page = self.url_open(path, allow_redirects=False)
            self.assertIn("/web/login", page.headers["Location"])

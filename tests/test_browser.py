# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open

from .common import OAuthCase, new_manager

ALLOW = """
const form = document.querySelector("form");
if (!document.body.innerText.includes("Ann O'Auth")) {
    throw new Error("The page does not say who is signed in");
}
for (const script of document.scripts) {
    if (script.src) throw new Error(`The page loads a script: ${script.src}`);
}
document.getElementById("%(unticked)s").click();
const button = document.querySelector("button[value=allow]");
const answer = await fetch(form.action, {
    method: "post",
    redirect: "manual",
    body: new URLSearchParams(new FormData(form, button)),
});
if (answer.type !== "opaqueredirect") throw new Error(`Status ${answer.status}`);
console.log("test successful");
"""


@tagged("post_install", "-at_install")
class TestBrowser(OAuthCase):
    def test_an_administrator_configures_a_scope_and_a_client(self):
        self.start_tour("/odoo/oauth-scopes", "oauth_provider_configure", login="admin")
        client = self.Client.search([("name", "=", "Tour application")])
        self.assertTrue(client.has_secret)
        self.assertEqual(
            client.redirect_uri_ids.mapped("name"),
            ["https://tour.example.com/callback"],
        )
        scope = self.env["oauth.provider.scope"].search(
            [("code", "=", "contacts.read")]
        )
        self.assertEqual(scope.model, "res.partner")
        self.assertEqual(scope.field_ids.mapped("name"), ["email"])

    def test_another_odoo_is_connected_in_a_few_clicks(self):
        self.start_tour("/odoo", "oauth_provider_quick_start", login="admin")
        client = self.Client.search([("name", "=", "Another Odoo")])
        self.assertEqual(
            client.redirect_uri_ids.mapped("name"),
            ["https://second.example.com/auth_oauth/signin"],
        )
        tour = file_open(
            "oauth_provider/static/tests/tours/oauth_provider_quick_start_tour.js"
        ).read()
        # Each field that is filled in takes a click as well, to get there
        clicks = tour.count('run: "click"') + tour.count('run: "edit')
        self.assertLessEqual(clicks, 12)

    def test_an_application_is_connected_by_its_recipe_and_gets_another_secret(self):
        self.start_tour("/odoo/oauth-clients", "oauth_provider_recipe", login="admin")
        client = self.Client.search([("name", "=", "Our cloud")])
        self.assertEqual(
            client.redirect_uri_ids.mapped("name"),
            ["https://cloud.example.com/apps/user_oidc/code"],
        )
        self.assertTrue(client.has_secret)
        self.assertFalse(client.previous_secret_until)

    def test_an_administrator_tries_a_client(self):
        self.create_client(name="Tour application")
        self.start_tour("/odoo/oauth-clients", "oauth_provider_try", login="admin")

    def test_a_manager_sees_what_a_scope_opens_and_whom_a_change_concerns(self):
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "Tour scope",
                "code": "tour",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "field_ids": [
                    Command.set(
                        self.env["ir.model.fields"]._get("res.partner", "name").ids
                    )
                ],
                "domain": "[('ref', '=', 'tour')]",
            }
        )
        self.env["res.partner"].create({"name": "Tour contact", "ref": "tour"})
        new_test_user(self.env, "petra", "base.group_portal", name="Petra Portal")
        client, _secret = self.create_client(scope_ids=[Command.set(scope.ids)])
        grant = self.env["oauth.provider.grant"].ensure(client, self.user)
        grant.consent(scope, scope)
        self.start_tour("/odoo/oauth-scopes", "oauth_provider_scope", login="admin")
        self.assertEqual(sorted(scope.field_ids.mapped("name")), ["name", "phone"])
        self.assertFalse(grant.scope_ids)

    def test_a_manager_looks_over_the_grants_and_what_is_to_mend(self):
        uris = [Command.create({"name": "http://client.example.com/callback"})]
        client, _secret = self.create_client(
            name="Tour application", redirect_uri_ids=uris
        )
        forgotten, _secret = self.create_client(name="Forgotten application")
        grants = self.env["oauth.provider.grant"]
        grants.ensure(client, self.user)
        grant = grants.ensure(forgotten, self.user)
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute(
            "UPDATE oauth_provider_grant SET create_date = %s WHERE id = %s",
            [now - timedelta(days=91), grant.id],
        )
        for owner, lifetime in ((client, 60), (forgotten, -60)):
            self.env["oauth.provider.token"].issue(
                client=owner,
                user=self.user,
                scopes=owner.scope_ids,
                lifetime=lifetime,
                grant=grants.find_live(owner, self.user),
            )
        manager = new_manager(self.env)
        self.start_tour(
            "/odoo/oauth-grants", "oauth_provider_overview", login=manager.login
        )

    def test_a_person_unticks_a_scope_and_allows_the_rest(self):
        scopes = self.scopes("openid", "email")
        client, _secret = self.create_client(scope_ids=[Command.set(scopes.ids)])
        email = scopes.filtered(lambda scope: scope.code == "email")
        self.browser_js(
            self.authorize_url(client),
            f"(async () => {{{ALLOW % {'unticked': f'oauth_scope_{email.id}'}}}})()"
            ".catch(error => console.error(error.message))",
            login=self.user.login,
        )
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.assertEqual(grant.scope_ids.mapped("code"), ["openid"])
        self.assertEqual(grant.declined_scope_ids, email)

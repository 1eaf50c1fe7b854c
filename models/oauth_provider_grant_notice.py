# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, models


class OAuthProviderGrant(models.Model):
    """A word to the person when an application is let in for the first time."""

    _inherit = "oauth.provider.grant"

    @api.private
    def consent(self, asked, ticked):
        is_first = not self.consented_at
        result = super().consent(asked, ticked)
        if is_first and "mail.mail" in self.env:
            self._notify()
        return result

    def _notify(self):
        """Queue a mail to the person: whoever did not do it learns of it.

        Where the mail module is there and the person has an address; it is sent by
        Odoo's own job, so that no sign-in waits for a mail server.
        """
        self.ensure_one()
        user = self.user_id
        if not user.email:
            return
        env = self.with_context(lang=user.lang).env
        client, issuer = self.client_id.name, self.env["oauth.provider"].get_issuer()
        # The path form of the issuer is not where the pages are
        link = f"{issuer.partition('/oauth2/')[0]}/my/applications"
        subject = env._("%s may now use your account", client)
        text = env._("You have let “%s” use your account", client)
        advice = env._(
            "If that was not you, withdraw it and change your password. You find what"
            " is connected here:"
        )
        body = Markup("<p>%s (<bdi>%s</bdi>).</p><p>%s <a href='%s'>%s</a></p>") % (
            text,
            user.login,
            advice,
            link,
            link,
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": body,
                "email_to": user.email_formatted,
                "auto_delete": True,
            }
        )

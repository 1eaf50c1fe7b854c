# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import parse_qsl, urlencode

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..oauth2 import round_trip
from ..oauth2.message import CARRIED_PARAMETERS
from .common import PAGE_HEADERS, redirect, superuser_env

#: The address of a trial in Odoo, see the action of the same path.
IN_ODOO = "/odoo/oauth-try-it"
#: Here a script of our own is needed, and nothing else.
HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": "script-src 'self'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'",
}


class TrialController(http.Controller):
    """Where the answer to a request of *Try It* comes back to, in place of the app."""

    @http.route(
        round_trip.PATH,
        type="http",
        auth="user",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def oauth_trial(self, answer="", **_parameters):
        """Go on as the application would (RFC 6749 sections 4.1.2 and 4.2.2).

        :param answer: what stood in the fragment (str)
        """
        pairs = request.httprequest.args.items()
        if request.httprequest.method == "POST":
            pairs = parse_qsl(answer)
        # PostgreSQL holds no text with a NUL byte
        values = {name: value.replace("\x00", "\ufffd") for name, value in pairs}
        if not values:
            return self._page()
        trials = request.env["oauth.provider.trial"]
        trial = trials.find_running(values.get("state"), request.env.uid)
        if not trial:
            self._give_up(values)
            return self._page(ended=404)
        try:
            with request.env.cr.savepoint():
                trial.finish(values)
        except AccessError:
            # Meanwhile the client was archived, or the person lost the right
            self._give_up(values)
            return self._page(ended=403)
        return redirect(f"{IN_ODOO}/{trial.id}")

    @http.route(
        f"{round_trip.PATH}/open",
        type="http",
        auth="user",
        methods=["GET"],
        sitemap=False,
    )
    def oauth_trial_open(self, **_parameters):
        """Open *Try It* with the request that the error page was the answer to."""
        sent = {
            name: value
            for name, value in request.httprequest.args.items()
            if name in CARRIED_PARAMETERS and "\x00" not in value
        }
        trials, clients = (
            request.env[name]
            for name in ("oauth.provider.trial", "oauth.provider.client")
        )
        if not trials.has_access("create"):
            raise request.not_found()
        client = clients.search([("identifier", "=", sent.get("client_id"))], limit=1)
        if not client:
            raise request.not_found()
        endpoint = request.env["oauth.provider"].get_endpoint_url("authorize")
        url = f"{endpoint}?{urlencode(sent)}"
        trial = trials.create({"client_id": client.id, "request_url": url})
        return redirect(f"{IN_ODOO}/{trial.id}")

    def _give_up(self, answer):
        """Revoke what ``answer`` (dict of str) holds, if it is this person's."""
        env = superuser_env()
        address = env["ir.http"]._oauth_get_address()
        round_trip.end(env, request.env.user.with_env(env), answer, address)

    def _page(self, ended=None):
        """Return the page of the script, or with the status ``ended`` (int) its end."""
        return request.render(
            "oauth_provider.trial",
            {"has_ended": bool(ended), "action": round_trip.PATH},
            headers=HEADERS,
            status=ended or 200,
        )

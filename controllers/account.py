# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.http import request

from ..tools import sign_in
from .common import (
    PAGE_HEADERS,
    PRIVATE_HEADERS,
    is_csrf_valid,
    redirect,
    superuser_env,
)

PAGE = "/my/applications"
#: Seconds for which a sign-in counts as proof of identity, as with Odoo's own check.
FRESH = 10 * 60
#: Applications of one page.
PAGE_SIZE = 50
#: Name in the session of what was withdrawn a moment ago: ``one`` or ``all``. Not in
#: the address, or anybody's link would make the page say so.
WITHDRAWN = "oauth_withdrawn"


def _read_page(value):
    """Return the number of a page (int) that a caller names: 1 if it is no number.

    :param value: what the caller has sent: str or a file
    """
    is_text = isinstance(value, str) and value.isascii() and len(value) < 10
    return max(1, int(value)) if is_text and value.isdecimal() else 1


def _address(page, **query):
    """Return the address (str) of the page with the number ``page`` (int).

    :param query: further URL parameters
    """
    if page > 1:
        query["page"] = page
    return f"{PAGE}?{urlencode(query)}" if query else PAGE


class AccountController(http.Controller):
    @http.route(
        PAGE, type="http", auth="user", methods=["GET"], sitemap=False, website=True
    )
    def oauth_applications(self, oauth_notice="", page="", **_parameters):
        """The applications that the person has connected, with what they may do.

        A page of the portal where that is installed, else one of our own.

        :param oauth_notice: ``again`` for people who had to sign in again first
        :param page: number of the page, from 1 (str)
        """
        notice = request.session.pop(WITHDRAWN, None)
        if not notice and oauth_notice == "again":
            notice = oauth_notice
        grants = self._grants()
        pages = max(1, -(-len(grants) // PAGE_SIZE))
        number = min(_read_page(page), pages)
        values = {
            "grants": grants[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
            "count": len(grants),
            "page": number,
            "pages": pages,
            "address": _address,
            "position": request.env._(
                "Page %(number)s of %(count)s", number=number, count=pages
            ),
            "warning": request.env._(
                "All %s applications lose their access at once, also those on other"
                " pages.",
                len(grants),
            ),
            "user": request.env.user,
            "action": _address(number),
            "notice": notice,
        }
        if "portal" in request.env.registry._init_modules:
            template, headers = "oauth_provider.portal_applications", PRIVATE_HEADERS
        else:
            template, headers = "oauth_provider.applications", PAGE_HEADERS
        return request.render(template, values, headers=headers)

    @http.route(
        PAGE,
        type="http",
        auth="user",
        methods=["POST"],
        sitemap=False,
        website=True,
        # Odoo's own check fails at a token that is no ASCII
        csrf=False,
    )
    def oauth_withdraw(self, oauth_grant="", csrf_token=None, page="", **_parameters):
        """Withdraw one grant, or all of them, of the person who has just signed in."""
        if not is_csrf_valid(csrf_token):
            raise BadRequest("Session expired (invalid CSRF token)")
        device = request.session.sid[: http.STORED_SESSION_BYTES]
        user = request.env.user
        signed_in = sign_in.read(request.session, user.id, device)
        if time.time() - signed_in.time > FRESH:
            # Odoo's own login, with whatever factors it asks for
            request.env["ir.http"]._oauth_sign_in_again()
            back = _address(_read_page(page), oauth_notice="again")
            query = {"redirect": back, "login": user.login}
            return redirect(f"/web/login?{urlencode(query)}")
        grants = self._grants()
        is_all = oauth_grant == "all"
        if not is_all:
            grants = grants.filtered(lambda grant: str(grant.id) == oauth_grant)
        if not grants:
            # Ended meanwhile: the page shows what there is
            return redirect(_address(_read_page(page)))
        grants.withdraw()
        request.session[WITHDRAWN] = "all" if is_all else "one"
        return redirect(_address(_read_page(page)))

    def _grants(self):
        grants = superuser_env()["oauth.provider.grant"]
        context = {"lang": request.env.context.get("lang"), "tz": request.env.user.tz}
        return grants.find_of_user(request.env.user.sudo()).with_context(**context)

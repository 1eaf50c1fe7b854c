# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from oauthlib.oauth2 import FatalClientError

from odoo import http
from odoo.http import request

from ..oauth2.authorization import AuthorizationRequest
from ..oauth2.message import AUTHORIZE_PARAMETERS
from ..tools import redirect_uri
from .common import oauth_route, redirect, superuser_env

#: Pages that ask for or tell of a permission: never framed, stored or referred from.
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
}


class AuthorizeController(http.Controller):
    @oauth_route("authorize", ["GET", "POST"], browser=True)
    def oauth_authorize(self, message):
        """Authorization endpoint (RFC 6749 section 3.1).

        GET shows the consent page, POST is the answer to it. The form carries the
        request itself, which is validated anew: two tabs never mix.
        """
        decision = message.form.get("oauth_decision")
        if request.httprequest.method == "POST" and not decision:
            # A client may send its request by POST (OpenID Connect Core 3.1.2.1).
            # From another site it comes without the session cookie.
            return redirect(self._own_url(message))
        try:
            authorization = AuthorizationRequest(superuser_env(), message)
        except FatalClientError as error:
            return self._error_page(error)
        if authorization.error:
            return redirect(authorization.error_location(authorization.error))
        user = self._signed_in_user()
        if error := authorization.interaction_error(user and user.sudo()):
            return redirect(authorization.error_location(error))
        if not user:
            query = urlencode({"redirect": self._own_url(message)})
            return redirect(f"/web/login?{query}")
        if decision and not request.validate_csrf(message.form.get("csrf_token")):
            # Another session, or one that has ended: ask again
            return redirect(self._own_url(message))
        if decision == "deny":
            return redirect(authorization.denied_location())
        if decision == "allow":
            ticked = {
                scope.code
                for scope in authorization.scopes
                if message.form.get(f"oauth_scope.{scope.code}")
            }
            return redirect(authorization.grant_location(user.sudo(), ticked))
        if not authorization.needs_consent(user.sudo()):
            return redirect(authorization.grant_location(user.sudo()))
        return self._consent_page(authorization, message)

    def _own_url(self, message):
        """Return the address of this request as a GET, on this host (str)."""
        values = message.query.select((*AUTHORIZE_PARAMETERS, "db"))
        values.update(message.form.select(AUTHORIZE_PARAMETERS))
        return f"{request.httprequest.path}?{urlencode(values)}"

    def _form_action(self, message):
        """Return where the consent form goes: the same address, database included."""
        values = message.query.select(("db",))
        path = request.httprequest.path
        return f"{path}?{urlencode(values)}" if values else path

    def _signed_in_user(self):
        """Return the user (record) of the session, now the environment's, or None.

        Odoo has already checked the session; an unfinished second factor has no uid.
        """
        if not request.session.uid:
            return None
        request.update_env(user=request.session.uid)
        return request.env.user

    def _consent_page(self, authorization, message):
        own_url = self._own_url(message)
        return request.render(
            "oauth_provider.consent",
            {
                "client": authorization.client,
                "user": request.env.user.sudo(),
                "scopes": authorization.scopes.with_context(
                    lang=request.env.context.get("lang")
                ),
                "declined": authorization.declined_scopes(request.env.user.sudo()),
                "parameters": authorization.parameters,
                "action": self._form_action(message),
                "destination": redirect_uri.display_host(authorization.redirect_uri),
                "switch_url": "/web/session/logout?" + urlencode({"redirect": own_url}),
            },
            headers=PAGE_HEADERS,
        )

    def _error_page(self, error):
        request.env["ir.http"]._auth_method_public()
        return request.render(
            "oauth_provider.error",
            {"code": error.error, "description": error.description},
            headers=PAGE_HEADERS,
            status=400,
        )

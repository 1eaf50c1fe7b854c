# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from oauthlib.oauth2 import OAuth2Error

from odoo import http
from odoo.http import request

from ..oauth2.logout import LogoutRequest
from . import language
from .common import (
    PAGE_HEADERS,
    error_page,
    is_cross_site_post,
    is_csrf_valid,
    oauth_route,
    redirect,
    redirect_to_client,
    signed_in_user,
    superuser_env,
)


class LogoutController(http.Controller):
    @oauth_route("logout", ["GET", "POST"], browser=True)
    def oauth_logout(self, message):
        """Logout endpoint (OpenID Connect RP-Initiated Logout 1.0).

        The same for who is signed out already: a second request changes nothing.
        """
        try:
            logout = LogoutRequest(superuser_env(), message)
        except OAuth2Error as error:
            return error_page(error, logout_url=self._form_action(message))
        decision = message.form.get("oauth_decision")
        if is_cross_site_post(decision):
            return redirect(self._own_url(message, logout))
        user = signed_in_user()
        if user:
            if decision and not is_csrf_valid(message.form.get("csrf_token")):
                return redirect(self._own_url(message, logout))
            if decision == "stay":
                return redirect("/odoo")
            if not decision and not logout.is_confirmed(user.sudo()):
                return self._page("oauth_provider.logout", logout, message)
            request.session.logout(keep_db=True)
            request.session.can_save = True
        if logout.location:
            return redirect_to_client(logout.location)
        return self._page("oauth_provider.logged_out", logout, message)

    def _own_url(self, message, logout):
        return self._form_action(message, logout.parameters)

    def _form_action(self, message, parameters=None):
        """Return the address of the endpoint (str) with ``parameters`` (dict)."""
        values = message.query.select(("db",)) | (parameters or {})
        path = request.httprequest.path
        return f"{path}?{urlencode(values)}" if values else path

    def _page(self, template, logout, message):
        if not request.session.uid:
            request.env["ir.http"]._auth_method_public()
        if lang := logout.language or language.find():
            request.update_context(lang=lang)
        values = {
            "client": logout.client,
            "user": request.env.user.sudo(),
            "parameters": logout.parameters,
            "action": self._form_action(message),
        }
        return request.render(template, values, headers=PAGE_HEADERS)

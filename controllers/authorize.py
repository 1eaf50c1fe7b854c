# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from oauthlib.oauth2 import FatalClientError, OAuth2Error

from odoo import http
from odoo.http import request

from ..oauth2.authorization import AuthorizationRequest
from ..oauth2.message import CARRIED_PARAMETERS
from ..tools import redirect_uri, sign_in
from .common import (
    PAGE_HEADERS,
    error_page,
    is_post_of_nobody,
    oauth_route,
    redirect,
    signed_in_user,
    superuser_env,
)


class AuthorizeController(http.Controller):
    @oauth_route("authorize", ["GET", "POST"], browser=True)
    def oauth_authorize(self, message):
        """Authorization endpoint (RFC 6749 section 3.1).

        GET shows the consent page, POST is the answer to it. The form carries the
        request itself, which is validated anew: two tabs never mix.
        """
        decision = message.form.get("oauth_decision")
        try:
            authorization = AuthorizationRequest(superuser_env(), message)
        except FatalClientError as error:
            return error_page(error)
        if is_post_of_nobody(decision):
            # A client may send its request by POST (OpenID Connect Core 3.1.2.1)
            return redirect(self._own_url(message))
        if authorization.error:
            return redirect(authorization.error_location(authorization.error))
        user = signed_in_user()
        user = user and user.sudo()
        signed_in = user and self._read_sign_in(user, authorization)
        step = authorization.next_step(user, signed_in)
        if isinstance(step, OAuth2Error):
            return self._answer(authorization, authorization.error_location(step))
        if step == "login":
            return self._login(authorization, message)
        if decision and not request.validate_csrf(message.form.get("csrf_token")):
            # Another session, or one that has ended: ask again
            return redirect(self._own_url(message))
        if decision == "deny":
            return self._answer(authorization, authorization.denied_location(user))
        if decision == "allow":
            shown = message.form.get("oauth_shown")
            if not authorization.is_as_shown(user, shown):
                # Nobody allows what the page did not say
                return self._consent_page(authorization, message, is_changed=True)
            ticked = {
                scope.code
                for scope in authorization.scopes
                if message.form.get(f"oauth_scope.{scope.code}")
            }
            companies = {
                company.id
                for company in authorization.offered_companies(user)
                if message.form.get(f"oauth_company.{company.id}")
            }
            duration = message.form.get("oauth_duration")
            location = authorization.grant_location(
                user, signed_in, ticked, companies, duration
            )
            return self._answer(authorization, location)
        if step == "consent":
            return self._consent_page(authorization, message)
        location = authorization.grant_location(user, signed_in)
        return self._answer(authorization, location)

    def _answer(self, authorization, location):
        """Send the answer; a sign-in that the request asked for is used up by it."""
        sign_in.answer(request.session, authorization.fingerprint)
        return redirect(location)

    def _own_url(self, message):
        """Return the address of this request as a GET, on this host (str)."""
        values = message.query.select((*CARRIED_PARAMETERS, "db"))
        values.update(message.form.select(CARRIED_PARAMETERS))
        return f"{request.httprequest.path}?{urlencode(values)}"

    def _form_action(self, message):
        """Return where the consent form goes: the same address, database included."""
        values = message.query.select(("db",))
        path = request.httprequest.path
        return f"{path}?{urlencode(values)}" if values else path

    def _read_sign_in(self, user, authorization):
        device = request.session.sid[: http.STORED_SESSION_BYTES]
        name = authorization.fingerprint
        return sign_in.read(request.session, user.id, device, name)

    def _login(self, authorization, message):
        """Send the person to Odoo's own login, with whatever factors it asks for.

        Who is signed in has to do it again: the login page sends anybody else back at
        once. The rest of the session stays, or applications would be told of a logout.
        """
        request.session.uid = None
        sign_in.ask(request.session, authorization.fingerprint)
        query = {"redirect": self._own_url(message)}
        if login_hint := authorization.parameters.get("login_hint"):
            query["login"] = login_hint
        return redirect(f"/web/login?{urlencode(query)}")

    def _consent_page(self, authorization, message, is_changed=False):
        own_url = self._own_url(message)
        if authorization.language:
            request.update_context(lang=authorization.language)
        user = request.env.user.sudo()
        return request.render(
            "oauth_provider.consent",
            {
                "client": authorization.client.with_context(
                    lang=request.env.context.get("lang")
                ),
                "user": user,
                "required": authorization.scopes - authorization.scopes.optional(),
                "scopes": authorization.scopes.with_context(
                    lang=request.env.context.get("lang")
                ),
                "grant": authorization.known_grant(user),
                "ticked": authorization.ticked_scopes(user),
                "companies": authorization.offered_companies(user),
                "allowed_companies": authorization.allowed_companies(user),
                "durations": authorization.client.get_durations(),
                "duration": authorization.chosen_duration(user),
                "parameters": authorization.parameters,
                "shown": authorization.shown_to(user),
                "is_changed": is_changed,
                "action": self._form_action(message),
                "destination": redirect_uri.display_host(authorization.redirect_uri),
                "switch_url": "/web/session/logout?" + urlencode({"redirect": own_url}),
            },
            headers=PAGE_HEADERS,
        )

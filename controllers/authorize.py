# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time
from urllib.parse import quote, urlencode, urlsplit

from oauthlib.oauth2 import FatalClientError, OAuth2Error
from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.http import SessionExpiredException, request

from ..oauth2.authorize import AuthorizationRequest
from ..oauth2.message import CARRIED_PARAMETERS
from ..oauth2.round_trip import PATH as TRIAL_PATH
from ..tools import sign_in, sign_in_mark, uri_parts
from . import language, person
from .common import (
    PAGE_HEADERS,
    error_page,
    is_cross_site_post,
    is_csrf_valid,
    oauth_route,
    redirect,
    redirect_to_client,
    superuser_env,
)
from .database import named_database

#: Where the person's part is, in both forms; the browser stays at the endpoint.
CONSENT_ROUTES = ["/oauth2/consent", "/oauth2/db/<string:database>/consent"]


class AuthorizeController(http.Controller):
    @oauth_route("authorize", ["GET", "POST"], browser=True)
    def oauth_authorize(self, message):
        """Authorization endpoint (RFC 6749 section 3.1).

        GET shows the consent page, POST is the answer to it. The form carries the
        request itself, which is validated anew: two tabs never mix. Once client and
        redirect URI are proven, the person who is signed in is served by
        :meth:`oauth_consent`, within the same request.
        """
        try:
            authorization = AuthorizationRequest(superuser_env(), message)
        except FatalClientError as error:
            return error_page(error)
        authorization.site_language = language.find()
        if is_cross_site_post(message.form.get("oauth_decision")):
            # A client may send its request by POST (OpenID Connect Core 3.1.2.1)
            return redirect(self._own_url(message))
        if authorization.error:
            return self._send(
                authorization, authorization.error_location(authorization.error)
            )
        if not request.session.uid:
            return self._without_person(authorization, message)
        request.oauth_authorization = authorization, message
        path = request.httprequest.path.rstrip("/").removesuffix("authorize")
        response = person.serve(
            f"{path}consent",
            self._own_url(message),
            lambda reason: self._interrupted(authorization, message, reason),
        )
        if request.oauth_authorization:
            # An addon has answered in place of our own method, with a page of its own
            if error := authorization.interruption_error(is_sign_in=False):
                return self._send(authorization, authorization.error_location(error))
        return response

    @http.route(
        CONSENT_ROUTES, type="http", auth="user", methods=["GET"], sitemap=False
    )
    def oauth_consent(self, database=None, **_parameters):
        """The person's part of the authorization endpoint.

        With ``auth="user"``: a session that is locked or has expired authorizes
        nothing. Its own address leads to the endpoint, which validates the request.
        """
        if not getattr(request, "oauth_authorization", None):
            return redirect(self._endpoint_url())
        authorization, message = request.oauth_authorization
        request.oauth_authorization = None
        if request.session.uid != request.env.uid:
            # An addon has signed the person out and gone on
            return self._without_person(authorization, message)
        return self._answer_person(authorization, message, request.env.user.sudo())

    @oauth_route(
        "consent",
        ["GET"],
        browser=True,
        routes=CONSENT_ROUTES,
        oauth_without_database=True,
    )
    def oauth_consent_without_database(self, message):
        """The same for the router of Odoo that knows no database."""
        return redirect(self._endpoint_url())

    def _answer_person(self, authorization, message, user):
        """Return the response for ``user`` (record), whose session is in order."""
        decision = message.form.get("oauth_decision")
        signed_in = self._read_sign_in(user, authorization)
        step = authorization.next_step(user, signed_in)
        reason = authorization.policy_reason(step)
        if isinstance(step, OAuth2Error) and not reason:
            return self._answer(authorization, authorization.error_location(step))
        if step == "login":
            return self._login(authorization, message)
        if decision and not is_csrf_valid(message.form.get("csrf_token")):
            # Another session, or one that has ended: ask again
            return redirect(self._own_url(message))
        if reason and decision == "again":
            return self._login(authorization, message)
        if reason and decision == "back":
            return self._answer(authorization, authorization.policy_location(step))
        if reason:
            return self._policy_page(authorization, message, step)
        if decision == "deny":
            return self._answer(authorization, authorization.denied_location(user))
        if decision == "allow":
            return self._allow(authorization, message, user, signed_in)
        if step == "consent":
            return self._consent_page(authorization, message)
        location = authorization.grant_location(user, signed_in)
        return self._answer(authorization, location)

    def _allow(self, authorization, message, user, signed_in):
        """Return the response for ``user`` (record), who has pressed *Allow*."""
        shown = message.form.get("oauth_shown")
        if not authorization.matches_page(user, shown):
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

    def _without_person(self, authorization, message):
        """Return the response for who is not signed in: log in, if it may be asked."""
        step = authorization.next_step(None, None)
        if isinstance(step, OAuth2Error):
            return redirect_to_client(authorization.error_location(step))
        return self._login(authorization, message)

    def _interrupted(self, authorization, message, reason):
        """Return the response where Odoo serves no page, or None to let it answer.

        :param reason: what was raised, one of person.INTERRUPTIONS
        """
        request.oauth_authorization = None
        if error := authorization.interruption_error(
            is_sign_in=not isinstance(reason, HTTPException)
        ):
            return self._send(authorization, authorization.error_location(error))
        if type(reason) is SessionExpiredException:
            # As Odoo does it, and the mark of the request goes along
            request.session.logout(keep_db=True)
            request.session.can_save = True
            return self._login(authorization, message)
        return None

    def _answer(self, authorization, location):
        """Send the answer; a sign-in that the request asked for is used up by it."""
        response = self._send(authorization, location)
        if mark := self._read_mark(authorization):
            sign_in.answer(request.session, mark)
            self._set_mark(response, self._mark_name(authorization), "")
        return response

    def _send(self, authorization, location):
        """Send the browser to ``location`` (str), or with its answer to *Try It*."""
        trial = request.env["oauth.provider.trial"].find_running(
            authorization.state, request.session.uid
        )
        if trial.client_id != authorization.client or not trial:
            return redirect_to_client(location)
        answer = urlsplit(location)
        if authorization.is_in_fragment:
            return redirect(f"{TRIAL_PATH}#{answer.fragment}")
        return redirect(f"{TRIAL_PATH}?{answer.query}")

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

    def _endpoint_url(self):
        """Return the address (str) of the endpoint, for that of its person's part."""
        path = request.httprequest.path.rstrip("/").removesuffix("consent")
        # Decoded: it may hold a line break, and any name in place of a database's
        path = quote(path)
        query = urlencode(list(request.httprequest.args.items(multi=True)))
        return f"{path}authorize?{query}" if query else f"{path}authorize"

    def _read_sign_in(self, user, authorization):
        device = request.session.sid[: http.STORED_SESSION_BYTES]
        mark = self._read_mark(authorization)
        return sign_in.read(request.session, user.id, device, mark)

    def _mark_name(self, authorization):
        return sign_in_mark.cookie_name(authorization.env, authorization.fingerprint)

    def _read_mark(self, authorization):
        cookies = request.httprequest.cookies
        return sign_in_mark.read(authorization.env, authorization.fingerprint, cookies)

    def _set_mark(self, response, name, value):
        """Let the browser keep the mark ``value`` (str) as ``name``, or drop it."""
        lifetime = sign_in_mark.LIFETIME if value else 0
        response.set_cookie(
            name,
            value,
            max_age=lifetime,
            expires=int(time.time()) + lifetime if value else 0,
            path=sign_in_mark.PATH,
            secure=request.httprequest.is_secure,
            httponly=True,
            samesite="Lax",
        )

    def _login(self, authorization, message):
        """Send the person to Odoo's own login, with whatever factors it asks for.

        Who is signed in has to do it again: the login page sends anybody else back at
        once.
        """
        if request.session.uid:
            request.env["ir.http"]._oauth_sign_in_again()
        query = {"redirect": self._own_url(message)}
        if login_hint := authorization.parameters.get("login_hint"):
            query["login"] = login_hint
        if named := named_database():
            # No session remembers it
            query["db"] = named
        response = redirect(f"/web/login?{urlencode(query)}")
        name = self._mark_name(authorization)
        mark = sign_in_mark.make(
            authorization.env, authorization.fingerprint, time.time()
        )
        self._set_mark(response, name, mark)
        for old in sign_in_mark.surplus(request.httprequest.cookies, name):
            self._set_mark(response, old, "")
        return response

    def _policy_page(self, authorization, message, step):
        """Return the page that says why the person may not continue.

        :param step: OAuth2Error
        """
        authorization.note_policy(step)
        if authorization.language:
            request.update_context(lang=authorization.language)
        user = request.env.user.sudo()
        has_page = "auth_totp_portal" in request.registry._init_modules
        return request.render(
            "oauth_provider.policy",
            {
                "client": authorization.client,
                "user": user,
                "reason": authorization.policy_reason(step),
                "company": user.company_id.sudo(),
                "security_url": "/my/security" if has_page else "/odoo",
                "parameters": authorization.parameters,
                "action": self._form_action(message),
                "switch_url": self._switch_url(message),
            },
            headers=PAGE_HEADERS,
            status=403,
        )

    def _switch_url(self, message):
        """Return the address (str) that signs out and comes back to this request."""
        query = urlencode({"redirect": self._own_url(message)})
        return f"/web/session/logout?{query}"

    def _consent_page(self, authorization, message, is_changed=False):
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
                "grant": authorization.earlier_consent(user),
                "ticked": authorization.ticked_scopes(user),
                "companies": authorization.offered_companies(user),
                "allowed_companies": authorization.allowed_companies(user),
                "durations": authorization.client.get_durations(),
                "duration": authorization.chosen_duration(user),
                "parameters": authorization.parameters,
                "shown": authorization.page_fingerprint(user),
                "is_changed": is_changed,
                "action": self._form_action(message),
                "destination": uri_parts.display_host(authorization.redirect_uri),
                "switch_url": self._switch_url(message),
            },
            headers=PAGE_HEADERS,
        )

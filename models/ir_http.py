# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import re
import sys

import werkzeug.exceptions

from odoo import SUPERUSER_ID, api, http, models
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from ..json2 import describe, discovery
from ..json2.access import TokenAccess
from ..json2.current import limited_to_companies
from ..json2.error_answer import ErrorAnswer, without_details
from ..json2.error_text import is_ours
from ..json2.need import InsufficientScope
from ..json2.route_limit import complete, reading_within
from ..storage.row_lookup import read_ahead
from ..tools import challenge, protected_route, script_headers, sign_in

_logger = logging.getLogger(__name__)

#: Where Odoo's module api_doc describes the API to programs.
DOCUMENT_RULES = ("/doc-bearer/index.json", "/doc-bearer/<model_name>.json")
#: Where a path that begins with slashes is looked up (RFC 9728 section 3.1).
SLASHES = re.compile(r"(/\.well-known/oauth-protected-resource)/{2,}")
#: An API key of Odoo. Our tokens are longer, so each is looked up in one place only.
API_KEY = re.compile(r"[0-9a-fA-F]{40}")


class IrHttp(models.AbstractModel):
    """The one model that knows of the session, as in Odoo itself."""

    _inherit = "ir.http"

    @api.model
    def _oauth_note_sign_in(self, uid, method):
        """Remember in the browser's session, if there is one, how ``uid`` signed in."""
        if not request or not request.session.can_save:
            return
        ended = sign_in.note(request.session, uid, method)
        if ended:
            self.env["oauth.provider.session"].sudo().end_by_handle(ended)

    @api.model
    def _oauth_get_address(self):
        """Return the IP address (str) that the request came from, if there is one."""
        address = (request and request.httprequest.remote_addr) or ""
        # A proxy may pass on what a caller wrote; PostgreSQL takes no text with it
        return address.replace("\x00", "")

    @api.model
    def _oauth_is_first_refusal(self):
        """Tell whether the request has not been called refused before.

        It may be refused on two levels, and Odoo may run it twice.
        """
        if not request:
            return True
        is_first = not getattr(request, "oauth_is_refused", False)
        request.oauth_is_refused = True
        return is_first

    @api.model
    def _oauth_note_second_factor(self, user):
        """Remember that ``user`` (record) has given the second factor that was due."""
        if request and request.session.get("pre_uid") == user.id:
            self._oauth_note_sign_in(user.id, user._mfa_type())

    @classmethod
    def _post_logout(cls):
        result = super()._post_logout()
        # Odoo has emptied the session; its values are still in the store
        stored = http.root.session_store.get(request.session.sid)
        if not getattr(request, "oauth_signs_in_again", False):
            cls._oauth_end_session(stored)
        if sign_in.ANSWERED in stored:
            # What a request has used up counts no more, whoever signs in next
            request.session[sign_in.ANSWERED] = stored[sign_in.ANSWERED]
        return result

    @classmethod
    def _oauth_sign_in_again(cls):
        """Sign the person of the session out, who is about to sign in again.

        As Odoo's own logout does it, for anybody may come back: nothing but the sign-in
        to clients is left. It goes on where the same person comes back, and ends where
        another one does.
        """
        known = request.session.get(sign_in.KEY)
        request.oauth_signs_in_again = True
        try:
            request.session.logout(keep_db=True)
        finally:
            request.oauth_signs_in_again = False
        if known:
            request.session[sign_in.KEY] = known

    # Access tokens on routes

    def _generate_routing_rules(self, modules, converters):
        for url, endpoint in super()._generate_routing_rules(modules, converters):
            if endpoint.routing.get("oauth_without_database"):
                # A database has a route for signed-in people at this address
                continue
            if endpoint.routing.get("auth") in ("oauth", "bearer"):
                self._oauth_route_to_primary(endpoint.routing)
            if endpoint.routing.get("auth") == "oauth":
                # No cookie counts there, so there is nothing for CSRF tokens to protect
                endpoint.routing.setdefault("csrf", False)
                endpoint.routing.setdefault("save_session", False)
                # A page of the website would show Odoo's own error
                endpoint.routing["website"] = False
            yield url, endpoint

    @classmethod
    def _match(cls, path_info):
        # Odoo's website would redirect to another resource
        rule, args = super()._match(SLASHES.sub(r"\1/", path_info))
        if not rule.endpoint.routing.get("oauth_path_form"):
            return rule, args
        plain = request.env["oauth.provider"].get_plain_path(path_info)
        if not plain.startswith("/") or plain == path_info:
            return rule, args
        try:
            found = super()._match(plain)
        except werkzeug.exceptions.NotFound:
            return rule, args
        return found if found[0].endpoint.routing["auth"] == "oauth" else (rule, args)

    @classmethod
    def _serve_fallback(cls):
        if "\x00" in request.httprequest.path:
            # PostgreSQL holds no such text, and Odoo would ask it for one
            raise werkzeug.exceptions.NotFound()
        return super()._serve_fallback()

    @classmethod
    def _oauth_route_to_primary(cls, routing):
        """Let the primary database answer while the replica has no row of the token.

        :param routing: parameters of a route (dict), whose ``readonly`` is changed
        """
        before = routing.get("readonly")
        if not before or hasattr(before, "is_for_oauth"):
            return

        def readonly(controller, rule, args):
            is_readonly = before(controller, rule, args) if callable(before) else True
            raw = cls._oauth_read_header()
            if not is_readonly or not raw or API_KEY.fullmatch(raw):
                return is_readonly
            env = request.env(user=SUPERUSER_ID, su=True)
            return not env.cr.readonly or bool(env["oauth.provider.token"].find(raw))

        # Several addresses of one endpoint share these parameters
        readonly.is_for_oauth = True
        routing["readonly"] = readonly

    @classmethod
    def _authenticate(cls, endpoint):
        is_oauth = endpoint.routing["auth"] == "oauth"
        if is_oauth:
            request.oauth_routing = endpoint.routing
        if not is_oauth or http.is_cors_preflight(request, endpoint):
            return super()._authenticate(endpoint)
        cls._oauth_allow_scripts(request.future_response.headers)
        raw = cls._oauth_read_header()
        if not raw:
            request.env["oauth.provider.token"].sudo().log_refusal(None)
            cls._oauth_refuse(401)
        token = cls._oauth_authenticate_token(raw)
        missing = cls._oauth_find_needed(endpoint.routing) - set(token.allowed_codes())
        if missing:
            cls._oauth_log_refusal(token, "missing_scope")
            scope = token.get_wider_scope(missing)
            cls._oauth_refuse(403, error="insufficient_scope", scope=scope)
        return None

    @classmethod
    def _oauth_find_needed(cls, routing):
        """Return the scopes (set of codes) that this request to a route needs.

        :param routing: parameters of the route (dict)
        """
        found = protected_route.find_needed(routing, request)
        if found is None:
            cls._oauth_refuse(400, error="invalid_request")
        return found

    @classmethod
    def _oauth_allow_scripts(cls, headers):
        """Let scripts use a protected route, see :func:`..tools.script_headers.allow`.

        :param headers: of the answer (werkzeug.datastructures.Headers)
        """
        routing = getattr(request, "oauth_routing", None) or {}
        script_headers.allow(routing.get("cors"), request.httprequest.method, headers)

    @classmethod
    def _auth_method_bearer(cls):
        raw = cls._oauth_read_header()
        if not raw or API_KEY.fullmatch(raw):
            try:
                return super()._auth_method_bearer()
            except werkzeug.exceptions.Unauthorized as error:
                events = request.env["oauth.provider.event"].sudo()
                events.log_refusal("wrong_api_key" if raw else "no_token")
                for header in error.www_authenticate or ():
                    header["resource_metadata"] = cls._oauth_get_metadata_url()
                raise
        cls._oauth_authenticate_token(raw)
        return None

    @classmethod
    def _pre_dispatch(cls, rule, args):
        if rule.endpoint.routing.get("oauth_stateless"):
            # For programs: no language to choose, no editor, no debug mode, no upload
            request.dispatcher.pre_dispatch(rule, args)
            cls._oauth_reset_language()
            return None
        token = getattr(request, "oauth_token", None)
        if token is not None and rule.endpoint.routing["auth"] == "bearer":
            # One route limits tokens to their scopes; others run with the user's rights
            is_limited = rule.endpoint.routing.get("oauth_held")
            is_limited = is_limited or cls._oauth_describes(rule, args, token)
            if not is_limited and not token.find_allowed_scopes().have_full_access():
                cls._oauth_log_refusal(token, "no_full_access")
                full = token.client_id.scope_ids.filtered("full_access")
                scope = token.get_wider_scope(full.sorted("code")[:1].mapped("code"))
                cls._oauth_refuse(403, error="insufficient_scope", scope=scope)
        try:
            result = super()._pre_dispatch(rule, args)
        finally:
            # Odoo answers a preflight there
            cls._oauth_allow_scripts(request.future_response.headers)
        lang = request.env.context.get("lang")
        if token is not None and lang != http.DEFAULT_LANG:
            constraints = request.env["ir.model.constraint"]
            request.oauth_errors.translations = constraints._oauth_get_texts(lang)
        return result

    @classmethod
    def _oauth_describes(cls, rule, args, token):
        """Tell whether we describe the API in place of Odoo, to a limited ``token``.

        Odoo describes what the user may call, and keeps that for all with their groups.
        """
        if rule.rule not in DOCUMENT_RULES:
            return False
        access = TokenAccess(token)
        is_ours = not access.is_full and discovery.is_for_api(access)
        if is_ours:
            request.oauth_documented = access, args.get("model_name")
        return is_ours

    @classmethod
    def _dispatch(cls, endpoint):
        documented = getattr(request, "oauth_documented", None)
        if documented is None:
            routing = endpoint.routing
            is_limited = routing["auth"] == "oauth" and routing.get(
                "oauth_within_scopes"
            )
            if not is_limited or http.is_cors_preflight(request, endpoint):
                return super()._dispatch(endpoint)
            run = super()._dispatch
            access = TokenAccess(request.oauth_token)
            cls._oauth_note_call(endpoint.routing["routes"][0], access)
            with reading_within(access, request.env):
                return complete(run(endpoint))
        access, name = documented
        is_company_limited = access.token.grant_id.is_company_limited
        companies = access.companies if is_company_limited else None
        with limited_to_companies(companies):
            if name is None:
                document = describe.make_index(access, request.env)
            else:
                document = describe.make_document(access, request.env, name)
        if document is None:
            raise werkzeug.exceptions.NotFound("There is no such model.")
        response = request.make_json_response(document)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @classmethod
    def _oauth_read_header(cls):
        """Return the token of the Authorization header (str), or None."""
        header = request.httprequest.headers.get("Authorization")
        return challenge.read_bearer(header)

    @classmethod
    def _oauth_authenticate_token(cls, raw):
        """Make the owner of the access token ``raw`` (str) the user of the request.

        :return: the token (record), which is ``request.oauth_token`` from now on
        :raise HTTPException: with the answer of RFC 6750, if it is not usable
        """
        cls._oauth_reset_language()
        env = request.env(user=SUPERUSER_ID, su=True)
        request.oauth_errors = ErrorAnswer(env.registry)
        path = env["oauth.provider"].get_requested_path()
        read_ahead(env["oauth.provider.token"], raw)
        live = env["oauth.provider.token"].read_open(raw, at=path)
        if not live:
            env["oauth.provider.token"].log_refusal(raw)
            cls._oauth_refuse(401, error="invalid_token")
        client, user = live.client, live.row.user_id
        request.oauth_presented = (client.id, client.identifier, user.id)
        token = live.as_record()
        if token.grant_id.is_without_company():
            # Without any, Odoo would take all of the user's
            cls._oauth_log_refusal(token, "no_company")
            cls._oauth_refuse(403, error="insufficient_scope")
        request.oauth_token = token
        is_full = token.find_allowed_scopes().have_full_access()
        request.oauth_errors.is_scoped = not is_full
        cls._oauth_reset_session()
        request.update_env(user=token.user_id.id, su=False)
        request.update_context(**token.get_context())
        token.grant_id.record_use(request.httprequest.remote_addr)
        return token

    @classmethod
    def _oauth_reset_language(cls):
        """Continue in the source language, whatever ``Accept-Language`` says.

        That language may not be installed: Odoo then raises an error wherever it
        translates. It does so without any language too, where a local variable is named
        like a user.
        """
        if request.env.context.get("lang") != http.DEFAULT_LANG:
            request.update_context(lang=http.DEFAULT_LANG)

    @classmethod
    def _oauth_reset_session(cls):
        """Continue with an anonymous session, which is not stored.

        A cookie sent with a token may be another person's, who has just entered their
        password: Odoo would not ask again before it creates an API key.
        """
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=request.db)
        session.context = request.session.context
        session.can_save = False
        request.session = session

    @classmethod
    def _oauth_log_refusal(cls, token, cause):
        """Let the administrator know why a request with ``token`` (record) is refused.

        :param cause: key of a cause (str)
        """
        token = token.sudo()
        token.env["oauth.provider.event"].log_refusal(
            cause, client=token.client_id, user=token.user_id
        )

    @classmethod
    def _oauth_note_call(cls, called, access=None):
        """Note what the request calls, for the administrator if it is refused.

        :param called: model, or method of it (str)
        :param access: :class:`~..json2.access.TokenAccess` that limits it, or None
        """
        request.oauth_called, request.oauth_access = called, access

    @classmethod
    def _oauth_get_access(cls):
        """Return the TokenAccess that limits what the request calls, or None."""
        return getattr(request, "oauth_access", None)

    @classmethod
    def _oauth_count_error(cls, error):
        """Let the administrator know of an ``error`` that refuses what a token wants.

        Without a query: the transaction may have failed.
        """
        if isinstance(error, InsufficientScope):
            cause = "related_change"
        elif isinstance(error, AccessError):
            is_of_user = getattr(error, "is_right_of_user", not is_ours(error))
            cause = "no_right" if is_of_user else "not_opened"
        elif isinstance(error, MissingError):
            cause = "no_record"
        else:
            return
        called = getattr(request, "oauth_called", "")
        access = cls._oauth_get_access()
        if cause == "no_record" and access is not None and access.broken:
            # The record may be one of those that a broken filter hides
            cause = "broken_filter"
            called = f"{called} (scopes: {', '.join(access.broken.values())})"
        if presented := getattr(request, "oauth_presented", None):
            events = request.env["oauth.provider.event"]
            events.count_refusal(cause, *presented, called)

    @classmethod
    def _oauth_refuse(cls, status, **parameters):
        """Abort with the answer of RFC 6750 section 3, whatever type the route has.

        :param status: HTTP status (int)
        :param parameters: of the challenge, such as ``error``
        """
        if status == 401 and (scopes := cls._oauth_get_described()):
            # What to ask for, where no token is there yet
            parameters["scope"] = " ".join(scopes)
        header = cls._oauth_make_challenge(**parameters)
        werkzeug.exceptions.abort(challenge.make_answer(status, header, parameters))

    @classmethod
    def _oauth_get_described(cls):
        """Return the scopes (list of str) that the requested route says it uses."""
        routing = getattr(request, "oauth_routing", None)
        return routing and protected_route.get_scopes(routing)

    @classmethod
    def _oauth_make_challenge(cls, **parameters):
        """Return the header (str) of RFC 6750 section 3 with these ``parameters``."""
        scope = parameters.pop("scope", None)
        metadata_url = cls._oauth_get_metadata_url()
        return challenge.bearer(
            **parameters, resource_metadata=metadata_url, scope=scope
        )

    # Errors

    @classmethod
    def _handle_error(cls, exception):
        answer = cls._oauth_get_error_answer()
        if answer is None:
            response = super()._handle_error(exception)
            raw = cls._oauth_read_header()
            if not raw or API_KEY.fullmatch(raw):
                return response
            # The route takes no token, or the request has not come that far
            return without_details(response, exception)
        # No handler before or after this one may render a page with a traceback
        request.is_frontend = False
        try:
            cls._oauth_count_error(exception)
            said = answer.replace(exception, request.env.context.get("lang"))
            if isinstance(said, werkzeug.exceptions.HTTPException) and said.response:
                return said.response
            handle = super()._handle_error
            if getattr(exception, "oauth_of_call", False):
                # The same answer whatever type the route has that makes the call
                handle = http.Json2Dispatcher(request).handle_error
            response = without_details(handle(said), said)
            if isinstance(response, werkzeug.exceptions.HTTPException):
                response = response.get_response(request.httprequest.environ)
            if header := getattr(exception, "oauth_challenge", None):
                response.headers["WWW-Authenticate"] = header
            cls._oauth_allow_scripts(response.headers)
            return response
        except Exception as error:
            # Odoo would answer with a traceback of both errors
            _logger.error("No answer to an error, for a %s", type(error).__name__)
            return werkzeug.exceptions.InternalServerError()

    @classmethod
    def _oauth_get_error_answer(cls):
        """Return what an error answer may contain (ErrorAnswer), None without token."""
        return getattr(request, "oauth_errors", None) if request else None

    @classmethod
    def _oauth_get_metadata_url(cls):
        """Return the URL (str) of the metadata of the requested resource (RFC 9728)."""
        provider = request.env["oauth.provider"].sudo()
        return provider.get_protected_resource_url(provider.get_requested_resource())

    # Signing out

    @classmethod
    def _oauth_end_session(cls, session):
        """End the sign-ins to clients that depend on ``session`` (mapping)."""
        known = session.get(sign_in.KEY)
        if not known:
            return
        registry, handle = request.env.registry, known["handle"]

        def end(cr):
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["oauth.provider.session"].end_by_handle(handle)

        def end_later():
            with registry.cursor() as cr:
                end(cr)

        if sys.exc_info()[0]:
            # A session that has expired: Odoo rolls the request back
            end_later()
        elif request.env.cr.readonly:
            # Odoo's own logout, where there is a replica
            request.env.cr.postcommit.add(end_later)
        else:
            end(request.env.cr)

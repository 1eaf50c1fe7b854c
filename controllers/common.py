# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all OAuth routes share: their two addresses, their database, their answers."""

import functools
import json
from contextlib import contextmanager
from urllib.parse import urlencode

from oauthlib.oauth2 import InvalidRequestError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import wrap_file

from odoo import SUPERUSER_ID, http
from odoo.http import RegistryError, Response, request
from odoo.tools import json_default

from ..oauth2 import cors as cross_origin
from ..oauth2.ahead import forget
from ..oauth2.message import CARRIED_PARAMETERS, Answer, Message, Parameters
from ..oauth2.round_trip import PATH as TRIAL_PATH
from ..tools.uri_difference import LABELS
from . import database, language
from .dispatcher import (
    JSON_TYPE,
    MAX_CONTENT_LENGTH,
    RETRY_AFTER,
    OAuthDispatcher,
    OAuthPageDispatcher,
    check_size,
    plain_page,
)

#: Headers that may name the database, so that an answer depends on them.
DATABASE_HEADERS = ("X-Odoo-Database", "Cookie")
REDIRECT_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
#: Pages that ask for or tell of a permission: never framed, stored or referred from.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
#: The same for pages of our own, which need no script: nothing is executed there.
PAGE_HEADERS = {
    **PRIVATE_HEADERS,
    "Content-Security-Policy": "script-src 'none'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'none'",
}


def oauth_route(
    name,
    methods,
    readonly=False,
    ahead=None,
    browser=False,
    cors=False,
    routes=None,
    **routing,
):
    """Publish a controller method as ``/oauth2/<name>`` in both its forms.

    The method is called as ``method(self, message)``, with what the path has of further
    parameters, in the database that the request names, which is found without a cookie:
    by the path ``/oauth2/db/<database>/<name>``, the URL parameter ``db``, the
    ``X-Odoo-Database`` header, the session, the host. Works in a server-wide addon.

    :param methods: HTTP methods that are allowed
    :param readonly: whether nothing is written, see :func:`odoo.http.route`; a function
        of an environment and the Message tells whether a replica can answer
    :param ahead: function that reads ahead, see :mod:`..oauth2.ahead`
    :param browser: whether a person's browser comes here: it keeps its session, and
        gets redirects and pages rather than JSON
    :param cors: whether scripts of the clients' pages may call it, or ``ANY_ORIGIN``
        where those of any page may
    :param routes: addresses in place of the two
    :param routing: further attributes of :func:`odoo.http.route`
    """
    if cors:
        methods = [*methods, "OPTIONS"]

    def decorator(method):
        @functools.wraps(method)
        def handle(self, database=None, **parameters):
            answer = functools.partial(method, self, **parameters)
            return _handle(answer, database, methods, readonly, browser, cors)

        # Odoo drops parameters that the signature does not name, and warns of each
        del handle.__wrapped__
        kind = {"type": OAuthDispatcher.routing_type, "oauth_stateless": True}
        if browser:
            kind = {"type": OAuthPageDispatcher.routing_type, "csrf": False}
        else:
            kind["oauth_cors"] = cors
        forms = ("/oauth2", f"/oauth2/db/{database.PARAMETER}")
        addresses = routes or [f"{form}/{name}" for form in forms]
        if not routing.get("oauth_without_database"):
            database.add_routes(addresses)
        # No list of methods for Odoo: it would answer 405 with a page
        return http.route(
            addresses,
            **kind,
            **routing,
            auth="none",
            max_content_length=MAX_CONTENT_LENGTH,
            save_session=browser,
            readonly=_before_route(readonly, ahead) if callable(readonly) else readonly,
        )(handle)

    return decorator


def _handle(answer, in_path, methods, readonly, browser, cors):
    """Return the response to the current request; see :func:`oauth_route`.

    :param answer: function of the Message that returns the response
    :param in_path: name of the database in the path (str), or None
    """
    response = _respond(answer, in_path, methods, readonly, browser, cors)
    if cors == cross_origin.ANY_ORIGIN:
        # An answer without a database too
        is_preflight = request.httprequest.method == "OPTIONS"
        announced = methods if is_preflight else None
        response.headers.update(cross_origin.public_headers(announced))
    return response


def _respond(answer, in_path, methods, readonly, browser, cors):
    """Return the response to the current request, which any page may read or none."""
    # Each use of the proxy looks it up again
    current = request._get_current_object()
    method_name = current.httprequest.method
    if not _has_ended_session(current):
        # Nobody's: there is nothing to keep. A POST without a cookie may come from
        # another site, and a new session would take the place of the one whose cookie
        # the browser has kept back (SameSite). Somebody's: keeping it may make it
        # younger, and so unlock it
        current.session.can_save = False
    # HEAD is a GET whose body is not sent, where nothing is written
    if method_name not in methods and not (
        readonly and "GET" in methods and method_name == "HEAD"
    ):
        return _wrong_method(methods, in_path)
    response = _enter_database(current, in_path, browser)
    if response is not None:
        return response
    is_preflight = method_name == "OPTIONS"
    if is_preflight:
        response = empty_response(204)
    else:
        try:
            message = _take_message(current) or read_message(current)
        except RequestEntityTooLarge as error:
            events = superuser_env(current)["oauth.provider.event"]
            events.log_refusal("malformed", detail=error.description)
            if not browser:
                raise
            reason = InvalidRequestError(description=error.description)
            return error_page(reason, status=error.code)
        response = answer(message)
    if cors is True:
        origin = current.httprequest.headers.get("Origin")
        announced = methods if is_preflight else None
        env = superuser_env(current) if origin else None
        response.headers.update(cross_origin.headers(env, origin, announced))
    if not browser:
        vary = [response.headers.get("Vary"), *DATABASE_HEADERS]
        response.headers["Vary"] = ", ".join(filter(None, vary))
    return response


def _has_ended_session(current):
    """Tell whether Odoo has just ended a person's session, which has to be stored.

    Where it cannot use the database it empties any session, and nobody's too. That of a
    person stays in the store: the database may be back in a moment.
    """
    session = current.session
    if not current.db or not session.should_rotate:
        return False
    return bool(http.root.session_store.get(session.sid).uid)


def _before_route(can_answer, ahead):
    """Return the ``readonly`` of a route, which Odoo asks before it serves the route.

    It decides whether the replica can answer, or reads ahead where there is none.
    """

    def readonly(_controller, _rule, args):
        current = request._get_current_object()
        is_replica = current.env.cr.readonly
        if not is_replica:
            name = ahead and database.find_database(args.get("database"), current)
            if not name or not database.is_entered(name, current):
                return True
            current.oauth_entered = name
        # Odoo sets the limit of the route later
        current.httprequest.max_content_length = MAX_CONTENT_LENGTH
        try:
            message = current.oauth_message = read_message(current)
        except RequestEntityTooLarge:
            if is_replica:
                raise
            # The route answers that itself
            return True
        if is_replica:
            return can_answer(superuser_env(current), message)
        ahead(current.env, message)
        return True

    return readonly


def superuser_env(current=request):
    """Return the environment in which the protocol side serves ``current``."""
    return current.env(user=SUPERUSER_ID, su=True)


@contextmanager
def using_cursor(cr):
    """Let the environment of the current request use the cursor ``cr``, for a while.

    Addons may go by it: what they write has to be in the same transaction.
    """
    current = request._get_current_object()
    before, current.env = current.env, current.env(cr=cr)
    try:
        yield
    finally:
        current.env = before


def _take_message(current):
    """Return the Message that :func:`_before_route` has read, or None.

    Only once: a request that Odoo runs again reads its own.
    """
    message = getattr(current, "oauth_message", None)
    current.oauth_message = None
    if message is None and current.env:
        forget(current.env)
    return message


def read_message(current=request):
    """Return the request ``current`` as a :class:`Message`.

    :raise RequestEntityTooLarge: where it is too long, or has too many fields
    """
    httprequest = current.httprequest
    check_size(httprequest)
    return Message(
        # oauthlib parses the address; nothing of it is the caller's
        uri="/oauth2",
        query=Parameters(httprequest.args.items(multi=True)),
        # A part of a form may have no name
        form=Parameters(
            (name, value)
            for name, value in httprequest.form.items(multi=True)
            if name is not None
        ),
        authorization=httprequest.headers.get("Authorization"),
        address=httprequest.remote_addr or "",
        origin=httprequest.headers.get("Origin"),
        content_type=httprequest.headers.get("Content-Type"),
    )


def json_response(answer):
    """Return the HTTP response for an :class:`Answer`."""
    headers = list(answer.headers.items())
    if isinstance(answer.body, dict):
        headers.append(("Content-Type", JSON_TYPE))
        body = json.dumps(answer.body, ensure_ascii=False, default=json_default)
        response = Response(body, status=answer.status, headers=headers)
    elif hasattr(answer.body, "read"):
        headers.append(("Content-Type", JSON_TYPE))
        content = wrap_file(request.httprequest.environ, answer.body)
        response = Response(
            content, status=answer.status, headers=headers, direct_passthrough=True
        )
    elif answer.body:
        headers.append(("Content-Type", "application/jwt"))
        response = request.make_response(answer.body, headers, status=answer.status)
    else:
        response = empty_response(answer.status, headers)
    if answer.max_age:
        # Asked for again and again, and nearly always the same
        response.add_etag()
        response.make_conditional(request.httprequest)
    return response


def empty_response(status, headers=()):
    """Return a response that has no body, and so no type (RFC 9110 section 8.3)."""
    response = request.make_response("", list(headers), status=status)
    response.headers.remove("Content-Type")
    return response


def _refusal(status, description, **headers):
    body = {"error": "invalid_request", "error_description": description}
    return json_response(Answer(status, body, headers))


def _wrong_method(methods, in_path):
    """Return the answer where the HTTP method is none of ``methods`` (list of str).

    :param in_path: name of the database in the path (str), or None
    """
    name = database.find_database(in_path)
    if name and database.is_entered(name):
        superuser_env()["oauth.provider.event"].log_refusal("method")
    named = [method for method in methods if method != "OPTIONS"]
    description = f"Use {' or '.join(named)}."
    return _refusal(405, description, Allow=", ".join(methods))


def _enter_database(current, in_path, browser):
    """Make sure that the request ``current`` runs in the database that it is for.

    :param in_path: name of the database in the path (str), or None
    :return: None when it does; otherwise the response to send
    """
    if current.db and getattr(current, "oauth_entered", None) == current.db:
        # Found before the route
        return None
    name = database.find_database(in_path, current)
    if name and database.is_entered(name, current):
        return None
    # One that it runs in has no addon
    if not name or name == current.db or not database.is_served(name):
        return _without_database(name, browser)
    try:
        if not database.is_foreign_session(name):
            return database.serve_again(name)
        if browser:
            return database.serve_nobody(name)
    except RegistryError:
        # It may have been dropped since this process has loaded it, or is away
        database.note_failure(name)
        is_away = database.is_served(name)
        return _without_database(name, browser, is_away)
    return _refusal(400, "The session belongs to another database.")


def _without_database(name, browser, is_away=False):
    """Return the answer where there is no database ``name`` (str or None).

    :param is_away: whether there is one, which takes no connection
    """
    if is_away or not database.is_reachable():
        status, description = 503, "The database cannot be reached."
    elif name:
        status, description = 404, "Unknown database."
    else:
        status, description = 400, "Name the database."
    if browser:
        return plain_page(status, description, PAGE_HEADERS)
    if status != 503:
        return _refusal(status, description)
    # Of a provider that will be back: ask again, as you asked
    body = {"error": "temporarily_unavailable"}
    return json_response(Answer(status, body, {"Retry-After": str(RETRY_AFTER)}))


def redirect(location, status=303):
    """Return a redirect to ``location``, which is left as it is.

    303, so that a browser never repeats a POST (RFC 9700 section 4.12).
    """
    headers = [("Location", location), *REDIRECT_HEADERS.items()]
    return request.make_response("", headers, status=status)


class _ClientRedirect(http.Response._wrapped__):
    """A response whose header ``Location`` is sent exactly as it is.

    Werkzeug parses an address and writes it again, which may change it.
    """

    def get_wsgi_headers(self, environ):
        location = self.headers.pop("Location")
        try:
            headers = super().get_wsgi_headers(environ)
        finally:
            self.headers["Location"] = location
        headers["Location"] = location
        return headers


def redirect_to_client(location):
    """Return a redirect to an address of a client: not a character of it changes.

    RFC 6749 section 3.1.2. Such an address is ASCII, as only a URI can be registered.
    """
    headers = {"Location": location, **REDIRECT_HEADERS}
    return Response(_ClientRedirect(status=303, headers=headers))


def is_cross_site_post(decision):
    """Tell whether a POST comes from a page that is none of ours: come back as GET.

    From another site it comes without the session cookie, and without a person.

    :param decision: what was decided on our page (str), or None
    """
    is_post = request.httprequest.method == "POST"
    return is_post and not (decision and request.session.uid)


def is_csrf_valid(token):
    """Tell whether ``token`` is one that a form of this session has brought.

    :param token: what the caller has sent: str, a file, or None
    """
    # Odoo compares nothing but ASCII
    is_text = isinstance(token, str) and token.isascii()
    return is_text and request.validate_csrf(token)


def signed_in_user():
    """Return the user (record) of the session, now the environment's, or None.

    Odoo has already checked the session; an unfinished second factor has no uid.
    """
    if not request.session.uid:
        return None
    request.update_env(user=request.session.uid)
    return request.env.user


def _trial_url():
    """Return where a manager tries the current request (str), or None for others."""
    trials = request.env["oauth.provider.trial"].with_user(request.session.uid)
    if not (request.session.uid and trials.has_access("create")):
        return None
    message = read_message()
    sent = message.query.select(CARRIED_PARAMETERS)
    sent.update(message.form.select(CARRIED_PARAMETERS))
    return f"{TRIAL_PATH}/open?{urlencode(sent)}"


def error_page(error, status=400, logout_url=None):
    """Return the page that tells a person of ``error`` (OAuth2Error).

    :param logout_url: where somebody who is signed in can sign out (str), or None
    """
    request.env["ir.http"]._auth_method_public()
    if lang := language.find():
        request.update_context(lang=lang)
    client = getattr(error, "client", None)
    # Whoever tries addresses does not learn which host is registered: not even by where
    # parts are named
    parts = (request.session.uid and getattr(error, "parts", None)) or []
    return request.render(
        "oauth_provider.error",
        {
            "client": client,
            "trial_url": client and _trial_url(),
            "sent_uri": getattr(error, "sent_uri", None),
            "parts": ", ".join(request.env._(LABELS[part]) for part in parts),
            "code": error.error,
            "description": error.description,
            "logout_url": logout_url if request.session.uid else None,
        },
        headers=PAGE_HEADERS,
        status=status,
    )

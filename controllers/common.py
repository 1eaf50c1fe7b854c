# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all OAuth routes share: their two addresses, their database, their answers."""

import functools
import json
import threading

import psycopg2
from oauthlib.oauth2 import InvalidRequestError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import wrap_file

from odoo import SUPERUSER_ID, http
from odoo.http import Response, request
from odoo.modules.registry import Registry
from odoo.sql_db import db_connect
from odoo.tools import config, json_default

from ..oauth2.cors import headers as cors_headers
from ..oauth2.message import Answer, Message, Parameters
from .dispatcher import (
    JSON_TYPE,
    MAX_CONTENT_LENGTH,
    RETRY_AFTER,
    OAuthDispatcher,
    OAuthPageDispatcher,
    check_size,
)

#: Databases by which is told whether there is a PostgreSQL.
MOST_TRIED = 3
#: Headers that may name the database, so that an answer depends on them.
DATABASE_HEADERS = ("X-Odoo-Database", "Cookie")
#: What a request has of its database.
IN_DATABASE = ("db", "env", "registry", "session", "dispatcher")
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
    browser=False,
    cors=False,
    routes=None,
    **routing,
):
    """Publish a controller method as ``/oauth2/<name>`` in both its forms.

    The method is called as ``method(self, message)`` in the database that the request
    names, which is found without a cookie: by the path
    ``/oauth2/db/<database>/<name>``, the URL parameter ``db``, the
    ``X-Odoo-Database`` header, the session, the host.
    Works in a server-wide addon, where Odoo may not know the database yet.

    :param methods: HTTP methods that are allowed
    :param readonly: whether nothing is written, see :func:`odoo.http.route`; a function
        of an environment and the Message tells whether a replica can answer
    :param browser: whether a person's browser comes here: it keeps its session, and
        gets redirects and pages rather than JSON
    :param cors: whether scripts of the clients' pages may call it
    :param routes: addresses in place of the two
    :param routing: further attributes of :func:`odoo.http.route`
    """
    if cors:
        methods = [*methods, "OPTIONS"]

    def decorator(method):
        @functools.wraps(method)
        def handle(self, database=None, **_parameters):
            answer = functools.partial(method, self)
            return _handle(answer, database, methods, readonly, browser, cors)

        # Odoo drops parameters that the signature does not name, and warns of each
        del handle.__wrapped__
        kind = {"type": OAuthPageDispatcher.routing_type, "csrf": False}
        if not browser:
            kind = {
                "type": OAuthDispatcher.routing_type,
                "oauth_stateless": True,
                "oauth_cors": cors,
            }
        # No list of methods for Odoo: it would answer 405 with a page
        return http.route(
            routes or [f"/oauth2/{name}", f"/oauth2/db/<string:database>/{name}"],
            **kind,
            **routing,
            auth="none",
            max_content_length=MAX_CONTENT_LENGTH,
            save_session=browser,
            readonly=_on_replica(readonly) if callable(readonly) else readonly,
        )(handle)

    return decorator


def _handle(answer, database, methods, readonly, browser, cors):
    """Return the response to the current request; see :func:`oauth_route`.

    :param answer: function of the Message that returns the response
    :param database: name of the database in the path (str), or None
    """
    method_name = request.httprequest.method
    if not request.session.should_rotate:
        # Nobody's: there is nothing to keep. A POST without a cookie may come from
        # another site, and a new session would take the place of the one whose cookie
        # the browser has kept back (SameSite). Somebody's: keeping it may make it
        # younger, and so unlock it
        request.session.can_save = False
    # HEAD is a GET whose body is not sent, where nothing is written
    if method_name not in methods and not (
        readonly and "GET" in methods and method_name == "HEAD"
    ):
        return _refusal(405, "Use another method.", Allow=", ".join(methods))
    response = _enter_database(database, browser)
    if response is not None:
        return response
    is_preflight = method_name == "OPTIONS"
    if is_preflight:
        response = request.make_response("", status=204)
    else:
        try:
            message = read_message()
        except RequestEntityTooLarge as error:
            if not browser:
                raise
            reason = InvalidRequestError(description=error.description)
            return error_page(reason, status=error.code)
        response = answer(message)
    if cors:
        origin = request.httprequest.headers.get("Origin")
        announced = methods if is_preflight else None
        env = superuser_env() if origin else None
        response.headers.update(cors_headers(env, origin, announced))
    if not browser:
        vary = [response.headers.get("Vary"), *DATABASE_HEADERS]
        response.headers["Vary"] = ", ".join(filter(None, vary))
    return response


def _on_replica(can_answer):
    """Return the ``readonly`` of a route, which Odoo asks before it serves one."""

    def readonly(_controller, _rule, _args):
        if not request.env.cr.readonly:
            return True
        # Odoo sets the limit of the route later
        request.httprequest.max_content_length = MAX_CONTENT_LENGTH
        return can_answer(superuser_env(), read_message())

    return readonly


def superuser_env():
    """Return the environment in which the protocol side works."""
    return request.env(user=SUPERUSER_ID, su=True)


def read_message():
    """Return the current request as a :class:`Message`.

    :raise RequestEntityTooLarge: where it is too long, or has too many fields
    """
    httprequest = request.httprequest
    check_size(httprequest)
    return Message(
        # oauthlib parses the address; nothing of it is the caller's
        uri="/oauth2",
        query=Parameters(httprequest.args.items(multi=True)),
        form=Parameters(httprequest.form.items(multi=True)),
        authorization=httprequest.headers.get("Authorization"),
        address=httprequest.remote_addr or "",
        origin=httprequest.headers.get("Origin"),
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
    else:
        if answer.body:
            headers.append(("Content-Type", "application/jwt"))
        response = request.make_response(
            answer.body or "", headers, status=answer.status
        )
    if answer.max_age:
        # Asked for again and again, and nearly always the same
        response.add_etag()
        response.make_conditional(request.httprequest)
    return response


def _refusal(status, description, **headers):
    body = {"error": "invalid_request", "error_description": description}
    return json_response(Answer(status, body, headers))


def named_database(in_path=None):
    """Return the database (str) that the request itself names, or None.

    By its path, the parameter ``db`` or a header: where it comes without any of these,
    Odoo finds the database as well.

    :param in_path: the one in its path (str); else what was there before
    """
    if in_path:
        request.oauth_database = in_path
    httprequest = request.httprequest
    return (
        getattr(request, "oauth_database", None)
        or httprequest.args.get("db")
        or httprequest.headers.get("X-Odoo-Database")
    )


def _enter_database(named, browser):
    """Make sure that the request runs in the database that it names.

    :return: None when it does; otherwise the response to send
    """
    named = named_database(named) or request.db or _find_only_database()
    if named and named == request.db:
        return None
    if not named or not _is_served(named):
        if not _is_reachable():
            return _unreachable()
        if not named:
            return _refusal(400, "Name the database.")
        return _refusal(404, "Unknown database.")
    if request.db:
        if not browser:
            return _refusal(400, "The session belongs to another database.")
        return _serve_nobody(named)
    return _serve_again(named, browser)


def _find_only_database():
    """Return the only database of this host (str), or None.

    Odoo has looked for it too, perhaps while PostgreSQL was starting.
    """
    names = http.db_list(force=True)
    return names[0] if len(names) == 1 else None


def _is_reachable():
    """Tell whether PostgreSQL can be reached; a request without it has no database.

    A role may be kept out of the database ``postgres``: Odoo is then told the names of
    its own, by the configuration.
    """
    for name in [*config["db_name"][:MOST_TRIED], "postgres"]:
        try:
            db_connect(name).cursor().close()
        except psycopg2.OperationalError:
            continue
        return True
    return False


def _unreachable():
    """Return the answer of a provider that will be back: ask again, as you asked."""
    body = {"error": "temporarily_unavailable"}
    return json_response(Answer(503, body, {"Retry-After": str(RETRY_AFTER)}))


def _is_served(name):
    """Tell whether ``name`` is a database of this host with the addon installed."""
    if "\x00" in name or not http.db_filter([name]):
        return False
    try:
        return name in http.db_list(force=True) and (
            "oauth.provider.client" in Registry(name)
        )
    except (AttributeError, psycopg2.Error):
        return False


def _serve_again(name, browser):
    """Serve the current request once more, in the database ``name``."""
    request.db = name
    request.session.db = name
    request.session.can_save = browser
    response = request._serve_db()
    # The session is saved and the headers are set: once is enough
    request.session.can_save = False
    request.future_response = http.FutureResponse()
    return response


def _serve_nobody(name):
    """Serve the current request in the database ``name``, where nobody is signed in.

    The browser's session is of another database, and stays as it is until the person
    signs in.
    """
    before = {attribute: getattr(request, attribute) for attribute in IN_DATABASE}
    request.db = name
    request.session = http.root.session_store.new()
    request.session.update(http.get_default_session(), db=name)
    request.session.context["lang"] = request.default_lang()
    request.session.can_save = False
    try:
        response = request._serve_db()
    finally:
        for attribute, value in before.items():
            setattr(request, attribute, value)
        threading.current_thread().dbname = request.db
    request.session.can_save = False
    request.future_response = http.FutureResponse()
    return response


def redirect(location, status=303):
    """Return a redirect to ``location``, which is left as it is.

    303, so that a browser never repeats a POST (RFC 9700 section 4.12).
    """
    return request.make_response(
        "",
        headers=[
            ("Location", location),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
        ],
        status=status,
    )


def is_cross_site_post(decision):
    """Tell whether a POST comes from a page that is none of ours: come back as GET.

    From another site it comes without the session cookie, and without a person.

    :param decision: what was decided on our page (str), or None
    """
    is_post = request.httprequest.method == "POST"
    return is_post and not (decision and request.session.uid)


def signed_in_user():
    """Return the user (record) of the session, now the environment's, or None.

    Odoo has already checked the session; an unfinished second factor has no uid.
    """
    if not request.session.uid:
        return None
    request.update_env(user=request.session.uid)
    return request.env.user


def error_page(error, status=400):
    """Return the page that tells a person of ``error`` (OAuth2Error)."""
    request.env["ir.http"]._auth_method_public()
    return request.render(
        "oauth_provider.error",
        {"code": error.error, "description": error.description},
        headers=PAGE_HEADERS,
        status=status,
    )

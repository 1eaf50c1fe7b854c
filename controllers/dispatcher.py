# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The type of the routes that programs call, beside Odoo's ``http`` and ``json2``."""

import json
from http import HTTPStatus

import psycopg2
from werkzeug.exceptions import (
    HTTPException,
    RequestEntityTooLarge,
    default_exceptions,
)

from odoo.http import Dispatcher, HttpDispatcher, RegistryError, Response, root

from ..oauth2.message import NO_STORE
from ..tools.key_encryption import SigningUnavailableError
from . import database

JSON_TYPE = "application/json; charset=utf-8"
#: Bytes of a request. The longest has a signed assertion of some kilobytes.
MAX_CONTENT_LENGTH = 1024 * 1024
#: Bytes of a form in several parts, which no page of ours sends: reading the head of a
#: part takes Werkzeug a time that grows with the square of its length.
MAX_MULTIPART = 64 * 1024
#: Fields of a form: some for the request, one for each scope and company.
MAX_FIELDS = 5000
#: What is raised where there is no database, or none that can do it now, and where this
#: process cannot sign.
UNAVAILABLE = (
    psycopg2.InterfaceError,
    psycopg2.OperationalError,
    RegistryError,
    SigningUnavailableError,
)
#: Seconds after which whoever found no database may ask again.
RETRY_AFTER = 5


def _is_unavailable(exc, request):
    """Tell whether ``request`` failed because the database or a key is not there.

    Or because the database is not whole: it is still being restored.
    """
    if isinstance(exc, HTTPException):
        return False
    if isinstance(exc, UNAVAILABLE):
        return True
    return bool(request.db) and not database.is_whole(request.db)


def check_size(httprequest):
    """Raise RequestEntityTooLarge for a request that is too long to read its fields.

    Reading the fields of a megabyte takes a second. Those of a form in several parts
    are counted by Werkzeug.

    :param httprequest: the request (HTTPRequest)
    """
    content = httprequest.query_string
    length = httprequest.content_length
    if length is not None and len(content) + length < MAX_FIELDS:
        # Each field takes a byte at least
        return
    if httprequest.mimetype == "application/x-www-form-urlencoded":
        try:
            content += b"&" + httprequest.get_data(parse_form_data=False)
        except RequestEntityTooLarge as error:
            raise _too_large() from error
    elif httprequest.mimetype == "multipart/form-data":
        try:
            body = httprequest.get_data(parse_form_data=False)
            is_short = len(body) <= MAX_MULTIPART and httprequest.form is not None
        except RequestEntityTooLarge as error:
            raise _too_large() from error
        if not is_short:
            raise _too_large()
    if content.count(b"&") > MAX_FIELDS:
        raise _too_large()


def _too_large():
    return RequestEntityTooLarge("The request is too long or has too many fields.")


def plain_page(status, description, headers=()):
    """Return a page for a browser, where there is no database to make one of ours.

    :param status: HTTP status (int) of an error
    :param description: what a person should know (str)
    :param headers: further headers (mapping)
    """
    error = default_exceptions[status](description)
    further = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
    return Response(
        error.get_body(),
        status=status,
        headers={**NO_STORE, **dict(headers), **further},
        content_type="text/html; charset=utf-8",
    )


class OAuthPageDispatcher(HttpDispatcher):
    """Hands a browser's request to its endpoint as it came, and answers with pages.

    Odoo's own one reads all fields of a form first, however many there are.
    """

    routing_type = "oauth2_page"

    def dispatch(self, endpoint, args):
        self.request.params = dict(args)
        if self.request.db:
            return self.request.registry["ir.http"]._dispatch(endpoint)
        return endpoint(**args)

    def handle_error(self, exc):
        """Return the answer to a request that has failed: 503 without a database."""
        if _is_unavailable(exc, self.request):
            return plain_page(503, "Try again in a moment.")
        return super().handle_error(exc)


class OAuthDispatcher(Dispatcher):
    """Hands a request to its endpoint as it came, and answers in JSON, errors too.

    The endpoints read the parameters themselves, where the RFCs say that they are, and
    return a complete response.
    """

    routing_type = "oauth2"
    mimetypes = ("application/x-www-form-urlencoded", "*/*")

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def __init__(self, request):
        super().__init__(request)
        self.is_for_scripts = False

    def dispatch(self, endpoint, args):
        self.request.params = dict(args)
        self.is_for_scripts = endpoint.routing.get("oauth_cors")
        # Odoo's wrapper would look for parameters that the endpoint does not take. An
        # addon that replaces one and does not decorate it has none.
        method = endpoint.func
        call = getattr(endpoint, "original_endpoint", method.__func__)
        return call(method.__self__, **args)

    def handle_error(self, exc):
        """Return the answer to a request that has failed (Response), with no details.

        That of an HTTP error, 503 while there is no database or no key to sign with
        (RFC 9110 section 15.6.4), 500 for what should not happen.
        """
        headers = dict(NO_STORE)
        if isinstance(exc, HTTPException):
            if exc.response:
                return exc.response
            status, error = exc.code, "invalid_request"
        elif _is_unavailable(exc, self.request):
            status, error = HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable"
            headers["Retry-After"] = str(RETRY_AFTER)
        else:
            status, error = HTTPStatus.INTERNAL_SERVER_ERROR, "server_error"
        response = Response(
            json.dumps({"error": error}),
            status=status,
            headers=headers,
            content_type=JSON_TYPE,
        )
        if self.is_for_scripts:
            # Whose pages may read an answer there may be no database to ask; in this
            # one is nothing of anybody
            response.headers["Access-Control-Allow-Origin"] = "*"
        root.set_csp(response)
        return response

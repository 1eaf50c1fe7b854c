# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The files that an access token may read, as Odoo stores them.

``/web/content`` serves people by their session; it knows no bearer token.
"""

import re

from werkzeug.exceptions import RequestedRangeNotSatisfiable

from odoo import http
from odoo.http import Stream, request

from ..oauth2 import content
from ..oauth2.message import Answer
from ..oauth2.replica import can_answer
from .common import json_response, oauth_route, superuser_env

#: One range of bytes, which is all that is served (RFC 9110 section 14.2). What else a
#: client asks for is as if it had asked for all.
ONE_RANGE = re.compile(r"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})")


class ContentController(http.Controller):
    @oauth_route(
        "content/<model>/<number>/<field>", ["GET"], readonly=can_answer, cors=True
    )
    def oauth_content(self, message, model, number, field):
        """The file in a binary field of a record."""
        return self._oauth_serve(message, model, number, field)

    @oauth_route("content/attachment/<number>", ["GET"], readonly=can_answer, cors=True)
    def oauth_attachment(self, message, number):
        """The file of an attachment."""
        return self._oauth_serve(message, "ir.attachment", number, None)

    def _oauth_serve(self, message, model, number, field):
        found = content.content_response(superuser_env(), message, model, number, field)
        if not isinstance(found.body, Stream):
            return json_response(found)
        stream = found.body
        try:
            response = stream.get_response(as_attachment=True, environ=_get_environ())
        except RequestedRangeNotSatisfiable:
            body = {
                "error": "invalid_request",
                "error_description": "The file has no such range.",
            }
            headers = {"Content-Range": f"bytes */{stream.size}"}
            return json_response(Answer(416, body, headers))
        # Of the file, which several records may share: it tells when the first had it
        response.headers.pop("Last-Modified", None)
        response.headers["Accept-Ranges"] = "bytes"
        response.headers.update(found.headers)
        return response


def _get_environ():
    """Return the WSGI environment with the conditions that are served, and no others.

    Those on the time of the last change would tell it.
    """
    environ = dict(request.httprequest.environ)
    for name in ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"):
        environ.pop(name, None)
    # Section 13.1.5: with a time that is not known, there is no range
    is_part = environ.get("HTTP_IF_RANGE", '"').startswith('"')
    wanted = ONE_RANGE.fullmatch(environ.get("HTTP_RANGE", "").strip())
    if not (is_part and wanted and _is_range(wanted[1])) or _is_head(environ):
        environ.pop("HTTP_RANGE", None)
    return environ


def _is_range(text):
    """Return whether ``text`` (``<first>-<last>``) does not end before it begins."""
    first, _dash, last = text.partition("-")
    return not (first and last) or int(first) <= int(last)


def _is_head(environ):
    """Return whether the request wants no content, of which there could be a range."""
    return environ["REQUEST_METHOD"] == "HEAD"

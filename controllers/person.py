# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Serves the part of an endpoint that needs a person, as Odoo serves its own pages."""

import io

from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.http import SessionExpiredException, request

#: What Odoo and its addons raise in place of a page for the person who is signed in:
#: the session is locked or has expired, or there is something else to do first.
INTERRUPTIONS = (SessionExpiredException, AccessDenied, HTTPException)


def serve(path, address, instead):
    """Serve ``path``, a route with ``auth="user"``, within the current request.

    All that addons add to such routes is done: locks and expiry of a session, terms to
    accept, and so on. The request they see is a GET of ``address``, so that they send
    the person back there, whatever it was.

    :param path: path of the route (str)
    :param address: path and query (str) of the current request as a GET
    :param instead: function of what was raised (one of INTERRUPTIONS); returns the
        response to send, or None to let Odoo and its addons answer
    :return: the response; headers are left to the current request, and the session,
        which is kept if nothing was raised
    """
    before = request.httprequest, request.dispatcher
    request.httprequest = _as_get(address)
    request.session.can_save = True
    try:
        response = _serve(path)
    except INTERRUPTIONS as interruption:
        request.session.can_save = False
        response = instead(interruption)
        if response is None:
            # Whoever answers it reads the address from the request
            raise
    except BaseException:
        # Odoo may try once more, with the request as it came
        request.httprequest, request.dispatcher = before
        raise
    request.httprequest, request.dispatcher = before
    return response


def _serve(path):
    """Do what :meth:`odoo.http.Request._serve_db` does, in the same transaction."""
    ir_http = request.registry["ir.http"]
    request.update_env(user=request.session.uid, context=request.session.context)
    rule, args = ir_http._match(path)
    request._set_request_dispatcher(rule)
    ir_http._authenticate(rule.endpoint)
    ir_http._pre_dispatch(rule, args)
    return request.dispatcher.dispatch(rule.endpoint, args)


def _as_get(address):
    """Return the current request (HTTPRequest) as a GET of ``address`` (str)."""
    environ = {
        **request.httprequest.environ,
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": address.partition("?")[2],
        "RAW_URI": address,
        "CONTENT_LENGTH": "0",
        "wsgi.input": io.BytesIO(),
    }
    environ.pop("CONTENT_TYPE", None)
    return http.HTTPRequest(environ)

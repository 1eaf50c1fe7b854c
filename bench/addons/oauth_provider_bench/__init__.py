# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from . import controllers

#: The header by which a request says how much deeper on the stack it begins (frames).
DEPTH_HEADER = "X-Bench-Depth"


def post_load():
    """Let a request begin as deep on the stack as its header says.

    Where this is loaded for the whole server.
    """
    serve = http.Application.__call__

    def __call__(self, environ, start_response):
        name = f"HTTP_{DEPTH_HEADER.upper().replace('-', '_')}"
        depth = int(environ.get(name, 0))
        return _call_below(depth, serve, self, environ, start_response)

    http.Application.__call__ = __call__


def _call_below(depth, function, *args):
    return _call_below(depth - 1, function, *args) if depth else function(*args)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

#: How much deeper in the stack a request begins (frames).
DEPTH_HEADER = "X-Bench-Depth"
_KEY = f"HTTP_{DEPTH_HEADER.upper().replace('-', '_')}"


def post_load():
    """Let a request begin as deep in the stack as its header says.

    Odoo calls this in each process that loads the addon.
    """
    serve = http.Application.__call__

    def __call__(self, environ, start_response):
        depth = int(environ.get(_KEY, 0))
        return _call_below(depth, serve, self, environ, start_response)

    http.Application.__call__ = __call__


def _call_below(depth, function, *args):
    return _call_below(depth - 1, function, *args) if depth else function(*args)

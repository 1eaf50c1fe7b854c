# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import http
from odoo.http import request

from ..tools.causes import CAUSES, PARTS
from .common import PAGE_HEADERS

#: What the key of a cause looks like: nothing else is repeated on the page.
KEY = re.compile(r"[a-z_]{1,64}")


class ErrorsController(http.Controller):
    @http.route(
        "/oauth_provider/errors",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def oauth_errors(self, cause="", **_parameters):
        """The page *Errors*: why requests are refused, in the manager's language.

        Made of the same list as ``docs/ERRORS.md``. Who reads no events is answered
        403.

        :param cause: key (str) of the cause that is looked up, also the fragment of the
            address; where the list does not have it (any more), the page says so
        """
        request.env["oauth.provider.event"].check_access("read")
        is_key = isinstance(cause, str) and KEY.fullmatch(cause)
        values = {
            "parts": PARTS,
            "asked": cause if is_key else None,
            "is_unknown": cause and not (is_key and cause in CAUSES),
        }
        return request.render(
            "oauth_provider.oauth_provider_event_view_errors",
            values,
            headers=PAGE_HEADERS,
        )

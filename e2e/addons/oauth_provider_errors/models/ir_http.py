# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import traceback

from odoo import models
from odoo.http import Response, request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _handle_error(cls, exception):
        """Make a page of the original exception, as http_routing does.

        That one may be loaded before oauth_provider; this one comes after it.
        """
        response = super()._handle_error(exception)
        if getattr(request, "is_frontend", False):
            return Response("".join(traceback.format_exception(exception)), status=500)
        return response

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from math import isqrt

from odoo import http
from odoo.http import request
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: Bytes and session files that nobody gives back.
PIECE = 2 * 2**20
FILES = 4
_kept = []
_cursors = []


class LeakController(http.Controller):
    @http.route("/soak/leak", type="http", auth="none", csrf=False, save_session=False)
    def leak(self, **_parameters):
        """Keep memory, a connection, files and dead rows, and log more each time."""
        _kept.append(bytearray(PIECE))
        # Ever fewer, so that there is no end of them however fast the machine is
        if len(_cursors) < isqrt(len(_kept)):
            cursor = request.env.registry.cursor()
            # Its snapshot sees rows that nobody else needs: no vacuum removes them
            cursor.execute(SQL("SELECT count(*) FROM res_country"))
            _cursors.append(cursor)
        request.env.cr.execute(SQL("UPDATE res_country SET code = code"))
        store = http.root.session_store
        for _number in range(FILES):
            store.save(store.new())
        _logger.info("Kept: %s", "x" * 500 * len(_kept))
        return request.make_json_response({"kept": len(_kept)})

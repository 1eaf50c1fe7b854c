# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, http, models
from odoo.http import request

from ..tools import sign_in


class IrHttp(models.AbstractModel):
    """The one model that knows of the session, as in Odoo itself."""

    _inherit = "ir.http"

    @api.model
    def _oauth_note_sign_in(self, uid, method):
        """Remember in the browser's session, if there is one, how ``uid`` signed in."""
        if not request or not request.session.can_save:
            return
        ended = sign_in.note(request.session, uid, method)
        if ended:
            self.env["oauth.provider.session"].sudo().end_by_handle(ended)

    @classmethod
    def _post_logout(cls):
        result = super()._post_logout()
        # Odoo has emptied the session; what it was is still in the store
        stored = http.root.session_store.get(request.session.sid)
        cls._oauth_end_session(stored)
        return result

    @classmethod
    def _oauth_end_session(cls, session):
        """End the sign-ins to clients that hang on ``session`` (mapping)."""
        known = session.get(sign_in.KEY)
        if not known:
            return
        registry, handle = request.env.registry, known["handle"]

        def end(cr):
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["oauth.provider.session"].end_by_handle(handle)

        def end_later():
            with registry.cursor() as cr:
                end(cr)

        if request.env.cr.readonly:
            # Odoo's own logout, where there is a replica
            request.env.cr.postcommit.add(end_later)
        else:
            end(request.env.cr)

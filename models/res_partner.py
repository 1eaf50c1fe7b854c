# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import SQL

#: For how long nobody relies on what was read of a partner that has been written: the
#: same transaction may write once more, at the same date.
DELAY = timedelta(minutes=1)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    @api.private
    def oauth_has_picture(self, id_, written):
        """Tell whether the partner ``id_`` has a picture, without reading it.

        :param written: its date of writing; a picture is written with its partner
        """
        if not written or written > fields.Datetime.now() - DELAY:
            return self._oauth_look_for_picture(id_)
        return self._oauth_has_picture(id_, written)

    @api.model
    @tools.ormcache("id_", "_written")
    def _oauth_has_picture(self, id_, _written):
        return self._oauth_look_for_picture(id_)

    @api.model
    def _oauth_look_for_picture(self, id_):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT EXISTS(SELECT FROM ir_attachment WHERE res_id = %s"
                " AND res_model = 'res.partner' AND res_field = 'image_128')",
                id_,
            )
        )
        return self.env.cr.fetchone()[0]

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)

#: Views that join templates of ours to pages of the portal:
#: {our external id: (view of the portal, place in it, our template)}
JOINTS = {
    "oauth_provider.portal_my_home": (
        "portal.portal_my_home",
        "//div[@id='portal_common_category']",
        "oauth_provider.portal_card",
    ),
    "oauth_provider.portal_breadcrumbs": (
        "portal.portal_breadcrumbs",
        "//ol[hasclass('o_portal_submenu')]",
        "oauth_provider.portal_breadcrumb",
    ),
}


class IrModuleModule(models.Model):
    """The portal is no dependency: whoever has it gets a card there.

    The two views are made as soon as both modules are there, whichever comes first.
    They go with the portal, which takes along what inherits its views, or with this
    addon, whose external identifiers they carry.
    """

    _inherit = "ir.module.module"

    def write(self, vals):
        result = super().write(vals)
        # Odoo's last step of an installation, when the data is loaded
        if vals.get("state") == "installed" and "portal" in self.mapped("name"):
            self._oauth_join_portal()
        return result

    @api.model
    def _oauth_join_portal(self):
        """Put the card and the breadcrumb into the portal, if it is there."""
        views = self.env["ir.ui.view"]
        for xml_id, (page, place, template) in JOINTS.items():
            inherited = self.env.ref(page, raise_if_not_found=False)
            if not inherited or self.env.ref(xml_id, raise_if_not_found=False):
                continue
            arch = (
                f'<data><xpath expr="{place}" position="inside">'
                f'<t t-call="{template}"/></xpath></data>'
            )
            values = {
                "name": xml_id,
                "key": xml_id,
                "type": "qweb",
                "inherit_id": inherited.id,
                "arch": arch,
            }
            try:
                with self.env.cr.savepoint():
                    # An update of the addon must not take it for something left over
                    views._load_records(
                        [{"xml_id": xml_id, "values": values, "noupdate": True}]
                    )
            except ValidationError as error:
                # No reason to keep anybody from installing either module
                _logger.warning("%s does not fit into %s: %s", xml_id, page, error)

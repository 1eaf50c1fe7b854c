# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo checks the form of a client together with views that the addon had before."""


def migrate(cr, version):
    """Remove those that show a field that is gone, as the end of the update would."""
    if not version:
        return
    cr.execute(
        """
        WITH old AS (
            DELETE FROM ir_ui_view
             USING ir_model_data AS data
             WHERE data.module = 'oauth_provider'
               AND data.model = 'ir.ui.view'
               AND data.res_id = ir_ui_view.id
               AND ir_ui_view.inherit_id IS NOT NULL
               AND ir_ui_view.arch_db::text LIKE '%resource_uris%'
            RETURNING data.id
        )
        DELETE FROM ir_model_data USING old WHERE ir_model_data.id = old.id
        """
    )

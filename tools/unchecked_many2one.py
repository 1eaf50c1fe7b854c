# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A reference that PostgreSQL need not check, because another one says the same."""

from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A many2one without a foreign key.

    For a record that cannot outlive what it refers to in any case: another foreign key
    of its table leads there too. PostgreSQL plans the check of each anew for each
    request, since Odoo makes a connection forget its plans, and locks the row that is
    referred to, which all requests of a client share.
    """

    def update_db_foreign_key(self, model, column):
        """Make none: see :meth:`odoo.fields.Many2one.update_db_foreign_key`."""

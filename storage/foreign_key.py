# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Foreign keys of tables that get a row with each token.

PostgreSQL plans the check of each key again for each request, since Odoo makes a
connection forget its plans, and locks the row that is referred to, such as that of the
client, which all its requests share. One key over several columns is one check.
"""

from odoo import models


def no_foreign_key(model, column):
    """Create no foreign key for a many2one.

    Where another key includes its column, or the row that it refers to may be gone.
    As the argument ``update_db_foreign_key`` of a field, in the place of the method of
    that name. A field class of its own would lose its attributes where an addon
    overrides the field.
    """


class GrantKey(models.Constraint):
    """The foreign key of a row below a grant, which must agree with its grant.

    :param names: of columns that both tables have, with the same value in both
    """

    def __init__(self, *names):
        columns = ", ".join(names)
        super().__init__(
            f"FOREIGN KEY (grant_id, {columns})"
            f" REFERENCES oauth_provider_grant (id, {columns})"
            " ON UPDATE CASCADE ON DELETE CASCADE",
            "A credential has the client and the user of its grant.",
        )

    def apply_to_database(self, model):
        """Create the key when all tables exist: that of grants may come later."""
        return model.pool.post_init(super().apply_to_database, model)

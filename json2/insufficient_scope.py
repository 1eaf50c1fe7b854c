# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A refusal that no code of Odoo rewords or takes for an error of its own."""

from werkzeug.exceptions import Forbidden


class InsufficientScope(Forbidden):
    """What the caller wants to have changed needs more than the token's scopes.

    An HTTP error and no AccessError: the ORM catches those where it carries out a
    value, and some business code does.

    :ivar field: name of the field that the caller sent (str)
    :ivar model: name of the other model that would be changed (str)
    """

    def __init__(self, field, model):
        self.field, self.model = field, model
        # Nothing but ASCII without quotes may be said in a challenge (RFC 6750 3)
        super().__init__(
            f"Writing the field {field} changes records of {model} that the scopes of"
            " this access token do not open for it."
        )

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a refused call lacks, as the error that refuses it says it."""

from dataclasses import dataclass

from werkzeug.exceptions import Forbidden

from .error_text import chain


@dataclass(frozen=True)
class Need:
    """What a call needs and its token does not open.

    :ivar model: name of the model
    :ivar operation: as a scope allows it; None for what only full access opens
    :ivar fields: names (frozenset) of which one has to be open; none where the
        operation is enough
    """

    model: str
    operation: str | None
    fields: frozenset = frozenset()


def needs(error, model, operation, fields=()):
    """Return ``error`` (AccessError), which a scope could have prevented.

    The parameters are those of :class:`Need`.
    """
    return missing(error, Need(model, operation, frozenset(fields)))


def missing(error, need):
    """Return ``error`` (AccessError), which is about this ``need`` (Need)."""
    error.need = need
    return error


def get_need(error):
    """Return the :class:`Need` that ``error`` or one that led to it is about, or None.

    None too where the user may not do it either.
    """
    if getattr(error, "is_right_of_user", False):
        return None
    return next((one.need for one in chain(error) if hasattr(one, "need")), None)


class InsufficientScope(Forbidden):
    """The refusal of a change that needs more than the scopes of the token.

    An HTTP error and not an AccessError: the ORM catches those where it carries out a
    value, and some business code does.

    :ivar field: name of the field that the caller sent (str)
    :ivar model: name of the other model that would be changed (str)
    :ivar needs: list of :class:`Need`, with which the token could make that change by a
        call of its own; empty where no scope would help
    """

    def __init__(self, field, model, operation=None, names=()):
        """
        :param operation: of the change (str), where a scope could allow it
        :param names: of the fields that it writes (iterable)
        """
        self.field, self.model = field, model
        self.needs = [Need(model, operation)] if operation else []
        self.needs += [Need(model, operation, frozenset({name})) for name in names]
        # A challenge may contain only ASCII without quotes (RFC 6750 section 3)
        super().__init__(
            f"Writing the field {field} changes records of {model} that the scopes of"
            " this access token do not open for it."
        )

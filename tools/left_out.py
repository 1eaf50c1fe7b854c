# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading what a person may read, and noting the rest."""

import contextlib

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError

#: Key of the context under which a :class:`LeftOut` is handed on.
KEY = "oauth_left_out"


class LeftOut:
    """What scopes open and the person may not read.

    Two are never equal: Odoo shares an environment between contexts that are.

    :ivar names: {code of a scope: set of names of fields, or None for all of it}
    """

    def __init__(self):
        self.names = {}

    def __bool__(self):
        return bool(self.names)

    def add(self, code, names):
        """Note ``names`` (iterable, or None for all) of the scope with this ``code``.

        :param code: str
        """
        if names is None or self.names.get(code, ()) is None:
            self.names[code] = None
        else:
            self.names.setdefault(code, set()).update(names)

    def describe(self):
        """Return it in one line (str), by the names of scopes and fields."""
        return "; ".join(
            f"{code}: {'*' if names is None else ', '.join(sorted(names))}"
            for code, names in sorted(self.names.items())
        )


@contextlib.contextmanager
def logged(scopes, client, user, grant=None):
    """Yield ``scopes``; what is left out while they read becomes an event.

    :param client: client (record) that receives the data
    :param user: whose rights apply (record)
    :param grant: grant (record) by which it is received, or none
    """
    noted = LeftOut()
    try:
        yield scopes.with_context(**{KEY: noted})
    except AccessError:
        _log(scopes, noted, client, user, grant)
        raise
    _log(scopes, noted, client, user, grant)


def _log(scopes, noted, client, user, grant):
    if noted:
        # Not the person's doing
        events = scopes.with_user(SUPERUSER_ID).env["oauth.provider.event"]
        reason = noted.describe()
        events.log_daily(
            "left_out", client=client, user=user, grant=grant, reason=reason
        )


def read_readable(records, names):
    """Return ``read`` of ``records``, and the names that the person may not read.

    Some models open fields of a person's own record only when no other is read along,
    and code that computes a value may refuse it: each is tried by itself.

    :param names: of fields (iterable of str)
    :return: (list of dict, set of str)
    :raise AccessError: where the person may not read the records at all
    """
    names = sorted(names)
    if not names:
        # read([]) would answer every field
        return records.read(["id"]), set()
    with contextlib.suppress(AccessError):
        return records.read(names), set()
    rows = {values["id"]: values for values in records.read(["id"])}
    left_out = set()
    for name in names:
        try:
            values_list = records.read([name])
        except AccessError:
            left_out.add(name)
            continue
        for values in values_list:
            rows[values["id"]].update(values)
    return list(rows.values()), left_out

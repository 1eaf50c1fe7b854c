# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What limits the code of a route that reads within the scopes of its token.

Such a route says ``oauth_within_scopes=True``. Its ``request.env`` then reads what the
token opens, as a caller of ``/json/2`` would, and does not write: business code needs
all the rights of the user, and what it changes has to be checked afterwards, as
``request.oauth_token.call`` does. What runs as superuser is not limited.
"""

import json
from contextlib import contextmanager

from odoo.http import Response
from odoo.tools.json import json_default

from .current import guarded_by, limited_to_companies, limited_to_scopes


@contextmanager
def reading_within(access, env):
    """Limit the code of a route to what a token opens.

    :param access: :class:`.access.TokenAccess`
    :param env: environment of the token's user
    """
    companies = access.companies
    if not access.token.grant_id.is_company_limited:
        companies = None
    # What has been read so far would be answered to anybody, without a check
    env.flush_all()
    env.invalidate_all(flush=False)
    limit = None if access.is_full else access
    with (
        limited_to_companies(companies),
        limited_to_scopes(limit),
        guarded_by(_NoWrites()),
    ):
        yield


def complete(result):
    """Return what a route returned (``result``) with nothing left to be evaluated.

    What is evaluated later is no longer limited.
    """
    if isinstance(result, Response):
        if result.is_streamed and not result.direct_passthrough:
            result.make_sequence()
        return result
    if result is None or isinstance(result, str | bytes):
        return result
    return json.loads(json.dumps(result, default=json_default))


class _NoWrites:
    """Refuses each write but those as superuser; see :class:`.write_guard.WriteGuard`.

    A RuntimeError: it is the code of the route that is wrong, and nothing of the ORM
    takes it for a right that is missing.
    """

    def on_create(self, records, vals_list, run):
        return self._run(records, "create", lambda: run(vals_list))

    def on_write(self, records, values, run):
        return self._run(records, "write", lambda: run(values))

    def on_unlink(self, records, run):
        return self._run(records, "unlink", run)

    @staticmethod
    def on_defaults(_records, _values, completed):
        return completed

    @staticmethod
    def on_new(records):
        """Look at no record: its creation has been looked at."""

    @staticmethod
    def _run(records, operation, run):
        if not records.env.su:
            raise RuntimeError(
                f"A route with oauth_within_scopes cannot {operation} {records._name}."
                " Use request.oauth_token.call(), which checks what is changed."
            )
        # What goes on inside needs the rights of the user, whoever acts
        with limited_to_scopes(None), guarded_by(None):
            return run()

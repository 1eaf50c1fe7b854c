# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Hostile calls, with an eye on each answer and on every row of the database."""

import base64
import logging
import time

from odoo.tools import mute_logger

from .hostile_case import HostileCase
from .test_json2 import SECRET
from .walk import changes

_logger = logging.getLogger(__name__)

#: The same as the content of a file, in base64.
SECRET_FILE = base64.b64encode(SECRET.encode()).decode()
#: How a call is refused: never by a failure.
REFUSED = frozenset({400, 403, 404, 422})
ANSWERED = REFUSED | {200}
#: How the names of tables begin that say who has called.
OWN_TABLES = "oauth_provider_"
#: Most faults that are shown.
SHOWN = 40


class WatchedCase(HostileCase):
    """Each call is undone, after it was seen what it has answered and changed.

    :ivar mine: {(name of a table, id)} of the rows that calls may change
    """

    def setUp(self):
        super().setUp()
        quiet = mute_logger("odoo.sql_db", "odoo.domains", "py.warnings")
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)
        self.mine = set()
        self.faults = []
        self.number = self.answered = 0
        self.started = time.monotonic()
        self.env.flush_all()
        changes.watch(self.env.cr)

    def may_change(self, *records):
        """Let calls change these records."""
        self.mine |= {(record._table, one.id) for record in records for one in record}

    def attempt(self, token, name, statuses=REFUSED, /, **arguments):
        """Call ``model.method``, note what is wrong with what came of it, and undo it.

        :param statuses: those that are right
        :return: the status (int)
        """
        model, _dot, method = name.rpartition(".")
        self.env.flush_all()
        changes.forget(self.env.cr)
        self.env.cr.execute("SAVEPOINT hostile")
        try:
            response = self.call(token, method, model, **arguments)
            changed = changes.read(self.env.cr)
        finally:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT hostile")
            self.env.invalidate_all()
        self.number += 1
        self.answered += response.status_code == 200
        fault = self._find_fault(response, statuses, changed)
        if fault:
            self.faults.append(
                f"{fault}: {name} {self._tell(arguments)}: {response.status_code}"
                f" {response.text[:200]}"
            )
        return response.status_code

    @staticmethod
    def _tell(arguments):
        # What is the same in most calls comes last
        return str(dict(sorted(arguments.items(), reverse=True)))[:300]

    def _find_fault(self, response, statuses, changed):
        if SECRET in response.text or SECRET_FILE in response.text:
            return "tells what is hidden"
        if response.status_code not in statuses:
            return "is not what it should answer"
        changed = [one for one in changed if not one.table.startswith(OWN_TABLES)]
        if response.status_code != 200 and changed:
            return f"is refused, and changes {[str(one) for one in changed[:3]]}"
        for one in changed:
            if one.operation == "INSERT":
                if SECRET in str(one.after):
                    return f"copies what is hidden: {one}"
            elif one.columns and not self._may_change(one):
                return f"changes what is hidden: {one} {one.row}"
        return None

    def _may_change(self, change):
        """Return whether the row of ``change`` is in :attr:`mine`, or tied to one."""
        row = change.row
        if "id" not in row:
            # It links two records
            return not {one for _table, one in self.mine}.isdisjoint(row.values())
        owner = row.get("model") or row.get("res_model")
        if change.operation == "DELETE" and owner in self.env:
            # As a message or a follower, which goes with the record
            owned = (self.env[owner]._table, row.get("res_id"))
            return not self.mine.isdisjoint({owned, (change.table, change.id)})
        return (change.table, change.id) in self.mine

    def conclude(self, least):
        """Raise for what was wrong; there have to be ``least`` calls."""
        _logger.info(
            "%s: %s hostile calls, of which %s were answered, in %.0f s",
            self.id().rpartition(".")[2],
            self.number,
            self.answered,
            time.monotonic() - self.started,
        )
        if self.faults:
            said = "\n".join(self.faults[:SHOWN])
            self.fail(f"{len(self.faults)} faults:\n{said}")
        self.assertGreaterEqual(self.number, least)

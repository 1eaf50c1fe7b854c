# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which tables a page reads in whole, as PostgreSQL explains its queries."""

import json
import time
from contextlib import contextmanager

from dev.process import log_path

#: Rows up to which a table may well be read in whole.
FEW = 10_000
#: A filter that keeps more than this part of a table names nothing in it.
FEW_KEPT = 0.1
#: Those of the addon; Odoo's own are Odoo's to index.
OURS = "oauth_provider_"
_SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
}
#: Seconds in which PostgreSQL has written what it logged.
WRITTEN = 0.02


@contextmanager
def explained(cluster, rows):
    """Let PostgreSQL log the plans of the new connections to a database.

    :param rows: :class:`..rows.Rows` of the database
    :return: function that is given a function, calls it, and returns the whole reads
        of its queries (list of :func:`whole_reads`); None where the log is not ours
    """
    if cluster.external:
        yield None
        return
    name = rows.database
    for setting, chosen in _SETTINGS.items():
        rows.sql(f"ALTER DATABASE {name} SET {setting} = '{chosen}'")
    log = log_path(f"postgres-{cluster.name}")

    def read(action):
        start = log.stat().st_size
        action()
        time.sleep(WRITTEN)
        with open(log, "rb") as handle:
            handle.seek(start)
            text = handle.read().decode(errors="replace")
        return [found for plan in _plans(text) for found in whole_reads(plan)]

    try:
        yield read
    finally:
        for setting in _SETTINGS:
            rows.sql(f"ALTER DATABASE {name} RESET {setting}")


def _plans(text):
    """Yield the plans (dict) in a part of the log."""
    decoder = json.JSONDecoder()
    for part in text.split("  plan:\n")[1:]:
        plan, _end = decoder.raw_decode(part.replace("\n\t", "\n").lstrip())
        yield plan["Plan"]


def whole_reads(plan):
    """Return the tables of which many rows were read one after the other.

    :param plan: of PostgreSQL (dict)
    :return: list of (table, part of the rows that was kept)
    """
    found = []
    if plan.get("Node Type") == "Seq Scan":
        # Both of one loop: a small table may be read over and over
        kept, removed = plan["Actual Rows"], plan.get("Rows Removed by Filter", 0)
        if kept + removed > FEW:
            found.append((plan["Relation Name"], kept / (kept + removed)))
    for part in plan.get("Plans", ()):
        found += whole_reads(part)
    return found


def unwanted(reads, picks):
    """Return the tables (sorted list) that should have been read by an index.

    :param reads: list of :func:`whole_reads`
    :param picks: whether the page asks for few rows by the value of a field
    """
    return sorted(
        {
            table
            for table, kept in reads
            if table.startswith(OURS) and (picks or kept < FEW_KEPT)
        }
    )

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every row of the database that changes, told by triggers on all tables.

They are made in the transaction of a test and vanish with it. No row can change without
them, whatever writes it: the ORM, SQL, or PostgreSQL itself (``ON DELETE CASCADE``).
"""

from dataclasses import dataclass, field

from odoo.tools import SQL

#: Written with every change of a row.
LOG_COLUMNS = frozenset({"write_uid", "write_date", "create_uid", "create_date"})

_SETUP = """
    CREATE TABLE oauth_walk_change (
        number serial, tab text, operation text, before jsonb, after jsonb
    );
    CREATE FUNCTION oauth_walk_note() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
        before jsonb;
        after jsonb;
    BEGIN
        IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
        IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW); END IF;
        IF before IS DISTINCT FROM after THEN
            INSERT INTO oauth_walk_change (tab, operation, before, after)
            VALUES (TG_TABLE_NAME, TG_OP, before, after);
        END IF;
        RETURN NULL;
    END $body$;
"""


@dataclass(frozen=True)
class Change:
    """One row that came, went or changed.

    :ivar table: name of the table
    :ivar operation: ``INSERT``, ``UPDATE`` or ``DELETE``
    :ivar before: the row before (dict), empty for a new one
    :ivar after: the row afterwards (dict), empty for one that is gone
    """

    table: str
    operation: str
    before: dict = field(hash=False)
    after: dict = field(hash=False)

    @property
    def row(self):
        return self.after or self.before

    @property
    def id(self):
        return self.row.get("id")

    @property
    def columns(self):
        """The columns (set) that hold something else now, but for the log columns."""
        names = self.before.keys() | self.after.keys()
        changed = {n for n in names if self.before.get(n) != self.after.get(n)}
        return changed - LOG_COLUMNS

    def __str__(self):
        what = f" {sorted(self.columns)}" if self.operation == "UPDATE" else ""
        return f"{self.operation} {self.table}{what}"


def watch(cr):
    """Note from now on every change in the transaction of ``cr``."""
    cr.execute(_SETUP)
    cr.execute(
        """
        SELECT relname FROM pg_class
         WHERE relkind = 'r' AND relnamespace = current_schema::regnamespace
           AND relname <> 'oauth_walk_change'
        """
    )
    for (table,) in cr.fetchall():
        cr.execute(
            SQL(
                "CREATE TRIGGER oauth_walk AFTER INSERT OR UPDATE OR DELETE ON %s"
                " FOR EACH ROW EXECUTE FUNCTION oauth_walk_note()",
                SQL.identifier(table),
            )
        )


def forget(cr):
    """Start anew with what has changed."""
    cr.execute("DELETE FROM oauth_walk_change")


def read(cr):
    """Return what has changed since :func:`forget`, once a row (list of Change)."""
    cr.execute(
        "SELECT tab, operation, before, after FROM oauth_walk_change ORDER BY number"
    )
    found = {}
    for table, operation, before, after in cr.fetchall():
        before, after = before or {}, after or {}
        row = after or before
        key = (table, row["id"] if "id" in row else tuple(sorted(row.items())))
        if key in found:
            first = found[key]
            before = first.before
            operation = "INSERT" if not before else "UPDATE" if after else "DELETE"
        found[key] = Change(table, operation, before, after)
    return [one for one in found.values() if one.before != one.after]

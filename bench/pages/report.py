# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What each page takes, against its limit."""

from dataclasses import dataclass, field

from ..report import table

#: A page may take so many times what it takes with few rows, or so many times the
#: bare route of the same run, whichever is more.
BY_FEW, BY_BARE = 5, 130


@dataclass
class Row:
    """One request of one person.

    :ivar call: :class:`.session.Call`
    :ivar person: who asks (str)
    :ivar few: seconds with few rows
    :ivar many: seconds with many
    :ivar bare: seconds of the bare route
    :ivar scans: tables that should not have been read in whole (list)
    :ivar failure: of the answer (str), or None
    """

    call: object
    person: str
    few: float = 0
    many: float = 0
    bare: float = 0
    scans: list = field(default_factory=list)
    failure: str | None = None

    @property
    def limit(self):
        """Seconds that it may take."""
        return max(BY_FEW * self.few, BY_BARE * self.bare)

    @property
    def is_slow(self):
        """Whether it takes more than it may.

        One sorted by joining may, and one without the period of its page.
        """
        return self.many > self.limit and not (self.call.joins or self.call.wide)

    @property
    def is_good(self):
        """Whether it is within its limit, and answered from indexes."""
        return not (self.is_slow or self.scans or self.failure)

    @property
    def verdict(self):
        """What is wrong with it (str); empty if nothing is."""
        found = [self.failure] if self.failure else []
        found += ["too slow"] if self.is_slow else []
        found += [f"reads all of {name}" for name in self.scans]
        if self.call.joins and self.many > self.limit:
            found.append("sorted by joining")
        if self.call.wide and self.many > self.limit:
            found.append("without the period")
        return ", ".join(found)


def full(rows, few, many):
    """Return the table of all rows.

    :param rows: list of :class:`Row`
    :param few: number of tokens of the small database
    :param many: number of tokens of the large one
    """
    people = list(dict.fromkeys(row.person for row in rows))
    by_name = {}
    for row in rows:
        by_name.setdefault(row.call.name, {})[row.person] = row
    lines = [_line(name, found, people) for name, found in by_name.items()]
    head = ["request", f"ms, {few:,}"]
    head += [f"ms, {many:,}, {person}" for person in people]
    return table([*head, "limit", "remark"], lines)


def _line(name, found, people):
    verdicts = dict.fromkeys(row.verdict for row in found.values() if row.verdict)
    figures = [_ms(found[one].many) if one in found else "" for one in people]
    few = max(row.few for row in found.values())
    limit = min(row.limit for row in found.values())
    return [name, _ms(few), *figures, _ms(limit), "; ".join(verdicts)]


def _ms(seconds):
    return f"{seconds * 1000:.1f}" if seconds < 0.0995 else f"{seconds * 1000:.0f}"


def summary(rows):
    """Return the table with one line for each view: its slowest request."""
    views = {}
    for row in rows:
        views.setdefault((row.call.page, row.call.view), []).append(row)
    lines = []
    for (page, view), found in views.items():
        slowest = max(found, key=lambda row: row.many / (row.limit or 1))
        bad = sum(not row.is_good for row in found)
        figures = [_ms(slowest.few), _ms(slowest.many), _ms(slowest.limit)]
        lines.append(
            [
                f"{page}, {view}",
                str(len(found)),
                f"{slowest.call.what} ({slowest.person})",
                *figures,
                f"{bad} over" if bad else "",
            ]
        )
    head = [
        "page",
        "requests",
        "nearest to its limit",
        "few",
        "many",
        "limit",
        "remark",
    ]
    return table(head, lines)

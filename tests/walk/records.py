# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records and values for a walk over all models, made where there are none."""

import base64
from datetime import date, datetime, timedelta

from psycopg2 import Error

from odoo.fields import Command
from odoo.tools import mute_logger

from ..common import PIXEL

DAY = timedelta(days=3)
#: Texts that one field or another takes, tried in turn.
TEXTS = (
    "walk",
    "walk@example.com",
    "+32470123456",
    "7",
    "/walk",
    "https://example.com/walk",
    "{}",
    "[]",
    "walk" * 10,
)


class Maker:
    """Finds records of any model, and makes them where there are none.

    :ivar env: environment of a superuser
    :ivar given: {model: function of the environment that returns values}
    """

    def __init__(self, env, given=None):
        self.env = env
        self.given = given or {}
        self.made = {}
        self.failed = {}

    def records(self, model, limit=4):
        """Return records of ``model`` (str), the newest first, and one of our own."""
        known = self.env[model].with_context(active_test=False)
        own = self.make(model)
        if known._fields.get("active") is not None:
            own |= known.search([], order="active desc, id desc", limit=limit)
        else:
            own |= known.search([], order="id desc", limit=limit)
        return own

    def make(self, model, depth=0):
        """Return a new record of ``model`` (str), the same each time, or none."""
        if model in self.made and self.made[model].exists():
            return self.made[model]
        self.made[model] = self.env[model]
        if model not in self.failed and depth < 4:
            # What is computed may have to be given after all
            if not self._try(model, depth, computed=False):
                self._try(model, depth, computed=True)
        return self.made[model]

    def _try(self, model, depth, computed):
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.made[model] = self._create(model, depth, computed)
                self.env.flush_all()
        except Exception as error:  # Whatever a model says against it
            self.failed[model] = f"{type(error).__name__}: {error}"[:200]
            self.made[model] = self.env[model]
            return False
        return True

    def _create(self, model, depth, computed):
        values = dict(self.given[model](self)) if model in self.given else {}
        records = self.env[model]
        names = [name for name in records._fields if name not in values]
        defaults = records.default_get(names)
        for name, field in records._fields.items():
            if name in values or defaults.get(name) or not field.required:
                continue
            if name in records._inherits.values():
                # One of its own, which the ORM makes
                continue
            if computed or not (field.compute or field.related):
                values[name] = self._fill(field, depth)
        return records.create(values)

    def _fill(self, field, depth):
        if field.type == "many2one":
            known = self.env[field.comodel_name]
            found = known.search([], limit=1) or self.make(
                field.comodel_name, depth + 1
            )
            return found.id
        values = self.values(field, self.env[field.model_name])
        return values[0] if values else None

    def values(self, field, record):
        """Return what to write in ``field``: values other than that of ``record``.

        As JSON has them (list).
        """
        maker = getattr(self, f"_{field.type}", None)
        current = record[field.name] if record else None
        values = maker(field, current) if maker else []
        return [*values, False] if current and field.type != "boolean" else values

    def _boolean(self, _field, current):
        return [not current]

    def _integer(self, _field, current):
        return [(current or 0) + 1, 1, 0]

    def _float(self, _field, current):
        return [(current or 0.0) + 1.0, 1.0, 0.5, 0.0]

    _monetary = _float

    def _char(self, field, current):
        if field.name.endswith("lang") or field.name == "tz":
            return ["Europe/Brussels", "en_US"]
        texts = sorted(TEXTS, key=lambda text: _hint(field.name) not in text)
        return [text for text in texts if text != current]

    def _text(self, field, current):
        return self._char(field, current)

    def _html(self, _field, _current):
        return ["<p>walk</p>"]

    def _date(self, _field, current):
        days = [current + DAY, current - DAY] if current else []
        return [str(day) for day in [*days, date.today() + DAY, date.today()]]

    def _datetime(self, _field, current):
        now = datetime.now().replace(microsecond=0)
        times = [current + DAY, current - DAY] if current else []
        return [str(one)[:19] for one in [*times, now + DAY, now - DAY]]

    def _selection(self, field, current):
        return [one for one in field.get_values(self.env) if one != current]

    def _binary(self, _field, _current):
        return [PIXEL, base64.b64encode(b"%PDF-1.4\n").decode()]

    _image = _binary

    def _many2one(self, field, current):
        found = self._linkable(field)
        return [one.id for one in found - (current or found.browse())]

    def _many2many(self, field, current):
        found = self._linkable(field) - (current or self.env[field.comodel_name])
        links = [[[int(Command.LINK), one.id, 0]] for one in found]
        return links

    def _one2many(self, field, current):
        found = self._linkable(field) - (current or self.env[field.comodel_name])
        return [[[int(Command.LINK), one.id, 0]] for one in found]

    def _json(self, _field, _current):
        return [{}, [], False]

    def _properties(self, _field, _current):
        return [{}, []]

    _properties_definition = _properties

    def _reference(self, field, _current):
        found = []
        for model in field.get_values(self.env)[:3]:
            if model in self.env:
                found += [f"{model},{one.id}" for one in self._search(model)[:1]]
        return found

    def _linkable(self, field):
        return self._search(field.comodel_name) | self.make(field.comodel_name)

    def _search(self, model):
        records = self.env[model]
        try:
            with self.env.cr.savepoint():
                return records.search([], order="id desc", limit=3)
        except (Error, ValueError):
            return records


def _hint(name):
    """Return what the text for a field of this ``name`` is likely to hold."""
    hints = {
        "email": "@",
        "phone": "+32",
        "mobile": "+32",
        "url": "https",
        "web": "https",
    }
    for part, hint in hints.items():
        if part in name:
            return hint
    return "walk"

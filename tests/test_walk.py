# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A walk over all fields through which a write reaches other records.

Those with an inverse, those of an ``_inherits`` parent, and related ones that can be
written: each is written through a token that may write nothing else, and every row of
the database is compared before and after.
"""

import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as attribute

from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..json2 import call
from ..json2.access import TokenAccess
from ..json2.enforceable import is_enforceable
from .common import OAuthCase
from .walk import changes
from .walk.code import CODE
from .walk.given import GIVEN
from .walk.reasons import Reasons
from .walk.records import Maker

_logger = logging.getLogger(__name__)

#: How many records are tried until a field can be written, and values for each.
RECORDS = 3
VALUES = 9
#: The share of the fields that is really written.
SHARE = 0.9
#: How a token is told that it may not write a field, or link a record.
REFUSALS = ("AccessError:", "InsufficientScope:", "MissingError:")
QUIET = (
    "odoo.addons",
    "odoo.orm",
    "odoo.registry",
    "odoo.sql_db",
    "odoo.tests",
    "odoo.tools",
    "pypdf",
)


class Undone(Exception):
    """Ends the savepoint of a write that is not to last."""


@dataclass
class Step:
    """What came of one field.

    :ivar plain: [(Change, reason or None)] of a write without a token, or None
    :ivar limited: the same through the token, or None
    :ivar refusal: why the token could not write it (str)
    :ivar errors: what Odoo said against other values and records
    """

    name: str
    plain: list = None
    limited: list = None
    refusal: str = ""
    errors: list = attribute(default_factory=list)


@tagged("oauth_everything", "post_install", "-at_install")
class TestWalk(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walker = cls.env.ref("base.user_admin")
        others = cls.env.ref("base.group_portal") | cls.env.ref("base.group_public")
        groups = cls.env["res.groups"].search([])
        cls.walker.group_ids |= groups.filtered(
            lambda group: not group.all_implied_ids & others
        )
        cls.maker = Maker(cls.env, GIVEN)
        cls.reasons = Reasons(cls.env, CODE)
        cls.env.flush_all()
        changes.watch(cls.cr)

    def setUp(self):
        super().setUp()
        self.opened = {}

    def test_every_changed_row_has_a_reason(self):
        steps = self._walk()
        written = [step for step in steps if step.plain is not None]
        self._report(steps)
        wrong = [
            f"{step.name}: {change}"
            for step in steps
            for change, reason in step.limited or ()
            if reason is None
        ]
        self.assertFalse(wrong, "\n".join(["Rows without a reason:", *wrong]))
        crashed = [
            f"{step.name}: {step.refusal}"
            for step in steps
            if step.refusal and not step.refusal.startswith(REFUSALS)
        ]
        self.assertFalse(crashed, "\n".join(["No refusal of ours:", *crashed]))
        self.assertGreaterEqual(len(written), SHARE * len(steps))

    def test_a_foreign_row_is_noticed(self):
        """Or the walk would find nothing whatever happened."""
        record, other = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        field = record._fields["name"]
        self.env.flush_all()
        changes.forget(self.cr)
        self.cr.execute("UPDATE res_partner SET ref = 'x' WHERE id = %s", [other.id])
        self.cr.execute("UPDATE res_partner SET ref = 'x' WHERE id = %s", [record.id])
        found = self.reasons.explain(record, field, changes.read(self.cr))
        self.assertEqual(
            [(str(change), reason) for change, reason in found],
            [
                ("UPDATE res_partner ['ref']", None),
                ("UPDATE res_partner ['ref']", "own record"),
            ],
        )
        changes.forget(self.cr)
        self.cr.execute("DELETE FROM res_partner WHERE id = %s", [other.id])
        found = self.reasons.explain(record, field, changes.read(self.cr))
        self.assertIn(
            ("DELETE res_partner", None),
            [(str(change), reason) for change, reason in found],
        )

    # The way

    def _walk(self):
        token = self._token()
        steps = []
        with mute_logger(*QUIET):
            for name, fields in self._fields().items():
                records = self.maker.records(name)
                for field in fields:
                    steps.append(self._step(token, field, records))
        return steps

    def _fields(self):
        """Return {model: [fields]} of the whole registry, of what has a table."""
        self.cr.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = current_schema::regnamespace"
        )
        tables = {table for (table,) in self.cr.fetchall()}
        found = {}
        for name, model in sorted(self.env.items()):
            if model._abstract or model._table not in tables:
                continue
            fields = model._fields.values()
            chosen = [one for one in fields if one.inverse or one.inherited]
            if chosen:
                found[name] = chosen
        return found

    def _step(self, token, field, records):
        step = Step(str(field))
        for record, value in self._ways(step, field, records):
            values = {field.name: value}
            step.plain = self._written(step, record, field, self._plainly, values)
            if step.plain is not None:
                access = self._access(token, record, field)
                error = Step("")
                arguments = (record, field, self._limited, values, access)
                step.limited = self._written(error, *arguments)
                step.refusal = error.errors[0] if error.errors else ""
                break
        return step

    def _ways(self, step, field, records):
        """Give (record, value) after another, while there is hope."""
        for record in records[:RECORDS]:
            for value in self.maker.values(field, record)[:VALUES]:
                yield record, value
                if step.errors[-1].startswith("AccessError"):
                    break

    def _written(self, step, record, field, write, *arguments):
        """Return what ``write`` has changed, with reasons; undone. None: it failed."""
        found = None
        try:
            with suppress(Undone), self.env.cr.savepoint():
                changes.forget(self.cr)
                write(record.with_user(self.walker), *arguments)
                self.env.flush_all()
                self.env.cr.precommit.run()
                self.env.flush_all()
                found = self.reasons.explain(record, field, changes.read(self.cr))
                raise Undone
        except Exception as error:  # Whatever Odoo has against the value
            step.errors.append(f"{type(error).__name__}: {error}".split("\n")[0][:160])
        registry = self.env.registry
        if registry.registry_invalidated:
            registry.reset_changes()
        if registry.cache_invalidated:
            registry.clear_cache(*registry.cache_invalidated)
            registry.cache_invalidated.clear()
        return found

    @staticmethod
    def _plainly(record, values):
        record.write(dict(values))

    @staticmethod
    def _limited(record, values, access):
        method = get_public_method(record, "write")
        call.call(access, record, "write", method, {"vals": dict(values)})

    # The token

    def _token(self):
        """Return a live token (record) of the walker, in whose place scopes are put."""
        client, secret = self.create_client(
            "backend application", user_id=self.walker.id
        )
        form = {"grant_type": "client_credentials"}
        value = self.post("token", form, client, secret).json()["access_token"]
        return self.env["oauth.provider.token"].sudo().find(value)

    def _access(self, token, record, field):
        """Return the access that may write ``field`` of ``record`` and link with it."""
        access = TokenAccess(token)
        access.scopes = self._scope(record._name, record.id)
        if access.scopes:
            found = self.env["ir.model.fields"]._get(record._name, field.name)
            access.scopes.field_ids = [Command.set(found.ids)]
        models = [field.comodel_name] if field.relational else []
        if field.type == "reference":
            models = field.get_values(self.env)
        for model in models:
            access.scopes |= self._scope(model)
        return access

    def _scope(self, model, number=None):
        """Return a scope that writes one record of ``model``, or reads all of them.

        None if there can be no such scope, and the same one each time.
        """
        key = (model, number)
        if key not in self.opened:
            self.opened[key] = self._make_scope(model, number)
        return self.opened[key]

    def _make_scope(self, model, number):
        Scope = self.env["oauth.provider.scope"].sudo()
        is_known = model in self.env
        if not is_known or not is_enforceable(self.env[model].with_user(self.walker)):
            return Scope
        code = f"walk:{len(self.opened)}"
        values = {"name": code, "code": code, "api_read": number is None}
        if number is not None:
            domain = f"[('id', '=', {number})]"
            kept = {"name": code, "model_id": model, "domain": domain}
            kept = self.env["ir.filters"].create({**kept, "user_ids": False})
            values.update(api_write=True, filter_id=kept.id)
        if model == "res.users":
            values["own_user_only"] = False
        values["model_id"] = self.env["ir.model"]._get_id(model)
        return Scope.create(values)

    # What came of it

    def _report(self, steps):
        counts = Counter()
        reasons = Counter()
        for step in steps:
            counts["fields"] += 1
            counts["written without a token"] += step.plain is not None
            counts["written through the token"] += step.limited is not None
            counts["refused to the token"] += bool(step.refusal)
            reasons.update(
                reason or "none" for _change, reason in step.limited or step.plain or ()
            )
        _logger.info("Walk: %s", dict(counts))
        _logger.info("Walk: reasons %s", dict(reasons))

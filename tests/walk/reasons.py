# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why a row may change when a token writes one field of one record: a closed list."""

OWN = "own record"
LOG = "log columns"
PARENT = "b: parent made of this record alone"
TIED = "own link, or c: it vanishes with this record"
LINKED = "new record that this record links to"
RECOMPUTED = "declared recomputation"
TRACKED = "tracking"

#: Tables of what Odoo tells about a change: messages on the record, what they hold, who
#: is told, and what browsers are told.
TRACKING = {"mail_message": ("model", "res_id")}
#: Tables of what belongs to the record that it names by model and number.
ATTACHED = frozenset({"ir_attachment", "mail_followers"})
TOLD = frozenset(
    {
        "bus_bus",
        "mail_followers_mail_message_subtype_rel",
        "mail_mail",
        "mail_mail_res_partner_rel",
        "mail_message_res_partner_rel",
        "mail_notification",
        "mail_tracking_value",
        "message_attachment_rel",
        "ir_profile",
    }
)


class Reasons:
    """Finds for each row that a write has changed the reason, or none.

    :ivar env: environment of a superuser
    :ivar code: named code of other modules: {(model, field, table): where it is}; ``*``
        for every field
    """

    def __init__(self, env, code=None):
        self.env = env
        self.code = code or {}
        self.used = set()
        self._models = {}
        self._relations = {}
        for name, model in env.registry.items():
            if not model._abstract:
                self._models.setdefault(model._table, []).append(name)
            for field in model._fields.values():
                if field.type == "many2many" and field.store:
                    self._relations.setdefault(field.relation, set()).add(field)
        self._makers = {}
        for name, model in env.registry.items():
            for parent, link in model._inherits.items():
                if not model._abstract:
                    self._makers.setdefault(parent, []).append((name, link))

    def explain(self, record, field, changes):
        """Return [(Change, reason or None)] for what writing ``field`` has changed.

        :param record: the only record that the call named
        :param field: field of it
        """
        parents = self._parents(record, field)
        told = {(record._table, record.id)} | parents.keys()
        tied = {
            (change.table, change.id)
            for change in changes
            if self._vanishes(change, told)
        }
        sent = {field, *filter(None, parents.values())} | {
            self.env[model]._fields[column]
            for change in changes
            if (change.table, change.id) in told | tied
            for model in self._models.get(change.table, ())
            for column in change.columns & self.env[model]._fields.keys()
        }
        open_ = self._closure(sent)
        found = [
            (change, self._reason(change, record, field, told, tied, open_))
            for change in changes
        ]
        known = {
            (change.table, change.id): reason
            for change, reason in found
            if reason in (LINKED, RECOMPUTED)
        }
        return [
            (change, reason or self._reason_of_link(change, known))
            for change, reason in found
        ]

    def _parents(self, record, field):
        """Return {(table, id): field of it that ``field`` stands for, or None}.

        Of the parents of which nothing but ``record`` is made, and of their parents.
        """
        found = {}
        for link in record._inherits.values():
            parent = record[link]
            if not self._is_alone(parent, record):
                continue
            target = None
            if field and field.inherited and field.related.startswith(f"{link}."):
                target = parent._fields[field.related.partition(".")[2]]
            found[parent._table, parent.id] = target
            found.update(self._parents(parent, target))
        return found

    def _is_alone(self, parent, record):
        """Whether ``record`` is the only one, of any model, that is made of it."""
        for model, link in self._makers.get(parent._name, ()):
            makers = self.env[model].with_context(active_test=False)
            makers = makers.search([(link, "=", parent.id)])
            if len(makers - record if model == record._name else makers):
                return False
        return True

    def _closure(self, fields):
        """Return all fields (set) whose value is declared to depend on ``fields``."""
        found = set()
        for field in fields:
            found |= set(self.env.registry.get_dependent_fields(field))
        return found

    def _reason(self, change, record, field, told, tied, open_):
        if (change.table, change.id) in told and change.operation == "UPDATE":
            return OWN if change.table == record._table else PARENT
        if change.operation == "UPDATE" and not change.columns:
            return LOG
        if (change.table, change.id) in tied or self._is_tied_link(change, told, tied):
            return TIED
        if self._is_tracking(change, told | tied):
            return TRACKED
        if self._is_recomputed(change, open_):
            return RECOMPUTED
        if change.operation == "INSERT" and self._is_linked(change, record):
            return LINKED
        return self._named(change, record, field)

    def _is_tracking(self, change, told):
        if change.table in TOLD:
            return True
        if change.table not in TRACKING:
            return False
        model, number = (change.row[name] for name in TRACKING[change.table])
        return model in self.env and (self.env[model]._table, number) in told

    def _vanishes(self, change, told):
        """Whether the row vanishes with a record of ours, before and after."""
        rows = [row for row in (change.before, change.after) if row]
        return all(self._owners(change.table, row) & told for row in rows)

    def _owners(self, table, row):
        """Return {(table, id)} of the records with which this ``row`` vanishes."""
        if table in ATTACHED:
            model = row["res_model"]
            known = model in self.env
            return {(self.env[model]._table, row["res_id"])} if known else set()
        return {
            (self.env[field.comodel_name]._table, row.get(field.name))
            for model in self._models.get(table, ())
            for field in self.env[model]._fields.values()
            if field.type == "many2one" and field.store and field.ondelete == "cascade"
        }

    def _is_tied_link(self, change, told, tied):
        """Whether a row of a many2many is that of a record of ours, or vanishes."""
        for one in self._relations.get(change.table, ()):
            model, number = one.model_name, change.row.get(one.column1)
            table = self.env[model]._table
            if (table, number) in told | tied:
                return True
            owner = self.env[model].browse(number).exists()
            links = [name for name in owner._fields if owner._fields[name].store]
            row = {
                name: owner[name].id
                for name in links
                if owner and owner._fields[name].type == "many2one"
            }
            if row and table not in ATTACHED and self._owners(table, row) & told:
                return True
        return False

    def _is_linked(self, change, record):
        """Whether ``record`` links to the new row in a column of its own."""
        return any(
            one.type == "many2one"
            and one.store
            and self.env[one.comodel_name]._table == change.table
            and record[one.name].id == change.id
            for one in record._fields.values()
        )

    def _reason_of_link(self, change, known):
        """Return the reason of the new or old row that a row of a many2many is of."""
        for one in self._relations.get(change.table, ()):
            for model, column in (
                (one.model_name, one.column1),
                (one.comodel_name, one.column2),
            ):
                key = (self.env[model]._table, change.row.get(column))
                if key in known:
                    return known[key]
        return None

    def _is_recomputed(self, change, open_):
        relations = self._relations.get(change.table, ())
        if any(one in open_ and one.compute for one in relations):
            return True
        if change.operation != "UPDATE":
            # A list that is computed makes and removes its records
            models = self._models.get(change.table, ())
            return any(
                one.type == "one2many" and one.compute and one.comodel_name in models
                for one in open_
            )
        return any(
            all(
                (one := self.env[model]._fields.get(column)) is not None
                and one.compute
                and one in open_
                for column in change.columns
            )
            for model in self._models.get(change.table, ())
        )

    def _named(self, change, record, field):
        for name in (field.name, "*"):
            key = (record._name, name, change.table)
            if key in self.code:
                self.used.add(key)
                return f"code: {self.code[key]}"
        return None

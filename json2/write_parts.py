# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which records are parts of others: they vanish with them."""

#: Models whose records belong to what they name by ``res_model`` and ``res_id``.
_ATTACHED = frozenset({"ir.attachment", "mail.followers"})


class Parts:
    """The parts of the records of one call."""

    def __init__(self, model, own):
        """
        :param model: empty recordset of the call's model
        :param own: ids (set) of the call's own records, which may get more
        """
        self._model = model
        self._own = own
        self._written = {}

    def note(self, name, ids):
        """Note that the call may write the records ``ids`` of the model ``name``."""
        self._written.setdefault(name, set()).update(ids)

    def find(self, records, vals):
        """Return which of ``records`` are parts of own ones, before and after.

        :param vals: dict that is to be written on them
        """
        found = records.browse()
        for one in records.sudo():
            before = self._read_links(one)
            if self.vanishes_by(one, before) and self.vanishes_by(one, before | vals):
                found |= records.browse(one.id)
        return found

    def vanishes_by(self, model, values):
        """Tell whether a record with these ``values`` vanishes with an own record."""
        if model._name in _ATTACHED:
            owner, number = values.get("res_model"), values.get("res_id")
            if owner == self._model._name and number in self._own:
                return True
            # A value that is stored so, and who follows a record that is being made
            is_part = model._name == "mail.followers" or values.get("res_field")
            return bool(is_part) and number in self._written.get(owner, ())
        return any(values.get(link) in self._own for link in self._cascades(model))

    def get_links(self, name):
        """Return the links (names of fields) of own records to the model ``name``."""
        return [
            link.name
            for link in self._model._fields.values()
            if link.type == "many2one" and link.store and link.comodel_name == name
        ]

    def find_linked(self, name):
        """Return the records (set of ids) of the model ``name`` that own ones link."""
        own = self._model.browse(self._own).sudo().exists()
        return {one for link in self.get_links(name) for one in own[link].ids}

    def _read_links(self, record):
        if record._name not in _ATTACHED:
            return {link: record[link].id for link in self._cascades(record)}
        names = {"res_model", "res_id", "res_field"} & record._fields.keys()
        return {name: record[name] for name in names}

    def _cascades(self, model):
        """Return the links (names) of ``model`` to an own record that end with it."""
        return [
            link.name
            for link in model._fields.values()
            if link.type == "many2one"
            and link.store
            and link.comodel_name == self._model._name
            and link.ondelete == "cascade"
        ]

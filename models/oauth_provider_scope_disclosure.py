# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models

#: Models whose records a token knows anyway, or that say nothing of anybody.
HARMLESS_MODELS = frozenset({"res.company", "res.currency"})
#: Types of fields that may hold a sum.
NUMBERS = frozenset({"float", "integer", "monetary"})


class OAuthProviderScope(models.Model):
    """What the listed fields show of records that the filter does not match.

    A field may be a copy of a linked record, or a sum of other records. Refusing it
    would break everyday work, so the form says it where the field is listed.
    """

    _inherit = "oauth.provider.scope"

    disclosures = fields.Html(
        string="What Fields Show of Other Records", compute="_compute_disclosures"
    )

    @api.depends("api_create", "api_write", "field_ids", "model_id")
    def _compute_disclosures(self):
        for scope in self:
            items = Markup().join(
                Markup("<li>%s</li>") % text for text in scope._get_disclosures()
            )
            scope.disclosures = (
                items and Markup("<ul class='mb-0 ps-3'>%s</ul>") % items
            )

    def _get_disclosures(self):
        """Return what to say (list of str) of the listed fields."""
        self.ensure_one()
        if not self.model or self.model not in self.env:
            return []
        model = self.env[self.model]
        labels = {
            one.name: one.field_description
            for one in self.field_ids
            if one.name in model._fields
        }
        texts = []
        if self.api_create or self.api_write:
            for link, names in _find_copies(model, labels).items():
                texts.append(
                    self.env._(
                        "Through “%(link)s” (%(name)s), these listed fields show values"
                        " of any %(model)s that the token sees: %(fields)s.",
                        link=labels[link],
                        name=link,
                        model=self.env["ir.model"]
                        ._get(model._fields[link].comodel_name)
                        .name,
                        fields=", ".join(labels[name] for name in names),
                    )
                )
        if sums := [name for name in labels if _is_sum(model, name)]:
            texts.append(
                self.env._(
                    "These listed fields are computed from records that the filter of"
                    " this scope may not match: %(fields)s.",
                    fields=", ".join(labels[name] for name in sums),
                )
            )
        return texts


def _find_copies(model, names):
    """Return {link: fields} of the fields that are made of a linked record.

    :param model: recordset of the model
    :param names: names of the listed fields, of which the links are some
    :return: dict of a many2one to the names (list) that show values of its record
    """
    copies = {}
    for name in names:
        for link in _reached_links(model, name):
            if link in names and link != name:
                copies.setdefault(link, []).append(name)
    return copies


def _reached_links(model, name):
    """Return the many2one fields (sorted names) on which the field ``name`` depends.

    By declared dependencies, over other fields of the same model, too.
    """
    links, todo, seen = set(), [name], {name}
    while todo:
        field = model._fields[todo.pop()]
        for path in model.pool.field_depends[field]:
            first = path.partition(".")[0]
            if first in seen or first not in model._fields:
                continue
            seen.add(first)
            todo.append(first)
            link = model._fields[first]
            if link.type == "many2one" and link.comodel_name not in HARMLESS_MODELS:
                links.add(first)
    return sorted(links)


def _is_sum(model, name):
    """Tell whether the field ``name`` sums up records beside the one that has it.

    That is a number which is computed from nothing of the record, or from other records
    of the same model.
    """
    field = model._fields[name]
    if not field.compute or field.store or field.type not in NUMBERS or name == "id":
        return False
    paths = model.pool.field_depends[field]
    lists = [model._fields.get(path.partition(".")[0]) for path in paths]
    return not paths or any(
        one is not None
        and one.type in ("one2many", "many2many")
        and one.comodel_name == model._name
        for one in lists
    )

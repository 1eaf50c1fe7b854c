# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..json2.domain import find_order_names
from ..json2.enforceable import find_obstacle, is_generic
from ..json2.write_related import may_be_opened
from ..storage.cache import cached_committed
from ..tools import left_out

#: {operation: the field of a scope that allows it}
_FLAGS = {
    "read": "api_read",
    "create": "api_create",
    "write": "api_write",
    "unlink": "api_unlink",
}


def is_same_domain(one, other):
    """Tell whether two texts (str) are the same domain, apart from blanks and quotes.

    The web client rewrites the text of a domain as soon as it is edited.
    """
    if one == other:
        return True
    try:
        return ast.dump(ast.parse(one, mode="eval")) == ast.dump(
            ast.parse(other, mode="eval")
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


class OAuthProviderScope(models.Model):
    """What a scope opens: which records and fields, and what may be done with them.

    A domain that is entered in the form of the scope is kept in a filter, as everything
    else reads it there: one that belongs to this scope only, archived, so that nobody
    has it among the favorites.
    """

    _inherit = "oauth.provider.scope"

    domain = fields.Char(
        string="Records",
        compute="_compute_domain",
        inverse="_inverse_domain",
        help="Only the records that match. Without a condition, every record that the"
        " user may read.",
    )
    has_own_filter = fields.Boolean(
        readonly=True,
        copy=False,
        help="The filter was drawn in the form of this scope and belongs to it alone.",
    )
    api_read = fields.Boolean(
        string="Read",
        help="Search and read these records and fields through Odoo's own API"
        " (/json/2).",
    )
    api_create = fields.Boolean(
        string="Create",
        help="Create records of this kind, with values for these fields. Together with"
        " Read, records can be copied; together with Write, imported.",
    )
    api_write = fields.Boolean(
        string="Write", help="Change these fields of these records."
    )
    api_unlink = fields.Boolean(string="Delete", help="Delete these records.")
    api_methods = fields.Char(
        string="Further Methods",
        help="Public methods that may be called on these records, separated by blanks,"
        " such as action_confirm. They run with all the rights of the user and answer"
        " what they like: name those alone that you know.",
    )
    api_write_related = fields.Boolean(
        string="May Change Related Records Through These Fields",
        help="Some fields change other records when they are written: the quantity of a"
        " product, the dates of what a transfer consists of. Without this, such a write"
        " is refused unless the scopes open those records, too. Needed for the"
        " bookkeeping of stock, for example. It never opens users, groups, technical"
        " records or what this provider keeps.",
    )
    api_may_leave_filter = fields.Boolean(
        string="Records May Leave the Filter",
        help="A call may change a record so that this scope does not open it any more,"
        " such as confirming an order where the filter opens drafts. Without this, such"
        " a call is refused and nothing is changed. New records have to match the"
        " filter in any case.",
    )
    full_access = fields.Boolean(
        help="Everything that the user may do, through Odoo's own API, as with an API"
        " key of the user. The consent page says so.",
    )
    is_api_scope = fields.Boolean(compute="_compute_is_api_scope")

    @api.depends("filter_id.domain")
    def _compute_domain(self):
        # Another user's filter may be used here, but not everybody may read its text
        readable = self.filter_id._filtered_access("read")
        for scope in self:
            if scope.filter_id and scope.filter_id not in readable:
                scope.domain = False
            else:
                scope.domain = scope.filter_id.domain or "[]"

    def _inverse_domain(self):
        for scope in self:
            domain = (scope.domain or "[]").strip()
            if is_same_domain(domain, scope.filter_id.domain or "[]"):
                continue
            if is_same_domain(domain, "[]"):
                scope.filter_id = False
            elif scope.has_own_filter:
                scope.filter_id.domain = domain
            else:
                # Never change a favorite: people expect it to stay as it is
                scope.filter_id = scope._create_own_filter(domain)
                scope.sudo().has_own_filter = True

    def _create_own_filter(self, domain):
        self.ensure_one()
        return self.env["ir.filters"].create(
            {
                "name": self.env._("OAuth scope %s", self.code),
                "model_id": self.model,
                "domain": domain,
                "user_ids": False,
                "active": False,
            }
        )

    def _check_own_filter(self, vals):
        """Raise AccessError where somebody declares a filter to be a scope's own."""
        if not self.env.su and "has_own_filter" in vals:
            raise AccessError(
                self.env._("Whose filter it is, is told by how it was made.")
            )

    def _get_own_filters(self):
        """Return {scope: its own filter} of those of these scopes that have one."""
        return {scope: scope.filter_id for scope in self if scope.has_own_filter}

    def _remove_replaced_filters(self, before):
        """Delete the own filters that these scopes do not use any more.

        :param before: what :meth:`_get_own_filters` returned before the change
        """
        for scope, own in before.items():
            if scope.filter_id != own:
                scope.sudo().has_own_filter = False
                own._remove_unused_own()

    @api.model
    def _remove_own_filters(self):
        """Delete every filter that belongs to a scope, before the scopes go too."""
        scopes = self.sudo().search([("has_own_filter", "=", True)])
        # Filters that people have saved are active
        scopes = scopes.filtered(lambda scope: not scope.filter_id.active)
        own = scopes.filter_id
        # Not by write(): the scopes go as well, so that nobody has to be asked again
        scopes.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE oauth_provider_scope SET filter_id = NULL WHERE id = ANY(%s)",
                scopes.ids,
            )
        )
        scopes.invalidate_model(["filter_id"])
        own._remove_unused_own()

    # Reading

    @api.private
    def get_data_for_model(self, model, res_id=None, all_scopes_match=False):
        """Return what these scopes open on ``model`` to the environment's user.

        Records are read as that user: access rights, record rules and the groups of
        fields apply first, the scopes narrow further. A field that the user may not
        read is left out, see :mod:`..tools.left_out`.

        :param model: technical name of the model
        :param res_id: id of the only record to look at
        :param all_scopes_match: keep only the records that every scope on the model
            opens, rather than those that any of them does
        :return: {record id: {field name: value}}, or with ``res_id`` the values of that
            record (empty when no scope opens it)
        :raise odoo.exceptions.AccessError: when none of the scopes opens anything that
            the user may read
        """
        # The scopes are configuration, which the user may not read; the data is read
        # with the user's own rights.
        records = self.env(su=False)[model]
        data = {}
        common_ids = None
        scopes = self.sudo().filtered(lambda scope: scope.model == model)
        refusals = []
        for scope in scopes:
            try:
                rows = scope._read_records(records, res_id)
            except AccessError as error:
                scope._note_left_out(None)
                refusals.append(error)
                rows = []
            ids = {values["id"] for values in rows}
            common_ids = ids if common_ids is None else common_ids & ids
            for values in rows:
                data.setdefault(values["id"], {}).update(values)
        if refusals and len(refusals) == len(scopes):
            raise refusals[0]
        if all_scopes_match:
            data = {key: data[key] for key in data if key in common_ids}
        return data.get(res_id, {}) if res_id is not None else data

    def _read_records(self, records, res_id):
        """Return ``read`` of the records of this scope, as the user of ``records``."""
        self.ensure_one()
        records = self._find_records(records, res_id)
        if records is None:
            self._note_left_out(None)
        if not records:
            return []
        names = set(self.field_ids.mapped("name")) & records._fields.keys()
        wanted = self.env.context.get("oauth_fields")
        if wanted is not None:
            names &= wanted
        rows, closed = left_out.read_readable(records, names)
        if closed:
            self._note_left_out(closed)
        return [
            {name: self._to_answer(value) for name, value in values.items()}
            for values in rows
        ]

    def _note_left_out(self, names):
        """Note ``names`` of fields (None for all) that the person may not read."""
        if (noted := self.env.context.get(left_out.KEY)) is not None:
            noted.add(self.code, names)

    def _to_answer(self, value):
        """Return ``value`` of ``read`` as it is answered: a many2one by its name."""
        if not isinstance(value, tuple):
            return value
        if self.env.context.get("oauth_pairs"):
            return {"id": value[0], "name": value[1]}
        return value[1]

    @api.private
    def get_listed_fields(self, model):
        """Return the names of the fields (set) of ``model`` that these scopes list.

        :param model: technical name of the model
        """
        scopes = self.sudo().filtered(lambda scope: scope.model == model)
        return set(scopes.field_ids.mapped("name"))

    @api.private
    def search_ids(self, model, ids, order, limit, offset, names=()):
        """Return (ids of the records that these scopes open, how many there are).

        Those on which each field of the order, and each of ``names``, is open: the
        place of a record would tell of a value that is closed there.

        :param model: technical name of the model
        :param ids: ids of the only records to look at, or None
        :param order: text of the order; empty for that of the model
        :param limit: largest number of ids, or None
        :param offset: ids to leave out at the beginning
        :param names: of fields (iterable) that are to be read
        """
        records = self.env(su=False)[model]
        opened = self.sudo()._get_shown_domains(records)
        domain = Domain.OR(opened.values())
        for name in (find_order_names(order) | set(names)) - {"id"}:
            domain &= Domain.OR(
                shown
                for scope, shown in opened.items()
                if name in scope.field_ids.mapped("name")
            )
        if ids is not None:
            domain &= Domain("id", "in", list(ids))
        domain &= self._get_owner_condition(records)
        if domain.is_false():
            return [], 0
        if limit == 0:
            # The ORM would take 0 for no limit
            return [], records.search_count(domain)
        order = order or self._get_own_order(records)
        record_ids = list(
            records._search(domain, offset=offset, limit=limit, order=order)
        )
        if limit is None and not offset:
            return record_ids, len(record_ids)
        return record_ids, records.search_count(domain)

    def _get_shown_domains(self, records):
        """Return {scope: records (Domain) that it opens} for the user of ``records``.

        :raise AccessError: when the user may read none of them
        """
        opened, refusals = {}, []
        for scope in self.filtered(lambda scope: scope.model == records._name):
            try:
                if scope._find_records(records, limit=1) is None:
                    scope._note_left_out(None)
                else:
                    opened[scope] = scope._get_shown_domain(records)
            except AccessError as error:
                scope._note_left_out(None)
                refusals.append(error)
        if refusals and Domain.OR(opened.values()).is_false():
            raise refusals[0]
        return opened

    def _get_own_order(self, records):
        """Return the order (str) of the model, or by id where that tells too much."""
        scopes = self.sudo().filtered(lambda scope: scope.model == records._name)
        listed = [set(scope.field_ids.mapped("name")) for scope in scopes]
        names = find_order_names(records._order)
        is_open = all(names <= one for one in listed)
        return records._order if is_open else "id"

    @api.private
    def get_preview(self, model, limit):
        """Return what these scopes open on ``model`` to the environment's user.

        :param model: name of the model
        :param limit: largest number of records
        :return: (values of ``read`` (list of dict), number of records that there are)
        :raise AccessError: when the user may read nothing of it
        """
        ids, total = self.search_ids(model, None, "", limit, 0)
        narrowed = self.with_context(oauth_ids=ids, bin_size=True)
        opened = narrowed.get_data_for_model(model)
        return [opened[identifier] for identifier in ids if identifier in opened], total

    # Odoo's own API, /json/2

    @api.depends(
        "api_read",
        "api_create",
        "api_write",
        "api_unlink",
        "api_methods",
        "full_access",
    )
    def _compute_is_api_scope(self):
        for scope in self:
            scope.is_api_scope = scope.full_access or (
                bool(scope.model_id) and bool(scope.get_operations())
            )

    @api.constrains(
        "api_read",
        "api_create",
        "api_write",
        "api_unlink",
        "api_methods",
        "api_write_related",
        "api_may_leave_filter",
        "full_access",
        "model_id",
    )
    def _check_api(self):
        for scope in self:
            operations = scope.get_operations()
            if scope.full_access and (scope.model_id or operations):
                raise ValidationError(
                    self.env._("A scope with full access has no model of its own.")
                )
            if operations and not scope.model_id:
                raise ValidationError(
                    self.env._("Choose the model that the operations are about.")
                )
            if scope.api_write_related:
                scope._check_write_related()
            if scope.api_may_leave_filter and operations <= {"read", "create"}:
                raise ValidationError(
                    self.env._(
                        "Only a scope that changes records may let them leave its"
                        " filter."
                    )
                )
            if operations:
                scope._check_enforceable()
            for name in scope.get_methods():
                is_public = name.isidentifier() and not name.startswith("_")
                if not is_public or is_generic(self, name):
                    raise ValidationError(
                        self.env._(
                            "“%s” is no further method: private ones cannot be called."
                            " Those that every model has, such as “copy”, follow from"
                            " the boxes, or take and answer any field, so that no scope"
                            " could narrow them.",
                            name,
                        )
                    )

    def _check_enforceable(self):
        """Raise ValidationError if scopes cannot limit a token on the model."""
        obstacle = find_obstacle(self._as_person(self.model))
        if obstacle is None:
            return
        hook, module = obstacle
        if not hook:
            raise ValidationError(
                self.env._(
                    "A scope cannot be enforced on “%s” through the API: it has no"
                    " records of its own.",
                    self.model_id.name,
                )
            )
        raise ValidationError(
            self.env._(
                "A scope cannot be enforced on “%(model)s” through the API: its method"
                " “%(hook)s”, in the module “%(module)s”, decides by its own rules who"
                " sees what.",
                model=self.model_id.name,
                hook=hook,
                module=module,
            )
        )

    def _check_write_related(self):
        """Raise ValidationError where changing related records means nothing."""
        if not self.api_create and not self.api_write:
            raise ValidationError(
                self.env._(
                    "Only a scope that creates or changes records may change related"
                    " ones through its fields."
                )
            )
        if not may_be_opened(self.model):
            raise ValidationError(
                self.env._(
                    "No scope on “%s” may change related records through its fields.",
                    self.model_id.name,
                )
            )

    def _as_person(self, model):
        """Return ``model`` (str) as a recordset whose access is not the superuser's."""
        user = self.env.user
        if user.id == SUPERUSER_ID:
            user = self.env.ref("base.public_user")
        return self.env[model].with_user(user)

    @api.private
    def get_field_names(self):
        """Return the names (frozenset) of the fields that this scope lists."""
        return self._get_field_names(self.id)

    @api.model
    @cached_committed("id_")
    def _get_field_names(self, id_):
        scope = self.sudo().browse(id_)
        return frozenset(scope.field_ids.mapped("name"))

    @api.private
    def get_methods(self):
        """Return the names (list of str) of the further methods of this scope."""
        return (self.api_methods or "").split()

    @api.private
    def get_operations(self):
        """Return what this scope allows (set): operations and names of methods."""
        self.ensure_one()
        named = {name for name, flag in _FLAGS.items() if self[flag]}
        return named | set(self.get_methods())

    @api.private
    def allows(self, operation):
        """Tell whether this scope allows ``operation`` (str) on its model."""
        self.ensure_one()
        flag = _FLAGS.get(operation)
        return bool(flag and self[flag]) or operation in self.get_methods()

    def action_preview(self):
        """Open the records that this scope opens to one person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What “%s” Opens", self.name),
            "res_model": "oauth.provider.scope.preview",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_scope_id": self.id, "dialog_size": "extra-large"},
        }

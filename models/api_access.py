# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a token opens on Odoo's own API: the scopes of its grant, and nothing else."""

from dataclasses import dataclass

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.query import Query

from .oauth_provider_scope import BROKEN_FILTER

#: Methods of the ORM that only read, and ask its access hooks for all that they read.
READ_METHODS = frozenset(
    {
        "exists",
        "fields_get",
        "formatted_read_group",
        "formatted_read_grouping_sets",
        "name_search",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_name_search",
        "web_read",
        "web_read_group",
        "web_search_read",
    }
)
#: Methods of the ORM that change records, by operation.
CHANGE_METHODS = {"create": "create", "write": "write", "unlink": "unlink"}
#: Hooks on which narrowing rests. A model that replaces one may go around it.
_HOOKS = ("_check_access", "_has_field_access")


@dataclass(frozen=True)
class ModelAccess:
    """What one operation may touch on one model.

    :ivar domain: records that exist for the token (Domain)
    :ivar fields: names of the fields (frozenset)
    """

    domain: Domain
    fields: frozenset


class ApiAccess:
    """The access of one token, for one request.

    Several scopes on one model open the records of any of them, and of these the
    fields that every one of them lists; scopes with the same filter add up.
    """

    def __init__(self, token):
        """
        :param token: live oauth.provider.token (record), in a superuser environment
        """
        self.token = token
        self.scopes = token.allowed_scopes()
        self._found = {}

    @property
    def is_full(self):
        """Whether the token has all the rights of its user."""
        return any(self.scopes.mapped("full_access"))

    def of(self, model, operation):
        """Return the :class:`ModelAccess` of ``operation`` on ``model``, or None.

        :param model: name of the model
        :param operation: ``read``, ``create``, ``write``, ``unlink``, or the name of a
            method
        """
        key = (model, operation)
        if key not in self._found:
            scopes = self.scopes.filtered(
                lambda scope: scope.model == model and scope.allows(operation)
            )
            self._found[key] = self._combine(scopes)
        return self._found[key]

    def _combine(self, scopes):
        domain, fields = Domain.FALSE, None
        for _filter, same in scopes.grouped("filter_id").items():
            listed = frozenset(same.field_ids.mapped("name"))
            fields = listed if fields is None else fields & listed
            domain |= self._get_domain(same[:1])
        if fields is None:
            return None
        return ModelAccess(domain, fields)

    def _get_domain(self, scope):
        try:
            return scope._get_domain(self.token.user_id)
        except BROKEN_FILTER:
            return Domain.FALSE

    def allows_model(self, model, operation):
        """Tell whether the token may do ``operation`` on some records of ``model``."""
        return self.of(model, operation) is not None

    def get_domain(self, model, operation):
        """Return the records (Domain) of ``model`` that exist for ``operation``."""
        found = self.of(model, operation)
        return Domain.FALSE if found is None else found.domain

    def allows_field(self, model, field, operation, internal=False):
        """Tell whether the token may ``read`` or ``write`` a field.

        :param model: recordset of the model
        :param field: field of it
        :param internal: whether it is the ORM that needs it to run a search
        """
        if field.name == "id":
            return True
        if operation == "write":
            found = [self.of(model._name, name) for name in ("write", "create")]
            return any(access and field.name in access.fields for access in found)
        found = self.of(model._name, "read")
        if internal and field.name in _internal_fields(model):
            return True
        # No exception for display_name: it may be made of other fields and records
        return found is not None and field.name in found.fields

    # What the caller of a search sends, before the ORM adds what it needs itself

    def check_domain(self, model, domain):
        """Raise AccessError for a domain that looks at what the token does not open.

        :param model: recordset of the model
        :param domain: Domain
        """
        for condition in domain.iter_conditions():
            self._check_condition(
                model, condition.field_expr, condition.operator, condition.value
            )

    def _check_condition(self, model, path, operator, value):
        name, _dot, rest = path.partition(".")
        field = model._fields.get(name)
        if field is None:
            raise ValueError(f"Invalid field {model._name}.{name}")
        if operator.endswith("!") or isinstance(value, (Query, SQL)):
            raise AccessError(model.env._("This operator is not for callers."))
        model._check_field_access(field, "read")
        if not field.relational:
            return
        comodel = model.env[field.comodel_name]
        if rest:
            comodel.browse().check_access("read")
            self._check_condition(comodel, rest, operator, value)
        elif operator in ("any", "not any"):
            comodel.browse().check_access("read")
            self.check_domain(comodel, Domain(value))

    def narrow_names(self, model, domain):
        """Return ``domain`` with searches by name held to the fields that are open.

        What a name is searched by (``_rec_names_search``) may be hidden: whoever could
        search by it could guess it.

        :param model: recordset of the model
        :param domain: Domain
        :raise AccessError: where no such field is open
        """

        def narrow(condition):
            if condition.field_expr != "display_name":
                return condition
            names = self._open_names(model)
            if not names:
                raise AccessError(
                    model.env._(
                        "The scopes open no field by which %s are searched.",
                        model._name,
                    )
                )
            operator, value = condition.operator, condition.value
            is_negative = operator in Domain.NEGATIVE_OPERATORS
            combine = Domain.AND if is_negative else Domain.OR
            return combine(Domain(name, operator, value) for name in names)

        return domain.map_conditions(narrow)

    def _open_names(self, model):
        found = self.of(model._name, "read")
        known = {"name", model._rec_name, *(model._rec_names_search or ())}
        return sorted(
            name
            for name in known & (found.fields if found else frozenset())
            if model._fields[name].type in ("char", "text")
        )

    def check_order(self, model, order):
        """Raise AccessError for an order by a field that the token does not open.

        :param model: recordset of the model
        :param order: text of the order, or None
        """
        if not order or order == model._order:
            return
        for part in order.split(","):
            name = (
                part.split()[0].partition(".")[0].partition(":")[0]
                if part.split()
                else ""
            )
            if name in model._fields:
                model._check_field_access(model._fields[name], "read")


def _internal_fields(model):
    """Return the names of the fields without which no search of ``model`` runs."""
    names = {"active", model._active_name, model._rec_name, "display_name"}
    names.update(model._rec_names_search or ())
    for part in (model._order or "").split(","):
        if part.split():
            names.add(part.split()[0].partition(".")[0])
    return names


def is_enforceable(model):
    """Tell whether narrowing holds on ``model`` (recordset).

    Not where a model has replaced how access to its records is decided; and not where
    it opens fields beside what it asks of the ORM.
    """
    owners = {name: _owner(type(model), name) for name in _HOOKS}
    return owners["_check_access"].startswith("odoo.orm")


def _owner(model_class, name):
    """Return the Python module that has the outermost definition of a method."""
    for one in model_class.mro():
        if name in vars(one):
            return one.__module__
    return ""

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a token opens on Odoo's own API: what its scopes say, and nothing else."""

from collections.abc import Mapping
from copy import copy

from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from .broken_filter import BROKEN_FILTER
from .current import limited_to_scopes
from .domain import get_names
from .error_text import find_database_error
from .model_access import LISTS, ModelAccess, Part, Rule, as_condition, to_sql
from .plain_filter import is_plain, may_compare
from .safe_context import safe_context
from .stand_in import carry, get_sources, make_unknown


class TokenAccess:
    """The access of one token, for one request.

    Several scopes on one model add up: a field of a record is open if one of them
    lists it and matches the record, see :mod:`.model_access`. So no field of a record
    is open that none of the scopes opens by itself.

    :ivar token: oauth.provider.token (record), in a superuser environment
    :ivar scopes: its scopes (records), in the same environment
    :ivar companies: ids (tuple) of the companies that it may act in
    :ivar broken: {scope: its code} of those that have turned out to have a broken
        filter, so that they open no record
    :ivar notes: what is worked out once for a call, whatever the scopes say (dict)
    :ivar has_begun: whether a method of business code is running
    """

    has_begun = False
    # Here, as not each kind of access calls this one's __init__
    _user_env = None
    #: Whether records that a call names are looked at; see :mod:`.step_up`
    checks_records = True
    #: What the context of the call says of new records: {name: value}
    defaults = frozendict()

    def __init__(self, token):
        """
        :param token: live oauth.provider.token (record), in a superuser environment
        """
        self.token = token
        self.scopes = token.find_allowed_scopes()
        self._limited = None
        self.companies = tuple(token.get_companies().ids)
        self.broken, self.notes = {}, {}
        self._by_operation = {}
        self._by_scope = {}

    @property
    def scopes(self):
        """The scopes of the token (records): they are read where all are needed."""
        return self._scopes.prefetch()

    @scopes.setter
    def scopes(self, scopes):
        self._scopes = scopes
        self._by_model = {}

    def get_scopes(self, model):
        """Return the scopes (records) on ``model`` (name)."""
        if model not in self._by_model:
            infos = self._scopes.get_infos()
            wanted = {one for one, info in infos.items() if info.model == model}
            ids = [one for one in self._scopes._ids if one in wanted]
            self._by_model[model] = self._scopes.browse(ids).prefetch()
        return self._by_model[model]

    @property
    def is_full(self):
        """Whether the token has all the rights of its user (bool)."""
        return self._scopes.have_full_access()

    def with_scopes(self, scopes):
        """Return the same access of ``scopes`` (records) alone."""
        other = copy(self)
        other.scopes = scopes
        other._by_operation = {}
        return other

    def get_model_access(self, model, operation):
        """Return the :class:`.ModelAccess` of ``operation`` on ``model``, or None.

        :param model: name of the model
        :param operation: ``read``, ``create``, ``write``, ``unlink``, or the name of a
            method
        """
        key = (model, operation)
        if key not in self._by_operation:
            self._by_operation[key] = self._combine(self._get_openings(*key), model)
        return self._by_operation[key]

    def _get_openings(self, model, operation):
        """Return what the scopes open that allow ``operation`` on ``model`` (names).

        :return: {record set: list of :class:`.model_access.Opening`}
        """
        infos, found = self._scopes.get_infos(), {}
        for source in get_sources(model, operation):
            for id_ in self._scopes._ids:
                if id_ in infos and infos[id_].model == source:
                    opening = self._scopes.get_opening(id_)
                    if opening and operation in opening.operations:
                        found.setdefault(opening.record_set, []).append(opening)
        return found

    def _combine(self, openings, model):
        """Return the :class:`.ModelAccess` of ``openings`` on a model (name), or None.

        :param openings: as :meth:`_get_openings` returns them
        """
        parts = []
        for same in openings.values():
            first, listed = same[0], [one.fields for one in same]
            some, each = frozenset.union(*listed), frozenset.intersection(*listed)
            scope = self._scopes.browse(first.scope_id)
            domain = self._get_usable_domain(scope, first)
            if first.model != model:
                known = frozenset(scope.env[model]._fields)
                some, each = some & known, each & known
                is_plain = not first.filter_text
            else:
                is_plain = self._is_plain(first, domain)
            parts.append(Part(scope, domain, is_plain, some, each))
        return ModelAccess(tuple(parts), self._with_user_rights) if parts else None

    def _get_usable_domain(self, scope, opening=None):
        """Return the records (Domain) of ``scope``, as its filter says.

        :param opening: :class:`.model_access.Opening` of it, where that is known
        """
        if scope not in self._by_scope:
            domain = scope.prefetch_usable_domain(self.token.user_id, opening)
            if domain is None:
                self.broken[scope] = scope.prefetch().code
            self._by_scope[scope] = Domain.FALSE if domain is None else domain
        return self._by_scope[scope]

    def has_broken_filter(self, user):
        """Return whether a filter that was used turns out to be broken.

        A new access then leaves it out. For a transaction in order, after a failure.

        :param user: the token's user (record), with the companies of its context
        """
        ids = [scope.id for scope in self._by_scope if scope not in self.broken]
        return self.scopes.browse(ids).has_broken_filter(user)

    def get_filter_names(self, model):
        """Return the fields by which a write may bring records under a filter.

        That is the filter of one scope, while another one opens the record.

        :param model: name of the model
        :return: set of names
        """
        scopes = self.get_scopes(model)
        if len(scopes) < 2:
            return set()
        found = set()
        for scope in scopes.filtered("filter_id"):
            found |= get_names(self._get_usable_domain(scope))
        return found

    def _with_user_rights(self, scopes):
        """Return the records (Domain) of ``scopes`` (list), looked up as the user.

        The ORM looks record rules up as superuser. A filter is not a rule of an
        administrator: its author may not compare what the user may not read, and so
        learn it. One that the ORM cannot look up opens nothing.
        """

        def look_up(model, alias, query):
            model = model.sudo(False)
            domains = [self._get_domain_on(scope, model) for scope in scopes]
            with limited_to_scopes(None):
                try:
                    return to_sql(Domain.OR(domains), model, alias, query)
                except BROKEN_FILTER as error:
                    if find_database_error(error):
                        # The transaction is of no use any more
                        raise
                parts = [
                    self._to_sql_or_none(scope, model, alias, query) for scope in scopes
                ]
            return SQL("(%s)", SQL(" OR ").join(parts))

        return Domain.custom(to_sql=look_up)

    def _get_domain_on(self, scope, model):
        """Return the records (Domain) of ``scope`` on ``model``, as its filter says.

        :param model: recordset of its model, or of one that stands in for that
        """
        domain, opening = self._get_usable_domain(scope), scope.get_opening(scope.id)
        name = opening.model if opening else scope.model
        return domain if name == model._name else carry(domain, name)

    def _to_sql_or_none(self, scope, model, alias, query):
        """Return the SQL of the records of ``scope``: FALSE if its filter is broken."""
        domain = self._get_domain_on(scope, model)
        try:
            return to_sql(domain, model, alias, query)
        except BROKEN_FILTER as error:
            if find_database_error(error):
                raise
            scope.prefetch().note_broken(self.token.user_id, error)
            self.broken[scope] = scope.code
            return SQL("FALSE")

    def _as_user(self, model):
        """Return the empty recordset of ``model`` (name), as the token's user."""
        if self._user_env is None:
            self._user_env = self.token.env(user=self.token.user_id.id, su=False)
        return self._user_env[model]

    def _is_plain(self, opening, domain):
        """Return whether ``domain`` of ``opening`` finds the same for everybody."""
        if domain.is_false() or not opening.filter_text:
            return True
        if domain is not opening.records:
            return is_plain(self._as_user(opening.model), domain)
        names = opening.compared
        return names is not None and may_compare(self._as_user(opening.model), names)

    def _get_domain(self, scope):
        """Return the records (Domain) that ``scope`` opens to the user of the token."""
        domain = self._get_usable_domain(scope)
        if domain.is_false() or not scope.filter_id:
            return domain
        return self._with_user_rights([scope])

    def get_shown_domain(self, model, domain):
        """Return the records (Domain) that a search shows by itself, or None.

        The ORM shows active ones only, unless the domain of the caller or its context
        says something else. So may the filter of a scope: the records that it opens are
        shown as it says. None where the rule of the ORM does.

        :param model: recordset of the model, as the token's user
        :param domain: Domain of the caller
        """
        name = model._active_name
        is_tested = name and model.env.context.get("active_test", True)
        if not is_tested or names_field(domain, name):
            return None
        key = (model._name, name)
        if key not in self._by_operation:
            self._by_operation[key] = self._get_shown_domain(model, name)
        return self._by_operation[key]

    def _get_shown_domain(self, model, name):
        """Return the same for any caller, by the field ``name`` (str) of the model."""
        openings = self._get_openings(model._name, "read").values()
        # To look for the name in the text is cheap, and nearly always enough
        if not any(name in one[0].filter_text for one in openings):
            return None
        shown = Domain.FALSE
        for opening, *_same in openings:
            scope = self._scopes.browse(opening.scope_id).prefetch()
            # As the limit that it goes with: archived related records count
            domain = as_condition(self._get_domain(scope))
            if not names_field(self._get_usable_domain(scope), name):
                domain &= Domain(name, "=", True)
            shown |= domain
        return shown

    def get_writable_names(self, model):
        """Return the names of the fields of ``model`` (set) that the token may write.

        :param model: recordset of the model, as the token's user
        """
        operations = ("create", "write")
        if not self.is_full:
            found = [
                self.get_model_access(model._name, operation)
                for operation in operations
            ]
            return {name for one in found if one for name in one.fields}
        rights = model.env["ir.model.access"]
        if not any(rights.check(model._name, one, False) for one in operations):
            return set()
        return {field.name for field in model._fields.values() if not field.groups}

    def allows_model(self, model, operation):
        """Return whether ``operation`` is open on some records of ``model`` (name)."""
        return self.get_model_access(model, operation) is not None

    def get_domain(self, model, operation):
        """Return the records (Domain) of ``model`` (name) open for ``operation``."""
        found = self.get_model_access(model, operation)
        return Domain.FALSE if found is None else found.domain

    def with_rules(self, model, operation, rules):
        """Return the same records, as far as the record rules open them (Domain).

        Where :meth:`limiting` already limits a search, it need not be said twice.

        :param rules: what the record rules say (Domain)
        """
        domain = self.get_domain(model, operation)
        if domain.is_true() or domain.is_false() or rules.is_false():
            return rules & domain
        return Rule(rules, domain, lambda *searched: searched == self._limited)

    def limiting(self, named):
        """Return the condition ``named`` (Domain) for the whole of a search.

        It says that fields are open on each record, so that a scope opens the record.
        """
        if named.is_true():
            return named

        def limit(model, alias, query):
            found = to_sql(named, model, alias, query)
            self._limited = query, alias
            return found

        return Domain.custom(to_sql=limit)

    def get_limit(self, model, names):
        """Return the condition that each of the fields ``names`` may be read.

        :param model: name of the model
        :param names: of fields (iterable of str)
        :return: Domain; the one of all records where none of them needs a condition
        """
        found = self.get_model_access(model, "read")
        return Domain.TRUE if found is None else as_condition(found.get_limit(names))

    def opens_everywhere(self, model, field):
        """Return whether the token may read ``field`` of each record that it sees.

        :param model: recordset of the model
        """
        if field.name == "id":
            return True
        found = self.get_model_access(model._name, "read")
        return found is not None and found.is_open_everywhere(field.name)

    def allows_field(self, model, field, operation, internal=False):
        """Return whether the token may read or write a field, of any record.

        :param model: recordset of the model
        :param field: field of it
        :param operation: ``read`` or ``write``
        :param internal: whether it is the ORM that needs it to run a search
        """
        if field.name == "id":
            return True
        if operation == "write":
            found = [
                self.get_model_access(model._name, name) for name in ("write", "create")
            ]
            return any(access and field.name in access.fields for access in found)
        found = self.get_model_access(model._name, "read")
        if internal and field.name in self._get_internal_fields(model):
            return True
        if found is None:
            return False
        if internal:
            # What it compares may differ from what the caller has named
            return found.is_open_everywhere(field.name) or _is_made_of(
                model, field, found.common_fields
            )
        # No exception for display_name: it may be made of other fields and records
        return field.name in found.fields

    def _get_internal_fields(self, model):
        """Return the fields (set of names) without which no search of ``model`` runs.

        They are those by which records are in an open list.
        """
        key = (model._name, None)
        if key not in self._by_operation:
            names = {"active", model._active_name}
            for scope in self.scopes.filtered(lambda scope: scope.allows("read")):
                owner = model.env[scope.model]
                for name in scope.field_ids.mapped("name"):
                    field = owner._fields[name]
                    if field.comodel_name == model._name and field.type in LISTS:
                        names.add(getattr(field, "inverse_name", None))
                        for one in field.get_comodel_domain(owner).iter_conditions():
                            names.add(one.field_expr.partition(".")[0])
            self._by_operation[key] = names
        return self._by_operation[key]

    # What the caller of a method sends

    def limit_specification(self, records, specification):
        """Return the ``specification`` of a caller that ``web_read`` may follow.

        Every context in it is limited as the one of the call itself. The fields below a
        relation are checked where they are read, by this method again.

        :param records: recordset to be read
        :param specification: value that should be an object
        :return: dict
        :raise AccessError: for a field that the token does not open
        :raise ValueError: for a malformed one
        """
        if not isinstance(specification, Mapping):
            raise ValueError("The specification must be an object.")
        # Some models open fields of the records at hand, whatever they hold
        self.check_fields(records.browse(), specification)
        return {
            name: self._limit_field(of_field) if of_field else {}
            for name, of_field in specification.items()
        }

    def _limit_field(self, specification):
        if not isinstance(specification, Mapping):
            raise ValueError("The specification of a field must be an object.")
        limited = dict(specification)
        if "context" in limited:
            limited["context"] = safe_context(self, limited["context"])
        return limited

    def check_fields(self, model, names):
        """Raise AccessError for a field that the caller names and may not read.

        The ORM checks too; but some models read a part of their fields as superuser.

        :param model: recordset of the model
        :param names: names of fields (iterable)
        :raise ValueError: for one that there is not
        """
        for name in names:
            field = model._fields.get(name) if isinstance(name, str) else None
            if field is None:
                text = f"Invalid field {name!r} on {model._name}"
                raise make_unknown(model, name, text)
            model._check_field_access(field, "read")

    def get_name_fields(self, model):
        """Return the fields by which the token may search for a name (sorted names).

        :param model: recordset of the model
        """
        found = self.get_model_access(model._name, "read")
        return sorted(self.get_name_candidates(model) & found.fields) if found else []

    @staticmethod
    def get_name_candidates(model):
        """Return the fields (set of names) of which one opens the search for a name.

        :param model: recordset of the model
        """
        known = {"name", model._rec_name, *(model._rec_names_search or ())}
        return {
            name
            for name in known & model._fields.keys()
            if model._fields[name].type in ("char", "text") and name != "display_name"
        }


def names_field(domain, name):
    """Return whether a condition of ``domain`` (Domain) is about the field ``name``."""
    return any(one.field_expr == name for one in domain.iter_conditions())


def record_set(scope):
    """Return a key that scopes share which open the same records of a model."""
    is_own = scope.model == "res.users" and scope.own_user_only
    return scope.model, scope.filter_id.id, is_own


def _is_made_of(model, field, names):
    """Return whether ``field`` is stored and computed only from the fields ``names``.

    As the account number without spaces, by which the ORM searches the one with them.
    """
    registry = model.pool
    depends = registry.field_depends[field]
    is_computed = field.store and field.compute and depends
    in_context = registry.field_depends_context[field]
    return bool(is_computed and not in_context and set(depends) <= names)

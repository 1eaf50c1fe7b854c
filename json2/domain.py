# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The domain and the order that a caller sends, before the ORM adds what it needs.

:func:`check_search` refuses what a token may not search by, and :func:`narrow` rewrites
what the ORM would search beyond that.
"""

from collections.abc import Set

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL
from odoo.tools.query import Query

from . import current
from .hierarchy import HIERARCHIES, check_hierarchy, narrow_hierarchy
from .model_access import LISTS
from .need import needs
from .stand_in import as_readable, make_unknown

#: Operators that compare with plain values.
COMPARISONS = frozenset(
    {
        "=",
        "!=",
        "<>",
        "==",
        "=?",
        "<",
        ">",
        "<=",
        ">=",
        "in",
        "not in",
        "like",
        "ilike",
        "=like",
        "=ilike",
        "not like",
        "not ilike",
        "not =like",
        "not =ilike",
    }
)
#: Operators whose value is a domain on the other model.
QUANTIFIERS = frozenset({"any", "not any"})
#: Every operator that a token may search by.
OPERATORS = COMPARISONS | QUANTIFIERS | HIERARCHIES
#: Operators that compare with the very value.
EQUALITIES = frozenset({"=", "==", "in"})
#: Relations that a condition may follow in a row. PostgreSQL plans each as a query of
#: its own within the one before: sixty take it minutes.
MAX_STEPS = 10
#: Records of which a search method is given the ids, at most.
MOST_RELATED = 10000
#: What may hold several values, from a list of JSON to the sets of the ORM.
COLLECTION_TYPES = (list, tuple, Set)
#: Fields of which a path may name a part: the month of a date, one of the properties.
COMPOSED = frozenset({"date", "datetime", "properties"})


def check_search(model, domain, order=None):
    """Raise AccessError or ValueError for what a token may not search by.

    The names in the domain and the order are checked. Where the code of a search method
    decides what the caller's value is compared with, the query is built once before, to
    see that it looks at no field that the token does not open.

    :param model: recordset of the model
    :param domain: domain of the caller
    :param order: text of the order, or None
    """
    domain = Domain(domain)
    check_order(model, order)
    if not current.is_domain_checked(model._name):
        check_domain(model, domain)
        _check_search_methods(model, domain)


def check_domain(model, domain, steps=0):
    """Raise AccessError or ValueError for a domain that a token may not search by.

    That is one that names a field or a model that the token does not open, anywhere in
    the domain, or one whose meaning the domain itself does not show.

    :param model: recordset of the model
    :param domain: Domain
    :param steps: how many relations lead to it from the model that is searched
    """
    for condition in domain.iter_conditions():
        _check_condition(
            model, condition.field_expr, condition.operator, condition.value, steps
        )


def _check_condition(model, path, operator, value, steps):
    if steps > MAX_STEPS:
        raise ValueError(f"A search follows at most {MAX_STEPS} relations in a row.")
    name, dot, rest = path.partition(".")
    field = model._fields.get(name)
    if field is None or (dot and not rest):
        raise make_unknown(model, name, f"Invalid field {model._name}.{path}")
    if operator not in OPERATORS or isinstance(value, Query | SQL):
        error = AccessError(model.env._("A token cannot search by “%s”.", operator))
        raise needs(error, model._name, None)
    model._check_field_access(field, "read")
    if rest and not field.relational and field.type not in COMPOSED:
        raise ValueError(f"Invalid field {model._name}.{path}")
    if operator in QUANTIFIERS and not field.relational:
        raise ValueError(f"{model._name}.{path} has no records to search")
    if operator in HIERARCHIES and not rest:
        check_hierarchy(model, name)
    if not field.relational:
        return
    comodel = as_readable(model.env[field.comodel_name])
    if rest:
        comodel.browse().check_access("read")
        _check_condition(comodel, rest, operator, value, steps + 1)
    elif operator in QUANTIFIERS:
        comodel.browse().check_access("read")
        check_domain(comodel, Domain(value), steps + 1)
    elif field.type in LISTS:
        comodel.browse().check_access("read")


def _check_search_methods(model, domain):
    """Raise AccessError where a search method compares what the token does not open.

    :param model: recordset of the model
    :param domain: Domain that has been checked
    """
    for condition in domain.iter_conditions():
        # Each by itself: one may name a field that the code of another looks at
        if _has_code(model, condition):
            narrowed = narrow(current.access(), model, condition)
            with current.dry_run(frozenset(_find_named(model, condition))):
                # Without what models do on their own before and after they search
                BaseModel._search(model.browse(), narrowed)


def get_names(domain):
    """Return the fields (set of names) that ``domain`` (Domain) itself compares.

    Of the records that are searched. What a search by name compares is another matter,
    see :func:`narrow`.
    """
    heads = {one.field_expr.partition(".")[0] for one in domain.iter_conditions()}
    return heads - {"id", "display_name"}


def find_order_names(order):
    """Return the fields (set of names) by which ``order`` (str, or None) sorts."""
    words = [part.split() for part in (order or "").split(",")]
    heads = {word[0].partition(":")[0].partition(".")[0] for word in words if word}
    return heads - {"id"}


def _find_named(model, domain):
    """Yield each (model name, field name) that ``domain`` (Domain) compares."""
    for condition in domain.iter_conditions():
        name, _dot, rest = condition.field_expr.partition(".")
        field = model._fields.get(name)
        if field is None:
            continue
        yield model._name, name
        compared = _find_name_compared(model, condition)
        if compared is not None:
            access = current.access()
            for one in access.get_name_fields(compared):
                yield compared._name, one
        if field.relational and (rest or condition.operator in QUANTIFIERS):
            below = _get_below(condition)
            comodel = model.env[field.comodel_name]
            yield from _find_named(as_readable(comodel), below)


def _find_name_compared(model, condition):
    """Return the model (recordset) whose names ``condition`` compares, or None."""
    field = model._fields[condition.field_expr.partition(".")[0]]
    if condition.field_expr == "display_name":
        return model
    if not field.relational or "." in condition.field_expr:
        return None
    value = condition.value
    values = value if isinstance(value, COLLECTION_TYPES) else [value]
    if any(isinstance(one, str) for one in values):
        return as_readable(model.env[field.comodel_name])
    return None


def _get_below(condition):
    """Return what ``condition`` says of the records of its relation (Domain)."""
    rest = condition.field_expr.partition(".")[2]
    if rest:
        return Domain(rest, condition.operator, condition.value)
    return Domain(condition.value)


def _has_code(model, domain):
    """Return whether code of a model decides what a condition in ``domain`` means."""
    for condition in domain.iter_conditions():
        name, _dot, rest = condition.field_expr.partition(".")
        field = model._fields.get(name)
        if field is None or name == "id":
            continue
        # The ORM calls the search method of a stored field, too
        if field.search or not field.store:
            return True
        if not field.relational:
            continue
        value = condition.value
        comodel = model.env[field.comodel_name]
        if rest:
            if _has_code(comodel, Domain(rest, condition.operator, value)):
                return True
        elif condition.operator in QUANTIFIERS:
            if _has_code(comodel, Domain(value)):
                return True
        else:
            values = value if isinstance(value, COLLECTION_TYPES) else [value]
            if any(isinstance(one, str) for one in values):
                return True
    return False


def get_default_order(model):
    """Return the order (str) of a search on ``model`` for which the caller names none.

    It is that of the model if the token opens each of its fields, else by id: the place
    of a record reveals the value that it is ordered by. A many2one in it is ordered by
    the other model's own order, to which the same applies.

    :param model: recordset of the model
    """
    is_open = all(_opens_order(model, part) for part in (model._order or "").split(","))
    return model._order if is_open else "id"


def without_closed_own(model, order, named):
    """Return ``order`` without what Odoo has added and the token does not open.

    To the order that a caller sends for the records of groups, Odoo adds the parts of
    the model's own order. What the caller sends has been checked before.

    :param model: recordset of the model
    :param order: text of the order, or None
    :param named: fields (set of names) that the caller names; None where Odoo adds none
    """
    if not order or order == model._order or named is None:
        return order
    own = {part.strip() for part in (model._order or "").split(",")}
    parts = [part.strip() for part in order.split(",")]
    kept = [
        part
        for part in parts
        if part not in own
        or find_order_names(part) <= named
        or _opens_order(model, part)
    ]
    return order if kept == parts else ", ".join(kept) or "id"


def _opens_order(model, part):
    """Return whether the field of one ``part`` (str) of an order is open everywhere."""
    word = (part.split() or ["id"])[0]
    field = model._fields.get(word.partition(".")[0].partition(":")[0])
    return field is None or current.access().opens_everywhere(model, field)


def check_order(model, order):
    """Raise AccessError for an order by a field that the token does not open.

    The model's own order is not checked here, see :func:`get_default_order`.

    :param model: recordset of the model
    :param order: text of the order, or None
    """
    if not order or order == model._order:
        return
    for part in order.split(","):
        word = (part.split() or [""])[0]
        name = word.partition(".")[0].partition(":")[0]
        if name in model._fields:
            model._check_field_access(model._fields[name], "read")


def narrow(access, model, domain):
    """Return ``domain`` (Domain), rewritten so that it compares only what is open.

    A search by name compares only open fields: those that the ORM searches
    (``_rec_names_search``) may be hidden, and a caller who could search by them could
    guess them. Only records of a list that the token sees count. And a related field is
    searched with the rights of the user.

    :param access: :class:`.access.TokenAccess`
    :param model: recordset of the model
    :raise AccessError: where a name is searched and no field for it is open
    """
    return domain.map_conditions(
        lambda condition: _narrow_condition(access, model, condition)
    )


def _narrow_condition(access, model, condition):
    name, _dot, rest = condition.field_expr.partition(".")
    operator, value = condition.operator, condition.value
    field = model._fields.get(name)
    if field is None:
        return condition
    if condition.field_expr == "display_name":
        return _narrow_name(access, model, operator, value)
    if operator in HIERARCHIES and not rest:

        def find_named(comodel, text):
            return _narrow_name(access, comodel, "ilike", text)

        return narrow_hierarchy(access, model, condition, find_named)
    if field.relational:
        comodel = as_readable(model.env[field.comodel_name])
        if isinstance(value, Query):
            # It has been narrowed before
            return condition
        if rest or operator in QUANTIFIERS:
            below = _narrow_below(access, comodel, _get_below(condition))
            operator = "any" if rest else operator
            return _quantify(access, model, field, operator, below)
        found = _narrow_relation(access, model, field, operator, value)
        if found is not None:
            return found
    if not rest and _is_plain_related(model, field):
        return _look_up(model, condition)
    return condition


def _look_up(model, condition):
    """Return the same as ``condition`` on a related field, by the ids of the records.

    The token opens the value; it is looked up with the rights of the user.
    """
    with current.limited_to_scopes(None):
        query = model.with_context(active_test=False)._search(condition)
    return Domain("id", "in", query)


def _narrow_below(access, comodel, domain):
    """Return ``domain`` for related records: those on which what it compares is open.

    Else whether there is one would tell of a closed value.
    """
    limit = access.get_limit(comodel._name, get_names(domain))
    return narrow(access, comodel, domain) & limit


def _quantify(access, model, field, operator, below):
    """Return the domain for a relation to records of ``below`` (Domain, narrow).

    :param operator: ``any`` or ``not any``
    """
    is_related = _is_plain_related(model, field)
    if not field.store and (access.checks_records or is_related):
        # Code of the model searches, perhaps as superuser: it is given those records
        comodel = model.env[field.comodel_name].with_context(active_test=False)
        ids = ()
        if access.checks_records:
            with current.internal():
                ids = comodel._search(below, limit=MOST_RELATED + 1).get_result_ids()
        if len(ids) > MOST_RELATED:
            raise ValueError(
                f"More than {MOST_RELATED} records match below {field.name}."
            )
        named = Domain(field.name, "in" if operator == "any" else "not in", list(ids))
        return _look_up(model, named) if is_related else named
    if field.type == "many2one" and field.store and field.bypass_search_access:
        # The ORM would join the other table, and ask nobody which of its records are
        # open: neither the scopes nor the rules
        with current.internal():
            below = model.env[field.comodel_name]._search(below, active_test=False)
    return Domain(field.name, operator, below)


def _is_plain_related(model, field):
    """Return whether ``field`` is just the stored value of one other record.

    Not so below a list: its value is that of the first record, a search finds all.
    """
    if not field.related or field.store:
        return False
    while field.related and not field.store:
        model = model.env[field.model_name]
        for name in field.related.split(".")[:-1]:
            if model._fields[name].type != "many2one":
                return False
            model = model.env[model._fields[name].comodel_name]
        field = field.related_field
    return field.store


def _narrow_name(access, model, operator, value):
    names = access.get_name_fields(model)
    if not names:
        error = AccessError(
            model.env._(
                "The scopes open no field by which %s are searched.", model._name
            )
        )
        raise needs(error, model._name, "read", access.get_name_candidates(model))
    is_negative = operator in Domain.NEGATIVE_OPERATORS
    parts = []
    for name in names:
        # Of each record those names that are open there
        limit = access.get_limit(model._name, (name,))
        part = narrow(access, model, Domain(name, operator, value))
        parts.append(part | ~limit if is_negative else part & limit)
    return Domain.AND(parts) if is_negative else Domain.OR(parts)


def _narrow_relation(access, model, field, operator, value):
    """Return the domain that means the same in records that the token sees, or None.

    :param operator: one of :data:`COMPARISONS`
    :param value: id, text, False, or a list of them
    """
    if operator == "=?":
        if not value:
            return Domain.TRUE
        operator = "="
    positive = Domain.NEGATIVE_OPERATORS.get(operator, operator)
    if positive.endswith("like"):
        found = _narrow_named(access, model, field, positive, value)
    elif positive in EQUALITIES:
        values = list(value) if isinstance(value, COLLECTION_TYPES) else [value]
        found = _narrow_equality(access, model, field, values)
    else:
        found = None
    return found if found is None or positive == operator else ~found


def _narrow_equality(access, model, field, values):
    """Return the domain for a relation to one of ``values``, or None if it is narrow.

    :param values: list of ids, texts and False
    """
    names = [one for one in values if isinstance(one, str)]
    others = [one for one in values if not isinstance(one, str)]
    is_list = field.type != "many2one"
    if not names and not is_list:
        return None
    parts = [_narrow_named(access, model, field, "in", names)] if names else []
    if is_list:
        if not all(others):
            parts.append(_quantify(access, model, field, "not any", Domain.TRUE))
        others = [one for one in others if one]
        if others:
            below = Domain("id", "in", others)
            parts.append(_quantify(access, model, field, "any", below))
    elif others:
        parts.append(Domain(field.name, "in", others))
    return Domain.OR(parts)


def _narrow_named(access, model, field, operator, text):
    """Return the domain for a relation to records whose open names match ``text``."""
    comodel = as_readable(model.env[field.comodel_name])
    by_name = narrow(access, comodel, Domain("display_name", operator, text))
    return _quantify(access, model, field, "any", by_name)

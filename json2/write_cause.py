# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which code is about to change a record, found in the stack of calls.

The ORM says nowhere which field it carries out, nor who calls. The stack is inspected
only where a token's call is about to change a record that is not its own.
"""

import inspect
import sys
from types import CodeType

from odoo import api
from odoo.fields import Field, Many2many, One2many
from odoo.models import BaseModel

#: The ORM's own bodies of the methods by which records change.
_BODIES = {
    name: inspect.unwrap(getattr(BaseModel, name)).__code__
    for name in ("create", "write", "unlink")
}
#: Parts of the ORM's own ``create`` and ``write`` that carry out no value of a caller.
_WITHOUT_VALUE = frozenset(
    {
        BaseModel._add_missing_default_values.__code__,
        BaseModel._validate_fields.__code__,
    }
)
#: What the ORM's own code of a list goes through until it changes the other records.
_OF_LIST = frozenset(
    {
        BaseModel.__setitem__.__code__,
        # The decorator of each ``create``
        api.model_create_multi(BaseModel.create).__code__,
        *(
            code
            for field_class in (One2many, Many2many)
            for code in field_class.write_real.__code__.co_consts
            if isinstance(code, CodeType)
        ),
    }
)
#: Says that defaults or constraints are being carried out, and no field.
NO_FIELD = object()


def find_field(model_name, end):
    """Return the outermost field that is being carried out, NO_FIELD, or None.

    :param model_name: model (name) of the field
    :param end: function that is given a frame and returns whether to stop there
    """
    found = None
    for frame in _frames():
        code = frame.f_code
        if end(frame):
            break
        if code in _WITHOUT_VALUE:
            found = NO_FIELD
        elif code.co_argcount and code.co_varnames[0] == "self":
            owner = frame.f_locals.get("self")
            if isinstance(owner, Field) and owner.model_name == model_name:
                found = owner
    return found


def find_override(records, operation):
    """Return the call whose override, in some module, is about to change ``records``.

    :param operation: ``create``, ``write`` or ``unlink``: how they are about to change
    :return: (records, operation, values) of that call; None if it is the ORM's own
        body of a call
    """
    chain = _chain(type(records), operation)
    last = len(chain)
    for frame in _frames():
        code = frame.f_code
        if code.co_name not in _BODIES or not code.co_argcount:
            continue
        owner = frame.f_locals.get(code.co_varnames[0])
        if not isinstance(owner, BaseModel):
            continue
        if code is _BODIES[code.co_name]:
            return None
        if owner._name == records._name and chain.get(code, last) < last:
            # One override after the other calls the next one of this same call
            last = chain[code]
        elif code in _chain(type(owner), code.co_name):
            values = code.co_argcount > 1 and frame.f_locals.get(code.co_varnames[1])
            return owner, code.co_name, values
    return None


def find_list(records, operation):
    """Return the list field whose command the ORM is carrying out, or None.

    None as well where business code is in between, which has made the change itself.

    :param operation: ``create``, ``write`` or ``unlink``: how ``records`` are about to
        change
    """
    chain = _chain(type(records), operation)
    last = len(chain)
    own = find_list.__code__
    for frame in _frames():
        code = frame.f_code
        if code is own or code in _OF_LIST or not code.co_argcount:
            continue
        owner = frame.f_locals.get(code.co_varnames[0])
        if isinstance(owner, Field):
            if owner.type in ("one2many", "many2many"):
                return owner
        elif isinstance(owner, BaseModel):
            if owner._name != records._name or chain.get(code, last) >= last:
                return None
            last = chain[code]
    return None


def _frames():
    frame = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _chain(model_class, name):
    """Return {code: place} of the overrides of a method, the outermost first."""
    found = (vars(one).get(name) for one in model_class.mro())
    codes = [inspect.unwrap(one).__code__ for one in found if callable(one)]
    return {code: place for place, code in enumerate(codes)}

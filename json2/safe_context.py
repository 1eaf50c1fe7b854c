# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What of the context counts that the caller of a method sends."""

from collections.abc import Mapping
from types import NoneType

from odoo.http import DEFAULT_LANG

#: What a caller may say of the context; everything else steers business code.
CONTEXT_TYPES = {
    "lang": (str, bool, NoneType),
    "tz": (str, bool, NoneType),
    "active_test": (bool, int, NoneType),
    "bin_size": (bool, int, NoneType),
    "force_search_count": (bool, int, NoneType),
}


def safe_context(access, context):
    """Return the part of a caller's ``context`` that does not steer business code.

    :param access: :class:`.access.TokenAccess`
    :param context: value that should be an object
    :return: dict
    :raise ValueError: for one that is none, or has values of the wrong kind
    """
    if not isinstance(context, Mapping):
        raise ValueError("The context must be an object.")
    safe = {name: context[name] for name in CONTEXT_TYPES.keys() & context.keys()}
    for name, value in safe.items():
        if not isinstance(value, CONTEXT_TYPES[name]):
            raise ValueError(f"The context has no such {name}.")
    lang = safe.get("lang")
    languages = access.token.env["res.lang"]
    if lang and lang != DEFAULT_LANG and not languages._get_data(code=lang):
        # Odoo would refuse it somewhere, as if what it is busy with were at fault
        raise ValueError("The context has no such lang.")
    requested = context.get("allowed_company_ids")
    if isinstance(requested, list):
        allowed = set(access.companies)
        common = [one for one in requested if type(one) is int and one in allowed]
        safe["allowed_company_ids"] = common or list(access.companies)
    return safe

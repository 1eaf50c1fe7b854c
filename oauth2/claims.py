# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ``claims`` parameter (OpenID Connect Core section 5.5)."""

import json
from dataclasses import dataclass, field

from .errors import refusal

#: The shipped scope that carries each claim (section 5.4). Asking for the claim is
#: asking for the scope: a person decides on scopes.
SCOPE_BY_CLAIM = {
    "name": "profile",
    "preferred_username": "profile",
    "picture": "profile",
    "locale": "profile",
    "zoneinfo": "profile",
    "updated_at": "profile",
    "email": "email",
    "email_verified": "email",
    "phone_number": "phone",
    "phone_number_verified": "phone",
    "address": "address",
    "groups": "groups",
}


@dataclass(frozen=True)
class ClaimsRequest:
    """What a ``claims`` parameter asks for.

    :ivar id_token: {claim: dict of its request} for the ID token
    :ivar userinfo: the same for userinfo
    """

    id_token: dict = field(default_factory=dict)
    userinfo: dict = field(default_factory=dict)

    @classmethod
    def parse(cls, text):
        """Return the request in ``text`` (str or None).

        :raise InvalidRequestError: for anything but a JSON object of objects
        """
        if not text:
            return cls()
        try:
            value = json.loads(text)
            parts = {
                name: {claim: wish or {} for claim, wish in value.get(name, {}).items()}
                for name in ("id_token", "userinfo")
            }
            for wish in (wish for part in parts.values() for wish in part.values()):
                _check_wish(wish)
        except (ValueError, AttributeError, RecursionError) as error:
            raise refusal("claims") from error
        return cls(**parts)

    def scope_codes(self):
        """Return the codes of the scopes that carry what is asked for (set)."""
        names = self.id_token.keys() | self.userinfo.keys()
        return {SCOPE_BY_CLAIM[name] for name in names if name in SCOPE_BY_CLAIM}

    def wanted(self, name):
        """Return the values (list) of the claim ``name`` that alone will do, or None.

        Of an essential claim: without another value than asked for, a voluntary one
        fails nothing (section 5.5.1.1). Of ``sub`` always: it says whom the request is
        about (section 3.1.2.2).
        """
        wish = self.id_token.get(name, {})
        if name != "sub" and not self.is_essential(name):
            return None
        if wish.get("value") is not None:
            return [wish["value"]]
        return wish.get("values")

    def is_essential(self, name):
        """Tell whether the ID token is worth nothing without the claim ``name``."""
        return self.id_token.get(name, {}).get("essential") is True


def _check_wish(wish):
    """Raise ValueError unless ``wish`` is what section 5.5.1 lets a claim be."""
    if (
        not isinstance(wish, dict)
        or not isinstance(wish.get("essential", False), bool)
        or not isinstance(wish.get("values", []), list)
    ):
        raise ValueError("malformed request of a claim")

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How the person has to be asked (OpenID Connect Core section 3.1.2.1)."""

import time
from dataclasses import dataclass, field

from oauthlib.oauth2 import AccessDeniedError
from oauthlib.openid.connect.core.exceptions import (
    RegistrationNotSupported,
    RequestNotSupported,
    RequestURINotSupported,
)

from ..tools.claim_value import language_tag
from ..tools.sign_in import ACR_VALUES, acr
from .claims import ClaimsRequest
from .errors import refusal

#: Seconds for which a sign-in that the request has asked for is young enough for it: as
#: long as a person may look at the consent page, whatever the client or we allow.
YOUNG = 10 * 60
#: Parameters that the provider does not support, and their errors (section 3.1.2.6).
UNSUPPORTED_PARAMETERS = {
    "request": RequestNotSupported,
    "request_uri": RequestURINotSupported,
    "registration": RegistrationNotSupported,
}
#: The class of a sign-in with more than one factor.
MULTIPLE_FACTORS = ACR_VALUES[-1]


@dataclass(frozen=True)
class Interaction:
    """What an authorization request wants of the person.

    :ivar prompts: values of ``prompt`` (set)
    :ivar max_age: seconds since the last sign-in, or None
    :ivar claims: :class:`ClaimsRequest`
    :ivar subjects: the only subjects (collection of str) that will do, or None for
        anybody
    """

    prompts: frozenset = frozenset()
    max_age: int | None = None
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    subjects: tuple | None = None

    @classmethod
    def parse(cls, env, client, parameters):
        """Return what ``parameters`` (dict) ask for.

        :param env: superuser environment
        :param client: client (record) that asks
        :raise OAuth2Error: for what is malformed, contradictory or not supported
        """
        if unsupported := find_unsupported(parameters):
            raise unsupported
        prompts = frozenset((parameters.get("prompt") or "").split())
        if "none" in prompts and len(prompts) > 1:
            raise refusal("prompt")
        claims = ClaimsRequest.parse(parameters.get("claims"))
        return cls(
            prompts=prompts,
            max_age=_max_age(parameters.get("max_age")),
            claims=claims,
            subjects=_subjects(env, client, parameters, claims),
        )

    def next_step(self, client, user, sign_in, needs_consent):
        """Return what has to come before the answer.

        :param client: client (record)
        :param user: who is signed in (record), or none
        :param sign_in: how (:class:`..tools.sign_in.SignIn`), or None
        :param needs_consent: whether the person must be asked for consent
        :return: ``"login"``, ``"consent"``, None for nothing, or the OAuth2Error to
            answer with
        """
        unmet = self._unmet(client, user, sign_in)
        if unmet:
            if "none" in self.prompts:
                is_denied = isinstance(unmet, AccessDeniedError)
                return unmet if is_denied else refusal("sign_in")
            # Asking once more would not help who has just signed in, nor who may not
            # use the client at all
            is_final = isinstance(unmet, AccessDeniedError) or (
                self._is_fresh(user, sign_in) and not self._is_too_old(client, sign_in)
            )
            return unmet if is_final else "login"
        if needs_consent or self.prompts & {"consent", "select_account"}:
            return refusal("consent") if "none" in self.prompts else "consent"
        return None

    def _is_fresh(self, user, sign_in):
        """Tell whether the person has signed in since this request asked for it."""
        return bool(user and sign_in.asked_at and sign_in.time >= sign_in.asked_at)

    def _max_age(self, client):
        """Return the seconds since the last sign-in that will do, or None for any."""
        own = client.max_sign_in_age * 60 or None
        known = [age for age in (own, self.max_age) if age is not None]
        return min(known, default=None)

    def _is_too_old(self, client, sign_in, is_fresh=True):
        """Tell whether the person signed in too long ago.

        :param is_fresh: whether this request has asked for it
        """
        max_age = self._max_age(client)
        if max_age is None:
            return False
        if is_fresh:
            max_age = max(max_age, YOUNG)
        return not sign_in.time or time.time() - sign_in.time > max_age

    def _unmet(self, client, user, sign_in):
        """Return the error for what the sign-in lacks, or None (in this order)."""
        if not user:
            return refusal("sign_in")
        # OdooBot, as whom an administrator may sign in, is not active
        if not user.active or not client.allows_user(user):
            return refusal("user")
        is_fresh = self._is_fresh(user, sign_in)
        if "login" in self.prompts and not is_fresh:
            return refusal("sign_in")
        if self._is_too_old(client, sign_in, is_fresh):
            return refusal("sign_in")
        if self.claims.is_essential("auth_time") and not sign_in.time:
            return refusal("sign_in")
        subject = client.generate_user_id(user)
        if self.subjects is not None and subject not in self.subjects:
            return refusal("other_person")
        if client.second_factor_required and acr(sign_in.methods) != MULTIPLE_FACTORS:
            return refusal("second_factor")
        wanted = self.claims.wanted("acr")
        if wanted is not None and acr(sign_in.methods) not in wanted:
            return refusal("authentication_class")
        return None


def find_unsupported(parameters):
    """Return the OAuth2Error for a parameter that is not supported, or None.

    OpenID Connect Core sections 6.1, 6.2 and 7.2.1. Each of them would replace or add
    parameters, so they are refused before any other parameter is checked.

    :param parameters: those of the request (dict)
    """
    for name, error in UNSUPPORTED_PARAMETERS.items():
        if name in parameters:
            return error()
    return None


def choose_language(env, ui_locales):
    """Return the code of the first language of ``ui_locales`` that is installed.

    :param ui_locales: BCP 47 tags, separated by blanks (str or None)
    :return: code such as ``fr_BE`` (str), or None
    """
    installed = {
        (language_tag(code) or code).lower(): code
        for code, _name in env["res.lang"].get_installed()
    }
    for tag in (ui_locales or "").lower().replace("_", "-").split():
        if tag in installed:
            return installed[tag]
        for other, code in installed.items():
            if other.partition("-")[0] == tag.partition("-")[0]:
                return code
    return None


def _max_age(value):
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise refusal("max_age")
    return int(value)


def _subjects(env, client, parameters, claims):
    """Return the subjects (tuple of str) that the client means, or None for anybody."""
    wanted = claims.wanted("sub")
    hint = parameters.get("id_token_hint")
    if not hint:
        return None if wanted is None else tuple(wanted)
    hinted = env["oauth.provider.key"].verify(hint, client.identifier)
    if not hinted:
        raise refusal("id_token_hint")
    if wanted is not None and hinted["sub"] not in wanted:
        raise refusal("subjects")
    return (hinted["sub"],)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules of RFC 7636 that oauthlib leaves open."""

import re

from .errors import refusal

#: RFC 7636 sections 4.1 and 4.2: 43 to 128 unreserved characters.
_CODE_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def check_challenge(request):
    """Raise InvalidRequestError unless the challenge of a request is sound.

    S256 only: oauthlib takes a missing method for ``plain``, which protects nothing
    where the request itself is seen (RFC 9700 section 2.1.1).

    :param request: oauthlib request
    """
    if request.code_challenge is None:
        if request.code_challenge_method is not None:
            raise refusal("missing_challenge", request=request)
        return
    if request.code_challenge_method != "S256":
        raise refusal("challenge_method", request=request)
    if not _CODE_CHALLENGE.fullmatch(request.code_challenge):
        raise refusal("malformed_challenge", request=request)


def check_verifier(verifier, has_challenge):
    """Raise unless ``verifier`` (str or None) is well formed and was announced.

    :param has_challenge: whether the authorization request brought a challenge
    :raise InvalidGrantError: for a verifier without a challenge, which tells of a
        downgrade (RFC 9700 section 4.8.2), and for a malformed one: it belongs to no
        challenge (RFC 7636 section 4.6)
    """
    if verifier is None:
        return
    if not has_challenge:
        raise refusal("unexpected_verifier")
    if not _CODE_CHALLENGE.fullmatch(verifier):
        raise refusal("malformed_verifier")

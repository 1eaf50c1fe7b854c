# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The information endpoints: what an access token tells and opens (RFC 6750).

Checks, in this order: the form of the request; one access token, from the header, the
body or the query (section 2); that it is live and meant for what is asked (section 3.1,
``invalid_token``); for otherinfo the model and the page, and that the token's user may
read any of it. What the user may not read is left out and logged.
"""

import json

from oauthlib.oauth2 import InvalidRequestError, OAuth2Error

from odoo.exceptions import AccessError
from odoo.tools import json_default

from ..json2 import discovery
from ..tools import audience
from ..tools import challenge as challenge_header
from ..tools.claim_value import make_claims
from . import errors
from .errors import refusal
from .id_token import sign_userinfo
from .message import Answer
from .otherinfo import Page, write_records

#: Parameters of otherinfo, beside the model.
PAGE_PARAMETERS = (
    "ids",
    "fields",
    "order",
    "limit",
    "offset",
    "archived",
    "binary",
    "many2one",
)


def tokeninfo_response(env, message):
    """Return the Answer of tokeninfo: what is known about the access token itself.

    :param env: superuser environment
    """

    def describe(live):
        return {
            "audience": live.client.identifier,
            "scopes": " ".join(live.allowed_codes()),
            "expires_in": live.expires_in(),
            "user_id": live.generate_user_id(),
        }

    return respond(env, message, describe, at=audience.ITSELF)


def userinfo_response(env, message):
    """Return the Answer of userinfo: the claims about the token's own user.

    OpenID Connect Core section 5.3: plain, or signed if the client wants that.

    :param env: superuser environment
    """

    def describe(live):
        claims = _read_claims(live)
        claims["sub"] = live.generate_user_id()
        if not live.client.userinfo_signed_response_alg:
            return claims
        # Section 5.3.2; what JSON has no type for is written as in plain answers
        claims = json.loads(json.dumps(claims, default=json_default))
        return Answer(200, sign_userinfo(live.as_record().client_id, claims))

    return respond(env, message, describe, person=True, at=audience.ITSELF)


def _read_claims(live):
    row = live.row
    grant_id = row.grant_id and row.grant_id.id
    if not live.has_own_data():
        claims = live.scopes.get_plain_claims(
            live.allowed_ids(), row.user_id, live.client, grant_id
        )
        if claims is not None:
            return claims
    token = live.as_record()
    standard = token.scopes_as_user().get_standard_claims(
        token.user_id, token.client_id, grant_id
    )
    try:
        own = token.get_data_for_model("res.users", res_id=row.user_id.id)
    except AccessError:
        # Nobody is kept from signing in by what a scope opens to others; it is logged
        own = {}
    return {**make_claims(own), **standard}


def otherinfo_response(env, message):
    """Return the Answer of otherinfo: the records of ``model`` that the scopes open.

    All of them, or the page that the parameters describe (see :mod:`.otherinfo`).

    :param env: superuser environment
    """

    def describe(live):
        token = live.as_record()
        model = message.form.get("model") or message.query.get("model")
        known = env.get(model) if model else None
        if known is None or known._abstract or known._transient:
            record_refusal(live, "model")
            return Answer(400, {"error": "invalid_model"})
        values = message.query.select(PAGE_PARAMETERS)
        values.update(message.form.select(PAGE_PARAMETERS))
        try:
            page = Page.parse(values)
            records, total = write_records(token, model, page)
        except InvalidRequestError as error:
            record_refusal(live, "page", model)
            return Answer.from_error(error)
        return Answer(200, records, {"X-Total-Count": str(total)})

    return respond(env, message, describe)


def respond(env, message, describe, person=False, header_only=False, at=None):
    """Return the Answer about the access token of ``message``, or why there is none.

    :param env: superuser environment
    :param describe: function of the :class:`~..storage.live_token.LiveToken` that
        returns the answer (Answer, or its body); AccessError where the user may not
        read what it tells
    :param person: whether the token's user is looked at
    :param header_only: whether the token may only come in the header
    :param at: what the token has to open, see ``is_for`` of ``oauth.provider.resource``
    """
    try:
        message.check(query_allowed=True)
        if header_only and "access_token" in message.query.names():
            raise refusal("in_url")
        raw = extract_token(message)
    except OAuth2Error as error:
        errors.record(env, error)
        return Answer.from_error(error, challenge=make_challenge(env, error.error))
    live = env["oauth.provider.token"].read_open(raw, person=person, at=at)
    if not live:
        # The error of the 9.0 module in the body, that of RFC 6750 in the header. A
        # request without a token is told the scheme and nothing else (section 3.1).
        challenge = make_challenge(env, "invalid_token" if raw else None)
        env["oauth.provider.token"].log_refusal(raw)
        return Answer(
            401,
            {"error": "invalid_or_expired_token"},
            {"WWW-Authenticate": challenge},
        )
    live.record_use(message.address)
    try:
        described = describe(live)
    except AccessError:
        record_refusal(live, "unreadable")
        return Answer(
            403,
            {
                "error": "access_denied",
                "error_description": "The user may not read what the scopes open.",
            },
            {"WWW-Authenticate": make_challenge(env, "insufficient_scope")},
        )
    return described if isinstance(described, Answer) else Answer(200, described)


def record_refusal(live, cause, detail=""):
    """Let the administrator know why a request with a token in order is refused."""
    token = live.as_record()
    token.env["oauth.provider.event"].log_refusal(
        cause, client=token.client_id, user=token.user_id, detail=detail
    )


def find_api_refusal(env, live, access):
    """Return the Answer for a token that is not for Odoo's API, or None.

    :param access: :class:`..json2.access.TokenAccess` of the token ``live``
    """
    is_for_api = access.is_full or discovery.is_for_api(access)
    if is_for_api and not access.token.grant_id.is_without_company():
        return None
    record_refusal(live, "no_company" if is_for_api else "missing_scope")
    challenge = make_challenge(env, "insufficient_scope")
    body = {"error": "insufficient_scope"}
    return Answer(403, body, {"WWW-Authenticate": challenge})


def make_challenge(env, error, scope=None):
    """Return the header WWW-Authenticate (str) with the code ``error``, or None.

    :param scope: scopes to ask for (str, separated by blanks), if they are known
    """
    described = env["oauth.provider"].get_protected_resource_url()
    return challenge_header.bearer(
        error=error, scope=scope, resource_metadata=described
    )


def extract_token(message):
    """Return the access token of ``message`` (str), or None (RFC 6750 section 2).

    From the Authorization header, the form body, or the query: Odoo's own auth_oauth
    knows only the latter.

    :raise InvalidRequestError: for more than one, or a malformed header
    """
    found = [
        value
        for value in (
            message.form.get("access_token"),
            message.query.get("access_token"),
        )
        if value
    ]
    if message.authorization:
        scheme, _blank, value = message.authorization.strip().partition(" ")
        value = value.strip()
        if scheme.lower() != "bearer" or not value or " " in value:
            # RFC 6750 section 3.1: invalid_request, not invalid_client as elsewhere
            raise refusal("malformed_bearer")
        found.append(value)
    if len(found) > 1:
        raise refusal("two_tokens")
    return found[0] if found else None

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Access tokens: random, or JSON Web Tokens (RFC 9068), and what is told of them."""

import json
import time
import uuid

from odoo.exceptions import AccessError
from odoo.tools import json_default

from ..tools import audience, left_out
from ..tools.claim_value import make_claims
from ..tools.clock import timestamp
from .id_token import RESERVED_CLAIMS

#: What an access token tells of the sign-in (section 2.2.1).
SIGN_IN_CLAIMS = ("auth_time", "acr", "amr")


def introspect(client, token):
    """Return what ``client`` may know of a token (dict), or None if it is dead.

    A client sees its own tokens; a resource server those of every client. What it may
    not see is answered like what does not exist (RFC 7662 section 2.2).

    :param client: client (record) that asks
    :param token: access or refresh token (str)
    """
    access_token = client.env["oauth.provider.token"].read_live(token)
    live = access_token or client.env["oauth.provider.refresh.token"].read_live(token)
    if not live:
        return None
    if live.client.id != client.id and not client.is_resource_server:
        return None
    return _describe(live, bool(access_token))


def _describe(live, is_access_token):
    """Return what introspection tells of a token (dict, RFC 7662 section 2.2).

    :param live: :class:`..storage.live_token.LiveToken`
    :param is_access_token: whether it is one, and no refresh token
    """
    issuer = live.scopes.env["oauth.provider"].get_issuer()
    claims = {
        "scope": " ".join(live.allowed_codes()),
        "client_id": live.client.identifier,
        "exp": timestamp(live.get_end()),
        "iat": timestamp(live.row.create_date),
        "sub": live.generate_user_id(),
        "iss": issuer,
    }
    if live.row.audience:
        claims["aud"] = audience.as_claim(live.row.audience)
    elif is_access_token and live.row.token_type == "jwt":
        # What the token itself says
        claims["aud"] = issuer
    if is_access_token:
        claims["token_type"] = "Bearer"
    return claims


def sign_access_token(subject, session, lifetime, recipients=None):
    """Return a new JSON Web Token: (value as str, key (record) that signed it).

    :param subject: :class:`.id_token.Subject` that it is about
    :param session: session (record) of the sign-in, or none
    :param lifetime: seconds
    :param recipients: who is to accept it (str, see :mod:`..tools.audience`); None for
        this provider
    """
    client = subject.client
    key = client.get_jwt_key()
    now = int(time.time())
    issuer = client.env["oauth.provider"].get_issuer()
    sign_in = session.get_claims()
    claims = {
        **_data_claims(subject),
        "iss": issuer,
        "sub": subject.subject,
        "aud": audience.as_claim(recipients) or issuer,
        "client_id": client.identifier,
        "scope": " ".join(subject.scopes.list_codes()),
        "iat": now,
        "exp": now + lifetime,
        "jti": uuid.uuid4().hex,
        **{name: sign_in[name] for name in SIGN_IN_CLAIMS if name in sign_in},
    }
    return key.sign(claims, typ="at+jwt"), key


def _data_claims(subject):
    """Return what the data scope of the client tells of the user (dict).

    Only where the user has granted that scope: the client reads the token too. In the
    companies that the user chose, as userinfo does.
    """
    scope = subject.client.jwt_scope_id & subject.scopes
    if not scope:
        return {}
    grant = subject.find_grant()
    if grant.is_without_company():
        return {}
    scope = scope.as_user(subject.user).with_context(**grant.get_company_context())
    try:
        with left_out.logged(scope, subject.client, subject.user, grant) as reader:
            data = reader.get_data_for_model("res.users", res_id=subject.user.id)
    except AccessError:
        # The user may not read it: the token goes without
        return {}
    data.pop("id", None)
    # What JSON has no type for is written as the routes answer it
    text = json.dumps(make_claims(data), default=json_default)
    return {
        name: value
        for name, value in json.loads(text).items()
        if name not in RESERVED_CLAIMS
    }

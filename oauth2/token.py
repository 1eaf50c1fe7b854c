# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The endpoints that clients call with credentials of their own.

Token (RFC 6749 section 3.2), revocation (RFC 7009), introspection (RFC 7662).
"""

import json

from oauthlib.oauth2 import InvalidClientError, OAuth2Error

from ..storage.prepared_statement import run_transaction
from ..tools.key_encryption import SigningUnavailableError
from . import client_authentication, errors, resource_indicator
from . import message as messages
from .access_token import introspect
from .errors import TooManyFailuresError, refusal
from .validator import OdooValidator

#: Characters of a login. An e-mail address has 254 at most (RFC 5321).
MAX_USERNAME = 255
#: Grant types that ask nobody but the database. A password may be another server's.
QUICK_GRANT_TYPES = frozenset(
    {"authorization_code", "client_credentials", "refresh_token"}
)
#: To tell whether an addon has replaced it: then it is asked.
OWN_INTROSPECTION = OdooValidator.introspect_token


def token_response(env, message):
    """Return the Answer to a token request. Checks, in this order:

    1. the form of the request: parameters in the body, none repeated (RFC 6749 section
       3.2),
    2. a grant type that this provider knows (section 5.2, ``unsupported_grant_type``),
    3. the client's identity (section 2.3), see :mod:`.client_authentication`,
    4. a resource that the client may ask a token for (RFC 8707 section 2.2),
    5. that the client may use the grant (``unauthorized_client``): before any
       credential of a user is looked at, or every registered client could try
       passwords,
    6. for a password: the page it comes from, the form of the user name (appendix A.15)
       and the rate limit (section 4.3.2),
    7. the grant itself, by oauthlib: the code with its PKCE verifier (RFC 7636 section
       4.6) and its redirect URI (section 4.1.3), the refresh token (section 6), the
       scope (section 3.3).

    Which error each of them is, is a table in ``readme/USAGE.md``.

    :param env: superuser environment
    """
    return _respond(env, message, _issue)


def run_and_commit(env, message, respond):
    """Return ``respond(env)``, which answers the token request ``message``.

    It may be run in a transaction of its own, which is committed then, see
    :func:`..storage.prepared_statement.run_transaction`.

    :param env: superuser environment
    :param respond: function of an environment
    """
    if message.form.get("grant_type") in QUICK_GRANT_TYPES:
        return run_transaction(env, respond)
    return respond(env)


def revocation_response(env, message):
    """Return the Answer to a revocation request. Checks, in this order:

    1. the form of the request (RFC 7009 section 2.1),
    2. the client's identity,
    3. that there is a token (``invalid_request``), by oauthlib,
    4. that it was issued to this client: if not, or if it is unknown, the answer is 200
       as well and nothing is revoked (section 2.2).

    :param env: superuser environment
    """
    return _respond(env, message, _revoke)


def introspection_response(env, message):
    """Return the Answer to an introspection request. Checks, in this order:

    1. the form of the request (RFC 7662 section 2.1),
    2. the client's identity, which must be proven: no public client (section 4),
    3. that there is a token (``invalid_request``),
    4. that it is live, and that the client may know of it: its own, or that of any
       client for a resource server; else ``{"active": false}`` (section 2.2).

    oauthlib adds nothing to these but a thirtieth of the time. It is asked where an
    addon has a server of its own.

    :param env: superuser environment
    """
    return _respond(env, message, _introspect)


def _issue(env, message):
    grant_type = _check_grant_type(env, message)
    client = client_authentication.authenticate(env, message)
    asked = message.form.get("resource")
    audience = resource_indicator.check(client, asked)
    validator = OdooValidator(env, client=client, resource=audience)
    if not validator.validate_grant_type(None, grant_type, client, None):
        raise refusal(validator.cause or "grant_type")
    if grant_type == "password":
        with _begin_password_attempt(env, message, client) as attempt:
            try:
                text, status = _create_token(message, client, validator)
            finally:
                # A right password stays right where the answer cannot be signed
                attempt.has_succeeded = bool(validator.user)
            attempt.has_failed = validator.has_failed_password
        if attempt.has_failed:
            env["oauth.provider.failure"].remove_old()
    else:
        text, status = _create_token(message, client, validator)
    body = json.loads(text)
    if status == 200:
        validator.find_grant().record_use(message.address)
    else:
        message.note_refusal(validator)
    return messages.Answer(status, body)


def _create_token(message, client, validator):
    """Return (body, status) of oauthlib's answer to a token request."""
    server = client.get_oauth2_server(validator)
    _headers, body, status = server.create_token_response(
        message.uri, "POST", body=message.form.select(messages.TOKEN_PARAMETERS)
    )
    return body, status


def _check_grant_type(env, message):
    """Return the grant type (str) of a request, if this provider knows it."""
    grant_type = message.form.get("grant_type")
    if not grant_type:
        raise refusal("missing_grant_type")
    mapping = env["oauth.provider.client"].application_type_mapping()
    known = {grant for grant, _response_type in mapping.values()} | {"refresh_token"}
    if grant_type not in known - {"implicit"}:
        raise refusal("unknown_grant_type")
    return grant_type


def _begin_password_attempt(env, message, client):
    """Return the attempt to give a password (:class:`~..storage.rate_limit.Attempt`).

    It counts before the password is compared, or a caller could try many at once.
    """
    _check_origin(env, message, client)
    username = message.form.get("username") or ""
    if not username.isprintable() or len(username) > MAX_USERNAME:
        # RFC 6749 appendix A.15; and Odoo logs the login as it is
        raise refusal("user_name")
    login = env["oauth.provider.failure"].get_password_subject(username)
    return TooManyFailuresError.begin(env, login, message.address)


def _check_origin(env, message, client):
    """Refuse the password that a page of another site sends in a public client's name.

    Uncompared and not counted: its visitors' browsers would lock people out.
    """
    if message.origin is None or client.client_type != "public":
        return
    if not env["oauth.provider.origin"].is_allowed(message.origin, client):
        raise refusal("password_of_page")


def _revoke(env, message):
    client = client_authentication.authenticate(env, message)
    server = client.get_oauth2_server(OdooValidator(env, client=client))
    _headers, body, status = server.create_revocation_response(
        message.uri, "POST", body=message.form.select(messages.REVOKE_PARAMETERS)
    )
    # RFC 7009 section 2.2: the body means nothing. Libraries that parse it want JSON
    return messages.Answer(status, json.loads(body) if body else {})


def _introspect(env, message):
    client = client_authentication.authenticate(env, message)
    if client.client_type == "public":
        # Whoever holds a stolen token would learn what it is good for (section 4)
        raise refusal("public_client")
    if client.has_custom_server():
        server = client.get_oauth2_server(OdooValidator(env, client=client))
        _headers, body, status = server.create_introspect_response(
            message.uri, "POST", body=message.form.select(messages.REVOKE_PARAMETERS)
        )
        return messages.Answer(status, json.loads(body))
    token, hint = map(message.form.get, messages.REVOKE_PARAMETERS)
    if not token:
        raise refusal("missing_token")
    if OdooValidator.introspect_token is OWN_INTROSPECTION:
        # A validator makes seven recordsets, of which this needs one
        claims = introspect(client, token)
    else:
        validator = OdooValidator(env, client=client)
        claims = validator.introspect_token(token, hint, None)
    return messages.Answer(200, {"active": bool(claims), **(claims or {})})


def _respond(env, message, answer):
    """Return the Answer that the function ``answer`` gives, or that of its error."""
    try:
        message.check()
        message.check_is_form()
        answer = answer(env, message)
    except InvalidClientError as error:
        errors.record(env, error, message.client)
        return messages.Answer.from_error(
            error, challenge=client_authentication.BASIC_CHALLENGE
        )
    except OAuth2Error as error:
        errors.record(env, error, message.client)
        return messages.Answer.from_error(error)
    except SigningUnavailableError:
        event = env["oauth.provider.event"]
        event.log_refusal("no_key", client=message.client)
        raise
    if answer.status >= 400:
        errors.record_answer(env, answer, message)
    return answer

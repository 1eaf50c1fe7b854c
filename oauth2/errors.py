# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Errors of the protocol: those that oauthlib does not have, and why there is one."""

import re

from oauthlib.oauth2 import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    TemporarilyUnavailableError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)
from oauthlib.openid.connect.core.exceptions import (
    ConsentRequired,
    InteractionRequired,
    LoginRequired,
)

from ..tools.causes import CAUSES


class InvalidTarget(OAuth2Error):
    """A resource that the client may not ask a token for (RFC 8707 section 2)."""

    error = "invalid_target"


class UnmetAuthenticationRequirements(OAuth2Error):
    """The sign-in is not worth what the client insists on (OIDC error code 1.0)."""

    error = "unmet_authentication_requirements"


class TooManyFailuresError(OAuth2Error):
    """The rate limit on guesses of secrets and passwords (RFC 6749 2.3.1 and 10.10).

    Answered 429 (RFC 6585 section 4); ``retry_after`` are the seconds to wait.
    """

    error = "temporarily_unavailable"
    status_code = 429
    description = "Too many failed attempts."

    def __init__(self, retry_after, kind, client=None):
        super().__init__()
        self.retry_after = retry_after
        self.client = client
        is_client = kind == "client"
        self.cause = "too_many_secrets" if is_client else "too_many_passwords"

    @classmethod
    def check(cls, env, kind, subject, address, client=None):
        """Raise it where too many attempts have failed recently.

        :param env: superuser environment
        :param kind: ``client`` or ``password``
        :param subject: key of what is tried (str): of ``get_client_subject`` or
            ``get_password_subject`` of ``oauth.provider.failure``
        :param address: IP address of the caller (str)
        :param client: client (record) that it is about, or none
        """
        failures = env["oauth.provider.failure"]
        if retry_after := failures.retry_after(kind, subject, address):
            raise cls(retry_after, kind, client)

    @classmethod
    def begin(cls, env, subject, address):
        """Return an attempt to give a password, which counts from now on.

        :param subject: key of the login (str), of ``get_password_subject``
        :return: :class:`~..storage.rate_limit.Attempt`
        :raise TooManyFailuresError: after too many attempts, see :meth:`check`
        """
        failures = env["oauth.provider.failure"]
        attempt, retry_after = failures.begin_attempt(subject, address)
        if retry_after:
            raise cls(retry_after, "password")
        return attempt


#: Causes that stand for several: the administrator reads the description as well.
VAGUE = frozenset({"malformed", "page", "unexpected"})
#: Characters that an error_description may not have (RFC 6749 section 5.2).
NOT_IN_DESCRIPTION = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
#: Characters of a description that names what the caller has sent.
MOST_NAMED = 200
#: {error code: class of errors}, for :func:`refusal`.
CLASSES = {
    cls.error: cls
    for cls in (
        AccessDeniedError,
        ConsentRequired,
        InteractionRequired,
        InvalidClientError,
        InvalidGrantError,
        InvalidRequestError,
        InvalidScopeError,
        InvalidTarget,
        LoginRequired,
        TemporarilyUnavailableError,
        UnauthorizedClientError,
        UnmetAuthenticationRequirements,
        UnsupportedGrantTypeError,
    )
}
#: What oauthlib says, in other words than the list of causes.
OF_OAUTHLIB = {
    ("invalid_request", "Invalid client_id parameter value."): "unknown_client",
    ("invalid_request", "Request is missing username parameter."): "missing_password",
    ("invalid_request", "Request is missing password parameter."): "missing_password",
}
#: {(error code, description): key}: of causes with the same answer the first one.
BY_ANSWER = {
    **{
        (cause.error, cause.description): cause.key
        for cause in reversed(CAUSES.values())
    },
    **OF_OAUTHLIB,
}


def refusal(key, description=None, request=None, client=None, detail=""):
    """Return the OAuth2Error for a cause.

    :param key: of one of :data:`..tools.causes.CAUSES` (str)
    :param description: what the caller is told (str), in place of the cause's own
    :param request: oauthlib request, or None
    :param client: client (record) that it is about, or none
    :param detail: what else the administrator is told (str); a text of ours
    """
    cause = CAUSES[key]
    said = description or cause.description or None
    error = CLASSES[cause.error](description=said, request=request)
    error.cause, error.client, error.detail = key, client, detail
    return error


def scope_refusal(env, key, codes, request):
    """Return the error that names the scopes that are refused (RFC 6749 section 5.2).

    They are the caller's own text; the administrator is told of those that there are.

    :param key: of a cause (str)
    :param codes: of the scopes (set of str)
    :param request: oauthlib request
    """
    detail = ", ".join(find_known(env, codes))
    named = NOT_IN_DESCRIPTION.sub("", " ".join(sorted(codes)))
    description = f"{CAUSES[key].description.rstrip('.')}: {named}"[:MOST_NAMED]
    return refusal(key, description, request=request, detail=detail)


def find_known(env, codes):
    """Return those of ``codes`` (set of str) that are codes of scopes, sorted."""
    infos = env["oauth.provider.scope"].get_infos()
    return sorted({info.code for info in infos.values()} & codes)


def find_cause(code, description=None):
    """Return the key (str) of the cause that an answer tells of.

    :param code: error code (str)
    :param description: ``error_description`` (str), or None
    """
    if key := BY_ANSWER.get((code, description or "")):
        return key
    return "malformed" if code == "invalid_request" else "unexpected"


def record(env, error, client=None, user=None, request=None):
    """Let the administrator know that a request was refused by ``error`` (OAuth2Error).

    :param env: superuser environment
    :param client: client (record) that the request proves or names, or none
    :param user: whose account it is about (record), or none
    :param request: parameters (str) by which it can be tried again, or None
    """
    key = getattr(error, "cause", None) or find_cause(error.error, error.description)
    detail = getattr(error, "detail", None)
    if not detail and key in VAGUE:
        # Texts of ours, or of oauthlib
        detail = error.description or error.error
    env["oauth.provider.event"].log_refusal(
        key,
        client=client
        or getattr(error, "archived_client", None)
        or getattr(error, "client", None),
        user=user,
        detail=detail or "",
        request=request,
    )


def note_archived(clients, error, identifier):
    """Let the administrator see that an archived client is why none was found.

    :param clients: clients (recordset): none where none was found
    :param error: OAuth2Error that is about to be answered
    :param identifier: of the client that the request names (str), or None
    """
    if not clients and (archived := clients.find_any_by_identifier(identifier)):
        error.cause, error.archived_client = "archived_client", archived


def record_answer(env, answer, message):
    """Do the same for a refusal that oauthlib has made an answer of.

    :param answer: :class:`.message.Answer`
    :param message: :class:`.message.Message` that it answers
    """
    error = OAuth2Error(description=answer.body.get("error_description"))
    error.error, error.cause = answer.body.get("error"), message.cause
    error.detail = message.detail
    record(env, error, message.client, message.user)

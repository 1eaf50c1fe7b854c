# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A request as the endpoints see it, and their answer: no database, no server."""

import json
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlencode

from oauthlib.oauth2 import InvalidRequestError

from ..tools.challenge import read_bearer
from .errors import refusal

#: Parameters that each endpoint hands to oauthlib. It makes every parameter an
#: attribute of its request, so anything else must not get there.
AUTHORIZE_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "nonce",
)
#: Characters of one parameter that a browser carries: it comes back in an address.
MAX_CARRIED_LENGTH = 16_000
#: The one parameter that may be repeated (RFC 8707 section 2).
REPEATABLE = "resource"
#: Parameters of an authorization request that we look at ourselves.
INTERACTION_PARAMETERS = (
    "prompt",
    "max_age",
    "claims",
    "acr_values",
    "display",
    "id_token_hint",
    "login_hint",
    "ui_locales",
    "request",
    "request_uri",
    "registration",
    "resource",
)
#: What the consent form carries from one page to the next.
CARRIED_PARAMETERS = AUTHORIZE_PARAMETERS + INTERACTION_PARAMETERS
#: Of these, what an administrator may try again: their values say nothing of a person.
REPLAYED_PARAMETERS = (
    "response_type",
    "redirect_uri",
    "scope",
    "response_mode",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "display",
    "ui_locales",
    "resource",
)
#: Those of which only counts that they were sent.
REPLACED_PARAMETERS = (
    "code_challenge",
    "nonce",
    "request",
    "request_uri",
    "registration",
)
#: Characters of a request that is kept.
MAX_REPLAYED_LENGTH = 2_000
TOKEN_PARAMETERS = (
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "username",
    "password",
)
REVOKE_PARAMETERS = ("token", "token_type_hint")
#: What a body may be (RFC 6749 section 4.1.3, appendix B).
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

#: Sent with every answer that holds a credential or tells of one (RFC 6749 5.1).
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Parameters:
    """Parameters of one request, as they came: list of (name, value) pairs (str).

    What may be repeated is one value, with blanks between: no URI has any.
    """

    def __init__(self, pairs=()):
        self._pairs = list(pairs)
        # RFC 6749 section 3.1: a parameter without a value counts as omitted
        self._values = {name: value for name, value in self._pairs if value}
        if REPEATABLE in self._values:
            repeated = [value for name, value in self._pairs if name == REPEATABLE]
            self._values[REPEATABLE] = " ".join(filter(None, repeated))

    def get(self, name):
        """Return the value (str) of ``name``, or None."""
        return self._values.get(name)

    def select(self, names):
        """Return a dict of the parameters in ``names`` that have a value."""
        return {name: self._values[name] for name in names if name in self._values}

    def names(self):
        """Return the names of all parameters, with and without a value (set)."""
        return {name for name, _value in self._pairs}

    def defect(self, max_length=None):
        """Return what is wrong with the form of these parameters (str), or None.

        RFC 6749 section 3.1: no parameter but one may be repeated. A NUL byte or half
        of a surrogate pair is no text that a database could hold.

        :param max_length: characters that one of them may have, None for any number
        """
        folded = (REPEATABLE, self._values.get(REPEATABLE, ""))
        for name, value in (*self._pairs, folded):
            if max_length and len(value) > max_length:
                return "A parameter is too long."
            if "\x00" in name + value:
                return "A parameter holds a NUL byte."
            try:
                (name + value).encode()
            except UnicodeEncodeError:
                return "A parameter is not valid UTF-8."
        names = [name for name, _value in self._pairs if name != REPEATABLE]
        if len(set(names)) < len(names):
            return "A parameter is repeated."
        return None


def make_replay(parameters, is_registered):
    """Return what is kept of a refused authorization request, to try it again.

    :param parameters: dict of str
    :param is_registered: whether its redirect URI is; else its query may be a secret
    :return: str in the form of a query, or None where it is too long
    """
    kept = {n: parameters[n] for n in REPLAYED_PARAMETERS if n in parameters}
    address, mark, _query = kept.get("redirect_uri", "").partition("?")
    if mark and not is_registered:
        kept["redirect_uri"] = f"{address}?x"
    kept.update((n, "x") for n in REPLACED_PARAMETERS if n in parameters)
    query = urlencode(kept)
    return query if len(query) <= MAX_REPLAYED_LENGTH else None


@dataclass
class Message:
    """A request to an endpoint.

    :param uri: the endpoint's own address, without query
    :param query: parameters of the URL
    :param form: parameters of a form body
    :param authorization: the Authorization header (str), or None
    :param address: IP address of the caller (str)
    :param origin: the Origin header (str), None where there is none: browsers send it
    :param content_type: the Content-Type header (str), or None
    :param proven_client: client (record) in whose name our own code calls an endpoint,
        see :mod:`.round_trip`; None for each request that comes from outside
    :ivar client: who sent it (record), once that is proven
    :ivar cause: why it is refused (str, key of a cause), where that is known
    :ivar detail: what else the administrator is told of that (str)
    :ivar user: whose account it is about (record), where that is known
    """

    uri: str
    query: Parameters = field(default_factory=Parameters)
    form: Parameters = field(default_factory=Parameters)
    authorization: str | None = None
    address: str = ""
    origin: str | None = None
    content_type: str | None = None
    proven_client: object = None
    client: object = None
    cause: str | None = None
    detail: str = ""
    user: object = None

    def check(self, query_allowed=False, max_length=None):
        """Raise InvalidRequestError for a malformed request.

        :param query_allowed: whether parameters may be in the URL as well. Where
            they may not, secrets would end in logs (RFC 6749 section 2.3.1); ``db``
            names the database of Odoo and is always allowed.
        :param max_length: characters that one parameter may have, None for any number
        """
        for parameters in (self.query, self.form):
            if defect := parameters.defect(max_length):
                # Its cause is known by its description
                raise InvalidRequestError(description=defect)
        if not query_allowed and self.query.names() - {"db"}:
            raise refusal("in_url")
        if query_allowed and (self.query.names() & self.form.names()) - {"db"}:
            raise refusal("repeated")

    def note_refusal(self, validator):
        """Keep why ``validator`` (:class:`.validator.OdooValidator`) has refused it."""
        self.cause, self.detail = validator.cause, validator.detail
        self.user = validator.refused_user or validator.user

    def check_is_form(self):
        """Raise InvalidRequestError for a body that is no form, such as JSON."""
        kind = (self.content_type or FORM_TYPES[0]).partition(";")[0].strip().lower()
        if kind not in FORM_TYPES:
            raise refusal("not_a_form")

    def uri_with(self, values):
        """Return the endpoint's address with the dict ``values`` as its query."""
        return f"{self.uri}?{urlencode(values)}" if values else self.uri


def bearer_values(message):
    """Return every access token (str) that ``message`` holds (RFC 6750 section 2)."""
    values = (
        message.form.get("access_token"),
        message.query.get("access_token"),
        read_bearer(message.authorization),
    )
    return [value for value in values if value]


@dataclass
class Answer:
    """A JSON answer.

    :param status: HTTP status
    :param body: dict, None for an empty answer, a signed token (str), or an open file
        with JSON
    :param headers: dict
    :param max_age: seconds for which it may be kept; 0 for not at all
    """

    status: int
    body: dict | str | BinaryIO | None = None
    headers: dict = field(default_factory=dict)
    max_age: int = 0

    def __post_init__(self):
        caching = NO_STORE
        if self.max_age:
            caching = {"Cache-Control": f"public, max-age={self.max_age}"}
        self.headers = {**caching, **self.headers}

    @classmethod
    def from_error(cls, error, challenge=None):
        """Return the answer for an OAuth2Error (RFC 6749 section 5.2).

        :param challenge: value for WWW-Authenticate, or None
        """
        # oauthlib adds a Bearer challenge to invalid_client, which is for resources
        headers = {"WWW-Authenticate": challenge} if challenge else {}
        if retry_after := getattr(error, "retry_after", None):
            headers["Retry-After"] = str(retry_after)
        return cls(error.status_code, json.loads(error.json), headers)

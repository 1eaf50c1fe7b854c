# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an application does with the answer of the authorization endpoint, done here.

*Try It* goes on as the application would, within one transaction: it exchanges the code
(RFC 6749 section 4.1.3), asks for the claims (OpenID Connect Core section 5.3), calls
Odoo's own API, and revokes what it got (RFC 7009). The secret of a client is known to
nobody but the application: who calls this has to see that the person may act for it.
"""

import json
from dataclasses import dataclass, field

import jwt
from oauthlib.oauth2 import OAuth2Error

from odoo.exceptions import UserError
from odoo.tools import json_default

from ..json2 import call
from ..json2.access import TokenAccess
from ..json2.broken_filter import BROKEN_FILTER
from ..json2.current import limited_to_companies
from ..tools.causes import CAUSES
from ..tools.key_encryption import SigningUnavailableError
from ..tools.protected_route import API_PATH
from . import errors
from .authorize import AuthorizationRequest
from .info import userinfo_response
from .message import Message, Parameters
from .token import revocation_response, token_response

#: Where an answer comes back to: a route of our own.
PATH = "/oauth2/trial"
#: Records, and fields of each, that the sample call reads.
MOST_RECORDS = 3
MOST_FIELDS = 5
#: Characters of one answer that is shown.
MOST_CHARACTERS = 10_000
#: What the sample call reads where a token opens all that its user may see.
OF_FULL_ACCESS = ("res.partner", ["name"])
#: Members of a token response that hold a credential.
CREDENTIALS = ("code", "access_token", "refresh_token", "id_token")


@dataclass
class Outcome:
    """What came of a round trip.

    :ivar error: error code (str) of the step that failed, or None
    :ivar description: ``error_description`` of it (str), or None
    :ivar cause: why (:class:`..tools.causes.Cause`), where that is known
    :ivar texts: dict of str, or None where there was no such step: ``token`` (the token
        response, without what it issued), ``access_token`` and ``id_token`` (header and
        claims, if signed), ``userinfo``, ``call`` (what was called) and ``records``
        (the answer to it)
    """

    error: str | None = None
    description: str | None = None
    cause: object = None
    texts: dict = field(default_factory=dict)


def find_refusal(env, parameters, address):
    """Return why an authorization request would be refused, or None.

    Nobody is asked and nothing is counted: what depends on a person is not looked at.

    :param env: superuser environment
    :param parameters: of the request (dict of str)
    :param address: IP address (str)
    :return: OAuth2Error, whose ``cause`` is the key of a cause
    """
    message = Message("/oauth2", query=Parameters(parameters.items()), address=address)
    try:
        error = AuthorizationRequest(env, message, counts=False).error
    except OAuth2Error as fatal:
        error = fatal
    if error is not None and not getattr(error, "cause", None):
        error.cause = errors.find_cause(error.error, error.description)
    return error


def go_on(env, client, person, answer, sent, address):
    """Return the :class:`Outcome` of what an application does next.

    :param env: superuser environment
    :param client: client (record) that the request was for: it does not authenticate
    :param person: whose code and tokens may be used (user record), and nobody else's:
        an answer may have been stolen
    :param answer: parameters (dict of str) of the authorization response; empty where
        the client asks for its token by itself
    :param sent: what it had sent (dict of str): ``redirect_uri``, ``resource``, and the
        ``code_verifier``
    :param address: IP address (str)
    """
    outcome = Outcome()
    if answer.get("error"):
        return _fail(outcome, answer)
    issued = answer
    if answer.get("code") or not {"access_token", "id_token"} & answer.keys():
        issued = _ask_for_token(env, client, person, answer, sent, address, outcome)
    if not outcome.error:
        # An answer may bring an ID token or an access token beside the code
        issued = {**answer, **issued}
        shown = {n: issued[n] for n in issued if n not in (*CREDENTIALS, "state")}
        shown |= {name: "…" for name in CREDENTIALS if name in issued}
        outcome.texts["token"] = _to_text(shown)
        for name in ("access_token", "id_token"):
            outcome.texts[name] = _decode(issued.get(name))
        _use(env, client, person, issued.get("access_token"), address, outcome)
    for one in (answer, issued):
        end(env, person, one, address)
    return outcome


def _ask_for_token(env, client, person, answer, sent, address, outcome):
    """Return the token response (dict) to ``answer``, or note why there is none."""
    form = {"grant_type": client.grant_type, **sent}
    if client.grant_type == "authorization_code":
        form["code"] = answer.get("code")
        code = env["oauth.provider.authorization.code"].find(form["code"])
        if code and code.user_id != person:
            outcome.error = "invalid_grant"
            outcome.description = "The code is somebody else's."
            return {}
    message = _message(client, form, address)
    try:
        response = token_response(env, message)
    except SigningUnavailableError:
        _fail(outcome, {"error": "temporarily_unavailable"}, "no_key")
        return {}
    if response.status != 200:
        _fail(outcome, response.body, message.cause)
    return response.body


def _message(client, form, address):
    pairs = [(name, value) for name, value in form.items() if value]
    return Message(
        "/oauth2", form=Parameters(pairs), address=address, proven_client=client
    )


def _fail(outcome, body, cause=None):
    """Note that the answer ``body`` (dict) ended it; ``cause`` is a key, if known."""
    outcome.error = body["error"]
    outcome.description = body.get("error_description")
    key = cause or errors.find_cause(outcome.error, outcome.description)
    outcome.cause = CAUSES.get(key)
    return outcome


def _use(env, client, person, value, address, outcome):
    """Ask for claims and records with the access token ``value`` (str), if it is one.

    One of another user is of no use here: see :func:`go_on`.
    """
    if not value:
        return
    live = env["oauth.provider.token"].read_live(value)
    if not live or live.row.user_id.id != person.id or live.client.id != client.id:
        outcome.error = "invalid_token"
        outcome.description = "This access token was not issued for this request."
        return
    if client.application_type != "backend application":
        message = Message("/oauth2", authorization=f"Bearer {value}", address=address)
        outcome.texts["userinfo"] = _ask_for_claims(env, message)
    if env["oauth.provider.token"].read_open(value, at=API_PATH):
        _call_api(live.as_record(), outcome)


def _ask_for_claims(env, message):
    """Return the answer of userinfo (str), decoded if it is signed."""
    try:
        body = userinfo_response(env, message).body
    except SigningUnavailableError as error:
        return str(error)
    return _decode(body) if isinstance(body, str) else _to_text(body)


def _call_api(token, outcome):
    """Read some records on Odoo's own API, as ``/json/2`` does it for ``token``."""
    access = TokenAccess(token)
    env = token.env(user=token.user_id.id, su=False, context=token.get_context())
    name, fields = _choose(env, access)
    if not name:
        return
    outcome.texts["call"] = f"POST /json/2/{name}/search_read"
    arguments = {"domain": [], "fields": fields, "limit": MOST_RECORDS}
    companies = access.companies if token.grant_id.is_company_limited else None
    model = env[name]
    try:
        with env.cr.savepoint(), limited_to_companies(companies):
            if access.is_full:
                rows = model.search_read(**arguments)
            else:
                method = call.find_method(model, "search_read", (), arguments)
                rows = call.call(access, model, "search_read", method, arguments)
    except BROKEN_FILTER as error:
        # Other texts than Odoo's own may hold values of a filter
        said = error.args[0] if isinstance(error, UserError) else type(error).__name__
        outcome.texts["records"] = str(said)
    else:
        outcome.texts["records"] = _to_text(rows)


def _choose(env, access):
    """Return (model, fields) that the sample call reads, or (None, [])."""
    if access.is_full:
        return OF_FULL_ACCESS
    for name in sorted(filter(None, access.scopes.mapped("model"))):
        opened = access.get_model_access(name, "read")
        if opened and name in env:
            # What is large says nothing here
            known = env[name]._fields
            listed = sorted(opened.default_fields)
            plain = [n for n in listed if known[n].type != "binary"]
            return name, plain[:MOST_FIELDS]
    return None, []


def end(env, person, issued, address):
    """Revoke all that was issued to ``person``: nobody needs it any more.

    :param env: superuser environment
    :param person: whose tokens may be revoked (user record), and nobody else's
    :param issued: what an answer holds (dict of str)
    :param address: IP address (str)
    """
    for model, name in (
        ("oauth.provider.refresh.token", "refresh_token"),
        ("oauth.provider.token", "access_token"),
    ):
        value = issued.get(name)
        found = value and env[model].find(value)
        if found and found.user_id == person:
            message = _message(found.client_id, {"token": value}, address)
            revocation_response(env, message)


def _decode(token):
    """Return header and claims of a signed ``token`` (str) as a text, else None."""
    try:
        header = jwt.get_unverified_header(token or "")
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    return f"{_to_text(header)}\n{_to_text(claims)}"


def _to_text(value):
    text = json.dumps(value, indent=2, default=json_default, ensure_ascii=False)
    # A token may hold half of a surrogate pair
    text = text.encode(errors="replace").decode()
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]} …"

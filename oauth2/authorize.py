# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The authorization endpoint (RFC 6749 section 3.1). Checks, in this order:

1. the form of the request: no parameter repeated or too long (section 3.1),
2. the client (section 4.1.1) and its redirect URI, compared exactly (section 3.1.2, RFC
   9700 section 2.1): until both are proven, an error is a page and no redirect,
3. ``request``, ``request_uri`` and ``registration``, which are not supported: before
   the parameters that they would replace (OpenID Connect Core sections 6 and 7.2.1),
4. the response type and response mode that the client may use (section 3.1.1), PKCE
   (RFC 7636 section 4.4.1) and the scope (section 3.3), by oauthlib; what the client
   may not have is left out (:mod:`.requested_scope`),
5. what OpenID Connect adds (Core section 3.1.2.1): ``prompt``, ``max_age``, ``claims``,
   ``id_token_hint``, see :mod:`.interaction`,
6. the resource (RFC 8707 section 2.1); an ID token needs the scope ``openid``,
7. in the person's part of the endpoint: who is signed in and how
   (:meth:`AuthorizationRequest.next_step`), and whether the person has to be asked
   (:meth:`AuthorizationRequest.needs_consent`),
8. that what was allowed is what the page showed
   (:meth:`AuthorizationRequest.matches_page`), and that this process can sign the
   answer.
"""

import hashlib
import json
import logging

from oauthlib.oauth2 import (
    FatalClientError,
    InvalidRequestFatalError,
    MismatchingRedirectURIError,
    MissingRedirectURIError,
    OAuth2Error,
)

from ..tools import uri_parts
from ..tools.key_encryption import SigningUnavailableError
from ..tools.uri_difference import find_difference
from . import errors, requested_scope, resource_indicator
from . import message as messages
from .claims import SCOPE_BY_CLAIM
from .errors import refusal
from .interaction import Interaction, choose_language, find_unsupported
from .response_mode import (
    error_location,
    is_in_fragment,
    normalize,
    success_location,
)
from .validator import OdooValidator

_logger = logging.getLogger(__name__)

#: What a page explains to a person, who can do something about it or ask somebody.
POLICY_CAUSES = frozenset({"user", "second_factor"})


def _digest(parameters, *further):
    """Return the digest (str) of a request's parameters and of what JSON takes.

    Browsers send every line break of a form as CRLF, whatever it was in the page.
    """
    plain = {
        name: value.replace("\r\n", "\n").replace("\r", "\n")
        for name, value in parameters.items()
    }
    text = json.dumps([plain, *further], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class AuthorizationRequest:
    """An authorization request whose client and redirect URI are proven.

    :ivar client: oauth.provider.client record
    :ivar parameters: dict of the request's own parameters, to send it once more
    :ivar redirect_uri: where the answer goes
    :ivar scopes: oauth.provider.scope recordset that the client asks for and may have
    :ivar left_out: codes (set of str) of scopes that it asks for and may not have
    :ivar audience: the resources that the tokens are for (str, see
        :mod:`..tools.audience`), or None
    :ivar interaction: :class:`.interaction.Interaction` that the client asks for
    :ivar error: OAuth2Error to send back to the client, or None
    :ivar user: who is signed in (record), once that is known
    :ivar site_language: code of the language that the person chose on the website (str)
        before signing in there, or None
    """

    def __init__(self, env, message, counts=True):
        """Validate ``message``.

        :param counts: whether a refusal is counted, as one of a real request

        :raise oauthlib.oauth2.FatalClientError: when the client or the redirect URI is
            not proven: nothing may be redirected, a page tells the user
        """
        self.env = env
        self.uri = message.uri
        # A parameter counts from either place, as the consent form sends it in the
        # body; ``check`` has refused one that is in both.
        self.client = self.user = self.redirect_uri = None
        self._is_counted = not counts
        self.parameters = {}
        try:
            message.check(query_allowed=True, max_length=messages.MAX_CARRIED_LENGTH)
        except OAuth2Error as error:
            self._record(error)
            raise InvalidRequestFatalError(description=error.description) from error
        names = messages.CARRIED_PARAMETERS
        self.parameters = message.query.select(names) | message.form.select(names)
        self.client = env["oauth.provider.client"].find_by_identifier(
            self.parameters.get("client_id")
        )
        self.scopes = env["oauth.provider.scope"]
        self.left_out = set()
        self.audience = None
        self.interaction = Interaction()
        self.error = None
        self.site_language = None
        try:
            self._validate()
        except FatalClientError as error:
            self._note_difference(error)
            self._record(error)
            raise

    @property
    def response_type(self):
        """The response type (str), its words in alphabetical order, or None."""
        return normalize(self.parameters.get("response_type"))

    @property
    def is_in_fragment(self):
        """Whether the answer goes into the fragment, else into the query (bool)."""
        return is_in_fragment(self.response_type, self.parameters.get("response_mode"))

    @property
    def state(self):
        """The client's state, byte for byte, or None."""
        return self.parameters.get("state")

    @property
    def language(self):
        """The code of the language of the pages, or None for the person's own.

        The one that the client wants for them, or that the person has just chosen.
        """
        wanted = choose_language(self.env, self.parameters.get("ui_locales"))
        return wanted or self.site_language

    def _server(self, **decided):
        validator = OdooValidator(self.env, client=self.client, **decided)
        return self.client.get_oauth2_server(validator), validator

    def _call(self, method, **kwargs):
        names = messages.AUTHORIZE_PARAMETERS
        values = {n: self.parameters[n] for n in names if n in self.parameters}
        if self.response_type:
            values["response_type"] = self.response_type
        return method(messages.Message(self.uri).uri_with(values), "GET", **kwargs)

    def _validate(self):
        unknown = None
        try:
            asked = self.parameters.get("resource")
            self.audience = resource_indicator.check(self.client, asked)
        except OAuth2Error as error:
            # The client hears of it after what oauthlib checks
            unknown = error
        server, validator = self._server(resource=self.audience)
        try:
            _codes, info = self._call(server.validate_authorization_request)
            self.redirect_uri = info["redirect_uri"]
            self.scopes, self.left_out = validator.scopes, validator.left_out
            self._validate_openid(unknown, validator.limit_to_resource)
        except FatalClientError:
            raise
        except OAuth2Error as error:
            self.redirect_uri = self.redirect_uri or error.redirect_uri
            # These would replace what oauthlib has just checked
            self.error = find_unsupported(self.parameters) or error
        except ValueError as error:
            raise InvalidRequestFatalError(description="Malformed request.") from error

    def _note_difference(self, error):
        """Let ``error`` say whose it is, and which part of the redirect URI differs."""
        error.client = self.client
        errors.note_archived(self.client, error, self.parameters.get("client_id"))
        if isinstance(error, MissingRedirectURIError):
            # The token endpoint has the same words
            error.cause = "missing_redirect_uri"
        if isinstance(error, MismatchingRedirectURIError):
            registered = self.client.redirect_uri_ids.mapped("name")
            error.sent_uri = self.parameters.get("redirect_uri") or ""
            error.parts = find_difference(error.sent_uri, registered)
            error.detail = ", ".join(error.parts)

    def _validate_openid(self, unknown, limit):
        """Look at what OpenID Connect adds to the request, and at the resource.

        :param unknown: the OAuth2Error for a resource that is not allowed, or None
        :param limit: function that returns those of some scopes (recordset) that a
            token for the resource may have
        :raise OAuth2Error: for what is malformed, contradictory or not supported
        """
        self.interaction = Interaction.parse(self.env, self.client, self.parameters)
        if unknown:
            raise unknown
        codes = self.interaction.claims.scope_codes()
        self.scopes |= limit(self.client.scope_ids.with_codes(codes))
        is_openid = "openid" in self.scopes.mapped("code")
        if "id_token" in self.response_type.split() and not is_openid:
            raise refusal("missing_openid")

    def _record(self, error):
        """Let the administrator know that ``error`` (OAuth2Error) refuses it."""
        if not self._is_counted:
            replay = messages.make_replay(self.parameters, bool(self.redirect_uri))
            errors.record(self.env, error, self.client, self.user, replay)

    def error_location(self, error):
        """Return the address that takes ``error`` (OAuth2Error) back to the client."""
        self._record(error)
        return error_location(
            self.redirect_uri,
            error,
            self.state,
            self.env["oauth.provider"].get_issuer(),
            self.is_in_fragment,
        )

    def policy_reason(self, step):
        """Return what keeps the person out that a page can explain, or None.

        :param step: what :meth:`next_step` returned
        :return: key of a cause (str): ``user`` or ``second_factor``
        """
        cause = getattr(step, "cause", None)
        is_silent = "none" in self.interaction.prompts
        return cause if cause in POLICY_CAUSES and not is_silent else None

    def policy_location(self, step):
        """Return the address that tells the client that the person gave up.

        The page has been counted as a refusal; going back is not another one.

        :param step: OAuth2Error of :meth:`next_step`
        """
        self._is_counted = True
        return self.error_location(refusal("user", description=step.description))

    def note_policy(self, step):
        """Let the administrator know why ``step`` (OAuth2Error) keeps a person out."""
        self._record(step)

    def denied_location(self, user):
        """Return the address that tells the client that ``user`` (record) said no."""
        self.user = user
        return self.error_location(refusal("denied"))

    @property
    def fingerprint(self):
        """The digest (str) of all that this request asks for: no other one has it."""
        return _digest(self.parameters)

    def page_fingerprint(self, user):
        """Return the digest (str) of what the consent page tells ``user`` (record).

        Of the client, of the scopes and of all that they open. What is allowed is what
        the person has seen, and no more than that a moment later.
        """
        lang = self.language or user.lang or None
        return _digest(
            self.parameters,
            self.redirect_uri,
            self.client.with_context(lang=lang).get_consent_fingerprint(),
            self.scopes.with_context(lang=lang).get_consent_fingerprint(),
        )

    def matches_page(self, user, shown):
        """Tell whether ``user`` (record) has seen what would be allowed now.

        :param shown: what the form says of the page (str), or None
        """
        self.scopes.lock()
        self.client.invalidate_recordset()
        return shown == self.page_fingerprint(user)

    def next_step(self, user, sign_in):
        """Return what has to come before the answer, see Interaction.next_step.

        :param user: who is signed in (record), or none
        :param sign_in: how (:class:`..tools.sign_in.SignIn`), or None
        """
        self.user = user
        needs_consent = bool(user) and self.needs_consent(user)
        return self.interaction.next_step(self.client, user, sign_in, needs_consent)

    def interruption_error(self, is_sign_in):
        """Return the OAuth2Error where the person has to do something else first.

        None where the person may be asked for it (OpenID Connect Core 3.1.2.6).

        :param is_sign_in: whether it is to sign in or to confirm the own identity
        """
        if "none" not in self.interaction.prompts:
            return None
        return refusal("sign_in" if is_sign_in else "interaction")

    def needs_consent(self, user):
        """Tell whether ``user`` (record) must be asked, whatever the client wants.

        Not for what was allowed before, nor for a trusted client, unless it wants to
        change something; but always where any program on the device may claim the
        answer (RFC 8252 section 8.6).
        """
        if uri_parts.may_be_claimed_by_any_program(self.redirect_uri):
            return True
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        if grant.is_without_company():
            # What is issued would open nothing: the person chooses again
            return True
        if self.client.skip_authorization:
            sensitive = self.scopes.filtered(lambda scope: scope.is_sensitive())
            return bool(sensitive) and not grant.covers(sensitive)
        # Nobody is answered silently where the person did not agree to
        address = self.client.find_redirect_uri(self.redirect_uri)
        return not (grant.covers(self.scopes) and grant.has_shown(address))

    def earlier_consent(self, user):
        """Return what ``user`` (record) has allowed the client before, or none."""
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        return grant.filtered("consented_at")

    def ticked_scopes(self, user):
        """Return the scopes that the page shows as ticked to ``user`` (record).

        What was left out before is not, nor what changes something, unless it was
        allowed before.
        """
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        harmless = self.scopes.filtered(lambda scope: not scope.is_sensitive())
        ticked = (harmless | grant.scope_ids) - grant.declined_scope_ids.optional()
        return self.scopes & ticked

    def offered_companies(self, user):
        """Return the companies (records) among which ``user`` (record) may choose.

        None where no scope opens records, or where there is one only and always was.
        """
        opens_records = any(s.model_id or s.full_access for s in self.scopes)
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        companies = user.company_ids
        is_choice = len(companies) > 1 or grant.is_company_limited
        return companies if opens_records and is_choice else companies[:0]

    def allowed_companies(self, user):
        """Return the companies (records) that ``user`` chose before, or all."""
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        return grant.get_companies() if grant else user.company_ids

    def chosen_duration(self, user, value=None):
        """Return for how long (seconds, 0 for no end) ``user`` (record) lets it in.

        :param value: what the form says (str); what is not offered counts as nothing.
            Then it is what was chosen before, or else the longest that is offered.
        """
        offered = self.client.get_durations()
        known = {str(duration): duration for duration in offered}
        if value in known:
            return known[value]
        before = self.earlier_consent(user).get_duration()
        return before if before in offered else offered[0]

    def grant_location(
        self, user, sign_in, consented_codes=None, companies=(), duration=None
    ):
        """Issue what is asked for and return the address that takes it back.

        Or that tells that this process cannot sign it now; nothing is stored then.

        :param user: record who is signed in
        :param sign_in: how (:class:`..tools.sign_in.SignIn`)
        :param consented_codes: codes of the scopes that the user ticked (iterable of
            str), or None when the user was not asked
        :param companies: ids of the companies that the user ticked
        :param duration: for how long, as the form says it (str), or None
        """
        self.user = user
        if unavailable := self._check_can_sign():
            return self.error_location(unavailable)
        grants = self.env["oauth.provider.grant"]
        granted = self.scopes
        if consented_codes is not None:
            ticked = set(consented_codes)
            optional = granted.optional()
            granted -= optional.filtered(lambda scope: scope.code not in ticked)
            seconds = self.chosen_duration(user, duration)
            grant = grants.ensure(self.client, user)
            grant.consent(self.scopes, granted)
            grant.add_shown(self.client.find_redirect_uri(self.redirect_uri))
            grant.set_duration(seconds)
            if offered := self.offered_companies(user):
                chosen = offered.filtered(lambda company: company.id in companies)
                grant.limit_to_companies(chosen or user.company_id)
        else:
            grant = grants.find_live(self.client, user)
            given = grant.scope_ids
            if self.client.skip_authorization:
                harmless = granted.filtered(lambda scope: not scope.is_sensitive())
                given |= harmless - grant.declined_scope_ids.optional()
            granted &= given
        session = self.env["oauth.provider.session"]
        if "openid" in granted.mapped("code"):
            session = session.ensure(self.client, user, sign_in)
        server, _validator = self._server(
            user=user,
            granted_scopes=granted,
            session=session,
            resource=self.audience,
            id_token_claims=self.interaction.claims.id_token.keys() & SCOPE_BY_CLAIM,
        )
        headers, _body, _status = self._call(
            server.create_authorization_response, scopes=granted.mapped("code")
        )
        if self.left_out:
            grant = grants.find_live(self.client, user)
            requested_scope.log_left_out(self.client, user, grant, self.left_out)
        return success_location(
            self.redirect_uri,
            headers["Location"],
            self.env["oauth.provider"].get_issuer(),
            self.is_in_fragment,
        )

    def _check_can_sign(self):
        """Return why what the answer has to hold cannot be signed now, or None.

        :return: OAuth2Error, as there is no status 503 in a redirect (RFC 6749 section
            4.1.2.1)
        """
        kinds = self.response_type.split()
        client, keys = self.client, self.env["oauth.provider.key"]
        try:
            if "id_token" in kinds:
                keys.ensure(client.id_token_signed_response_alg).get_private_key()
            if "token" in kinds and client.token_type == "jwt":
                client.get_jwt_key().get_private_key()
        except SigningUnavailableError as error:
            _logger.warning("No signature: %s", error)
            return refusal("no_key")
        return None

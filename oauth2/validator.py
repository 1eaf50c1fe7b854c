# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import uuid
from functools import cached_property

from oauthlib.oauth2 import InvalidScopeError
from oauthlib.openid.connect.core.request_validator import RequestValidator

from odoo import fields

from ..tools import secret
from ..tools.uri_difference import find_difference
from . import errors, pkce, requested_scope, resource_indicator
from .access_token import introspect, sign_access_token
from .errors import refusal
from .id_token import Subject, make_id_token

#: Grants of the client's own grant type that may come with a refresh token.
REFRESHABLE_GRANT_TYPES = frozenset({"authorization_code", "password"})


class OdooValidator(RequestValidator):
    """What oauthlib asks of the database.

    One validator serves one request. oauthlib exposes the caller's parameters as
    attributes of its request; everything that a decision rests on is therefore kept
    here, and the request only gets what was decided.

    :param env: superuser environment
    :param client: client (record): the authenticated one at the token and revocation
        endpoint, the one that the request names at the authorization endpoint
    :param user: user (record) who is signed in, at the authorization endpoint
    :param granted_scopes: scopes (recordset) that the user allowed, or None before the
        decision
    :param session: session (record) of the user's sign-in, at the authorization
        endpoint
    :param id_token_claims: names of the claims that the client wants in the ID token
    :param resource: what it wants the token for (see :mod:`..tools.audience`)
    """

    def __init__(
        self,
        env,
        client=None,
        user=None,
        granted_scopes=None,
        session=None,
        id_token_claims=(),
        resource=None,
    ):
        super().__init__()
        self.env = env
        self.client = client or env["oauth.provider.client"]
        self.user = user
        self.granted_scopes = granted_scopes
        self.session = session or env["oauth.provider.session"]
        self.id_token_claims = tuple(id_token_claims)
        self.resource = resource
        self.key = env["oauth.provider.key"]
        self.code = env["oauth.provider.authorization.code"]
        self.refresh_token = env["oauth.provider.refresh.token"]
        self.scopes = self.held_scopes = env["oauth.provider.scope"]
        self.left_out = set()
        self.has_failed_password = False
        self.cause, self.detail, self.refused_user = None, "", None

    @cached_property
    def family(self):
        """The family (str) of a new authorization: of both, its code and its token."""
        return uuid.uuid4().hex

    def _refuse(self, cause, detail="", user=None):
        """Keep why the request is refused, for oauthlib does not know; return False.

        Parameters as of :func:`.errors.refusal`; no cause where it is not after all.
        """
        self.cause, self.detail, self.refused_user = cause, detail, user
        return False

    # Client (RFC 6749 section 2)

    def _set_client(self, request):
        request.client = self.client
        request.client_id = self.client.identifier
        return bool(self.client)

    def client_authentication_required(self, request, *args, **kwargs):
        # Public ones too: client_authentication.py has identified the client
        return True

    def authenticate_client(self, request, *args, **kwargs):
        return self._set_client(request)

    def authenticate_client_id(self, client_id, request, *args, **kwargs):
        return self._set_client(request)

    def validate_client_id(self, client_id, request, *args, **kwargs):
        return self._set_client(request)

    def validate_grant_type(
        self, client_id, grant_type, client, request, *args, **kwargs
    ):
        if grant_type == "refresh_token":
            return self._has_refresh_tokens()
        if grant_type != self.client.grant_type:
            return self._refuse("grant_type")
        if grant_type == "client_credentials":
            if not self.client.user_id.oauth_prefetch().active:
                return self._refuse("inactive_user")
        # A password is one factor, whatever else the user has
        if grant_type == "password" and self.client.second_factor_required:
            return self._refuse("password_and_factor")
        return True

    def validate_response_type(
        self, client_id, response_type, client, request, *args, **kwargs
    ):
        if response_type not in self.client.get_response_types():
            raise refusal("response_type", request=request)
        return True

    def _has_refresh_tokens(self, scopes=None):
        """Tell whether the client may have refresh tokens.

        :param scopes: recordset that a token is issued for, or None in general
        """
        if self.client.grant_type not in REFRESHABLE_GRANT_TYPES:
            return False
        policy = self.client.refresh_token_policy
        if policy == "offline_access" and scopes is not None:
            return "offline_access" in scopes.list_codes()
        return policy != "never"

    # Redirect URI (RFC 6749 section 3.1.2)

    def validate_redirect_uri(self, client_id, redirect_uri, request, *args, **kwargs):
        return self.client.match_redirect_uri(redirect_uri)

    def get_default_redirect_uri(self, client_id, request, *args, **kwargs):
        if self.code:
            # At the token endpoint: the answer went where the code says
            if self.code.redirect_uri_sent:
                self._refuse("missing_code_redirect_uri", user=self.user)
                return None
            return self.code.redirect_uri
        return self.client.redirect_uri_ids[:1].name

    def confirm_redirect_uri(
        self, client_id, code, redirect_uri, client, request, *args, **kwargs
    ):
        self._refuse(None)
        if redirect_uri != self.code.redirect_uri:
            parts = find_difference(redirect_uri or "", [self.code.redirect_uri])
            self._refuse("code_redirect_uri", ", ".join(parts))
            raise refusal("code_redirect_uri", request=request)
        return True

    # Scope (RFC 6749 section 3.3)

    def get_default_scopes(self, client_id, request, *args, **kwargs):
        return self.limit_to_resource(self.client.scope_ids).list_codes()

    def limit_to_resource(self, scopes):
        """Return those of ``scopes`` (recordset) that tokens for the resource have."""
        resources = self.env["oauth.provider.resource"]
        return resources.limit_scopes(scopes, self.resource, self.client)

    def validate_scopes(self, client_id, scopes, client, request, *args, **kwargs):
        try:
            allowed, self.left_out = requested_scope.select(
                self.client, self.limit_to_resource, scopes, request
            )
        except InvalidScopeError as error:
            self._refuse(error.cause, error.detail)
            raise
        self._set_scopes(request, allowed)
        return True

    def _set_scopes(self, request, scopes):
        if self.granted_scopes is not None:
            scopes &= self.granted_scopes
        self.scopes = scopes
        request.scopes = scopes.list_codes()

    # Authorization code (RFC 6749 section 4.1, RFC 7636)

    def is_pkce_required(self, client_id, request):
        return self.client.pkce_required

    def save_authorization_code(self, client_id, code, request, *args, **kwargs):
        self.env["oauth.provider.authorization.code"].issue(
            value=code["code"],
            locks_user=True,
            client=self.client,
            user=self.user,
            grant=self._ensure_grant(),
            scopes=self.scopes,
            lifetime=self.client.authorization_code_lifetime,
            redirect_uri=request.redirect_uri,
            redirect_uri_sent=not request.using_default_redirect_uri,
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            nonce=request.nonce,
            family=self.family,
            session_id=self.session.id,
            audience=self.resource,
            id_token_claims=" ".join(sorted(self.id_token_claims)),
        )

    def _ensure_grant(self):
        return self.env["oauth.provider.grant"].ensure(self.client, self.user)

    def validate_code(self, client_id, code, client, request, *args, **kwargs):
        # What the ID token may tell of the user comes along
        person = self.client.claims_in_id_token
        found = self.code.find_values(code, lock=True, person=person)
        if not found:
            return self._refuse("unknown_code")
        record = found.as_record()
        if record.client_id != self.client:
            return self._refuse("code_of_other", user=record.user_id)
        if record.used_at:
            record.revoke_reused("code")
            return self._refuse("used_code", user=record.user_id)
        if not found.is_live() or record.has_ended_with_session():
            return self._refuse(f"{record.find_end()}_code", user=record.user_id)
        pkce.check_verifier(request.code_verifier, bool(record.code_challenge))
        self.resource = resource_indicator.check(
            self.client, self.resource, record.audience
        )
        self.code = record
        self.user = record.user_id
        self.session = record.session_id
        self.id_token_claims = (record.id_token_claims or "").split()
        # Never what the token request asks for: the user allowed what the code says
        self.held_scopes = self.scopes.browse(found.allowed_ids())
        self._set_scopes(request, self.limit_to_resource(self.held_scopes))
        request.user = self.user
        return True

    def get_code_challenge(self, code, request):
        if self.code.code_challenge and request.code_verifier:
            # What oauthlib compares next, and says nothing of
            self._refuse("wrong_verifier", user=self.user)
        return self.code.code_challenge or None

    def get_code_challenge_method(self, code, request):
        return self.code.code_challenge_method or None

    def invalidate_authorization_code(self, client_id, code, request, *args, **kwargs):
        # The statement that stored the tokens has done it
        return None

    # Resource owner password credentials (RFC 6749 section 4.3)

    def validate_user(self, username, password, client, request, *args, **kwargs):
        user = self.env["res.users"].authenticate_for_client(
            self.client, username, password
        )
        if not user:
            self.has_failed_password = True
            cause, named = self.env["res.users"].oauth_find_login_fault(username)
            return self._refuse(cause, user=named)
        self.user = user
        request.user = self.user
        return True

    # Refresh token (RFC 6749 section 6, RFC 9700 section 4.14)

    def validate_refresh_token(self, refresh_token, client, request, *args, **kwargs):
        person = self.client.claims_in_id_token
        found = self.refresh_token.find_values(refresh_token, lock=True, person=person)
        if not found:
            return self._refuse("unknown_refresh_token")
        record = found.as_record()
        if record.client_id != self.client:
            return self._refuse("refresh_token_of_other", user=record.user_id)
        was_used = record.used_at and not record.revoked_at
        is_reused = was_used and not record.is_in_grace()
        if is_reused:
            record.revoke_reused("refresh_token")
        if is_reused or not found.is_live() or record.has_ended_with_session():
            end = "used" if is_reused else record.find_end()
            return self._refuse(f"{end}_refresh_token", user=record.user_id)
        self.resource = resource_indicator.check(
            self.client, self.resource, record.audience
        )
        self.refresh_token = record
        self.held_scopes = self.scopes.browse(found.allowed_ids())
        self.user = record.user_id
        self.session = record.session_id
        request.user = self.user
        return True

    def get_original_scopes(self, refresh_token, request, *args, **kwargs):
        return self.held_scopes.list_codes()

    def is_within_original_scope(
        self, request_scopes, refresh_token, request, *args, **kwargs
    ):
        wider = set(filter(None, request_scopes)) - set(self.held_scopes.list_codes())
        if wider:
            error = errors.scope_refusal(self.env, "wider_scope", wider, request)
            self._refuse(error.cause, error.detail)
            raise error
        return True

    def rotate_refresh_token(self, request):
        return True

    # Tokens (RFC 6749 section 5.1)

    def get_access_token_lifetime(self, request):
        """Return the seconds that an access token lives, never beyond its grant."""
        lifetime = self.client.access_token_lifetime
        end = self.find_grant().expires_at
        if not end:
            return lifetime
        remaining = int((end - fields.Datetime.now()).total_seconds())
        return max(0, min(lifetime, remaining))

    def find_grant(self):
        """Return the grant (record) below which a token is issued, or none yet."""
        if source := self.code or self.refresh_token:
            return source.grant_id
        grants = self.env["oauth.provider.grant"]
        return grants.find_live(self.client, self.user) if self.user else grants

    def generate_access_token(self, request):
        """Return a new access token (str) for what was decided on ``request``."""
        if self.client.token_type != "jwt":
            return secret.generate()
        value, self.key = sign_access_token(
            self._subject(self._token_scopes(request)),
            self.session,
            self.get_access_token_lifetime(request),
            self.client.get_audience(self.resource),
        )
        return value

    def _subject(self, scopes):
        """Return the Subject of the tokens: who signed in, or a backend's own user."""
        user = self.user or self.client.user_id
        return Subject(self.client, user, scopes, self.find_grant, self.id_token_claims)

    def _token_scopes(self, request):
        """Return the scopes (recordset) of the access token: a refresh may narrow."""
        if not self.refresh_token:
            return self.scopes
        return self.limit_to_resource(self.held_scopes.with_codes(request.scopes))

    def save_bearer_token(self, token, request, *args, **kwargs):
        """Store the tokens that oauthlib is about to send.

        ``token`` is the answer itself: what is taken out here is not sent.
        """
        values = {
            "client": self.client,
            "user": self.user or self.client.user_id,
            "session_id": self.session.id,
        }
        source = self.code or self.refresh_token
        ceiling = self.held_scopes if source else self.scopes
        if source:
            values.update(grant=source.grant_id, family=source.family)
        else:
            values["family"] = self.family
            values["grant"] = self._ensure_grant() if self.user else None
        if self.refresh_token:
            self.scopes = self._token_scopes(request)
            token["scope"] = " ".join(self.scopes.list_codes())
        tokens = self.env["oauth.provider.token"]
        parts = [
            tokens.prepare_issue(
                value=token["access_token"],
                scopes=self.scopes,
                lifetime=token["expires_in"],
                token_type=self.client.token_type,
                key_id=self.key.id,
                audience=self.client.get_audience(self.resource),
                **values,
            )
        ]
        if source:
            parts.append(source.prepare_use())
        else:
            client = None if values["grant"] else self.client
            parts.append(tokens.prepare_lock(values["user"], client))
        if "refresh_token" in token and not self._has_refresh_tokens(ceiling):
            del token["refresh_token"]
        elif "refresh_token" in token:
            value = token["refresh_token"]
            parts.append(self._prepare_refresh_token(value, ceiling, values))
        parts += self.env["oauth.provider.event"].prepare_issue(
            "refreshed" if self.refresh_token else "issued",
            client=self.client,
            user=values["user"],
            grant=values["grant"],
            scopes=self.scopes,
        )
        tokens.store(parts)

    def _prepare_refresh_token(self, value, scopes, values):
        """Return the part that stores the refresh token ``value`` (str).

        :param scopes: scopes (records) that it may ask for
        :param values: what it shares with the access token (dict)
        """
        return self.env["oauth.provider.refresh.token"].prepare_issue(
            value=value,
            scopes=scopes,
            lifetime=self.client.refresh_token_lifetime,
            predecessor_id=self.refresh_token.id,
            # The access token may be for less (RFC 8707 section 2.2)
            audience=(self.code or self.refresh_token).audience or self.resource,
            **values,
        )

    # OpenID Connect

    def get_id_token(self, token, token_handler, request):
        """Return the ID token (str) that goes with the parameters ``token`` (dict)."""
        at_token_endpoint = self.code or self.refresh_token
        return make_id_token(
            self._subject(self._token_scopes(request)),
            self.session,
            # A refreshed ID token has none (OpenID Connect Core 12.2)
            nonce=self.code.nonce if at_token_endpoint else request.nonce,
            access_token=token.get("access_token"),
            code=token.get("code"),
        )

    def get_authorization_code_nonce(self, client_id, code, redirect_uri, request):
        return self.code.nonce or None

    def refresh_id_token(self, request):
        # It is about a sign-in in a browser: a password had none to begin with either
        return self.client.grant_type == "authorization_code"

    def validate_user_match(self, id_token_hint, scopes, claims, request):
        # interaction.py has looked at the hint before oauthlib was asked
        return True

    # Use of a token (RFC 6750)

    def validate_bearer_token(self, token, scopes, request):
        """Tell whether ``token`` (str) opens what wants ``scopes`` (list of str).

        Then the request knows whose it is (RFC 6750 section 3.1).
        """
        live = self.env["oauth.provider.token"].read_open(token)
        if not live:
            return False
        record = live.as_record()
        held = record.allowed_codes()
        if not set(scopes or ()) <= set(held):
            return False
        self.client = record.client_id
        self.user = record.user_id
        request.client = self.client
        request.user = self.user
        request.scopes = held
        request.access_token = record
        return True

    # Revocation (RFC 7009)

    def revoke_token(self, token, token_type_hint, request, *args, **kwargs):
        """Revoke ``token``, if it was issued to the authenticated client.

        It takes everything along that was issued from the same authorization
        (section 2.1); the hint only saves time, so it is ignored.
        """
        record = self._find_token(token)
        if record and record.client_id == self.client:
            if not record.revoked_at:
                record.log_event("revoked", reason="client")
            record.revoke_family()

    def _find_token(self, token):
        """Return the access or refresh token (record) of ``token`` (str), or none."""
        tokens = self.env["oauth.provider.token"]
        return tokens.find(token) or self.refresh_token.find(token)

    # Introspection (RFC 7662)

    def introspect_token(self, token, token_type_hint, request, *args, **kwargs):
        """Return what the client may know of ``token`` (dict), or None."""
        return introspect(self.client, token)

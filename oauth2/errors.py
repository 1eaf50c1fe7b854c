# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Error codes of the protocol that oauthlib does not have."""

from oauthlib.oauth2 import OAuth2Error


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

    def __init__(self, retry_after):
        super().__init__()
        self.retry_after = retry_after

    @classmethod
    def check(cls, env, kind, subject, address):
        """Raise it where too many attempts have failed recently.

        :param env: superuser environment
        :param kind: ``client`` or ``password``
        :param subject: key of what is tried (str): of ``get_client_subject`` or
            ``get_password_subject`` of ``oauth.provider.failure``
        :param address: IP address of the caller (str)
        """
        failures = env["oauth.provider.failure"]
        if retry_after := failures.retry_after(kind, subject, address):
            raise cls(retry_after)

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
            raise cls(retry_after)
        return attempt

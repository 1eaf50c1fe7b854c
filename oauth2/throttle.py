# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rate limit on guesses of secrets and passwords (RFC 6749 2.3.1 and 10.10)."""

from oauthlib.oauth2 import OAuth2Error


class TooManyFailuresError(OAuth2Error):
    """Answered 429 (RFC 6585 section 4); ``retry_after`` are the seconds to wait."""

    error = "temporarily_unavailable"
    status_code = 429
    description = "Too many failed attempts."

    def __init__(self, retry_after):
        super().__init__()
        self.retry_after = retry_after


def check_throttle(env, kind, subject, address):
    """Raise TooManyFailuresError where too many attempts have failed recently.

    :param kind: ``client`` or ``password``
    :param subject: key of what is tried (str): of ``get_client_subject`` or
        ``get_password_subject`` of ``oauth.provider.failure``
    :param address: IP address of the caller (str)
    """
    retry_after = env["oauth.provider.failure"].retry_after(kind, subject, address)
    if retry_after:
        raise TooManyFailuresError(retry_after)


def record_failure(env, kind, subject, address):
    """Count a failure; the parameters are those of :func:`check_throttle`."""
    env["oauth.provider.failure"].record(kind, subject, address)

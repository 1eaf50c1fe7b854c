# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keeps credentials and forged lines out of the request lines that Odoo logs.

An access token may be in the address of a request (RFC 6750 section 2.3), since Odoo's
own auth_oauth knows no other place; and whoever errs puts other secrets there. Odoo
decodes what is not ASCII, and some of that ends a line or steers a terminal.
"""

import logging
import re

_CREDENTIAL = re.compile(
    r"(?<=[?&])"
    r"((?:access_token|assertion|client_assertion|client_secret|code|code_verifier"
    r"|id_token_hint|password|refresh_token|token)=)"
    r"[^&\s\"']+",
    re.IGNORECASE,
)


#: Not the control characters of ASCII: Odoo keeps those encoded, and adds colors.
_CONTROL = re.compile("[\x80-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class CredentialFilter(logging.Filter):
    """Replaces the value of parameters that hold a credential, and escapes lines."""

    def filter(self, record):
        """Let every record pass, in one line and without its credentials."""
        message = record.getMessage()
        redacted = _CREDENTIAL.sub(r"\1***", message)
        redacted = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], redacted)
        if redacted != message:
            record.msg, record.args = redacted, ()
        return True


def install():
    """Filter what the HTTP server of Odoo logs; a second call changes nothing."""
    logger = logging.getLogger("werkzeug")
    if not any(isinstance(known, CredentialFilter) for known in logger.filters):
        logger.addFilter(CredentialFilter())

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keeps credentials and forged lines out of the request lines that Odoo logs.

An access token may be in the address of a request (RFC 6750 section 2.3), since Odoo's
own auth_oauth knows no other place; and whoever errs puts other secrets there. The
address of one request is often a parameter of the next, such as ``redirect`` of Odoo's
login page. Odoo decodes what is not ASCII, and some of that ends a line or steers a
terminal.
"""

import logging
import re
from urllib.parse import quote_plus, unquote_plus

#: Parameters that hold a credential, beside those whose names end like ENDINGS.
CREDENTIALS = frozenset(
    (
        "assertion",
        "client_assertion",
        "code",
        "code_verifier",
        "hash",
        "id_token_hint",
        "jwt",
        # Of a person's picture, which whoever has its address may see
        "of",
        "session_id",
        "sig",
        "signature",
    )
)
#: How the names of credentials end: ``access_token``, ``auth_signup_token`` (portal),
#: ``new_password``, ``client_secret``.
ENDINGS = ("token", "password", "passwd", "pwd", "secret", "apikey", "api_key")
#: Member of the ``state`` of Odoo's auth_oauth, which is JSON: token of an invitation.
INVITATION = "t"
#: Loggers that write addresses: of the threaded and forked server, of the evented one,
#: and of the stacks at a time limit.
LOGGERS = ("werkzeug", "longpolling", "odoo.tools.misc")
#: In place of a value.
HIDDEN = "***"
#: How often a value may be encoded within another one; what is deeper is hidden.
MAX_DEPTH = 8
#: Only what cannot be in a request line ends an address: Odoo decodes other blanks, a
#: line that is no request is logged as well, and quotes may be part of a password.
_WORD = re.compile(r"[^ \n]+")
_SEPARATOR = re.compile("([?&#])")
_ESCAPE = re.compile("%[0-9a-fA-F]{2}")
#: The name of a parameter that has a value which is not hidden.
_SHOWN = re.compile(r"(?<![^?&#;=])([^?&#;=]*)=(?!\*\*\*(?:[&#;]|$)|[&#;]|$)")
#: A word that may be the name of a parameter; what is before the last one is around it.
_NAME = re.compile(r"[\w.-]+")
#: What may be left of a parameter.
_BEGINNING = re.compile("[^%=]*=?")
#: What is before the value of a member of an object in JSON. A try ends at the next
#: quote, so that all tries together read a text twice: a caller chooses what is in it.
_MEMBER = re.compile(r'"([^"]*)"\s*:\s*')
#: The value of a member up to its first quote, or a value without quotes.
_VALUE = re.compile(r"""(\\*)"|[^\s,{}\[\]"][^\s,}\]]*""")
#: Not the control characters of ASCII: Odoo keeps those encoded, and adds colors.
_CONTROL = re.compile("[\x80-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def redact(text):
    """Return ``text`` (str) without the values of parameters that hold a credential.

    Also where a parameter is repeated, its name is encoded, or an address is the value
    of another parameter, encoded any number of times, or as JSON. Where some characters
    of an address are encoded more often than others, all of a parameter is hidden.
    """
    return _WORD.sub(lambda found: _redact_address(found[0]), text)


def _redact_address(text, depth=0):
    """Return ``text`` (str), an address or a list of parameters, without credentials.

    :param depth: how often it was decoded; if it was, it may begin with a parameter
    """
    text = _redact_members(text)
    redacted = []
    is_parameter, is_hidden = depth > 0, False
    for part in _SEPARATOR.split(text):
        if part in ("?", "&", "#"):
            is_parameter = True
            # A credential may hold any character but the one that ends it
            is_hidden = is_hidden and part != "&"
        elif not is_hidden:
            name, equals, value = part.partition("=")
            if is_parameter and (found := _find_credential(part)) is not None:
                is_hidden = True
                around, name, value = found
                around = _redact_encoded(around, depth)
                name = _redact_encoded(name, depth)
                part = f"{around}{name}={HIDDEN if value else ''}"
            else:
                name = _redact_encoded(name, depth)
                part = f"{name}{equals}{_redact_encoded(value, depth)}"
            if name == HIDDEN:
                # Encoded too often to tell whether the value is a credential
                part = HIDDEN
            elif depth == 0 and _shows_credential(part):
                part = _BEGINNING.match(part)[0] + HIDDEN
            redacted.append(part)
            continue
        if not is_hidden:
            redacted.append(part)
    return "".join(redacted)


def _redact_encoded(text, depth):
    """Return ``text`` (str) without the credentials that show when it is decoded."""
    if not _ESCAPE.search(text):
        return text
    if depth == MAX_DEPTH:
        return HIDDEN
    decoded = unquote_plus(text)
    redacted = _redact_address(decoded, depth + 1)
    return text if redacted == decoded else quote_plus(redacted, safe="/:*")


def _redact_members(text):
    """Return ``text`` (str) without the credentials in objects of JSON.

    Also in those within a string of another one, where quotes have backslashes.
    """
    redacted, done, position = [], 0, 0
    while member := _MEMBER.search(text, position):
        position = member.end()
        name = member[1].rstrip("\\")
        if name != INVITATION and not _is_credential(name):
            continue
        value = _VALUE.match(text, position)
        if not value:
            continue
        quote, end = '"', value.end()
        if value[1] is not None:
            quote = value[0]
            end = _find_end(text, value.end(), quote)
        if text[value.start() : end] != quote * 2:
            redacted += text[done : value.start()], f"{quote}{HIDDEN}{quote}"
            done = end
        # The quote may be one of the next name, where the one before was encoded
        position = max(position, end - 1)
    return "".join(redacted) + text[done:]


def _find_end(text, start, quote):
    """Return where the string in JSON ends whose value begins at ``start`` (int).

    :param quote: what it began with: the backslashes of the strings around it, a quote
    """
    depth = len(quote) - 1
    while (end := text.find('"', start)) >= 0:
        before = text[start:end]
        backslashes = len(before) - len(before.rstrip("\\"))
        # Fewer end a string around this one; more are a quote or backslashes within it
        if backslashes < depth or backslashes % (2 * depth + 2) == depth:
            return end + 1
        start = end + 1
    return len(text)


def _shows_credential(part):
    """Tell whether a credential shows when all of ``part`` (str) is decoded.

    Or may show, where that is encoded too often.
    """
    decoded = part
    for _time in range(MAX_DEPTH):
        if not _ESCAPE.search(decoded):
            break
        decoded = unquote_plus(decoded)
    if _ESCAPE.search(decoded):
        return True
    return decoded != part and (
        any(_is_credential(found[1]) for found in _SHOWN.finditer(decoded))
        or _redact_members(decoded) != decoded
    )


def _find_credential(part):
    """Return what is before the name of a credential, that, and its value, or None.

    The value of a parameter may be another one: ``redirect=code=SECRET``.
    """
    start, end = 0, part.find("=")
    while end >= 0:
        if _is_credential(part[start:end]):
            return part[:start], part[start:end], part[end + 1 :]
        start, end = end + 1, part.find("=", end + 1)
    return None


def _is_credential(name):
    for _time in range(MAX_DEPTH):
        decoded = unquote_plus(name)
        if decoded == name:
            break
        name = decoded
    words = _NAME.findall(name.lower())
    return bool(words) and (words[-1] in CREDENTIALS or words[-1].endswith(ENDINGS))


class CredentialFilter(logging.Filter):
    """Replaces the value of parameters that hold a credential, and escapes lines."""

    def filter(self, record):
        """Let every record pass, in one line and without its credentials."""
        message = record.getMessage()
        redacted = redact(message)
        redacted = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], redacted)
        if redacted != message:
            record.msg, record.args = redacted, ()
        return True


def install():
    """Filter what the servers of Odoo log; a second call changes nothing."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, CredentialFilter) for known in logger.filters):
            logger.addFilter(CredentialFilter())

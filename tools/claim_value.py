# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Values of the standard claims (OpenID Connect Core section 5.1), out of free text.

A contact has any text where a claim promises an address, a number or a language, and an
application signs people in by what it receives. Text that is not what the claim
promises is not sent.
"""

import functools
import re
from urllib.parse import urlsplit

import idna
import pytz

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: An addr-spec (RFC 5322 section 3.4.1) of atoms, which is what mail servers accept.
_ADDR_SPEC = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*@{_LABEL}(?:\.{_LABEL})*")
#: One mailbox with a display name (section 3.4).
_NAMED = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^"<>@,;:]*)\s*<([^<>]*)>')
#: Longest path of a message (RFC 5321 section 4.5.3.1.3), without its brackets.
_MOST_OF_ADDRESS = 254
#: Longest text, with a display name, that is looked at.
_MOST_OF_TEXT = 1000
#: One telephone number as people write it, with an extension (RFC 3966 section 3).
_PHONE = re.compile(
    r"\+?[ (]*[0-9](?:[0-9 \u00a0().-]|(?<=[0-9])/(?=[0-9]))*"
    r"(?:(?:;ext=|[ ,]*(?:x|ext\.?)[ ]*)[0-9]{1,11})?",
    re.IGNORECASE,
)
#: Digits of a number without its extension: a short one, and the longest of E.164.
_DIGITS = range(3, 16)
#: A language tag (RFC 5646 section 2.1) of language, script, region and variants.
_LANGUAGE_TAG = re.compile(
    r"[A-Za-z]{2,8}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)
#: Scripts that a locale of POSIX calls by a name.
_SCRIPTS = {"latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab", "hebrew": "Hebr"}


def addr_spec(text):
    """Return the one mail address (str) that ``text`` (str or False) is, or None.

    Without the display name, and with the domain as DNS has it.
    """
    return _addr_spec(text) if text and len(text) <= _MOST_OF_TEXT else None


# The same few addresses come again and again
@functools.lru_cache(1024)
def _addr_spec(text):
    address = text.strip()
    if named := _NAMED.fullmatch(address):
        address = named[1].strip()
    local, _at, domain = address.rpartition("@")
    if not domain.isascii() and len(domain) <= _MOST_OF_ADDRESS:
        try:
            domain = idna.encode(domain.lower()).decode()
        except UnicodeError:
            return None
        address = f"{local}@{domain}"
    is_address = len(address) <= _MOST_OF_ADDRESS and _ADDR_SPEC.fullmatch(address)
    return address if is_address else None


def phone_number(text):
    """Return the one telephone number (str) that ``text`` (str or False) is, or None.

    As it is written: the section recommends E.164, and the country may not be known.
    """
    number = (text or "").strip()
    if len(number) > 64 or not _PHONE.fullmatch(number):
        return None
    digits = re.split(r"[;,x]|ext", number, flags=re.IGNORECASE)[0]
    is_number = sum(character.isdigit() for character in digits) in _DIGITS
    return number if is_number else None


def zone(text):
    """Return ``text`` (str or False) if it is a time zone by its name, or None."""
    return text if text in pytz.all_timezones_set else None


def language_tag(code):
    """Return the language tag (str) of a language of Odoo, or None.

    :param code: as in ``fr_BE``, ``sr@latin`` or ``ca_ES@valencia`` (str or False)
    """
    language, _at, modifier = (code or "").partition("@")
    language, *regions = language.split("_")
    script = _SCRIPTS.get(modifier.lower())
    if not script and len(modifier) == 4 and modifier.isalpha():
        script = modifier.title()
    variant = None if script else modifier
    tag = "-".join(filter(None, (language, script, *regions, variant)))
    return tag if _LANGUAGE_TAG.fullmatch(tag) else None


def web_address(text):
    """Return ``text`` (str or False) if it is an address of the web, or None."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return None
    is_address = parts.scheme in ("http", "https") and parts.netloc
    return text if is_address and not re.search(r"[\s<>\"]", text) else None


def _of_text(make):
    """Return ``make``, of text only: a field that is called so may hold anything."""
    return lambda value: make(value) if isinstance(value, str) else None


def _of_type(*types):
    """Return what leaves every value out that is not of one of ``types``."""
    return lambda value: value if type(value) in types else None


#: What makes each standard claim out of a value; it returns None for no claim.
_MAKERS = {
    **dict.fromkeys(
        (
            *("name", "given_name", "family_name", "middle_name", "nickname"),
            *("preferred_username", "gender"),
        ),
        _of_text(lambda text: text if text.strip() else None),
    ),
    **dict.fromkeys(("profile", "picture", "website"), _of_text(web_address)),
    **dict.fromkeys(("email_verified", "phone_number_verified"), _of_type(bool)),
    "email": _of_text(addr_spec),
    "phone_number": _of_text(phone_number),
    "zoneinfo": _of_text(zone),
    "locale": _of_text(language_tag),
    "updated_at": _of_type(int, float),
    "address": _of_type(dict),
}


def make_claims(values):
    """Return the fields ``values`` (dict), as an application takes them.

    A field that is called like a standard claim is that claim for the application,
    whatever the field holds. Every other one stays as it is.
    """
    claims = {}
    for name, value in values.items():
        if name in _MAKERS:
            value = _MAKERS[name](value)
            if value is None:
                continue
        claims[name] = value
    return claims

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Encryption at rest of private signing keys, by keys that no database holds.

They come from the environment or from Odoo's configuration file. The first one
encrypts and each of them decrypts, so that keys can be rotated.
"""

import functools
import os
import re

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from odoo.exceptions import UserError
from odoo.tools import config

#: The option of the configuration file, and the variable that overrides it.
OPTION = "oauth_provider_secret_key"
VARIABLE = "OAUTH_PROVIDER_SECRET_KEY"
#: 32 bytes in base64, URL-safe or not. ``Fernet`` would skip what is not of it.
WELL_FORMED = re.compile(r"[A-Za-z0-9_+/-]{43}=")
#: How Odoo's configuration files say that an option has no value.
NOTHING = frozenset({"False", "None"})


class SigningUnavailableError(UserError):
    """This process cannot sign, or make keys, because of its configuration.

    Endpoints answer 503; a form shows the message.
    """


class MalformedSecretKeyError(ValueError):
    """A configured key is malformed.

    :ivar position: which one, counted from 1 (int)
    """

    def __init__(self, position):
        super().__init__(f"Key {position} of {OPTION} is malformed")
        self.position = position


class UndecryptableError(ValueError):
    """None of the configured keys decrypts a value."""


def generate():
    """Return a new key for the configuration (str): 32 bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


def is_configured():
    """Tell whether the configuration has a key, well-formed or not."""
    return bool(_read_option())


def check():
    """Raise :class:`MalformedSecretKeyError` where the configuration is malformed."""
    _get_fernet()


def encrypt(value):
    """Return ``value`` (str) encrypted by the first configured key (str).

    :raise MalformedSecretKeyError: where the configuration is malformed
    :raise UndecryptableError: where it has no key
    """
    return _require_fernet().encrypt(value.encode()).decode()


def decrypt(value):
    """Return the text (str) that :func:`encrypt` turned into ``value``.

    :raise MalformedSecretKeyError: where the configuration is malformed
    :raise UndecryptableError: where it has no key, or another one
    """
    try:
        return _require_fernet().decrypt(value.encode()).decode()
    except InvalidToken as error:
        raise UndecryptableError() from error


def is_current(value):
    """Tell whether the first configured key has encrypted ``value`` (str)."""
    first, *_others = _split(_read_option()) or [None]
    if not first:
        return False
    try:
        Fernet(first).decrypt(value.encode())
    except (ValueError, InvalidToken):
        return False
    return True


def get_source():
    """Return the name (str) by which the configured keys are given, or would be."""
    return VARIABLE if _read_variable() else OPTION


def _read_variable():
    return _clean(os.environ.get(VARIABLE))


def _read_option():
    return _read_variable() or _clean(config.get(OPTION))


def _clean(text):
    text = (text or "").strip()
    return "" if text in NOTHING else text


def _split(text):
    return [part for part in re.split(r"[,\s]+", text) if part]


def _get_fernet():
    """Return what encrypts and decrypts, or None where nothing is configured."""
    text = _read_option()
    return _make_fernet(text) if text else None


def _require_fernet():
    fernet = _get_fernet()
    if fernet is None:
        raise UndecryptableError()
    return fernet


@functools.lru_cache(maxsize=4)
def _make_fernet(text):
    keys = []
    for position, part in enumerate(_split(text), start=1):
        if not WELL_FORMED.fullmatch(part):
            raise MalformedSecretKeyError(position)
        keys.append(Fernet(part))
    if not keys:
        raise MalformedSecretKeyError(1)
    return MultiFernet(keys)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""For whom a token is, as the database has it: one name, or several (RFC 8707)."""

#: Between two names: no address has it, nor has what is entered in a line.
SEPARATOR = "\n"
#: Stands for what tells of a token itself and its user: each of ours opens that.
ITSELF = ""


def join(names):
    """Return the text (str) that stands for ``names`` (iterable of str)."""
    return SEPARATOR.join(names)


def split(text):
    """Return the names (list of str) that ``text`` (str or None) stands for."""
    return text.split(SEPARATOR) if text else []


def as_claim(text):
    """Return ``text`` (str) as the claim ``aud``: str or list (RFC 7519 4.1.3)."""
    names = split(text)
    return names if len(names) > 1 else text

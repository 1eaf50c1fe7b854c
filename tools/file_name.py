# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Names of files that anyone may have chosen."""

import os.path
import unicodedata

#: Characters of a name. File systems take 255 bytes, and each of these up to four.
MOST_CHARACTERS = 60
MOST_OF_EXTENSION = 12
#: What separates folders, drives or streams, and what quotes a name in a header or has
#: a meaning to a shell.
_SPECIAL = frozenset("/\\:*?\"'<>|;%$`&")


def make_safe(label, fallback):
    """Return ``label`` as the name of a file, with the extension of ``fallback``.

    No part of it is a folder, ends a header, hides the file, or shows its characters in
    another order than they have.

    :param label: any text (str, or an empty value)
    :param fallback: name (str) that is safe, for a label of which nothing is left
    """
    plain = "".join(_replace(one) for one in (label or "")[:1000])
    name, extension = os.path.splitext(" ".join(plain.split()).strip(" ."))
    if len(extension) > MOST_OF_EXTENSION or not extension[1:].isalnum():
        name, extension = name + extension, ""
    name = name[:MOST_CHARACTERS].strip(" .")
    if not name.strip("_ -"):
        return fallback
    return name + (extension or os.path.splitext(fallback)[1])


def _replace(character):
    if character in _SPECIAL:
        return "_"
    # Control and format characters, surrogates, private use, line separators
    category = unicodedata.category(character)
    if category[0] == "C" or category in ("Zl", "Zp"):
        return " " if character in "\t\n\r" else ""
    return character

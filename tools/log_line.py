# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A line of the log of events: pairs that no value can break."""

import json
import re

#: Characters of one value that are logged and stored.
LIMIT = 200
#: Values that a line of the log has without quotes.
PLAIN = re.compile(r"[A-Za-z0-9_.:/@+-]+")


def format_line(values):
    """Return ``values`` (dict) as ``name=value`` pairs in one line (str).

    Empty values are left out. One that holds anything but letters, digits and the signs
    of addresses is written as a JSON string, in ASCII: no value can end the line or
    look like another pair.
    """
    pairs = []
    for name, value in values.items():
        text = str(value or "")[:LIMIT]
        if text:
            plain = PLAIN.fullmatch(text)
            pairs.append(f"{name}={text if plain else json.dumps(text)}")
    return " ".join(pairs)

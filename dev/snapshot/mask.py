# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Puts names in the place of what differs from one run to the next."""

import base64
import json
import re
import time

JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
#: Claims that are moments; those that lie ahead are told by how far.
PAST = ("iat", "auth_time", "nbf", "updated_at")
AHEAD = ("exp", "expires_at", "client_secret_expires_at")
#: Claims that are made of what is random.
HASHES = ("at_hash", "c_hash")
#: Seconds that a run may take from a token to a question about it.
SLACK = 60
#: What is replaced by a word.
WORDS = (
    (re.compile(r"[0-9a-f]{40}o\d{10}"), "<csrf token>"),
    (re.compile(r"/web/assets/(?:\d+/)?[\w-]+/"), "/web/assets/<hash>/"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?"), "<moment>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<date>"),
    (re.compile(r"\b\d\d/\d\d/\d{4}\b(?: \d\d:\d\d:\d\d)?"), "<date>"),
    (re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:\.\d+)?(?:\s?[AP]M)?|\s?[AP]M)"), "<time>"),
    (
        re.compile(
            r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
            r" \d{1,2}, \d{4}"
        ),
        "<date>",
    ),
    (
        re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL),
        r"<PEM of a \1>",
    ),
    (re.compile(r"\b1\d{12}\b"), "<milliseconds>"),
    (re.compile(r"\b(Reference: )\d+"), r"\1<number>"),
    (re.compile(r"(unique=)[\w]+"), r"\1<hash>"),
    (re.compile(r"(Max-Age=)-?\d+"), r"\1<seconds>"),
    (re.compile(r"((?i:expires)=)[^;]+ GMT"), r"\1<moment>"),
)
#: Values that are random and of which each is known again by where it came first.
RANDOM = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
    r"|(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}(?![\w-])"
)
#: Long words that are no secrets.
FIXED = re.compile(r"snapshot|example|oauth_|[a-z]+(?:[_-][a-z0-9]{1,12}){2,}")


class Mask:
    """Remembers the values of one run, so that each has the same name everywhere.

    :ivar step: name of the request whose answer is looked at (str)
    """

    def __init__(self):
        self.step = ""
        self._names = {}
        self._count = {}

    def know(self, value, name):
        """Have ``value`` (str) told as ``name`` (str) from now on."""
        if value:
            self._names.setdefault(value, f"<{name}>")

    def text(self, text):
        """Return ``text`` (str) without what is random in it."""
        for value in sorted(self._names, key=len, reverse=True):
            if value in text:
                text = text.replace(value, self._names[value])
        text = JWT.sub(self._jwt, text)
        for pattern, word in WORDS:
            text = pattern.sub(word, text)
        return RANDOM.sub(self._random, text)

    def json(self, value, name=None):
        """Return a value of JSON without what is random in it."""
        if isinstance(value, dict):
            return {self.text(key): self.json(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self.json(one, name) for one in value]
        if name == "debug" and isinstance(value, str):
            # Lines of code, of Odoo's and ours
            return self.text(value.strip().rpartition("\n")[2])
        if name in HASHES:
            return "<hash>"
        if isinstance(value, str):
            return self.text(value)
        if name in PAST and isinstance(value, int):
            return "<moment>"
        if name in AHEAD and isinstance(value, int) and value:
            return f"<in {_rounded(value - time.time())} s>"
        if name == "expires_in" and isinstance(value, int):
            return _rounded(value)
        return value

    def _jwt(self, match):
        try:
            parts = [
                json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
                for part in match[0].split(".")[:2]
            ]
        except ValueError:
            return match[0]
        return "<JWT " + json.dumps(self.json(parts), sort_keys=True) + ">"

    def _random(self, match):
        value = match[0]
        if FIXED.match(value):
            return value
        if value not in self._names:
            number = self._count[self.step] = self._count.get(self.step, 0) + 1
            self._names[value] = f"<random {number} of “{self.step}”>"
        return self._names[value]


def _rounded(seconds):
    """Return seconds that are left, as they were before the run came so far (int)."""
    return -(-int(seconds) // SLACK) * SLACK

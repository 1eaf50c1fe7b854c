# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the check-up has found, whoever found it."""

import hashlib
import json
from typing import Any, NamedTuple

#: Severities: what has to be fixed, and what should be reviewed.
CRITICAL, REVIEW = "1", "2"
#: What is about no record.
SERVER = "server"


class Finding(NamedTuple):
    """Something about the provider that should be fixed or reviewed.

    :ivar key: which one it is (str); one record has each at most once
    :ivar severity: :data:`CRITICAL` or :data:`REVIEW`
    :ivar what: the finding (str, translated), after the name of the record if any
    :ivar advice: what to do about it (str, translated)
    :ivar evidence: what it rests on (anything that JSON takes; no secrets). A finding
        that was dismissed comes back when this changes.
    :ivar subject: the record that it is about, or None
    :ivar place: the record where it can be fixed, if not the subject, or None
    :ivar is_of_request: whether it was found in the request of the person who looks,
        so that a scheduled action does not find it
    """

    key: str
    severity: str
    what: str
    advice: str
    evidence: Any = None
    subject: Any = None
    place: Any = None
    is_of_request: bool = False

    @property
    def identity(self):
        """What tells it from other findings: tuple (key, subject), both str."""
        record = self.subject
        return self.key, f"{record._name},{record.id}" if record else SERVER

    @property
    def fingerprint(self):
        """Digest (str) of what was found: the same as long as nothing changes.

        The texts are not in it, which differ by language.
        """
        found = json.dumps([self.severity, self.evidence], sort_keys=True)
        return hashlib.sha256(found.encode()).hexdigest()

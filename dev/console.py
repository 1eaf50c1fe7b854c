# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person sees: one line a step, one line for what went wrong."""

import sys
import time
from contextlib import contextmanager


class Stop(Exception):
    """A problem that the user can act on; its text is the line that is shown."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


def say(text="", stream=None):
    """Print one line at once, also into a pipe."""
    print(text, file=stream or sys.stdout, flush=True)


@contextmanager
def step(title):
    """Print ``· title …`` before and ``✓ title (3 s)`` after a piece of work."""
    say(f"· {title} …")
    started = time.monotonic()
    yield
    say(f"✓ {title} ({time.monotonic() - started:.0f} s)")

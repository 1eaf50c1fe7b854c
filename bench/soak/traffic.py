# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""People and applications at a moderate pace, and a count of what they are answered."""

import random
import threading
import time
from collections import Counter

import requests

from .visitor import Unexpected, Visitor

#: Seconds after which a request has no answer.
PATIENCE = 60
#: Seconds that a person who was late does not catch up with.
LATE = 2
#: Unexpected answers that are told apart, so that they need little memory.
MOST_TOLD = 50


class Traffic:
    """Keeps people busy, each in a thread.

    :ivar counts: Counter {kind of step: how often it was done as expected}
    :ivar unexpected: Counter {(kind of step, what came instead): how often}
    :ivar requests: how many requests were sent
    :ivar errors: how many answers were 5xx, or did not come
    """

    def __init__(self, server, made, rate, extra=None):
        """Prepare the people.

        :param server: whatever has ``url``
        :param made: :class:`.provider.Made`
        :param rate: requests a second, of all people
        :param extra: path of a route that is asked after each step, or None
        """
        self.url = server.url
        self.made = made
        self.extra = extra
        self.counts = Counter()
        self.unexpected = Counter()
        self.requests = 0
        self.errors = 0
        self._pause = made.people / rate
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True)
            for number in range(made.people)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info):
        self._end.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    @property
    def ended(self):
        """Whether nothing more is to be sent."""
        return self._end.is_set()

    def _run(self, number):
        pace = _Pace(self._pause, number / len(self._threads), self._end)
        chosen = random.Random(number)
        while not self.ended:
            visitor = Visitor(self, pace, number)
            for name, step in visitor.steps(chosen):
                if self.ended:
                    return
                self._take(name, step)

    def _take(self, name, step):
        """Take one step; whatever goes wrong is counted and told at the end."""
        try:
            step()
        except Unexpected as found:
            self._count_unexpected(name, str(found))
        except requests.RequestException as error:
            with self._lock:
                self.errors += 1
            self._count_unexpected(name, type(error).__name__)
        except Exception as error:  # noqa: BLE001
            # An answer that was read in vain: the others go on
            self._count_unexpected(name, f"{type(error).__name__}: {error}"[:120])
        else:
            with self._lock:
                self.counts[name] += 1

    def _count_unexpected(self, name, what):
        with self._lock:
            key = (name, what)
            if key not in self.unexpected and len(self.unexpected) >= MOST_TOLD:
                key = (name, "and more")
            self.unexpected[key] += 1

    def count_request(self, status):
        """Count an answer.

        :param status: of HTTP (int)
        """
        with self._lock:
            self.requests += 1
            self.errors += status >= 500


class _Pace:
    """The moments at which one person may send a request."""

    def __init__(self, pause, offset, end):
        self._pause = pause
        self._next = time.monotonic() + offset * pause
        self._end = end

    def wait(self):
        """Wait for the next moment."""
        now = time.monotonic()
        if self._next < now - LATE:
            self._next = now
        self._end.wait(max(self._next - now, 0))
        self._next += self._pause

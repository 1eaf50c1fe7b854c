# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a write defers to the commit, where no guard would see it."""

from collections import deque


class DeferredQueue(deque):
    """Work deferred to the commit, which can tell what was added since it was made.

    A savepoint runs what is queued before it, from the left, or drops it all.
    """

    def __init__(self, functions):
        super().__init__(functions)
        self._added = 0

    def append(self, function):
        self._added += 1
        return super().append(function)

    def pop_added(self):
        """Take what was added and is still waiting, and return it (list)."""
        added = [self.pop() for _ in range(min(self._added, len(self)))]
        self._added = 0
        return added[::-1]

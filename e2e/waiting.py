# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What tests share that send requests at once and look at what is stored later."""

import time

#: What Odoo logs where a request met another one and had to run again, or failed.
LOST_RACE = ("could not serialize", "bad query", "tries left", "deadlock")


def wait_for(condition, seconds=20):
    """Wait until ``condition()`` holds, and return what it gives then.

    :param seconds: after which it is given up
    """
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds


def assert_no_race_is_lost(server, *further):
    """Fail if the log of ``server`` tells of requests that met each other.

    :param further: texts (str) that the log must not have either
    """
    lines = server.log.read_text(errors="replace").splitlines()
    signs = (*LOST_RACE, *further)
    assert not [line for line in lines if any(sign in line for sign in signs)]

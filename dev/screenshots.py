# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make screenshots``: the pictures of the README, made by tests in a browser."""

import os

from . import testing
from .settings import ROOT

FOLDER = ROOT / "static" / "description"
#: The environment variable that tells the tests where the pictures go.
VARIABLE = "OAUTH_PROVIDER_SCREENSHOTS"
NAMES = (
    *("consent", "applications", "client", "wizard", "assistant"),
    *("overview", "checkup"),
)


def file_name(name, size):
    """Return the file name (str) of a picture; ``size`` is ``desk`` or ``phone``."""
    return f"shot-{name}.png" if size == "desk" else f"shot-{name}-{size}.png"


def make():
    """Make all of them; return an exit code."""
    os.environ[VARIABLE] = str(FOLDER)
    os.environ[testing.EVERY_TEST] = "1"
    return testing.finish(testing.pytest_tests(["e2e/test_screenshots.py"]))

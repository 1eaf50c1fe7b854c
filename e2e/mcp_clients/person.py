# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a program that runs a client talks to the test: by lines of JSON."""

import json


def tell(**values):
    """Print ``values`` for the test."""
    print(json.dumps(values), flush=True)


def authorize(url):
    """Let the test's person authorize at ``url``; return the address called then."""
    tell(open=url)
    return input()


def pause():
    """Let the test do something before the next request."""
    tell(paused=True)
    input()

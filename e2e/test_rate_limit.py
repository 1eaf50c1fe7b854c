# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The limit on guesses, for callers who send many requests at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

DATABASE = "e2e_a"
#: Wrong passwords for one login; comparing one takes a good part of a second.
LIMIT = 4
#: Sets the limit and, for slow machines, how long a failure counts; returns what was.
SET = """
parameters = env["ir.config_parameter"]
result = {
    name: parameters.get_param(f"oauth_provider.throttle_{name}") for name in values
}
for name, value in values.items():
    parameters.set_param(f"oauth_provider.throttle_{name}", value)
"""


@pytest.fixture(scope="module")
def limited(multi, databases):
    """The server, whose limit is :data:`LIMIT`."""
    before = databases.shell(DATABASE, SET, failures=str(LIMIT), seconds="600")
    yield multi
    databases.shell(DATABASE, SET, **before)


@pytest.fixture
def ask(limited, databases):
    """Send a password; return the status (int)."""
    with databases.sql(DATABASE) as execute:
        execute("DELETE FROM oauth_provider_failure")

    def ask(login, password):
        return requests.post(
            f"{limited.url}/oauth2/db/{DATABASE}/token",
            {"grant_type": "password", "username": login, "password": password},
            auth=tuple(limited.clients[DATABASE]["legacy"]),
            timeout=120,
        ).status_code

    yield ask
    with databases.sql(DATABASE) as execute:
        execute("DELETE FROM oauth_provider_failure")


def test_no_more_passwords_are_tried_however_fast_they_come(ask):
    with ThreadPoolExecutor(13) as pool:
        guesses = pool.map(lambda number: ask("ann", f"x{number}"), range(12))
        other = pool.submit(ask, "admin", "admin")
        assert Counter(guesses) == {400: LIMIT, 429: 12 - LIMIT}
        # Nobody else is locked out while they are compared
        assert other.result() == 200
    assert ask("ann", "ann-password") == 429
    assert ask("admin", "admin") == 200


def test_right_passwords_at_once_are_all_right(ask, databases):
    with ThreadPoolExecutor(7) as pool:
        found = Counter(pool.map(lambda _n: ask("ann", "ann-password"), range(7)))
    assert found == {200: 7}
    with databases.sql(DATABASE) as execute:
        assert execute("SELECT count(*) FROM oauth_provider_failure") == [(0,)]


def test_a_wrong_password_among_right_ones_costs_no_more_than_itself(ask):
    passwords = ["ann-password", "x", "ann-password"] * (LIMIT - 1)
    with ThreadPoolExecutor(len(passwords)) as pool:
        found = list(pool.map(lambda password: ask("ann", password), passwords))
    assert found == [200, 400, 200] * (LIMIT - 1)

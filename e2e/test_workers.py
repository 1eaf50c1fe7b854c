# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Requests at the same instant, on a server with two workers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from dev.server import OdooServer, free_port
from e2e.person import VERIFIER, Person

AT_ONCE = 4
ROUNDS = 5
MAKE_CLIENT = """
client = env["oauth.provider.client"].create({
    "name": "Workers", **values["values"],
    "redirect_uri_ids": [(0, 0, {"name": "https://workers.example.com/callback"})],
})
result = [client.identifier, client.generate_secret()]
"""
MAKE_BACKEND = """
user = env["res.users"].create({"name": "Worker", "login": values["login"]})
client = env["oauth.provider.client"].create({
    "name": "Workers", "application_type": "backend application", "user_id": user.id,
})
result = [client.identifier, client.generate_secret()]
"""
CHANGE = """
record = env[values["model"]].search(values["domain"])
record.write(values["values"])
"""


@pytest.fixture(scope="module")
def person(pair):
    """The demo user, signed in."""
    return Person(pair[0], "demo", "demo-demo")


def make_client(databases, **values):
    return databases.shell("e2e_provider", MAKE_CLIENT, values=values)


def at_once(post, number=AT_ONCE):
    """Run ``post`` in threads at the same instant and return the responses."""
    barrier = Barrier(number)

    def run(_index):
        barrier.wait()
        return post()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_a_code_presented_at_once_gives_tokens_to_exactly_one(pair, person, databases):
    provider, _client = pair
    client = make_client(databases)
    for _round in range(ROUNDS):
        data = {
            "grant_type": "authorization_code",
            "code": person.get_code(client[0]),
            "code_verifier": VERIFIER,
        }
        answers = at_once(
            lambda data=data: requests.post(
                f"{provider.url}/oauth2/token", data, auth=tuple(client)
            )
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] + [400] * (AT_ONCE - 1), [a.text for a in answers]
        [winner] = [answer.json() for answer in answers if answer.ok]
        # The second presentation has ended what the first one was given
        bearer = {"Authorization": f"Bearer {winner['access_token']}"}
        info = requests.get(f"{provider.url}/oauth2/tokeninfo", headers=bearer)
        assert info.status_code == 401


def test_a_revocation_ends_what_is_refreshed_at_the_same_time(pair, person, databases):
    provider, _client = pair
    client = make_client(databases)

    def post(route, **data):
        return requests.post(f"{provider.url}/oauth2/{route}", data, auth=tuple(client))

    def refresh(token):
        return post("token", grant_type="refresh_token", refresh_token=token)

    for number in range(ROUNDS * 2):
        code = person.get_code(client[0])
        first = post(
            "token",
            grant_type="authorization_code",
            code=code,
            code_verifier=VERIFIER,
        ).json()["refresh_token"]
        second = refresh(first).json()["refresh_token"]
        todo = [
            lambda first=first: refresh(first),
            lambda second=second: post("revoke_token", token=second),
        ]
        # Either may come a moment before the other
        todo = todo[:: 1 if number % 2 else -1]
        answers = at_once(lambda todo=todo: todo.pop()(), 2)
        for answer in answers:
            token = answer.ok and answer.json().get("access_token")
            if token:
                bearer = {"Authorization": f"Bearer {token}"}
                url = f"{provider.url}/oauth2/tokeninfo"
                assert requests.get(url, headers=bearer).status_code == 401, number


def refresh_at_once(provider, person, client):
    token_url = f"{provider.url}/oauth2/token"
    data = {
        "grant_type": "authorization_code",
        "code": person.get_code(client[0]),
        "code_verifier": VERIFIER,
    }
    first = requests.post(token_url, data, auth=tuple(client)).json()
    data = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    return at_once(lambda: requests.post(token_url, data, auth=tuple(client)))


def test_refreshes_at_once_are_all_usable_in_the_grace_period(pair, person, databases):
    provider, _client = pair
    client = make_client(databases)
    for _round in range(ROUNDS):
        for answer in refresh_at_once(provider, person, client):
            assert answer.status_code == 200, answer.text
            bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            info = requests.get(f"{provider.url}/oauth2/tokeninfo", headers=bearer)
            assert info.status_code == 200


def test_refreshes_at_once_without_a_grace_period_give_to_one(pair, person, databases):
    provider, _client = pair
    client = make_client(databases, refresh_token_grace=0)
    for _round in range(ROUNDS):
        answers = refresh_at_once(provider, person, client)
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] + [400] * (AT_ONCE - 1), [a.text for a in answers]


def test_consents_at_once_make_one_grant(pair, databases):
    provider, _client = pair
    client = make_client(databases, skip_authorization=True)
    person = Person(provider, "demo", "demo-demo")
    codes = at_once(lambda: person.get_code(client[0]))
    assert len(set(codes)) == AT_ONCE
    count = (
        'result = env["oauth.provider.grant"].search_count('
        '[("client_id.identifier", "=", values["identifier"])])'
    )
    assert databases.shell("e2e_provider", count, identifier=client[0]) == 1


def test_failures_of_all_workers_count_together(pair, databases):
    provider, _client = pair
    client = databases.shell("e2e_provider", MAKE_BACKEND, login="workers-throttle")
    url = f"{provider.url}/oauth2/token"
    data = {"grant_type": "client_credentials"}
    statuses = []
    for _round in range(5):
        answers = at_once(lambda: requests.post(url, data, auth=(client[0], "x")))
        statuses += [answer.status_code for answer in answers]
    assert set(statuses) == {401, 429}
    # Those that were under way at once may still get through
    assert 10 <= statuses.count(401) < 10 + AT_ONCE
    # The rate limit is not for a secret that nobody can guess
    assert requests.post(url, data, auth=tuple(client)).status_code == 200
    typed = {"secret": "a secret that somebody has thought out"}
    domain = [("identifier", "=", client[0])]
    databases.shell(
        "e2e_provider",
        CHANGE,
        model="oauth.provider.client",
        domain=domain,
        values=typed,
    )
    answer = requests.post(url, data, auth=(client[0], typed["secret"]))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    "model, change",
    [
        ("oauth.provider.client", {"active": False}),
        ("oauth.provider.client", {"scope_ids": [(5,)]}),
        ("res.users", {"active": False}),
    ],
)
def test_what_one_process_changes_counts_in_all_workers(pair, databases, model, change):
    """Each worker keeps the configuration; none keeps it beyond the next request."""
    provider, _client = pair
    login = f"workers-{model}-{len(change)}-{next(iter(change))}"
    identifier, secret = databases.shell(
        "e2e_provider",
        MAKE_BACKEND,
        login=login,
    )
    url = f"{provider.url}/oauth2"
    data = {"grant_type": "client_credentials"}

    def issue():
        return requests.post(f"{url}/token", data, auth=(identifier, secret))

    token = issue().json()
    assert token["scope"] == "openid profile email"
    bearer = {"Authorization": f"Bearer {token['access_token']}"}

    def ask():
        return requests.get(f"{url}/tokeninfo", headers=bearer)

    # Both workers have answered, and keep what they know
    assert all(answer.ok for _round in range(ROUNDS) for answer in at_once(issue))
    before = [answer for _round in range(ROUNDS) for answer in at_once(ask)]
    assert {answer.json()["scopes"] for answer in before} == {token["scope"]}
    domain = [("identifier", "=", identifier)]
    if model == "res.users":
        domain = [("login", "=", login)]
    databases.shell("e2e_provider", CHANGE, model=model, domain=domain, values=change)
    after = [answer for _round in range(ROUNDS) for answer in at_once(ask)]
    if "scope_ids" in change:
        assert {answer.json()["scopes"] for answer in after} == {""}
    else:
        assert {answer.status_code for answer in after} == {401}
        assert not any(
            answer.ok for _round in range(ROUNDS) for answer in at_once(issue)
        )


def test_the_evented_process_logs_no_credential(pair, postgres):
    """Odoo's second port, which a proxy uses for /websocket."""
    port = free_port()
    with OdooServer(
        postgres,
        "evented",
        "e2e_provider",
        load=["oauth_provider"],
        workers=1,
        options=[f"--gevent-port={port}"],
    ) as odoo:
        browser = requests.Session()
        # It starts after the others
        browser.mount("http://", HTTPAdapter(max_retries=Retry(9, backoff_factor=0.5)))
        for address in (f"http://127.0.0.1:{port}", odoo.url):
            answer = browser.get(f"{address}/oauth2/tokeninfo?access_token=s3cr3t")
            assert answer.status_code == 401
    log = odoo.log.read_text()
    assert log.count("/oauth2/tokeninfo?access_token=***") == 2
    assert "s3cr3t" not in log

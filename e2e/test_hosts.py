# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two Odoo hosts over one PostgreSQL with a streaming replica."""

import time
from contextlib import ExitStack

import pytest
import requests

from dev.databases import Databases
from dev.postgres import servers
from dev.server import OdooServer
from e2e.person import VERIFIER, Person

ADDON = "oauth_provider"
DATABASE = "e2e_hosts"
MAKE = """
env["res.users"].create({
    "name": "Ann", "login": "ann", "password": "ann-password",
    "group_ids": [(6, 0, [env.ref("base.group_user").id])],
})
client = env["oauth.provider.client"].create({
    "name": "Hosts", "is_resource_server": True,
    "redirect_uri_ids": [(0, 0, {"name": "https://app.example.com/callback"})],
})
env["oauth.provider.key"].ensure()
result = [client.identifier, client.generate_secret()]
"""

MAKE_SCOPE = """
inside, outside = env["res.partner"].create([{"name": "in"}, {"name": "out"}])
fields = env["ir.model.fields"]
scope = env["oauth.provider.scope"].create({
    "name": "Hosts", "code": "hosts", "api_read": True, "api_write": True,
    "model_id": env["ir.model"]._get_id("res.partner"),
    "field_ids": [(6, 0, fields._get("res.partner", "name").ids)],
    "domain": repr([("id", "=", inside.id)]),
})
client = env["oauth.provider.client"].create({
    "name": "Scoped", "application_type": "backend application",
    "user_id": env.ref("base.user_admin").id, "scope_ids": [(6, 0, scope.ids)],
})
result = [[client.identifier, client.generate_secret()], inside.id, outside.id]
"""
CHANGE_FILTER = """
scope = env["oauth.provider.scope"].search([("code", "=", "hosts")])
scope.filter_id.domain = repr([("id", "=", values["id"])])
"""


class Deployment:
    """Two hosts, the primary that both write to, the replica that both read from."""

    def __init__(self, primary, replica, hosts, client):
        self.primary = primary
        self.replica = replica
        self.one, self.two = hosts
        self.client = tuple(client)

    def on(self, server, query):
        with Databases(server.cluster).sql(DATABASE) as execute:
            return execute(query)[0][0]

    def pause(self):
        """Let the replica stay behind from now on."""
        self.on(self.replica, "SELECT pg_wal_replay_pause()")

    def resume(self):
        """Let the replica go on, and wait until it knows everything."""
        self.on(self.replica, "SELECT pg_wal_replay_resume()")
        self.catch_up()

    def catch_up(self):
        end = self.on(self.primary, "SELECT pg_current_wal_lsn()")
        query = f"SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn"
        deadline = time.monotonic() + 30
        while not self.on(self.replica, query):
            assert time.monotonic() < deadline, "The replica does not catch up"
            time.sleep(0.05)

    def last_asked(self):
        """Return when Odoo asked each server last (tuple of str: primary, replica)."""
        query = (
            "SELECT max(query_start)::text FROM pg_stat_activity"
            " WHERE application_name LIKE 'odoo%'"
        )
        return self.on(self.primary, query), self.on(self.replica, query)


@pytest.fixture(scope="module")
def deployment(postgres, databases):
    """A :class:`Deployment` of PostgreSQL servers that nobody else uses."""
    found = servers(f"{postgres.name}-hosts", 2)
    if not found:
        pytest.skip("a replica is made of a private PostgreSQL: unset PGHOST")
    primary, replica = found
    databases.create(DATABASE, ["web", ADDON])
    with ExitStack() as stack:
        for server in found:
            server.remove()
            stack.callback(server.remove)
            stack.callback(server.stop)
        primary.start()
        databases.copy_to(DATABASE, primary)
        databases.drop(DATABASE)
        client = Databases(primary.cluster).shell(DATABASE, MAKE)
        replica.copy_of(primary)
        options = [f"--db_replica_host={replica.socket}", "--db_replica_port=5432"]
        hosts = [
            stack.enter_context(
                OdooServer(
                    primary.cluster,
                    name,
                    DATABASE,
                    load=[ADDON],
                    # None that asks the primary which databases there are
                    dbfilter=dbfilter,
                    workers=1,
                    options=options,
                )
            )
            for name, dbfilter in (("one", None), ("two", f"^{DATABASE}$"))
        ]
        yield Deployment(primary, replica, hosts, client)


def get(host, route, token):
    bearer = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{host.url}/oauth2/{route}", headers=bearer, timeout=30)


def post(host, route, client, **data):
    return requests.post(f"{host.url}/oauth2/{route}", data, auth=client, timeout=30)


def get_tokens(deployment):
    person = Person(deployment.one, "ann", "ann-password")
    code = person.get_code(deployment.client[0])
    answer = post(
        deployment.two,
        "token",
        deployment.client,
        grant_type="authorization_code",
        code=code,
        code_verifier=VERIFIER,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_flow_between_two_hosts_and_a_replica_that_is_behind(deployment):
    one, two, client = deployment.one, deployment.two, deployment.client
    tokens = get_tokens(deployment)
    deployment.catch_up()
    token = tokens["access_token"]
    # The first one notes on the primary that the grant is used, once a minute
    assert get(one, "userinfo", token).status_code == 200
    before = deployment.last_asked()
    for route in ("tokeninfo", "userinfo", "otherinfo?model=res.users", "jwks"):
        assert get(one, route, token).status_code == 200
        after = deployment.last_asked()
        assert after[0] == before[0], f"{route} asked the primary"
        assert after[1] > before[1], f"{route} did not ask the replica"
        before = after
    assert post(one, "introspect", client, token=token).json()["active"]
    assert deployment.last_asked()[0] == before[0]

    deployment.pause()
    try:
        # The code comes from one host, is exchanged at the other, and the token is
        # used at the first before the replica has heard of it
        tokens = get_tokens(deployment)
        token = tokens["access_token"]
        for host in (one, two):
            assert get(host, "userinfo", token).status_code == 200
            answer = post(host, "introspect", client, token=token)
            assert answer.json()["active"]
        data = {"refresh_token": tokens["refresh_token"]}
        answer = post(one, "token", client, grant_type="refresh_token", **data)
        refreshed = answer.json()["access_token"]
        assert get(two, "tokeninfo", refreshed).status_code == 200
        assert get(two, "tokeninfo", "unknown").status_code == 401
    finally:
        deployment.resume()
    assert get(one, "tokeninfo", refreshed).status_code == 200

    deployment.pause()
    try:
        assert post(two, "revoke_token", client, token=refreshed).status_code == 200
        # What a replica knows, it knows until it is told otherwise
        assert get(one, "tokeninfo", refreshed).status_code == 200
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert post(one, "token", client, **data).status_code == 400
    finally:
        deployment.resume()
    for host in (one, two):
        assert get(host, "tokeninfo", refreshed).status_code == 401
    used = "SELECT count(*) FROM oauth_provider_grant WHERE last_used IS NOT NULL"
    assert deployment.on(deployment.primary, used) == 1


def call(host, method, token, **arguments):
    return requests.post(
        f"{host.url}/json/2/res.partner/{method}",
        json=arguments,
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )


def test_a_changed_scope_counts_at_once_and_on_the_replica_once_it_is_there(deployment):
    hosts = (deployment.one, deployment.two)
    primary = Databases(deployment.primary.cluster)
    client, inside, outside = primary.shell(DATABASE, MAKE_SCOPE)

    def issue():
        data = {"grant_type": "client_credentials"}
        return post(hosts[0], "token", tuple(client), **data).json()["access_token"]

    def read(token):
        """Return what the hosts read: on the replica if that knows the token."""
        domain = [["id", "in", [inside, outside]]]
        answers = [call(host, "search", token, domain=domain) for host in hosts]
        return {id_ for answer in answers for id_ in answer.json()}

    def write(token):
        """Return what the hosts write, on the primary."""
        return {
            id_
            for host in hosts
            for id_ in (inside, outside)
            if call(host, "write", token, ids=[id_], vals={"name": "x"}).ok
        }

    for before, now in ((inside, outside), (outside, inside)):
        known = issue()
        deployment.catch_up()
        for _round in range(2):
            assert (read(known), write(known)) == ({before}, {before})
        deployment.pause()
        try:
            # Tokens that have the scope lose it: its filter may open more
            primary.shell(DATABASE, CHANGE_FILTER, id=now)
            fresh = issue()
            for _round in range(3):
                # One worker serves both, and never mixes the two up
                assert (read(fresh), write(fresh)) == ({now}, {now})
                assert (read(known), write(known)) == ({before}, set())
        finally:
            deployment.resume()
        for _round in range(2):
            assert (read(fresh), write(fresh)) == ({now}, {now})
            assert write(known) == set()


def test_what_only_reads_works_while_the_primary_is_away(deployment):
    one, two, client = deployment.one, deployment.two, deployment.client
    token = get_tokens(deployment)["access_token"]
    for host in (one, two):
        # Each worker has loaded what it serves
        assert get(host, "userinfo", token).status_code == 200
    deployment.catch_up()
    socket = deployment.primary.socket
    deployment.primary.halt()
    try:
        for host in (one, two):
            for route in ("tokeninfo", "userinfo", "jwks", "otherinfo?model=res.users"):
                answer = get(host, route, token)
                assert answer.status_code == 200, (route, answer.text)
            metadata = f"{host.url}/.well-known/openid-configuration"
            assert requests.get(metadata, timeout=30).status_code == 200
            answer = post(host, "introspect", client, token=token)
            assert answer.json()["active"]
    finally:
        deployment.primary.start()
    assert deployment.primary.socket == socket
    assert get_tokens(deployment)["access_token"]

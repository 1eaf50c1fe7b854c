# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's choice of a database, with this addon finding it and without: the same.

Five ways to name a database, in each of these situations.
"""

import re
import time

import pytest

from e2e.database_ways import (
    CALM,
    REQUESTS,
    WAYS,
    Load,
    Named,
    Stage,
    ask,
    both,
    differences,
    session,
)

#: Seconds for which a worker remembers which databases there are, and some.
FORGOTTEN = 6
#: With the addon (two), without it, unknown, not for users, of another role.
NAMES = (
    "ways_a",
    "ways_b",
    "ways_plain",
    "nowhere",
    "postgres",
    "template1",
    "ways_foreign",
)
#: Situations: how the servers are configured.
SERVERS = {
    "several": {},
    "domain": {"dbfilter": "^%d$"},
    "host": {"dbfilter": "^%h$"},
    "two_match": {"dbfilter": "^ways_[ab]$"},
    "one_matches": {"dbfilter": "^ways_a.?$"},
    "literal": {"dbfilter": "^ways_a$"},
    "without_list": {"options": ["--no-database-list"]},
    "by_name": {"databases": ["ways_a"]},
    "kept_out": {"dbfilter": "^ways_a$"},
}
#: Hosts of a name, as somebody may write them.
HOSTS = (
    "{}",
    "{}.example.com",
    "{}:8069",
    "www.{}.example.com:80",
    "{}.example.com.",
    "{}.",
)
#: A line of Odoo's log about a request for one of our routes.
OWN = re.compile(r'"[A-Z]+ /(oauth2|\.well-known)/')
#: What happens to the database while it is used.
CHANGES = ("created", "renamed", "back", "dropped", "restored")
MOVED, RENAMED = "ways_moved", "ways_renamed"


@pytest.fixture(scope="module")
def stage(databases):
    """The databases of these tests, of a role that is nobody special."""
    if databases.cluster.external:
        pytest.skip("makes a role, and closes the database postgres to it")
    stage = Stage(databases)
    stage.prepare()
    stage.copy("ways_a")
    stage.copy("ways_b")
    stage.copy("ways_plain", "ways_web_owned")
    # Nothing in it is for the role
    stage.copy("ways_foreign", "ways_made", databases.cluster.environment["PGUSER"])
    yield stage
    for name in (*NAMES[:3], "ways_foreign"):
        databases.drop(name)
    stage.remove()


def change(stage, what):
    """Let something happen to the database MOVED."""
    if what == "created":
        # Nobody has cached something before it is finished
        stage.copy(RENAMED, title=MOVED)
        stage.rename(RENAMED, MOVED)
    elif what == "renamed":
        stage.rename(MOVED, RENAMED)
    elif what == "back":
        stage.rename(RENAMED, MOVED)
    elif what == "dropped":
        stage.databases.drop(MOVED)
    else:
        stage.create_empty(MOVED)
        stage.own(MOVED)
        stage.fill(MOVED, MOVED)


@pytest.mark.parametrize("dbfilter", [None, "^%d$", f"^{MOVED}$"])
def test_a_database_that_comes_and_goes_under_load(stage, dbfilter):
    """It is served within seconds, and what is gone is a 404; never a 500.

    The first test here: pytest keeps the last of the two servers below, which may have
    closed the database postgres, until all tests of this file have run.
    """
    databases = stage.databases
    for name in (MOVED, RENAMED):
        databases.drop(name)
    form = "{}.example.com" if dbfilter == "^%d$" else "{}"
    own = [one for one in REQUESTS if not one[1].startswith("/")]
    with both(databases.cluster, "moved", dbfilter=dbfilter) as servers:
        stage.copy(MOVED)
        stage.dump(MOVED)
        host = form.format(MOVED)
        cookies = [session(server, MOVED, host) for server in servers]
        databases.drop(MOVED)
        # From now on, everything happens to it while requests come
        for what in CHANGES:
            loads = [
                Load(servers[0], Named(way, MOVED, cookies[0], host), own)
                if way == "session"
                else Load(servers[0], Named(way, MOVED, host=host), own)
                for way in WAYS
            ]
            for load in loads:
                load.__enter__()
            change(stage, what)
            time.sleep(FORGOTTEN)
            for load in loads:
                load.__exit__()
                assert not load.error, load.error
                assert load.seen
                odd = [one for one in load.seen if one[1] not in CALM]
                assert not odd, (what, load.named.way, odd[:3])
            is_there = what not in ("renamed", "dropped")
            check_moved(servers, cookies, host, is_there)
    databases.drop(MOVED)


def check_moved(servers, cookies, host, is_there):
    """Compare the answers about MOVED, and check that they are what they should be."""
    for way in WAYS:
        answers = [
            ask(server, Named(way, MOVED, given if way == "session" else {}, host))
            for server, given in zip(servers, cookies, strict=True)
        ]
        assert not differences(*answers), way
        [metadata] = [one for asked, one in answers[0].items() if ".well" in asked[1]]
        wanted = {200} if is_there else {404, 400}
        if way in ("host", "session") and is_there:
            # Where no dbfilter decides it is one of several, and Odoo has ended the
            # session while it was not there
            wanted.add(400)
        assert metadata[0] in wanted, (way, metadata)


@pytest.fixture(scope="module", params=SERVERS)
def servers(request, stage, databases):
    """The two servers, in one situation."""
    with databases.sql() as execute:
        closed = "FROM" if request.param == "kept_out" else None
        if closed:
            execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        try:
            name, more = request.param, SERVERS[request.param]
            with both(databases.cluster, name, **more) as running:
                yield running
                check_log(running[0])
        finally:
            if closed:
                execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC")


def check_log(server):
    """Check that none of our routes has failed, where some of Odoo's have."""
    lines = server.log.read_text(errors="replace").splitlines()
    own = [line for line in lines if OWN.search(line)]
    assert own
    assert not [line for line in own if ' HTTP/1.1" 500 ' in line]


def compare(servers, way, name, host=None, header=None, of=None):
    """Ask both servers, and check that they answer the same.

    :param header: a second name (str), in the header
    :param of: a second name (str), of the session
    """
    of = of or (name if way == "session" else None)
    answers = []
    for server in servers:
        cookies = session(server, of, host) if of else {}
        answers.append(ask(server, Named(way, name, cookies, host, header)))
    assert not differences(*answers), (way, name, host, header, of)


@pytest.mark.parametrize("way", WAYS)
def test_each_name(servers, way):
    for name in (NAMES[0], *NAMES):
        hosts = [form.format(name) for form in HOSTS]
        for host in [*hosts, hosts[1].upper()] if way == "host" else [None]:
            compare(servers, way, name, host)


@pytest.mark.parametrize("way", WAYS)
def test_names_that_contradict_each_other(servers, way):
    for name, other in (
        ("ways_a", "ways_b"),
        ("ways_a", "ways_plain"),
        ("ways_a", "nowhere"),
        ("nowhere", "ways_a"),
    ):
        for host in (None, "ways_b.example.com"):
            if way != "header":
                compare(servers, way, name, host, header=other)
            if way != "session":
                compare(servers, way, name, host, of=other)

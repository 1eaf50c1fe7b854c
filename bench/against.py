# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make bench ARGS=--against=REV``: what a request costs now, and at another commit.

Two servers, one of each commit, each with a database of its own, answer the same
requests in turns. What counts is the processor time (user and system) of the workers
and of PostgreSQL's backends, which other programs of the machine hardly change.
"""

import http.client
import itertools
import json
import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from dev import addon_links, git
from dev.cache import lock
from dev.console import say, step
from dev.databases import Databases
from dev.postgres import cluster
from dev.server import OdooServer
from dev.settings import ADDON, settings

from .measure import target
from .odoo_side import FOREVER
from .requests import Request, bearer, form
from .rows import Rows

#: What a request may cost more than at the other commit.
MORE = 1.03
#: {size: (rounds, parts of a round, requests of a part)}.
SIZES = {"small": (1, 2, 5), "full": (7, 8, 40)}
WARM_UP = 100
MODULES = ["web", ADDON]
JSON = {"Content-Type": "application/json"}
#: Makes a person with an API key, a scoped token, a client, and a contact to write.
MAKE = """
from datetime import datetime, timedelta
user = env["res.users"].create({
    "name": "Bea Bench", "login": "bench", "email": "bench@example.com",
    "group_ids": [
        (4, env.ref("base.group_user").id),
        (4, env.ref("base.group_partner_manager").id),
    ],
})
model = env["ir.model"]._get("res.partner")
field = env["ir.model.fields"]._get("res.partner", "function")
scope = env["oauth.provider.scope"].create({
    "name": "Titles", "code": "titles", "model_id": model.id,
    "field_ids": [(6, 0, field.ids)], "api_read": True, "api_write": True,
})
client = env["oauth.provider.client"].create({
    "name": "Bench", "application_type": "backend application", "user_id": user.id,
    "scope_ids": [(6, 0, scope.ids)],
})
secret = client.generate_secret()
_record, token = env["oauth.provider.token"].issue(
    client=client, user=user, scopes=scope, lifetime=86400,
)
key = env["res.users.apikeys"].with_user(user)._generate(
    "rpc", "bench", datetime.now() + timedelta(days=1)
)
partner = env["res.partner"].create({"name": "Written"})
result = {
    "identifier": client.identifier, "secret": secret, "token": token,
    "key": key, "partner": partner.id, "user": user.id, "clients": {}, "scopes": [],
}
"""


@dataclass
class Side:
    """One commit: its server, its database, and what is asked of it.

    :ivar name: of the commit, for people
    :ivar target: :class:`.measure.Target`
    :ivar requests: list of :class:`.requests.Request`
    """

    name: str
    target: object
    requests: list


@dataclass
class Pair:
    """What one kind of request cost, in each round.

    :ivar before: milliseconds of processor time at the other commit (list)
    :ivar now: the same at this one
    """

    name: str
    before: list
    now: list

    @property
    def ratios(self):
        """The cost now by the cost before, in each round (list)."""
        return [now / then for then, now in zip(self.before, self.now, strict=True)]

    @property
    def ratio(self):
        """Median of the ratios."""
        return statistics.median(self.ratios)


def run(revision, size="full"):
    """Compare this checkout with the commit ``revision`` (str); returns the exit code.

    :param size: ``small`` or ``full``
    """
    folder = settings().folder("against") / "checkout"
    with (
        lock("against"),
        git.worktree(revision, folder) as commit,
        ExitStack() as stack,
    ):
        addons = addon_links.link(folder, settings().folder("against", "addons"))
        postgres = stack.enter_context(cluster("bench"))
        sides = [
            _side(stack, postgres, "before", commit[:7], addons),
            _side(stack, postgres, "now", "now", None),
        ]
        with step("Measuring in turns"):
            pairs = compare(*sides, *SIZES[size])
    say(table(commit[:7], pairs))
    dear = [pair.name for pair in pairs if pair.ratio > MORE]
    for name in dear:
        say(f"✗ {name} takes more than {MORE - 1:.0%} more than at {commit[:7]}.")
    return 1 if dear else 0


def _side(stack, postgres, database, name, addons):
    database = f"against_{database}"
    databases = Databases(postgres, addons)
    with step(f"Database {database}: made by the addon as it is at {name}"):
        stock = databases.template(MODULES[:-1])
        databases.clone(stock, database)
        databases.odoo(database, "--init", ADDON)
        made = databases.shell(database, MAKE)
    options = {"workers": 1, "load": [ADDON], "options": [FOREVER], "addons": addons}
    server = stack.enter_context(OdooServer(postgres, database, database, **options))
    rows = Rows(postgres, database, made)
    return Side(name, target(server, postgres, rows, database), _requests(made))


def _requests(made):
    found = []
    body = json.dumps({"ids": [made["partner"]], "vals": {"function": "%s"}})
    for name, token in (("write without a token", "key"), ("scoped write", "token")):
        headers = {**bearer(made[token]), **JSON}
        path = "/json/2/res.partner/write"
        found.append(Request(name, path, method="POST", headers=headers, body=body))
    headers = form(made["identifier"], made["secret"])
    body = "grant_type=client_credentials"
    path = "/oauth2/token"
    token = Request("token request", path, method="POST", headers=headers, body=body)
    return [*found, token]


def compare(before, now, rounds, parts, number):
    """Return the :class:`Pair` of each kind of request.

    :param before: :class:`Side` of the other commit
    :param now: that of this one
    :param rounds: how many ratios there are to be
    :param parts: into how many turns a round is divided
    :param number: requests of a turn
    """
    pairs = []
    for old, new in zip(before.requests, now.requests, strict=True):
        pair = Pair(old.name, [], [])
        turns = [(before.target, old, pair.before), (now.target, new, pair.now)]
        for where, request, _found in turns:
            _cost(where, request, WARM_UP if rounds > 1 else number)
        for _round in range(rounds):
            costs = {id(found): [] for _where, _request, found in turns}
            for part in range(parts):
                # First one, then the other
                for where, request, found in turns[:: -1 if part % 2 else 1]:
                    costs[id(found)].append(_cost(where, request, number))
            for _where, _request, found in turns:
                found.append(1000 * statistics.mean(costs[id(found)]))
        say(f"  {pair.name}: {pair.ratio:.3f}")
        pairs.append(pair)
    return pairs


_values = itertools.count()


def _cost(where, request, number):
    """Send ``request`` so often and return the seconds that one takes of processors."""
    parts = urlsplit(where.url)
    before = where.processes.settle()
    for _number in range(number):
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        # Another value each time, or nothing would be written
        body = request.body.replace("%s", f"Title {next(_values)}")
        connection.request(request.method, request.path, body, request.headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{request.name}: {answer.status} {said[:200]}")
    return where.processes.spent(before, where.processes.settle()) / number


def table(commit, pairs):
    """Return the table (str) of what was measured."""
    lines = [
        f"| Request | at {commit}, ms | now, ms | now / {commit} | from | to |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for pair in pairs:
        before, now = statistics.median(pair.before), statistics.median(pair.now)
        ends = f"{min(pair.ratios):.3f} | {max(pair.ratios):.3f}"
        lines.append(
            f"| {pair.name} | {before:.2f} | {now:.2f} | {pair.ratio:.3f} | {ends} |"
        )
    return "\n".join(lines)

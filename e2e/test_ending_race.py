# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A token that is issued in the very moment in which its user or client is archived."""

ADDON = "oauth_provider"
DATABASE = "e2e_ending_race"
MAKE = """
user = env["res.users"].create(
    {"name": "Ann", "login": "ann", "group_ids": [(4, env.ref("base.group_user").id)]}
)
clients = env["oauth.provider.client"].create([
    {"name": "web"},
    {"name": "old"},
    {
        "name": "backend",
        "application_type": "backend application",
        "user_id": user.id,
    },
])
"""
# Two transactions on the way at once, as of two requests
BEGIN = """
import threading
import psycopg2
from odoo.api import Environment
from odoo.exceptions import ConcurrencyError

def start_again():
    # Everybody is active, and there is one token, of the client called old
    env.invalidate_all()
    env.registry.clear_cache()
    users = env["res.users"].with_context(active_test=False)
    clients = env["oauth.provider.client"].with_context(active_test=False)
    user = users.search([("login", "=", "ann")])
    user.active = clients.search([]).active = True
    env["oauth.provider.token"].search([]).unlink()
    env["oauth.provider.grant"].search([]).unlink()
    old = clients.search([("name", "=", "old")])
    grant = env["oauth.provider.grant"].ensure(old, user)
    env["oauth.provider.token"].issue(
        client=old, user=user, grant=grant, scopes=old.scope_ids, lifetime=600
    )
    env.cr.commit()

class Side:
    def __init__(self, cursor):
        self.cr = cursor
        self.env = Environment(cursor, env.uid, {"active_test": False})
        self.user = self.env["res.users"].search([("login", "=", "ann")])
        clients = self.env["oauth.provider.client"].search([])
        self.clients = {client.name: client for client in clients}
        # From here on it sees the database as it is now
        self.user.read(["name"])

    def issue(self, how):
        tokens = self.env["oauth.provider.token"]
        grant = self.env["oauth.provider.grant"]
        client = self.clients[{"code": "old"}.get(how, how)]
        if how != "backend":
            grant = grant.ensure(client, self.user)
        vals = {"client": client, "user": self.user, "grant": grant, "lifetime": 600}
        vals["scopes"] = client.scope_ids
        if how == "backend":
            parts = [tokens.prepare_issue(value="x" * 43, **vals)]
            tokens.store([*parts, tokens.prepare_lock(self.user, client)])
        elif how == "code":
            tokens.issue(locks_user=True, **vals)
        else:
            tokens.issue(**vals)
        self.cr.flush()

    def end(self, name):
        if name == "password":
            self.user.password = "a new password"
        elif name == "devices":
            self.user._action_revoke_all_devices()
        elif name == "user":
            self.user.active = False
        else:
            self.clients[name].active = False
        self.cr.flush()

def get_live():
    env.invalidate_all()
    env.registry.clear_cache()
    users = env["res.users"].with_context(active_test=False)
    clients = env["oauth.provider.client"].with_context(active_test=False)
    users.search([("login", "=", "ann")]).active = True
    clients.search([]).active = True
    tokens = env["oauth.provider.token"].search([])
    return sum(token.is_live() for token in tokens)

result = []
"""
#: The token is first: who ends it waits, and ends it too.
ISSUED_FIRST = (
    BEGIN
    + """
for issue, end in values["cases"]:
    start_again()
    with env.registry.cursor() as one, env.registry.cursor() as two:
        one, two = Side(one), Side(two)
        one.issue(issue)
        ender = threading.Thread(target=lambda: (two.end(end), two.cr.commit()))
        ender.start()
        ender.join(1)
        waited = ender.is_alive()
        one.cr.commit()
        ender.join(30)
        result.append([issue, end, waited, ender.is_alive(), get_live()])
"""
)
#: The end is first: Odoo runs the request once more, which is then refused.
ENDED_FIRST = (
    BEGIN
    + """
for issue, end in values["cases"]:
    start_again()
    with env.registry.cursor() as one, env.registry.cursor() as two:
        one, two = Side(one), Side(two)
        two.end(end)
        two.cr.commit()
        try:
            one.issue(issue)
            result.append("issued")
        except psycopg2.errors.SerializationFailure:
            result.append("again")
        one.cr.rollback()
"""
)
#: What the process keeps says that the user is active, which is so no more.
KEPT = (
    BEGIN
    + """
start_again()
with env.registry.cursor() as one:
    one = Side(one)
    one.cr.execute("UPDATE res_users SET active = false WHERE login = 'ann'")
    try:
        one.issue("backend")
        result = "issued"
    except ConcurrencyError:
        result = "again"
    one.cr.rollback()
"""
)
#: Grants are written to all the time: the manager need not try again until none is.
USED_MEANWHILE = (
    BEGIN
    + """
start_again()
with env.registry.cursor() as one, env.registry.cursor() as two:
    one, two = Side(one), Side(two)
    one.cr.execute("UPDATE oauth_provider_grant SET last_used = now()")
    one.cr.commit()
    two.end("old")
    two.cr.commit()
env.invalidate_all()
grant = env["oauth.provider.grant"].search([])
events = env["oauth.provider.event"].search([("reason", "=", "client archived")])
result = [bool(grant.last_used), bool(grant.revoked_at), len(events), get_live()]
"""
)
#: (what is issued, who ends, whether the latter waits, how many tokens are left)
CASES = [
    ("backend", "user", True, 0),
    ("backend", "backend", True, 1),
    ("web", "user", True, 0),
    ("web", "web", True, 1),
    ("code", "user", True, 0),
    ("code", "password", True, 0),
    ("code", "devices", True, 0),
    # Below a grant that ends there is nothing to wait for
    ("code", "old", False, 0),
]


def test_nothing_that_is_issued_at_this_moment_outlives_it(databases):
    databases.create(DATABASE, ["web", ADDON])
    databases.shell(DATABASE, MAKE)
    assert databases.shell(DATABASE, USED_MEANWHILE) == [True, True, 1, 0]
    assert databases.shell(DATABASE, KEPT) == "again"
    cases = [case[:2] for case in CASES]
    found = databases.shell(DATABASE, ISSUED_FIRST, cases=cases)
    assert found == [[*case[:3], False, case[3]] for case in CASES]
    found = databases.shell(DATABASE, ENDED_FIRST, cases=cases[:-1])
    assert found == ["again"] * len(cases[:-1])
    databases.drop(DATABASE)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A scope that comes to open more in the very moment in which it is allowed."""

ADDON = "oauth_provider"
DATABASE = "e2e_consent_race"
MAKE = """
model = env["ir.model"]._get_id("res.partner")
scopes = env["oauth.provider.scope"].create([
    {"name": code, "code": code, "model_id": model, "domain": "[('id', '=', 1)]"}
    for code in ("box", "filter", "before", "token")
])
client = env["oauth.provider.client"].create({"name": "A", "scope_ids": scopes.ids})
env["oauth.provider.grant"].ensure(client, env.ref("base.user_admin"))
"""
# Two transactions on the way at once, as of two requests
BEGIN = """
import threading
import psycopg2
from odoo.api import Environment

def widen(scope):
    if values["scope"] == "filter":
        scope.filter_id.domain = "[]"
    else:
        scope.api_read = True

def begin(cursor):
    other = Environment(cursor, env.uid, {})
    scope = other["oauth.provider.scope"].search([("code", "=", values["scope"])])
    # From here on it sees the database as it is now
    grant = other["oauth.provider.grant"].search([])
    return scope, grant, scope.filter_id.domain

with env.registry.cursor() as one, env.registry.cursor() as two:
    scope, grant, _domain = begin(one)
    changed, _grant, _domain = begin(two)
"""
#: The person is first; the manager's change, begun before, waits and comes to its end.
ALLOWED_FIRST = (
    BEGIN
    + """
    scope.lock()
    manager = threading.Thread(target=lambda: (widen(changed), two.commit()))
    manager.start()
    manager.join(1)
    waited = manager.is_alive()
    grant.consent(scope, scope)
    one.commit()
    manager.join(30)
env.invalidate_all()
result = [waited, manager.is_alive(), grant.with_env(env).scope_ids.mapped("code")]
"""
)
#: The manager is first: what the person's request has read is no longer so.
WIDENED_FIRST = (
    BEGIN
    + """
    widen(changed)
    two.commit()
    try:
        scope.lock()
        result = "held"
    except psycopg2.errors.SerializationFailure:
        result = "again"
    one.rollback()
"""
)
ALLOW = """
scope = env["oauth.provider.scope"].search([("code", "=", "token")])
grant = env["oauth.provider.grant"].search([])
grant.consent(scope, scope)
env["oauth.provider.refresh.token"].issue(
    client=grant.client_id, user=grant.user_id, grant=grant, scopes=scope, lifetime=60
)
"""
#: Tokens are exchanged all the time: the manager need not try again until none is.
EXCHANGED_MEANWHILE = (
    BEGIN
    + """
    one.execute("UPDATE oauth_provider_refresh_token SET used_at = now()")
    one.commit()
    widen(changed)
    two.commit()
token = env["oauth.provider.refresh.token"].search([])
result = [bool(token.used_at), token.scope_numbers, token.grant_id.scope_ids.ids]
"""
)


def test_no_scope_is_allowed_that_opens_more_from_this_moment_on(databases):
    databases.create(DATABASE, ["web", ADDON])
    databases.shell(DATABASE, MAKE)
    for code in ("box", "filter"):
        found = databases.shell(DATABASE, ALLOWED_FIRST, scope=code)
        assert found == [True, False, []], code
    # Odoo runs the request once more, which shows the page anew
    assert databases.shell(DATABASE, WIDENED_FIRST, scope="before") == "again"
    databases.shell(DATABASE, ALLOW)
    found = databases.shell(DATABASE, EXCHANGED_MEANWHILE, scope="token")
    assert found == [True, False, []]
    databases.drop(DATABASE)

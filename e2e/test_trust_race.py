# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a manager adds to a client in the very moment in which it becomes trusted."""

ADDON = "oauth_provider"
DATABASE = "e2e_trust_race"
MAKE = """
group = env.ref("oauth_provider.group_oauth_provider_manager")
env["res.users"].create({"name": "Mia", "login": "mia", "group_ids": [(4, group.id)]})
"""
#: Two transactions at once: that of the administrator is committed first.
RUN = """
import psycopg2
from odoo.api import Environment
from odoo.exceptions import AccessError

manager = env["res.users"].search([("login", "=", "mia")])
evil = "https://evil.example.com"
scopes = env["oauth.provider.scope"]
scope = scopes.create({"name": "R", "code": "race"})
groups = env.ref("base.group_user") | env.ref("base.group_system")

def add(model, field="client_id"):
    def change(mine):
        addresses = mine.env[f"oauth.provider.{model}"]
        addresses.create({"name": evil, field: mine.id})
    return change

def move(mine):
    others = mine.env["oauth.provider.redirect.uri"].search([("name", "=", evil + "/")])
    others.client_id = mine

CHANGES = {
    "redirect URI": add("redirect.uri"),
    "redirect URI of another client": move,
    "post-logout redirect URI": add("post.logout.redirect.uri"),
    "web origin": add("origin"),
    "address in the form": lambda mine: mine.write(
        {"redirect_uri_ids": [(0, 0, {"name": evil})]}
    ),
    "groups": lambda mine: mine.write({"group_ids": [(5,)]}),
    "scope": lambda mine: mine.write({"scope_ids": [(4, scope.id)]}),
    "secret": lambda mine: mine.generate_secret(),
    "key": lambda mine: mine.generate_private_key(),
    "PKCE": lambda mine: mine.write({"pkce_required": False}),
    "hybrid flow": lambda mine: mine.write({"hybrid_flow": True}),
}

def meet(decide, change):
    scope.full_access = False
    client, other = env["oauth.provider.client"].create([
        {"name": "web", "token_type": "jwt", "group_ids": [(6, 0, groups.ids)]},
        {"name": "other", "redirect_uri_ids": [(0, 0, {"name": evil + "/"})]},
    ])
    env.cr.commit()
    try:
        with env.registry.cursor() as one, env.registry.cursor() as two:
            admin, mia = Environment(one, 2, {}), Environment(two, manager.id, {})
            for side in (admin, mia):
                client.with_env(side).read(["name"])
            decide(client.with_env(admin))
            admin.flush_all()
            one.commit()
            try:
                change(client.with_env(mia))
                mia.flush_all()
                return "both"
            except psycopg2.errors.SerializationFailure:
                return "again"
            except AccessError:
                return "refused"
            finally:
                two.rollback()
    finally:
        client.unlink()
        other.unlink()
        env.cr.commit()

def trust(client):
    client.skip_authorization = True

def open_everything(client):
    scope.with_env(client.env).full_access = True

result = {what: meet(trust, change) for what, change in CHANGES.items()}
result["full access"] = meet(open_everything, CHANGES["scope"])
result["full access of a new client"] = meet(
    open_everything,
    lambda mine: mine.create({"name": "X", "scope_ids": [(6, 0, scope.ids)]}),
)
result["nothing"] = meet(lambda client: None, CHANGES["redirect URI"])
"""


def test_nothing_is_added_that_no_administrator_has_seen(databases):
    databases.create(DATABASE, ["web", ADDON])
    databases.shell(DATABASE, MAKE)
    found = databases.shell(DATABASE, RUN)
    assert found.pop("nothing") == "both"
    assert "both" not in found.values(), found
    databases.drop(DATABASE)

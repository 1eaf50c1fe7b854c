# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A token that is signed in the very moment in which its key is withdrawn."""

ADDON = "oauth_provider"
DATABASE = "e2e_key_race"
RUN = """
import threading
import psycopg2
from odoo.api import Environment

user = env["res.users"].create(
    {"name": "Ann", "login": "ann", "group_ids": [(4, env.ref("base.group_user").id)]}
)
client = env["oauth.provider.client"].create({"name": "web", "token_type": "jwt"})
grant = env["oauth.provider.grant"].ensure(client, user)
env.cr.commit()

def issue(side, key):
    return side["oauth.provider.token"].issue(
        client=client.with_env(side), user=user.with_env(side), lifetime=600,
        grant=grant.with_env(side), scopes=client.with_env(side).scope_ids,
        token_type="jwt", key_id=key.id,
    )[0]

def meet(is_issued_first):
    key = env["oauth.provider.key"].ensure()
    env.cr.commit()
    with env.registry.cursor() as one, env.registry.cursor() as two:
        first, second = (Environment(cr, env.uid, {}) for cr in (one, two))
        for side in (first, second):
            side["res.users"].search_count([])
        def withdraw():
            key.with_env(second).action_withdraw()
            two.commit()
        ender = threading.Thread(target=withdraw)
        if not is_issued_first:
            ender.start()
            ender.join(60)
            try:
                issue(first, key)
                return "issued"
            except psycopg2.errors.SerializationFailure:
                return "again"
            finally:
                one.rollback()
        token = issue(first, key)
        ender.start()
        ender.join(2)
        waited = ender.is_alive()
        one.commit()
        ender.join(60)
    env.invalidate_all()
    env.registry.clear_cache()
    return [waited, token.with_env(env).is_live(), key.is_withdrawn]

result = [meet(True), meet(False)]
"""


def test_what_a_leaked_key_signs_at_this_moment_ends(databases):
    databases.create(DATABASE, ["web", ADDON])
    assert databases.shell(DATABASE, RUN) == [[True, False, True], "again"]
    databases.drop(DATABASE)

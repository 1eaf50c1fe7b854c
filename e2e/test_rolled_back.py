# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is rolled back to a savepoint, such as the trial of an import, ends nothing."""

ADDON = "oauth_provider"
DATABASE = "e2e_rolled_back"
MAKE = """
user, other = env["res.users"].create([
    {"name": name, "login": name, "group_ids": [(4, env.ref("base.group_user").id)]}
    for name in ("ann", "bob")
])
scope = env["oauth.provider.scope"].create({
    "name": "S",
    "code": "s",
    "model_id": env["ir.model"]._get_id("res.partner"),
    "domain": "[('id', '=', 1)]",
})
clients = env["oauth.provider.client"].create([
    {"name": "web", "scope_ids": [(6, 0, scope.ids)]}, {"name": "other"}
])
"""
BEGIN = """
from contextlib import suppress

users, clients = env["res.users"], env["oauth.provider.client"]
ann, bob = (users.search([("login", "=", name)]) for name in ("ann", "bob"))
web, other = (clients.search([("name", "=", name)]) for name in ("web", "other"))
scope = web.scope_ids

def start_again():
    env["oauth.provider.token"].search([]).unlink()
    env["oauth.provider.grant"].search([]).unlink()
    env["oauth.provider.event"].search([]).unlink()
    grant = env["oauth.provider.grant"].ensure(web, ann)
    grant.consent(scope, scope)
    token = env["oauth.provider.token"].issue(
        client=web, user=ann, grant=grant, scopes=scope, lifetime=600
    )[0]
    env.cr.commit()
    return grant, token

def get_state(grant, token):
    env.cr.commit()
    env.invalidate_all()
    env.registry.clear_cache()
    has_scope = scope in grant.scope_ids and scope.id in (token.scope_numbers or ())
    return [token.is_live(), grant.is_live(), has_scope]

#: (model, columns, a row that is valid, one that is not)
IMPORTS = {
    "user": (users, [".id", "active", "name"],
             [ann.id, "False", "a"], [bob.id, "False", ""]),
    "password": (users, [".id", "password", "name"],
                 [ann.id, "s3cret pw", "a"], [bob.id, "x", ""]),
    "client": (clients, [".id", "active", "name"],
               [web.id, "False", "web"], [other.id, "False", ""]),
    "scope": (scope.browse(), [".id", "api_read", "name"],
              [scope.id, "True", "S"], ["", "True", ""]),
    "filter": (env["ir.filters"], [".id", "domain", "name"],
               [scope.filter_id.id, "[]", "f"], ["", "[]", ""]),
}

def load(what, *numbers):
    model, names, *rows = IMPORTS[what]
    rows = [[str(cell) for cell in rows[number]] for number in numbers]
    return model.load(names, rows)

result = {}
"""
FAILED_IMPORT = (
    BEGIN
    + """
for what in IMPORTS:
    before = start_again()
    found = load(what, 0, 1)
    assert not found["ids"], found
    result[what] = get_state(*before)
"""
)
# As many a method of Odoo does around what may fail
SAVEPOINT = (
    BEGIN
    + """
def devices():
    ann._action_revoke_all_devices()

changes = {what: lambda what=what: load(what, 0) for what in IMPORTS}
for what, change in {**changes, "devices": devices}.items():
    for flush in (True, False):
        before = start_again()
        with suppress(ZeroDivisionError), env.cr.savepoint(flush=flush):
            with env.cr.savepoint(flush=flush):
                change()
                env.flush_all()
            1 / 0
        env.invalidate_all()
        result[f"{what} {flush}"] = get_state(*before)
"""
)
# And what is not rolled back, beside something that is
KEPT = (
    BEGIN
    + """
def archive():
    with env.cr.savepoint():
        ann.active = False
        env.flush_all()

def put_off():
    with suppress(ZeroDivisionError), env.cr.savepoint():
        bob.password = "another password"
        env.flush_all()
        1 / 0

for order in ([archive, put_off], [put_off, archive]):
    ann.active = True
    before = start_again()
    for step in order:
        step()
    result[order[0].__name__] = get_state(*before)
ann.active = True
"""
)
TRIAL = (
    BEGIN
    + """
before = start_again()
wizard = env["base_import.import"].create({
    "res_model": "res.users",
    "file": f".id,password\\n{ann.id},s3cret pw\\n".encode(),
    "file_name": "users.csv",
    "file_type": "text/csv",
})
options = {"quoting": '"', "separator": ",", "has_headers": True, "encoding": "utf-8"}
names = [".id", "password"]
for is_trial in (True, False):
    tried = wizard.execute_import(names, names, options, dryrun=is_trial)
    assert tried["ids"] and not tried["messages"], tried
    result[str(is_trial)] = get_state(*before)
"""
)
NOTHING_ENDED = [True, True, True]


def test_what_is_rolled_back_ends_nothing(databases):
    databases.create(DATABASE, ["web", "base_import", ADDON])
    databases.shell(DATABASE, MAKE)
    for code in (FAILED_IMPORT, SAVEPOINT):
        found = databases.shell(DATABASE, code)
        assert found == dict.fromkeys(found, NOTHING_ENDED)
    found = databases.shell(DATABASE, KEPT)
    assert found == dict.fromkeys(found, [False, False, True])
    found = databases.shell(DATABASE, TRIAL)
    assert found == {"True": NOTHING_ENDED, "False": [False, True, True]}
    databases.drop(DATABASE)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider that is measured: its database, its clients, and its server."""

from dev.server import OdooServer
from dev.settings import ADDON

from .provider import CALLBACK, KINDS, Provider
from .rows import Rows

DATABASE = "bench"
BENCH_ADDON = "oauth_provider_bench"
WORKERS = 2
#: No worker is replaced by a new one while it is measured: its first answers are slow.
FOREVER = "--limit-request=1000000000"
#: Makes a user, an API key, a client of each kind, and what they need to start with.
MAKE = """
from datetime import datetime, timedelta
user = env["res.users"].create({
    "name": "Bea Bench", "login": "bench", "email": "bench@example.com",
})
full = env["oauth.provider.scope"].create({
    "name": "Everything", "code": "everything", "full_access": True,
})
openid = env["oauth.provider.scope"].search([
    ("code", "in", ("openid", "profile", "email")),
])
clients, made = {}, env["oauth.provider.client"]
for kind, (token_type, algorithm) in values["kinds"].items():
    for application in ("web", "backend"):
        client = made.create({
            "name": f"{application} {kind}", "token_type": token_type,
            "jwt_algorithm": algorithm,
            "application_type": f"{application} application",
            "user_id": user.id if application == "backend" else False,
            "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
            "pkce_required": False, "scope_ids": [(6, 0, (openid | full).ids)],
        })
        made |= client
        clients[f"{application}-{kind}"] = {
            "id": client.id, "identifier": client.identifier,
            "secret": client.generate_secret(),
        }
web = made.filtered(lambda client: client.application_type == "web application")
for kind, client in zip(values["kinds"], web, strict=True):
    grant = env["oauth.provider.grant"].ensure(client, user)
    grant.consent(client.scope_ids, client.scope_ids)
    clients["web-" + kind]["grant"] = grant.id
_record, token = env["oauth.provider.token"].issue(
    client=web[0], user=user, scopes=openid, lifetime=86400,
    grant=env["oauth.provider.grant"].find_live(web[0], user),
)
_record, api_token = env["oauth.provider.token"].issue(
    client=web[0], user=user, scopes=full, lifetime=86400,
    grant=env["oauth.provider.grant"].find_live(web[0], user),
)
key = env["res.users.apikeys"].with_user(user)._generate(
    "rpc", "bench", datetime.now() + timedelta(days=1)
)
result = {
    "user": user.id, "scopes": openid.ids, "clients": clients,
    "plain_scopes": openid.filtered(lambda scope: scope.code != "openid").ids,
    "token": token, "api_token": api_token, "api_key": key,
    "owner": web[0].token_type,
}
"""


class OdooSide:
    """The provider with two workers; a context manager.

    :ivar provider: :class:`.provider.Provider`, what is asked of it
    """

    def __init__(self, cluster, databases):
        databases.create(DATABASE, ["web", ADDON])
        databases.odoo(DATABASE, "--init", BENCH_ADDON)
        made = databases.shell(DATABASE, MAKE, callback=CALLBACK, kinds=KINDS)
        self.provider = Provider(made, Rows(cluster, DATABASE, made))
        self.server = server(cluster, "bench", [DATABASE])

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *exc_info):
        self.server.__exit__(*exc_info)


def server(cluster, name, databases, workers=WORKERS):
    """Return the Odoo (:class:`dev.server.OdooServer`) that serves ``databases``."""
    options = {"workers": workers, "load": [ADDON], "options": [FOREVER]}
    return OdooServer(cluster, name, databases, **options)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The provider that is measured: its database, its clients, and what is asked of it."""

from dev.server import OdooServer
from dev.settings import ADDON

from .requests import Request, bearer, form
from .rows import Rows

DATABASE = "bench"
BENCH_ADDON = "oauth_provider_bench"
WORKERS = 2
CALLBACK = "https://bench.example.com/callback"
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
for kind in ("random", "jwt"):
    for application in ("web", "backend"):
        client = made.create({
            "name": f"{application} {kind}", "token_type": kind,
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
for client in web:
    grant = env["oauth.provider.grant"].ensure(client, user)
    grant.consent(client.scope_ids, client.scope_ids)
    clients["web-" + client.token_type]["grant"] = grant.id
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

    :ivar rows: :class:`.rows.Rows` of its database
    """

    def __init__(self, cluster, databases):
        databases.create(DATABASE, ["web", ADDON])
        databases.odoo(DATABASE, "--init", BENCH_ADDON)
        self.made = databases.shell(DATABASE, MAKE, callback=CALLBACK)
        self.rows = Rows(cluster, DATABASE, self.made)
        self.server = OdooServer(
            cluster, "bench", DATABASE, workers=WORKERS, load=[ADDON]
        )

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *exc_info):
        self.server.__exit__(*exc_info)

    @property
    def url(self):
        """The address, without a slash at the end."""
        return self.server.url

    def _client(self, name):
        client = self.made["clients"][name]
        return client["identifier"], client["secret"]

    def fixed(self):
        """Return the requests (list) that are the same each time."""
        made = self.made
        call = "/json/2/res.users/context_get"
        json = {"Content-Type": "application/json"}
        introspect = form(*self._client(f"web-{made['owner']}"))
        return [
            Request("bare route", "/bench/bare"),
            Request(
                "/json/2, API key",
                call,
                method="POST",
                headers={**bearer(made["api_key"]), **json},
                body="{}",
            ),
            Request(
                "/json/2, OAuth token",
                call,
                method="POST",
                headers={**bearer(made["api_token"]), **json},
                body="{}",
            ),
            Request("tokeninfo", "/oauth2/tokeninfo", headers=bearer(made["token"])),
            Request("userinfo", "/oauth2/userinfo", headers=bearer(made["token"])),
            Request(
                "introspection",
                "/oauth2/introspect",
                method="POST",
                headers=introspect,
                body=f"token={made['token']}",
            ),
            Request("key set", "/oauth2/jwks"),
            Request("discovery", "/.well-known/openid-configuration"),
            *(
                self._token(
                    f"client credentials, {kind}",
                    f"backend-{kind}",
                    "grant_type=client_credentials",
                )
                for kind in ("random", "jwt")
            ),
        ]

    def single_use(self, number):
        """Return the requests (list) with ``number`` new codes or refresh tokens."""
        found = []
        for kind in ("random", "jwt"):
            client = f"web-{kind}"
            found += [
                self._token(
                    f"code, {kind}",
                    client,
                    f"grant_type=authorization_code&redirect_uri={CALLBACK}&code=%s",
                    self.rows.add_codes(client, number, CALLBACK),
                ),
                self._token(
                    f"refresh, {kind}",
                    client,
                    "grant_type=refresh_token&refresh_token=%s",
                    self.rows.add_refresh_tokens(client, number),
                ),
            ]
        return [
            *found,
            self._token(
                "code, random, with ID token",
                "web-random",
                f"grant_type=authorization_code&redirect_uri={CALLBACK}&code=%s",
                self.rows.add_codes("web-random", number, CALLBACK, openid=True),
            ),
        ]

    def any_token(self, number):
        """Return the requests (list) of (d), each with one of many tokens."""
        tokens = self.rows.sample(number)
        introspect = form(*self._client(f"web-{self.made['owner']}"))
        requests = []
        for name, path, headers, parameter in (
            ("tokeninfo", "/oauth2/tokeninfo", form(), "access_token"),
            ("userinfo", "/oauth2/userinfo", form(), "access_token"),
            ("introspection", "/oauth2/introspect", introspect, "token"),
        ):
            requests.append(
                Request(
                    name,
                    path,
                    method="POST",
                    headers=headers,
                    body=f"{parameter}=%s",
                    values=tokens,
                )
            )
        return requests

    def _token(self, name, client, body, values=None):
        return Request(
            name,
            "/oauth2/token",
            method="POST",
            headers=form(*self._client(client)),
            body=body,
            values=values,
        )

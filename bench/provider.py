# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is asked of the provider."""

from dataclasses import replace

from .requests import Request, bearer, form

CALLBACK = "https://bench.example.com/callback"
#: {kind: (token type, algorithm)} of the clients that get tokens.
KINDS = {
    "random": ("random", False),
    "jwt": ("jwt", "RS256"),
    "jwt ES256": ("jwt", "ES256"),
}
#: Those that have goals, which are held to a flat cost as well.
COMMON = ("random", "jwt")
#: What client credentials ask for, as the other tokens have it. What is issued with
#: full access is an event of its own, ordinary tokens are counted.
ORDINARY = "openid+profile+email"
JSON = {"Content-Type": "application/json"}


class Provider:
    """The requests to one database.

    :param made: what the clients and the user are (dict, see :mod:`.odoo_side`)
    :param rows: :class:`.rows.Rows` of the database
    """

    def __init__(self, made, rows):
        self.made = made
        self.rows = rows

    def _client(self, name):
        client = self.made["clients"][name]
        return client["identifier"], client["secret"]

    def requests(self, number):
        """Return those (list) of the comparison, the bare route first.

        :param number: of codes or refresh tokens, for each request that uses them up
        """
        return [
            self._bare(),
            *self._api(),
            *self._same_token(),
            Request("key set", "/oauth2/jwks"),
            Request("discovery", "/.well-known/openid-configuration"),
            *self._client_credentials(KINDS),
            *self._single_use(KINDS, number),
            self._code("random", number, with_id_token=True),
        ]

    def flat_requests(self, number):
        """Return those (list) that are to cost the same in any database.

        They name the database, so that one server can have several; those about a token
        are each about another one.
        """
        header = {"X-Odoo-Database": self.rows.database}
        return [
            replace(request, headers={**request.headers, **header})
            for request in (
                self._bare(),
                *self._any_token(number),
                *self._client_credentials(COMMON),
                *self._single_use(COMMON, number),
            )
        ]

    @staticmethod
    def _bare():
        return Request("bare route", "/bench/bare")

    def _api(self):
        for name, token in (("API key", "api_key"), ("OAuth token", "api_token")):
            yield Request(
                f"/json/2, {name}",
                "/json/2/res.users/context_get",
                method="POST",
                headers={**bearer(self.made[token]), **JSON},
                body="{}",
            )

    def _same_token(self):
        token = self.made["token"]
        for name in ("tokeninfo", "userinfo"):
            yield Request(name, f"/oauth2/{name}", headers=bearer(token))
        yield self._introspection(token)

    def _any_token(self, number):
        # Each has its own: what another has just asked about is in the memory already
        for name in ("tokeninfo", "userinfo"):
            yield Request(
                name,
                f"/oauth2/{name}",
                method="POST",
                headers=form(),
                body="access_token=%s",
                values=self.rows.sample(number),
            )
        yield self._introspection("%s", self.rows.sample(number))

    def _introspection(self, token, values=None):
        return Request(
            "introspection",
            "/oauth2/introspect",
            method="POST",
            headers=form(*self._client(f"web-{self.made['owner']}")),
            body=f"token={token}",
            values=values,
        )

    def _client_credentials(self, kinds):
        for kind in kinds:
            yield self._token(
                f"client credentials, {kind}",
                f"backend-{kind}",
                f"grant_type=client_credentials&scope={ORDINARY}",
            )

    def _single_use(self, kinds, number):
        for kind in kinds:
            client = f"web-{kind}"
            yield self._code(kind, number)
            yield self._token(
                f"refresh, {kind}",
                client,
                "grant_type=refresh_token&refresh_token=%s",
                self.rows.add_refresh_tokens(client, number),
            )

    def _code(self, kind, number, with_id_token=False):
        client = f"web-{kind}"
        return self._token(
            f"code, {kind}{', with ID token' if with_id_token else ''}",
            client,
            f"grant_type=authorization_code&redirect_uri={CALLBACK}&code=%s",
            self.rows.add_codes(client, number, CALLBACK, openid=with_id_token),
        )

    def _token(self, name, client, body, values=None):
        return Request(
            name,
            "/oauth2/token",
            method="POST",
            headers=form(*self._client(client)),
            body=body,
            values=values,
        )

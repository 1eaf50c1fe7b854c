# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The Python SDK ``mcp``, as its own examples use it."""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.oauth2 import AuthorizationCodeResult
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata
from person import authorize, call_tools, read_answer, tell


class Storage:
    """Remembers tokens, and the client that an administrator has entered."""

    def __init__(self, identifier, redirect_uri):
        self.tokens = None
        self.client = OAuthClientInformationFull(
            client_id=identifier,
            redirect_uris=[redirect_uri],
            token_endpoint_auth_method="none",
        )

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens
        tell(scope=tokens.scope)

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def main(url, client, redirect_uri, calls):
    called = []

    async def redirect(address):
        called.append(await asyncio.to_thread(authorize, address))

    async def callback():
        found = parse_qs(urlsplit(called[-1]).query)
        return AuthorizationCodeResult(
            **{name: found[name][0] for name in ("code", "state", "iss")}
        )

    provider = OAuthClientProvider(
        url,
        OAuthClientMetadata(
            client_name="Python", redirect_uris=[redirect_uri], scope=None
        ),
        Storage(client, redirect_uri),
        redirect,
        callback,
    )
    async with httpx2.AsyncClient(auth=provider, timeout=60) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport) as session:
            listed = await session.list_tools()
            tell(tools=[tool.name for tool in listed.tools])
            await call_tools(
                session,
                calls,
                lambda answer: {**read_answer(answer), "failed": answer.is_error},
            )


asyncio.run(main(**json.loads(sys.argv[1])))

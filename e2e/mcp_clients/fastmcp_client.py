# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The client of FastMCP, which opens a browser and listens for the redirect itself."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.auth import OAuth
from person import call_tools, tell


async def main(url, client, calls):
    oauth = OAuth(client_id=client, callback_host="127.0.0.1")
    async with Client(url, auth=oauth) as session:
        listed = await session.list_tools()
        tell(tools=[tool.name for tool in listed])
        await call_tools(
            session, calls, lambda answer: {"result": answer.structured_content}
        )


asyncio.run(main(**json.loads(sys.argv[1])))

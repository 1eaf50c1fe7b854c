# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The client of FastMCP, which opens a browser and listens for the redirect itself."""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.auth import OAuth
from person import pause, tell


async def main(url, client, calls):
    oauth = OAuth(client_id=client, callback_host="127.0.0.1")
    async with Client(url, auth=oauth) as session:
        listed = await session.list_tools()
        tell(tools=[tool.name for tool in listed])
        for name, arguments in calls:
            if name == "pause":
                await asyncio.to_thread(pause)
                continue
            try:
                answer = await session.call_tool(name, arguments)
            except Exception as error:  # noqa: BLE001 the test looks at it
                tell(error=f"{type(error).__name__}: {error}")
                continue
            tell(result=answer.structured_content)


asyncio.run(main(**json.loads(sys.argv[1])))

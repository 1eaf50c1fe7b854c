# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A session through ``mcp-remote``, which makes a local server of a remote one."""

import asyncio
import json
import os
import signal
import sys

from mcp import ClientSession, StdioServerParameters, stdio_client
from person import call_tools, read_answer, tell


async def main(command, calls):
    server = StdioServerParameters(
        command=command[0], args=command[1:], env=dict(os.environ)
    )
    async with (
        stdio_client(server) as streams,
        ClientSession(*streams) as session,
    ):
        await session.initialize()
        listed = await session.list_tools()
        tell(tools=[tool.name for tool in listed.tools])
        await call_tools(session, calls, read_answer)


# Its program has a process group of its own, and has to be ended too
signal.signal(signal.SIGTERM, signal.default_int_handler)
asyncio.run(main(**json.loads(sys.argv[1])))

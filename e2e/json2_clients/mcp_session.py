# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A session with a server of the Model Context Protocol, as an agent has one."""

import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import ClientSession, StdioServerParameters, stdio_client


@asynccontextmanager
async def session(program, **environment):
    """Start ``program`` and give a function that calls one of its tools by name."""
    path = Path(sys.executable).with_name(program)
    server = StdioServerParameters(command=str(path), env=environment)
    async with (
        stdio_client(server) as streams,
        ClientSession(*streams) as running,
    ):
        await running.initialize()

        async def use(tool, **arguments):
            answer = await running.call_tool(tool, arguments)
            if answer.structured_content is not None:
                return answer.structured_content
            text = "".join(part.text for part in answer.content)
            return {"error": text} if answer.is_error else json.loads(text)

        yield use

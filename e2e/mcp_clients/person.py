# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a program that runs a client talks to the test: by lines of JSON."""

import asyncio
import json


def tell(**values):
    """Print ``values`` for the test."""
    print(json.dumps(values), flush=True)


def authorize(url):
    """Let the test's person authorize at ``url``; return the address called then."""
    tell(open=url)
    return input()


def pause():
    """Let the test do something before the next request."""
    tell(paused=True)
    input()


async def call_tools(session, calls, read):
    """Call tools one after the other, and tell what each answers.

    :param session: of a client, with ``call_tool``
    :param calls: [name of a tool, or "pause"; its arguments]
    :param read: function of an answer that returns what to tell of it (dict)
    """
    for name, arguments in calls:
        if name == "pause":
            await asyncio.to_thread(pause)
            continue
        try:
            answer = await session.call_tool(name, arguments)
        except Exception as error:  # noqa: BLE001 the test looks at it
            tell(error=f"{type(error).__name__}: {error}")
            continue
        tell(**read(answer))


def read_answer(answer):
    """Return what to tell of an ``answer`` of the Python SDK (dict)."""
    text = "".join(part.text for part in answer.content)
    return {"result": answer.structured_content, "text": text}

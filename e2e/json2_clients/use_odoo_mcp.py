# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Works with odoo-mcp; see ``e2e/test_json2_clients.py``."""

import asyncio
import json
import sys

from mcp_session import session

url, database, token = sys.argv[1:]


async def write(use, operation, **payload):
    """Write as the server wants it: look at it, let it be checked, and approve."""
    payload = {"model": "res.partner", "operation": operation, **payload}
    checked = await use("validate_write", **payload)
    checked = checked["result"]
    assert checked["success"], checked
    done = await use(
        "execute_approved_write", approval=checked["approval"], confirm=True
    )
    done = done["result"]
    assert done["success"], done
    return done["result"]


async def main():
    async with session(
        "odoo-mcp",
        ODOO_URL=url,
        ODOO_DB=database,
        ODOO_USERNAME="json2",
        ODOO_API_KEY=token,
        ODOO_PASSWORD=token,
        ODOO_TRANSPORT="json2",
        ODOO_MCP_ENABLE_WRITES="1",
    ) as use:
        profile = await use("get_odoo_profile")
        models = await use("list_models")
        found = await use(
            "search_records",
            model="res.partner",
            domain=[["name", "in", ["Seen", "Hidden"]]],
            fields=["name", "email"],
        )
        # Fields that the server chooses, of those that fields_get answers
        chosen = await use("search_records", model="res.partner")
        assert chosen["success"], chosen
        made = await write(use, "create", values={"name": "odoo-mcp", "ref": "json2"})
        created = made[0] if isinstance(made, list) else made
        await write(
            use, "write", record_ids=[created], values={"email": "mcp@example.com"}
        )
        partner = {"model": "res.partner", "record_id": created}
        changed = await use("read_record", **partner, fields=["name", "email"])
        refused = await use("read_record", **partner, fields=["street"])
        await write(use, "unlink", record_ids=[created])
        left = await use(
            "search_records", model="res.partner", domain=[["id", "=", created]]
        )
    changed = changed["result"]
    return {
        "uid": profile["profile"]["user_context"]["uid"],
        "models": [one["model"] for one in models["result"]],
        "found": [one["name"] for one in found["result"]],
        "changed": [changed["name"], changed["email"]],
        "refused": not refused["success"],
        "left": len(left["result"]),
    }


print(json.dumps(asyncio.run(main())))

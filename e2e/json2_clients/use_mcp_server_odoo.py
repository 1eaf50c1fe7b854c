# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Works with mcp-server-odoo; see ``e2e/test_json2_clients.py``."""

import asyncio
import json
import sys

from mcp_session import session

url, database, token = sys.argv[1:]


async def main():
    async with session(
        "mcp-server-odoo",
        ODOO_URL=url,
        ODOO_DB=database,
        ODOO_API_KEY=token,
        ODOO_YOLO="true",
        ODOO_RPC_TRANSPORT="json2",
    ) as use:
        models = await use("list_models")
        found = await use(
            "search_records",
            model="res.partner",
            domain=[["name", "in", ["Seen", "Hidden"]]],
            fields=["name", "email"],
        )
        # Fields that the server chooses, of those that fields_get answers
        await use("search_records", model="res.partner")
        made = await use(
            "create_record",
            model="res.partner",
            values={"name": "mcp-server-odoo", "ref": "json2"},
        )
        created = made["record"]["id"]
        partner = {"model": "res.partner", "record_id": created}
        await use("update_record", **partner, values={"email": "mcp@example.com"})
        changed = await use("get_record", **partner, fields=["name", "email"])
        changed = changed["record"]
        refused = await use("get_record", **partner, fields=["street"])
        await use("delete_record", **partner)
        left = await use(
            "search_records", model="res.partner", domain=[["id", "=", created]]
        )
    return {
        "models": [one["model"] for one in models["models"]],
        "found": [one["name"] for one in found["records"]],
        "changed": [changed["name"], changed["email"]],
        "refused": "error" in refused,
        "left": left["total"],
    }


print(json.dumps(asyncio.run(main())))

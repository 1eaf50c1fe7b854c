# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Works with odoo-json2; see ``e2e/test_json2_clients.py``."""

import json
import sys

from odoo_json2 import JSON2Client, OdooJSON2Error

url, database, token = sys.argv[1:]
client = JSON2Client(host=url, api_key=token, database=database)
uid = client.call("res.users", "context_get")["uid"]
models = client.env["ir.model"].search_read([], fields=["model", "name"])
partners = client.env["res.partner"]
found = partners.search_read(
    [("name", "in", ["Seen", "Hidden"])], fields=["name", "email"]
)
created = partners.create({"name": "odoo-json2", "ref": "json2"})
created = created[0] if isinstance(created, list) else created
partners.write([created], {"email": "json2@example.com"})
[changed] = partners.read([created], fields=["name", "email"])
try:
    partners.read([created], fields=["street"])
    refused = False
except OdooJSON2Error:
    refused = True
partners.unlink([created])
result = {
    "uid": uid,
    "models": [one["model"] for one in models],
    "found": [one["name"] for one in found],
    "changed": [changed["name"], changed["email"]],
    "refused": refused,
    "left": partners.search_count([("id", "=", created)]),
}
print(json.dumps(result))

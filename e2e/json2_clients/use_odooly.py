# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Works with odooly; see ``e2e/test_json2_clients.py``."""

import json
import sys

import odooly

url, database, token = sys.argv[1:]
client = odooly.Client(url, database, "json2", api_key=token)
env = client.env
# It counts those that it has asked for itself
models = [one for one in env.models() if one not in ("ir.model", "res.users")]
partners = env["res.partner"]
found = partners.search([("name", "in", ["Seen", "Hidden"])]).read("name email")
created = partners.create({"name": "odooly", "ref": "json2"})
created.write({"email": "odooly@example.com"})
[changed] = partners.browse([created.id]).read("name email")
try:
    # Past its own check, which knows the field as little
    env.execute("res.partner", "read", [created.id], ["street"])
    refused = False
except odooly.ServerError:
    refused = True
created.unlink()
result = {
    "uid": env.uid,
    "models": models,
    "found": [one["name"] for one in found],
    "changed": [changed["name"], changed["email"]],
    "refused": refused,
    "left": len(partners.search([("id", "=", created.id)])),
}
print(json.dumps(result))

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Works with odoo-client-lib, Odoo's own client; see ``e2e/test_json2_clients.py``."""

import json
import sys
from urllib.parse import urlsplit

import odoolib

url, database, token = sys.argv[1:]
parts = urlsplit(url)
connection = odoolib.get_connection(
    hostname=parts.hostname,
    port=parts.port,
    protocol="json2",
    database=database,
    password=token,
)
assert connection.check_login()
uid = connection.get_user_context()["uid"]
models = connection.get_model("ir.model").search_read([], ["model", "name"])
# Arguments without names: the client asks for them, at /doc-bearer
partners = connection.get_model("res.partner")
found = partners.search_read([("name", "in", ["Seen", "Hidden"])], ["name", "email"])
[created] = partners.create([{"name": "odoo-client-lib", "ref": "json2"}])
partners.write([created], {"email": "lib@example.com"})
changed = partners.read([created], ["name", "email"])
try:
    partners.read([created], ["street"])
    refused = False
except ValueError as error:
    refused = "403" in str(error)
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

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Works with the client that openapi-python-client has generated in this folder."""

import json
import sys
from pathlib import Path

# Where it was generated
sys.path.insert(0, str(Path.cwd()))

from odoo_api_client import AuthenticatedClient
from odoo_api_client.api.ir_model import ir_model_search_read
from odoo_api_client.api.res_partner import (
    res_partner_create,
    res_partner_search_read,
    res_partner_write,
)
from odoo_api_client.api.res_users import res_users_context_get
from odoo_api_client.models import (
    IrModelField,
    IrModelSearchReadBody,
    ResPartnerCreate,
    ResPartnerCreateBody,
    ResPartnerField,
    ResPartnerSearchReadBody,
    ResPartnerWrite,
    ResPartnerWriteBody,
    ResUsersContextGetBody,
)

url, database, token = sys.argv[1:]
headers = {"X-Odoo-Database": database}
client = AuthenticatedClient(base_url=url, token=token, headers=headers)
me = res_users_context_get.sync(client=client, body=ResUsersContextGetBody())
models = ir_model_search_read.sync(
    client=client, body=IrModelSearchReadBody(fields=[IrModelField.MODEL])
)
[created] = res_partner_create.sync(
    client=client,
    body=ResPartnerCreateBody(
        vals_list=[ResPartnerCreate(name="Generated", ref="json2")]
    ),
)
done = res_partner_write.sync(
    client=client,
    body=ResPartnerWriteBody(
        ids=[created], vals=ResPartnerWrite(email="made@example.com")
    ),
)
[changed] = res_partner_search_read.sync(
    client=client,
    body=ResPartnerSearchReadBody(
        domain=[["id", "=", created]],
        fields=[ResPartnerField.NAME, ResPartnerField.EMAIL],
    ),
)
result = {
    "uid": me.uid,
    "models": [one.model for one in models],
    "done": done,
    "changed": [changed.name, changed.email],
}
print(json.dumps(result))

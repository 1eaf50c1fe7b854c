# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What ``make run`` shows: a provider and a second Odoo that signs in with it.

The scripts run inside Odoo (``Databases.shell``) and may run again at any time.
"""

PROVIDER = """
parameters = env["ir.config_parameter"]
for key in ("web.base.url", "oauth_provider.issuer"):
    parameters.set_param(key, values["url"])
parameters.set_param("web.base.url.freeze", "True")

Users = env["res.users"].with_context(no_reset_password=True)
demo = Users.search([("login", "=", "demo")])
if not demo:
    demo = Users.create({
        "name": "Dana Demo", "login": "demo", "email": "dana@example.com",
        "password": "demo-demo", "phone": "+32 470 00 00 00",
    })

Client = env["oauth.provider.client"]
result = {}
for kind, uri in values["clients"].items():
    application_type = f"{kind} application"
    client = Client.search([
        ("name", "=", values["names"][kind]),
        ("application_type", "=", application_type),
    ], limit=1)
    data = {"skip_authorization": False}
    if kind == "backend":
        data["user_id"] = demo.id
    if client:
        client.write(data)
    else:
        data.update(name=values["names"][kind], application_type=application_type)
        client = Client.create(data)
    if uri and client.redirect_uri_ids.mapped("name") != [uri]:
        client.redirect_uri_ids.unlink()
        client.write({"redirect_uri_ids": [(0, 0, {"name": uri})]})
    secret = values["secrets"].get(client.identifier)
    if client.client_type == "confidential" and not secret:
        secret = client.generate_secret()
    result[kind] = {"identifier": client.identifier, "secret": secret}
"""

CLIENT = """
parameters = env["ir.config_parameter"]
parameters.set_param("web.base.url", values["url"])
parameters.set_param("web.base.url.freeze", "True")
parameters.set_param("auth_signup.invitation_scope", "b2c")

Provider = env["auth.oauth.provider"].with_context(active_test=False)
Provider.search([]).write({"enabled": False})
found = Provider.search([("name", "=", values["name"])], limit=1)
data = {
    "name": values["name"],
    "body": "Log in with the provider",
    "client_id": values["identifier"],
    "auth_endpoint": values["provider"] + "/oauth2/authorize",
    "validation_endpoint": values["provider"] + "/oauth2/tokeninfo",
    "data_endpoint": values["provider"] + "/oauth2/userinfo",
    "enabled": True,
}
if found:
    found.write(data)
else:
    found = Provider.create(data)
result = found.id
"""

NAMES = {
    "mobile": "Second Odoo",
    "web": "Demo web application",
    "legacy": "Demo legacy application",
    "backend": "Demo backend application",
}
SIGN_IN = "/auth_oauth/signin"
CALLBACK = "http://127.0.0.1/callback"


def configure_provider(databases, name, url, client_url, secrets=None):
    """Set a provider database up for a pair; returns identifier and secret by type.

    ``secrets`` are the known ones by identifier: a secret can be shown only when it
    is made, so whoever wants to show it again has to keep it.
    """
    clients = {"mobile": client_url + SIGN_IN, "web": CALLBACK}
    clients.update(legacy=None, backend=None)
    return databases.shell(
        name, PROVIDER, url=url, clients=clients, names=NAMES, secrets=secrets or {}
    )


def configure_client(databases, name, url, provider_url, identifier):
    """Let the users of a second Odoo sign in with the provider."""
    values = {"url": url, "provider": provider_url, "identifier": identifier}
    return databases.shell(name, CLIENT, name="Example provider", **values)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make run``: a provider and a second Odoo beside it, until Ctrl-C."""

import json
import time

from . import addon_links, demo_pair
from .console import Stop, say, step
from .databases import Databases
from .postgres import cluster
from .server import OdooServer, check_port
from .settings import ADDON, settings

PROVIDER = "provider"
CLIENT = "client"
PROVIDER_MODULES = ["web", "portal", ADDON]
CLIENT_MODULES = ["web", "portal", "auth_oauth"]


def run():
    """Start the pair, say how to use it, wait; returns the exit code."""
    ports = settings().provider_port, settings().client_port
    if ports[0] == ports[1]:
        raise Stop("PROVIDER_PORT and CLIENT_PORT are the same: choose two.")
    check_port(ports[0], "PROVIDER_PORT")
    check_port(ports[1], "CLIENT_PORT")
    with cluster("run") as postgres:
        databases = Databases(postgres)
        _prepare(databases, PROVIDER, PROVIDER_MODULES, addon_links.content_key())
        _prepare(databases, CLIENT, CLIENT_MODULES, "1")
        # Two host names, for a browser keeps cookies by host and not by port.
        provider = OdooServer(
            postgres,
            PROVIDER,
            PROVIDER,
            port=ports[0],
            host="localhost",
            load=[ADDON],
            dbfilter=f"^{PROVIDER}$",
            cron=True,
        )
        client = OdooServer(
            postgres, CLIENT, CLIENT, port=ports[1], dbfilter=f"^{CLIENT}$", cron=True
        )
        with step("Provider and client: configuring"):
            applications = _configure(databases, provider.url, client.url)
        try:
            with step("Servers: starting"):
                for server in (provider, client):
                    server.start()
                for server in (provider, client):
                    server.wait_ready()
            _tell(provider, client, applications)
            _wait(provider, client)
        except KeyboardInterrupt:
            say("\n· Stopping; once more ends everything at once.")
        finally:
            for server in (provider, client):
                server.stop()
    say("✓ Stopped.")
    return 0


def _prepare(databases, name, modules, key):
    """Make a database, or bring one from an earlier run up to date."""
    state = databases.cluster.filestore / name / ".modules"
    known = state.read_text() if state.is_file() else None
    if known is None or not databases.exists(name):
        databases.create(name, modules)
    elif known != key:
        with step(f"Database {name}: updating {ADDON}"):
            databases.odoo(name, "--update", ADDON)
    state.parent.mkdir(exist_ok=True)
    state.write_text(key)


def _configure(databases, provider_url, client_url):
    kept = databases.cluster.filestore / PROVIDER / ".secrets"
    secrets = json.loads(kept.read_text()) if kept.is_file() else {}
    applications = demo_pair.configure_provider(
        databases, PROVIDER, provider_url, client_url, secrets
    )
    kept.touch(mode=0o600)
    known = {item["identifier"]: item["secret"] for item in applications.values()}
    kept.write_text(json.dumps(known))
    identifier = applications["mobile"]["identifier"]
    demo_pair.configure_client(databases, CLIENT, client_url, provider_url, identifier)
    return applications


def _tell(provider, client, applications):
    say(f"""
Provider   {provider.url}
           admin / admin, or the user demo / demo-demo
           Settings > Users & Companies > OAuth Provider Clients
Second Odoo  {client.url}
           admin / admin

Try it: open {client.url}/web/login, choose "Log in with the provider",
sign in there as demo / demo-demo and allow the application.

Applications that the provider knows:""")
    for kind, item in applications.items():
        secret = f", secret {item['secret']}" if item["secret"] else ""
        say(f"  {demo_pair.NAMES[kind]} ({kind}): {item['identifier']}{secret}")
    say("\nWhat an application of yours may need:")
    say(f"  {provider.url}/.well-known/openid-configuration")
    for url in ("authorize", "token", "tokeninfo", "userinfo", "revoke_token"):
        say(f"  {provider.url}/oauth2/{url}")
    backend = applications["backend"]
    say("\nA token of the backend application, with all of its scopes:")
    say(f"  curl -u {backend['identifier']}:{backend['secret']} \\")
    say(f"    {provider.url}/oauth2/token -d grant_type=client_credentials")
    say(f"\nLogs: {provider.log}\n      {client.log}\nCtrl-C stops both.")


def _wait(*servers):
    while True:
        for server in servers:
            if not server.running:
                raise Stop(f"The Odoo server '{server.name}' ended: see {server.log}")
        time.sleep(0.5)

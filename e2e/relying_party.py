# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all relying parties of these tests need: clients, and a person at a browser."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dev.server import LOOPBACK

#: Names the issuer and makes a client of each entry; returns [identifier, secret].
MAKE_CLIENTS = """
parameters = env["ir.config_parameter"]
parameters.set_param("oauth_provider.issuer", values["issuer"])
uris = {
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
    "post_logout_redirect_uri_ids": [(0, 0, {"name": values["goodbye"]})],
}
result = {}
for name, data in values["clients"].items():
    client = env["oauth.provider.client"].create({"name": name, **uris, **data})
    has_secret = client.client_type == "confidential" and not client.jwks
    result[name] = [client.identifier, client.generate_secret() if has_secret else None]
"""


@dataclass(frozen=True)
class Issuer:
    """All that an application is told of a provider, and a person who signs in."""

    url: str
    database: str
    login: str
    password: str
    name: str
    email: str

    def make_clients(self, databases, clients, callback, goodbye):
        """Return ``{name: [identifier, secret]}`` of clients with these values."""
        return databases.shell(
            self.database,
            MAKE_CLIENTS,
            issuer=self.url,
            clients=clients,
            callback=callback,
            goodbye=goodbye,
        )

    def sign_in(self, page):
        """Fill in Odoo's login page and press Allow on the consent page."""
        assert "/web/login" in page.url
        page.fill("input[name=login]", self.login)
        page.fill("input[name=password]", self.password)
        page.click("button[type=submit]")
        page.click("button[value=allow]")

    def allow(self, page, url, callback):
        """Go to ``url``, sign in, press Allow; return the address that is called."""
        page.goto(url)
        self.sign_in(page)
        page.wait_for_url(f"{callback}?**")
        return page.url


class Site:
    """The web site of an application: it answers, and the test reads the address bar.

    :ivar callback: its redirect URI
    :ivar goodbye: its post-logout redirect URI
    """

    def __init__(self):
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _Answer)
        url = f"http://{LOOPBACK}:{self._server.server_port}"
        self.callback = f"{url}/callback"
        self.goodbye = f"{url}/goodbye"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A person whose browser is a session of requests: fast, for tests that need many."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import requests
from lxml import html

VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode()
)


class Person:
    """Signed in at a provider as ``login``."""

    def __init__(self, provider, login, password):
        self.provider = provider
        self.session = requests.Session()
        data = self._form(self.session.get(f"{provider.url}/web/login"))
        data.update(login=login, password=password)
        answer = self.session.post(f"{provider.url}/web/login", data)
        assert "/web/login" not in answer.url, "The sign-in failed"

    def _form(self, page):
        fields = html.fromstring(page.content).xpath("//form//input[@name]")
        return {field.get("name"): field.get("value", "on") for field in fields}

    def get_code(self, identifier, **parameters):
        """Allow the client and return the code (str)."""
        url = f"{self.provider.url}/oauth2/authorize"
        query = {
            "response_type": "code",
            "client_id": identifier,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **parameters,
        }
        answer = self.session.get(url, params=query, allow_redirects=False)
        if answer.status_code == 200:
            data = {**self._form(answer), "oauth_decision": "allow"}
            answer = self.session.post(url, data, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

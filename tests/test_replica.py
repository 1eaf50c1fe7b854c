# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import time
from unittest.mock import patch

import jwt

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import signing_key
from .common import OAuthCase


@tagged("post_install", "-at_install")
class TestReplica(OAuthCase):
    """What only reads is read from a replica, which may be a moment behind."""

    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client(
            "backend application",
            scope_ids=self.scopes("openid").ids,
        )
        data = {"grant_type": "client_credentials"}
        answer = self.post("token", data, self.client, self.secret)
        self.token = answer.json()["access_token"]
        self.modes = []
        modes = self.modes

        def serve(request, rule, args, serve=http.Request._serve_ir_http):
            modes.append("replica" if request.env.cr.readonly else "primary")
            return serve(request, rule, args)

        self.startPatcher(patch.object(http.Request, "_serve_ir_http", serve))

    def assertServed(self, *modes):
        """Check by which database the requests since the last check were served."""
        self.assertEqual(self.modes, list(modes))
        self.modes.clear()

    def be_behind(self):
        """Let the replica know no token from now on."""
        tokens = type(self.env["oauth.provider.token"])

        def fetch(model, value, fetch=tokens._fetch, **kwargs):
            row, reader = fetch(model, value, **kwargs)
            return None if model.env.cr.readonly else row, reader

        self.startPatcher(patch.object(tokens, "_fetch", fetch))

    def api(self, token):
        headers = {"Authorization": f"Bearer {token}"}
        url = "/json/2/res.users/context_get"
        return self.url_open(url, headers=headers, json={}, method="POST")

    def test_what_only_reads_is_read_from_the_replica(self):
        with self.assertNoLogs("odoo.http", "WARNING"):
            for url in (
                "/oauth2/jwks",
                "/oauth2/public_key",
                "/.well-known/openid-configuration",
                "/.well-known/oauth-protected-resource",
                "/oauth2/tokeninfo",
            ):
                self.url_open(url)
                self.assertServed("replica")
            for route in ("tokeninfo", "userinfo"):
                self.assertEqual(self.bearer(route, self.token).status_code, 200)
                self.assertServed("replica")
            self.bearer("otherinfo", self.token, model="res.partner")
            self.assertServed("replica")
            self.bearer("openapi.json", self.token)
            self.assertServed("replica")
            self.bearer("content/res.partner/1/image_128", self.token)
            self.assertServed("replica")
            data = {"token": self.token}
            answer = self.post("introspect", data, self.client, self.secret)
            self.assertTrue(answer.json()["active"])
            self.assertServed("replica")

    def test_what_the_replica_does_not_know_yet_the_primary_answers(self):
        self.be_behind()
        with self.assertNoLogs("odoo.http", "WARNING"):
            for route in ("tokeninfo", "userinfo"):
                self.assertEqual(self.bearer(route, self.token).status_code, 200)
                self.assertServed("primary")
                by_query = self.url_open(
                    f"/oauth2/{route}", params={"access_token": self.token}
                )
                self.assertEqual(by_query.status_code, 200)
                self.assertServed("primary")
            data = {"token": self.token}
            answer = self.post("introspect", data, self.client, self.secret)
            self.assertTrue(answer.json()["active"])
            self.assertServed("primary")
        # Refused for its scopes, and not as a token that is unknown
        with mute_logger("odoo.http"):
            self.assertEqual(self.api(self.token).status_code, 403)
        self.assertServed("primary")

    def test_an_unknown_token_is_unknown(self):
        with self.assertNoLogs("odoo.http", "WARNING"):
            self.assertEqual(self.bearer("userinfo", "unknown").status_code, 401)
            self.assertServed("primary")
            self.assertEqual(self.api("unknown").status_code, 401)
            self.assertServed("primary")

    def test_a_failed_introspection_counts_though_it_was_read(self):
        failures = self.env["oauth.provider.failure"]
        before = failures.search_count([])
        cursors = self.commit_hooks()
        answer = self.post("introspect", {"token": self.token}, self.client, "WRONG")
        self.assertEqual(answer.status_code, 401)
        self.assertServed("replica")
        self.assertTrue(cursors)
        self.assertEqual(failures.search_count([]), before + 1)

    def test_an_assertion_is_remembered(self):
        key = signing_key.generate("ES256")
        jwk = signing_key.public_jwk("ES256", key)
        self.client.jwks = json.dumps({"keys": [jwk]})
        now = int(time.time())
        claims = {
            "iss": self.client.identifier,
            "sub": self.client.identifier,
            "aud": self.Provider.get_issuer(),
            "exp": now + 60,
            "jti": "once",
        }
        data = {
            "token": self.token,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:"
            "jwt-bearer",
            "client_assertion": jwt.encode(claims, key, "ES256"),
        }
        with self.assertNoLogs("odoo.http", "WARNING"):
            self.assertTrue(self.post("introspect", data).json()["active"])
            self.assertServed("primary")
            self.assertEqual(self.post("introspect", data).status_code, 401)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Free text of a contact is no claim unless it is what the claim promises.

OpenID Connect Core section 5.1: ``email`` is one addr-spec (RFC 5322), ``locale`` a
language tag (RFC 5646), ``zoneinfo`` a name of the time zone database, ``updated_at`` a
number.
"""

import json

from odoo.fields import Command
from odoo.tests import tagged

from ..oauth2.interaction import choose_language
from ..tools import claim_value
from .common import OAuthCase

#: What a contact may have for an address, and what is sent of it.
ADDRESSES = (
    ("ann@example.com", "ann@example.com"),
    ("  Ann@Example.com ", "Ann@Example.com"),
    ('"Name" <u2@example.com>', "u2@example.com"),
    ("O'Auth, Ann <ann@example.com>", None),
    ('"O\'Auth, Ann" <ann@example.com>', "ann@example.com"),
    ("ann@exämple.com", "ann@xn--exmple-cua.com"),
    ("u@straße.de", "u@xn--strae-oqa.de"),
    ("root@localhost", "root@localhost"),
    ("a@x; b@x", None),
    ("a@x, b@x", None),
    ("a@x b@x", None),
    ("a@x <b@x>", None),
    ("not an address", None),
    ("mailto:ann@example.com", None),
    ("änn@example.com", None),
    ("ann@example.com\nBcc: b@example.com", None),
    ("ann@example.com\u200b", None),
    ("ann..o@example.com", None),
    ("@example.com", None),
    ("ann@", None),
    ("   ", None),
    (f"{'a' * 300}@example.com", None),
    ('"' + "\\" * 5000, None),
    (False, None),
)
NUMBERS = (
    ("+32 2 290 34 90", "+32 2 290 34 90"),
    (" 02/290.34.90 ", "02/290.34.90"),
    ("+1 (555) 010-9999 x12", "+1 (555) 010-9999 x12"),
    ("+1-555-0100;ext=12", "+1-555-0100;ext=12"),
    ("112", "112"),
    ("ask my secretary", None),
    ("+32 2 290 34 90 / +32 475 12 34 56", None),
    ("+32 2 290 34 90\n+32 475 12 34 56", None),
    ("0800-FLOWERS", None),
    ("12", None),
    ("1" * 5000, None),
    ("   ", None),
)
LANGUAGES = (
    ("fr_BE", "fr-BE"),
    ("es_419", "es-419"),
    ("sr@latin", "sr-Latn"),
    ("sr@Cyrl", "sr-Cyrl"),
    ("sr_RS@latin", "sr-Latn-RS"),
    ("ca_ES@valencia", "ca-ES-valencia"),
    ("my own", None),
    (False, None),
)


@tagged("post_install", "-at_install")
class TestTypedClaims(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.user.partner_id

    def get_token(self, scopes, **values):
        client, secret = self.create_client(
            "backend application", scope_ids=[Command.set(scopes.ids)], **values
        )
        data = {"grant_type": "client_credentials"}
        return self.post("token", data, client, secret).json()["access_token"]

    def create_own_scope(self, *names):
        """Return a scope that opens these fields of the person's own account."""
        fields_ = self.env["ir.model.fields"]
        return self.env["oauth.provider.scope"].create(
            {
                "name": "Own",
                "code": "own",
                "model_id": self.env["ir.model"]._get_id("res.users"),
                "field_ids": [
                    Command.link(fields_._get("res.users", name).id) for name in names
                ],
            }
        )

    def test_values(self):
        for make, table in (
            (claim_value.addr_spec, ADDRESSES),
            (claim_value.phone_number, NUMBERS),
            (claim_value.language_tag, LANGUAGES),
        ):
            for text, expected in table:
                with self.subTest(make=make.__name__, text=str(text)[:60]):
                    self.assertEqual(make(text), expected)
        self.assertEqual(claim_value.zone("Europe/Brussels"), "Europe/Brussels")
        self.assertIsNone(claim_value.zone("Brussels"))
        self.assertEqual(claim_value.web_address("https://x.be/a"), "https://x.be/a")
        for text in ("http://call me", "javascript:alert(1)", "x.be", "http://[", ""):
            self.assertIsNone(claim_value.web_address(text))

    def test_an_email_is_one_addr_spec(self):
        # Plain values, and records as soon as the address is wanted
        tokens = [
            self.get_token(self.scopes("openid", "email")),
            self.get_token(self.scopes("openid", "email", "address")),
        ]
        for text, expected in ADDRESSES:
            self.partner.email = text
            for token in tokens:
                info = self.bearer("userinfo", token).json()
                with self.subTest(text=str(text)[:60]):
                    self.assertEqual(info.get("email"), expected)
                    self.assertEqual("email_verified" in info, bool(expected))

    def test_only_an_address_is_verified(self):
        token = self.get_token(self.scopes("openid", "email"))
        for login, email, is_verified in (
            ("ann@example.com", "Ann@example.com", True),
            ("ann@example.com", '"Ann" <ann@example.com>', True),
            ("ann@example.com", "ann@example.com, b@example.com", None),
            ("not an address", "not an address", None),
            ("a@x; b@x", "a@x; b@x", None),
            ("ann", "ann@example.com", False),
        ):
            self.user.login = login
            self.partner.email = email
            info = self.bearer("userinfo", token).json()
            with self.subTest(login=login, email=email):
                self.assertIs(info.get("email_verified"), is_verified)

    def test_other_claims_are_what_they_are_called(self):
        scopes = self.scopes("openid", "profile", "phone")
        token = self.get_token(scopes)
        self.env["res.lang"]._activate_lang("sr@latin")
        self.partner.write(
            {"phone": "ask my secretary", "lang": "sr@latin", "tz": "Europe/Paris"}
        )
        info = self.bearer("userinfo", token).json()
        self.assertEqual(info["locale"], "sr-Latn")
        self.assertEqual(info["zoneinfo"], "Europe/Paris")
        self.assertIs(type(info["updated_at"]), int)
        self.assertNotIn("phone_number", info)
        self.assertNotIn("phone_number_verified", info)
        # What another version of the time zones had, and rows that SQL has made
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Base', name = '  ', write_date = NULL"
            " WHERE id = %s",
            (self.partner.id,),
        )
        for dates in ("now() AT TIME ZONE 'UTC'", "NULL"):
            self.env.cr.execute(
                f"UPDATE res_users SET write_date = {dates} WHERE id = %s",  # noqa: S608
                (self.user.id,),
            )
            self.env.invalidate_all()
            info = self.bearer("userinfo", token).json()
            self.assertFalse({"zoneinfo", "name"} & info.keys())
            self.assertEqual("updated_at" in info, dates != "NULL")

    def test_a_field_that_is_called_like_a_claim_is_one(self):
        scope = self.create_own_scope("email", "website", "name", "signature")
        client, secret = self.create_client(
            "backend application",
            scope_ids=[Command.set(scope.ids)],
            token_type="jwt",
            jwt_scope_id=scope.id,
        )
        trial = self.env["oauth.provider.trial"].create(
            {"client_id": client.id, "user_id": self.user.id}
        )
        self.assertFalse(trial.userinfo)
        self.user.signature = False
        for text, expected in ADDRESSES[:4]:
            self.partner.write({"email": text, "website": False})
            data = {"grant_type": "client_credentials"}
            token = self.post("token", data, client, secret).json()["access_token"]
            signed = self.verify_token(token, self.Provider.get_issuer())
            info = self.bearer("userinfo", token).json()
            for claims in (info, signed):
                with self.subTest(text=text):
                    self.assertEqual(claims.get("email"), expected)
                    self.assertNotIn("website", claims)
                    self.assertEqual(claims["name"], "Ann O'Auth")
                    # No claim: as the field is
                    self.assertIn("signature", claims)

    def test_what_is_tried_out_is_what_is_sent(self):
        self.partner.email = "a@x; b@x"
        scopes = self.scopes("openid", "email") | self.create_own_scope("email")
        client, _secret = self.create_client(scope_ids=[Command.set(scopes.ids)])
        trial = self.env["oauth.provider.trial"].create(
            {"client_id": client.id, "user_id": self.user.id}
        )
        self.assertNotIn("email", json.loads(trial.userinfo))

    def test_a_language_that_discovery_lists_can_be_asked_for(self):
        for code in ("sr@latin", "es_419"):
            self.env["res.lang"]._activate_lang(code)
        document = self.url_open("/.well-known/openid-configuration").json()
        listed = document["ui_locales_supported"]
        self.assertLessEqual({"sr-Latn", "es-419", "en-US"}, set(listed))
        found = {choose_language(self.env, tag) for tag in listed}
        self.assertLessEqual({"sr@latin", "es_419", "en_US"}, found)

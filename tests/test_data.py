# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PIXEL, OAuthCase


class DataCase(OAuthCase):
    """Scopes that an administrator has defined."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": "Oak", "email": "oak@example.com", "ref": "OAUTH"},
                {"name": "Elm", "email": "elm@example.com", "ref": "OAUTH"},
                {"name": "Fir", "email": "fir@example.com", "ref": "OTHER"},
            ]
        )

    @classmethod
    def create_scope(cls, code, model, names=(), domain=None, **values):
        found = cls.env["ir.model"]._get(model)
        if domain:
            values["filter_id"] = (
                cls.env["ir.filters"]
                .create(
                    {
                        "name": code,
                        "model_id": model,
                        "domain": domain,
                        "user_ids": False,
                    }
                )
                .id
            )
        return cls.env["oauth.provider.scope"].create(
            {
                "name": code,
                "code": code,
                "model_id": found.id,
                "field_ids": [
                    Command.set(found.field_id.filtered(lambda f: f.name in names).ids)
                ],
                **values,
            }
        )

    def get_token(self, scopes, **values):
        client, secret = self.create_client(
            "backend application", scope_ids=[Command.set(scopes.ids)], **values
        )
        data = {"grant_type": "client_credentials"}
        return self.post("token", data, client, secret).json()["access_token"]


@tagged("post_install", "-at_install")
class TestData(DataCase):
    """What these scopes open, read as the token's user."""

    def test_otherinfo_answers_the_records_of_the_filter_and_the_listed_fields(self):
        scope = self.create_scope(
            "trees", "res.partner", ["name"], "[('ref', '=', 'OAUTH')]"
        )
        data = self.bearer("otherinfo", self.get_token(scope), model="res.partner")
        self.assertEqual(
            data.json(),
            {
                str(partner.id): {"id": partner.id, "name": partner.name}
                for partner in self.partners[:2]
            },
        )

    def test_an_empty_list_of_fields_opens_the_ids_alone(self):
        scope = self.create_scope("ids", "res.partner", (), "[('ref', '=', 'OTHER')]")
        data = self.bearer("otherinfo", self.get_token(scope), model="res.partner")
        fir = self.partners[2]
        self.assertEqual(data.json(), {str(fir.id): {"id": fir.id}})

    def test_every_kind_of_value_can_be_sent(self):
        names = ["create_date", "country_id", "category_id", "image_128", "active"]
        self.partners[2].write(
            {
                "country_id": self.env.ref("base.be").id,
                "image_1920": PIXEL,
            }
        )
        scope = self.create_scope(
            "values", "res.partner", names, "[('ref', '=', 'OTHER')]"
        )
        data = self.bearer("otherinfo", self.get_token(scope), model="res.partner")
        [values] = data.json().values()
        self.assertEqual(values["country_id"], "Belgium")
        self.assertEqual(set(values), {"id", *names})

    def test_a_scope_on_users_opens_the_token_s_own_user_alone(self):
        scope = self.create_scope("me", "res.users", ["login"])
        token = self.get_token(scope)
        expected = {"id": self.user.id, "login": self.user.login}
        data = self.bearer("otherinfo", token, model="res.users").json()
        self.assertEqual(data, {str(self.user.id): expected})
        info = self.bearer("userinfo", token).json()
        self.assertEqual({key: info[key] for key in expected}, expected)
        scope.own_user_only = False
        # It opens more than what the token was given for
        data = self.bearer("otherinfo", token, model="res.users").json()
        self.assertEqual(data, {})
        token = self.get_token(scope)
        data = self.bearer("otherinfo", token, model="res.users").json()
        self.assertGreater(len(data), 1)

    def test_what_the_user_may_not_read_is_an_error_answer(self):
        for model, names in (
            ("ir.config_parameter", ["value"]),
            ("oauth.provider.client", ["name"]),
        ):
            scope = self.create_scope(model, model, names)
            response = self.bearer("otherinfo", self.get_token(scope), model=model)
            self.assertEqual(response.status_code, 403)
            self.assertEqual(response.json()["error"], "access_denied")

    def test_an_unknown_model_is_invalid(self):
        token = self.get_token(self.env["oauth.provider.scope"])
        for model in ("no.such.model", "", "mail.thread", "base.language.install"):
            response = self.bearer("otherinfo", token, model=model)
            self.assertEqual(response.status_code, 400)
            self.assertEqual(response.json(), {"error": "invalid_model"})
        response = self.bearer("otherinfo", token, model="res.partner")
        self.assertEqual(response.json(), {})

    def test_all_scopes_match_keeps_what_every_scope_opens(self):
        scopes = self.create_scope(
            "oauth", "res.partner", ["name"], "[('ref', '=', 'OAUTH')]"
        ) | self.create_scope("oak", "res.partner", ["email"], "[('name', '=', 'Oak')]")
        oak = self.partners[0]
        scopes = scopes.with_user(self.user)
        data = scopes.get_data_for_model("res.partner", all_scopes_match=True)
        self.assertEqual(
            data, {oak.id: {"id": oak.id, "name": "Oak", "email": oak.email}}
        )
        self.assertEqual(
            set(scopes.get_data_for_model("res.partner")), set(self.partners[:2].ids)
        )
        self.assertEqual(
            scopes.get_data_for_model("res.partner", res_id=self.partners[2].id), {}
        )

    def test_a_filter_may_speak_of_today_and_of_the_person(self):
        domain = (
            "[('create_date', '<', (context_today() + relativedelta(days=2))"
            ".strftime('%Y-%m-%d')), ('create_uid', '!=', uid), ('name', '=', 'Oak')]"
        )
        scope = self.create_scope("today", "res.partner", (), domain)
        data = self.bearer("otherinfo", self.get_token(scope), model="res.partner")
        self.assertEqual(list(data.json()), [str(self.partners[0].id)])

    def test_a_broken_filter_is_refused_and_later_opens_nothing(self):
        broken = (
            "[('no_such_field', '=', 1)]",
            "[(",
            "nonsense",
            "[1, 2]",
            "5",
            "[('parent_id', '=', {})]",
            "[('id', '=', 'abc')]",
        )
        for domain in broken:
            with (
                self.subTest(domain=domain),
                mute_logger("odoo.sql_db"),
                self.assertRaises(ValidationError),
            ):
                self.create_scope("broken", "res.partner", (), domain)
        scope = self.create_scope("good", "res.partner", (), "[('id', '>', 0)]")
        token = self.get_token(scope)
        for domain in broken:
            with self.subTest(domain=domain), mute_logger("odoo.sql_db"):
                with self.assertRaises(ValidationError):
                    scope.filter_id.domain = domain
                # As an update of another addon does that takes a field away
                self.env.cr.execute(
                    "UPDATE ir_filters SET domain = %s WHERE id = %s",
                    (domain, scope.filter_id.id),
                )
                self.env.invalidate_all()
                self.env.registry.clear_cache()
                with self.assertLogs("odoo.addons.oauth_provider", "WARNING"):
                    response = self.bearer("otherinfo", token, model="res.partner")
                self.assertEqual((response.status_code, response.json()), (200, {}))

    def test_a_scope_cannot_mix_models(self):
        with self.assertRaises(ValidationError):
            self.create_scope("mixed", "res.partner", (), None).write(
                {
                    "field_ids": [
                        Command.link(self.env.ref("base.field_res_users__login").id)
                    ]
                }
            )

    def test_data_are_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user.lang = "fr_FR"
        country = self.env.ref("base.de")
        country.with_context(lang="fr_FR").name = "Allemagne"
        scope = self.create_scope(
            "countries", "res.country", ("name",), "[('code', '=', 'DE')]"
        )
        token = self.get_token(scope)
        found = self.bearer("otherinfo", token, model="res.country").json()
        self.assertEqual(found[str(country.id)]["name"], "Allemagne")

    def test_the_claims_of_the_shipped_scopes(self):
        codes = ("openid", "profile", "email", "phone", "address", "groups")
        scopes = self.scopes(*codes)
        chosen = self.env.ref("base.group_user") + self.env.ref("base.group_system")
        self.user.write({"phone": "+32 2 290 34 90", "city": "Ramillies"})
        token = self.get_token(scopes, claim_group_ids=[Command.set(chosen.ids)])
        info = self.bearer("userinfo", token).json()
        self.assertEqual(info["name"], "Ann O'Auth")
        self.assertEqual(info["phone_number"], "+32 2 290 34 90")
        self.assertEqual(info["address"]["locality"], "Ramillies")
        self.assertEqual(info["groups"], ["base.group_user"])
        self.assertIs(info["phone_number_verified"], False)
        self.assertNotIn("id", info)

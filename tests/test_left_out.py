# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What one person may not read of a scope keeps nobody from signing in.

``sub`` is always in userinfo (OpenID Connect Core section 5.3.2): what the person may
read comes with it, the rest becomes an event.
"""

from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_data import DataCase

SYSTEM = "base.group_system"


@tagged("post_install", "-at_install")
class TestLeftOut(DataCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.events = cls.env["oauth.provider.event"]
        cls.admin = cls.env.ref("base.user_admin")

    def setUp(self):
        super().setUp()
        # From a replica is read what is recorded afterwards
        self.commit_hooks()

    def close(self, model, *names):
        """Let nobody but administrators read these fields of ``model`` (name)."""
        for name in names:
            field = self.env.registry[model]._fields[name]
            self.patch(field, "groups", SYSTEM)

    def find_events(self):
        self.env.invalidate_all()
        return self.events.search([("kind", "=", "left_out")])

    def test_userinfo_says_what_may_be_read(self):
        self.close("res.users", "login_date", "company_ids")
        own = self.create_scope(
            "own", "res.users", ["login", "login_date", "company_ids"]
        )
        token = self.get_token(own | self.scopes("openid", "email"))
        info = self.bearer("userinfo", token)
        self.assertEqual(info.status_code, 200, info.text)
        self.assertEqual(
            info.json(),
            {
                "id": self.user.id,
                "login": self.user.login,
                "sub": self.bearer("tokeninfo", token).json()["user_id"],
                "email": self.user.email,
                "email_verified": False,
            },
        )
        event = self.find_events()
        self.assertEqual(event.reason, "own: company_ids, login_date")
        self.assertEqual(event.user_id, self.user)
        self.assertEqual(event.client_id.scope_ids & own, own)
        self.assertFalse(event.author_id)

    def test_it_is_recorded_once_a_day(self):
        self.close("res.users", "login_date")
        token = self.get_token(self.create_scope("own", "res.users", ["login_date"]))
        for _call in range(3):
            self.assertEqual(self.bearer("userinfo", token).status_code, 200)
        event = self.find_events()
        self.assertEqual(len(event), 1)
        self.env.cr.execute(
            "UPDATE oauth_provider_event SET happened_at = %s WHERE id = %s",
            (event.happened_at - timedelta(days=2), event.id),
        )
        self.bearer("userinfo", token)
        self.assertEqual(len(self.find_events()), 2)

    def test_an_application_does_not_fill_the_log(self):
        """Whatever combination of fields it asks for, ten events a day are stored."""
        names = ["ref", "email", "phone", "street", "city"]
        self.close("res.partner", *names)
        scope = self.create_scope("c", "res.partner", ["name", *names])
        token = self.get_token(scope)
        for number in range(1, 2 ** len(names), 2):
            asked = [name for bit, name in enumerate(names) if number >> bit & 1]
            self.bearer("otherinfo", token, model="res.partner", fields=",".join(asked))
        self.assertEqual(len(self.find_events()), 10)

    def test_a_value_that_code_refuses_and_a_filter_that_compares_a_closed_field(self):
        users = self.env.registry["res.users"]

        def refuse(self):
            raise AccessError(self._name)

        self.patch(users, "_compute_tz_offset", refuse)
        self.close("res.users", "create_date")
        computed = self.create_scope("computed", "res.users", ["login", "tz_offset"])
        closed = self.create_scope(
            "closed", "res.users", ["tz"], "[('create_date', '!=', False)]"
        )
        for scopes, known, reason in (
            (computed, {"login"}, "computed: tz_offset"),
            (closed, set(), "closed: *"),
            (computed | closed, {"login"}, "closed: *; computed: tz_offset"),
        ):
            token = self.get_token(scopes)
            info = self.bearer("userinfo", token)
            with self.subTest(reason=reason):
                self.assertEqual(info.status_code, 200, info.text)
                self.assertEqual(info.json().keys() - {"id"}, {"sub", *known})
                self.assertEqual(self.find_events()[0].reason, reason)

    def test_a_person_of_the_portal(self):
        self.user = new_test_user(self.env, "portal_user", "base.group_portal")
        self.close("res.users", "login_date")
        token = self.get_token(
            self.create_scope("own", "res.users", ["login_date", "signature", "tz"])
        )
        info = self.bearer("userinfo", token)
        self.assertEqual(info.status_code, 200, info.text)
        self.assertEqual(info.json().keys(), {"sub", "id", "signature", "tz"})

    def test_otherinfo_says_what_may_be_read(self):
        self.close("res.partner", "ref", "email")
        trees = f"[('id', 'in', {self.partners.ids})]"
        open_ = self.create_scope("open", "res.partner", ["name", "email"], trees)
        closed = self.create_scope(
            "closed", "res.partner", ["name", "phone"], "[('ref', '=', 'OAUTH')]"
        )
        token = self.get_token(open_ | closed)
        found = self.bearer("otherinfo", token, model="res.partner")
        self.assertEqual(found.status_code, 200, found.text)
        self.assertEqual(found.headers["X-Total-Count"], "3")
        self.assertEqual(
            found.json(),
            {str(one.id): {"id": one.id, "name": one.name} for one in self.partners},
        )
        self.assertEqual(self.find_events().reason, "closed: *; open: email")
        found = self.bearer("otherinfo", token, model="res.partner", fields="email")
        self.assertEqual(
            found.json(), {str(one.id): {"id": one.id} for one in self.partners}
        )
        found = self.bearer("otherinfo", token, model="res.partner", order="email")
        self.assertEqual(found.status_code, 400)
        # A filter that compares it means no record
        token = self.get_token(closed)
        found = self.bearer("otherinfo", token, model="res.partner")
        self.assertEqual((found.status_code, found.json()), (200, {}))
        self.assertEqual(self.find_events()[0].reason, "closed: *")

    def test_the_data_of_a_signed_token(self):
        self.close("res.users", "login_date")
        own = self.create_scope("own", "res.users", ["login", "login_date"])
        token = self.get_token(own, token_type="jwt", jwt_scope_id=own.id)
        claims = self.verify_token(token, self.Provider.get_issuer())
        self.assertEqual(claims["login"], self.user.login)
        self.assertNotIn("login_date", claims)
        self.assertEqual(self.find_events().reason, "own: login_date")

    def test_the_administrator_is_shown_it_before(self):
        self.close("res.users", "login_date")
        own = self.create_scope("own", "res.users", ["login", "login_date"])
        scopes = own | self.scopes("openid")
        client, _secret = self.create_client(scope_ids=[Command.set(scopes.ids)])
        for model, values in (
            ("oauth.provider.trial", {"client_id": client.id}),
            ("oauth.provider.scope.preview", {"scope_id": own.id}),
        ):
            previews = self.env[model].with_user(self.admin)
            for person, is_open in ((self.user, False), (self.admin, True)):
                shown = previews.create({**values, "user_id": person.id})
                with self.subTest(model=model, person=person.login):
                    self.assertEqual(
                        "own: login_date" not in shown.records, is_open, shown.records
                    )
                    self.assertIn("1 records", shown.records)
                    if model == "oauth.provider.trial":
                        self.assertEqual('"login_date"' in shown.userinfo, is_open)
                        self.assertIn('"login"', shown.userinfo)
        self.assertFalse(self.find_events())

    def test_a_field_that_nobody_may_read_is_refused(self):
        for model, name in (
            ("res.users", "oauth_identifier"),
            ("oauth.provider.secret", "digest"),
            ("oauth.provider.token", "digest"),
        ):
            with self.subTest(model=model), self.assertRaises(ValidationError):
                self.create_scope("closed", model, [name])
        scope = self.create_scope("own", "res.users", ["login"])
        field = self.env["ir.model.fields"]._get("res.users", "oauth_identifier")
        with self.assertRaises(ValidationError):
            scope.field_ids = [Command.link(field.id)]
        # Administrators may read these: they are not refused
        self.close("res.users", "login_date")
        self.create_scope("other", "res.users", ["login_date"])

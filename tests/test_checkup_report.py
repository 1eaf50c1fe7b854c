# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is accepted, counted and reminded of what the check-up finds."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.modules.module import get_module_path
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import config, file_open, format_date, mute_logger

from ..hooks import uninstall_hook
from ..models.oauth_provider_reminder import ADDRESS
from ..tools import key_encryption
from ..tools.finding import CRITICAL, REVIEW, Finding
from ..wizards.oauth_provider_finding import RESULT
from .common import new_manager

#: A configuration file in which nothing is wrong.
GOOD = {
    "list_db": False,
    "dbfilter": "^odoo$",
    "workers": 2,
    "proxy_mode": True,
    "server_wide_modules": ["base", "web", "oauth_provider"],
}
SCRIPT = "migrations/19.0.1.9.0/post-issuer.py"


class CheckupCase(TransactionCase):
    """In a database and on a server where nothing is wrong."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Client = cls.env["oauth.provider.client"]
        cls.Client.search([]).active = False
        cls.parameters = cls.env["ir.config_parameter"]
        for key in ("oauth_provider.issuer", "web.base.url"):
            cls.parameters.set_param(key, "https://odoo.example.com")
        values = {**GOOD, key_encryption.OPTION: key_encryption.generate()}
        cls.startClassPatcher(patch.dict(config.options, values))
        cls.env["oauth.provider.key"].encrypt_all()
        cls.manager = new_manager(cls.env, name="Max Manager")
        cls.Finding = cls.env["oauth.provider.finding"].with_user(cls.manager)
        cls.dismissals = cls.env["oauth.provider.dismissal"]
        cls.full = cls.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def create_client(self, **values):
        client = self.Client.create(
            {
                "name": "App",
                "redirect_uri_ids": [
                    Command.create({"name": "https://app.example.com/cb"})
                ],
                **values,
            }
        )
        client.generate_secret()
        return client

    def check(self, user=None):
        finding = self.Finding.with_user(user or self.manager)
        return finding.search(finding.action_check()["domain"])

    def dismiss(self, finding, reason="Only in our own network"):
        finding.reason = reason
        return finding.action_dismiss()

    def run_job(self):
        self.env["oauth.provider.finding"]._cron_check()


@tagged("post_install", "-at_install")
class TestDismissal(CheckupCase):
    def setUp(self):
        super().setUp()
        self.client = self.create_client(scope_ids=[Command.set(self.full.ids)])

    def test_nothing_is_wrong_without_the_client(self):
        self.client.active = False
        self.assertFalse(self.check())

    def test_a_manager_dismisses_a_finding_with_a_reason(self):
        finding = self.check()
        action = finding.action_ask_reason()
        self.assertEqual(
            (action["res_model"], action["res_id"], action["target"]),
            (finding._name, finding.id, "new"),
        )
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        with Form(finding, view=view) as form:
            form.reason = "  For the\nbackup "
        self.assertEqual(
            finding.action_dismiss(), {"type": "ir.actions.act_window_close"}
        )
        dismissal = self.dismissals.search([])
        self.assertEqual(dismissal.user_id, self.manager)
        self.assertEqual(dismissal.reason, "For the backup")
        self.assertEqual(dismissal.subject, f"oauth.provider.client,{self.client.id}")
        today = format_date(self.env, fields.Date.today())
        expected = f"Dismissed by Max Manager on {today}: For the backup"
        self.assertEqual(finding.dismissal, expected)
        # It is the same for the next one who checks
        again = self.check(self.env.ref("base.user_admin"))
        self.assertTrue(again.is_dismissed)
        self.assertEqual(again.dismissal, expected)

    def test_it_can_be_open_again(self):
        self.dismiss(self.check())
        finding = self.check()
        finding.action_restore()
        self.assertFalse(finding.is_dismissed)
        self.assertFalse(finding.dismissal)
        self.assertFalse(self.dismissals.search([]))
        self.assertFalse(self.check().is_dismissed)

    def test_a_reason_is_needed_that_people_would_read(self):
        finding = self.check()
        for reason in (False, "", " \n ", "x" * 1001, "<b>" * 4000):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                self.dismiss(finding, reason)
        self.assertFalse(self.dismissals.search([]))
        self.dismiss(finding, "x" * 1000)
        self.dismiss(finding, "another one")
        self.assertEqual(self.dismissals.search([]).reason, "another one")

    def test_it_comes_back_when_it_changes(self):
        self.dismiss(self.check())
        self.assertTrue(self.check().is_dismissed)
        self.client.name = "Another name"
        self.assertTrue(self.check().is_dismissed)
        more = self.full.copy({"code": "more"})
        self.client.scope_ids |= more
        finding = self.check()
        self.assertFalse(finding.is_dismissed)
        self.assertIn("Has changed since Max Manager", finding.dismissal)
        self.client.scope_ids -= more
        self.assertTrue(self.check().is_dismissed)

    def test_it_comes_back_when_it_gets_worse(self):
        finding = Finding("x", REVIEW, "what", "advice", evidence=["a", 1])
        same = finding._replace(what="was", advice="Rat")
        self.assertEqual(finding.fingerprint, same.fingerprint)
        for other in (
            finding._replace(severity=CRITICAL),
            finding._replace(evidence=["a", 2]),
            finding._replace(evidence=None),
        ):
            self.assertNotEqual(finding.fingerprint, other.fingerprint)

    def test_another_finding_of_the_same_client_stays_open(self):
        self.dismiss(self.check())
        self.client.pkce_required = False
        other = self.create_client(scope_ids=[Command.set(self.full.ids)])
        open_ = self.check().filtered(lambda one: not one.is_dismissed)
        self.assertEqual(len(open_), 2)
        self.assertIn("PKCE", " ".join(open_.mapped("name")))
        self.assertIn(other.id, open_.mapped("res_id"))

    def test_what_was_fixed_and_returns_is_open(self):
        self.dismiss(self.check())
        self.run_job()
        self.assertTrue(self.dismissals.search([]))
        self.client.scope_ids = False
        self.run_job()
        self.assertFalse(self.dismissals.search([]))
        self.client.scope_ids = self.full
        self.assertFalse(self.check().is_dismissed)

    def test_it_goes_with_its_client_and_not_with_its_manager(self):
        self.dismiss(self.check())
        self.manager.sudo().unlink()
        self.env.invalidate_all()
        finding = self.check(self.env.ref("base.user_admin"))
        self.assertTrue(finding.is_dismissed)
        self.assertIn("a deleted user", finding.dismissal)
        self.client.unlink()
        self.run_job()
        self.assertFalse(self.dismissals.search([]))

    def test_what_is_about_the_server_outlives_the_job(self):
        self.client.active = False
        with patch.dict(config.options, {"list_db": True}):
            self.dismiss(self.check())
        # As on another host with another configuration file
        self.run_job()
        with patch.dict(config.options, {"list_db": True}):
            self.assertTrue(self.check().is_dismissed)

    def test_no_line_that_a_manager_makes_up_stops_the_job(self):
        for subject in (
            "oauth.provider.scope",
            "oauth.provider.scope,",
            "oauth.provider.scope,abc",
            "oauth.provider.scope,\u0661\u0662",
            f"oauth.provider.scope,{'9' * 30}",
            "res.partner,1",
            "",
            ",",
        ):
            with self.subTest(subject=subject):
                values = {"key": "k", "subject": subject or ",", "fingerprint": "f"}
                line = self.Finding.with_user(self.manager).create(
                    {**values, "severity": "1", "name": "x"}
                )
                self.dismiss(line)
                self.run_job()
                dismissals = self.env["oauth.provider.dismissal"].sudo()
                self.assertFalse(dismissals.search([("key", "=", "k")]))

    def test_managers_alone_dismiss(self):
        finding = self.check()
        user = new_test_user(self.env, "oauth_clerk", "base.group_user")
        for name in ("action_ask_reason", "action_dismiss", "action_restore"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(finding.with_user(user), name)()
        other = new_test_user(
            self.env, "other", "oauth_provider.group_oauth_provider_manager"
        )
        # Nobody changes what another manager is about to press
        with self.assertRaises(AccessError):
            finding.with_user(other).reason = "x"
        self.dismiss(self.check(other))
        self.assertEqual(self.dismissals.search([]).user_id, other)
        self.assertEqual(self.Finding.get_result()[CRITICAL], 0)
        dismissal = self.dismissals.search([])
        with self.assertRaises(AccessError):
            dismissal.with_user(user).read(["reason"])
        self.assertTrue(dismissal.with_user(other).read(["reason"]))
        for method, args in (("write", [{"reason": "x"}]), ("unlink", [])):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(dismissal.with_user(other), method)(*args)

    def test_the_menu_opens_what_is_open(self):
        self.assertEqual(
            self.Finding.action_check()["context"], "{'search_default_open': 1}"
        )


@tagged("post_install", "-at_install")
class TestCheckupCount(CheckupCase):
    def get_settings(self):
        settings = self.env["res.config.settings"].create({})
        return (
            settings.oauth_checkup_critical,
            settings.oauth_checkup_review,
            bool(settings.oauth_checkup_at),
        )

    def test_the_settings_count_what_is_open(self):
        self.parameters.search([("key", "=", RESULT)]).unlink()
        self.assertEqual(self.get_settings(), (0, 0, False))
        self.check()
        self.assertEqual(self.get_settings(), (0, 0, True))
        full = self.create_client(scope_ids=[Command.set(self.full.ids)])
        self.create_client(pkce_required=False)
        self.create_client(pkce_required=False)
        self.run_job()
        self.assertEqual(self.get_settings(), (1, 2, True))
        finding = self.check().filtered(lambda one: one.res_id == full.id)
        self.dismiss(finding)
        self.assertEqual(self.get_settings(), (0, 2, True))
        finding.action_restore()
        self.assertEqual(self.get_settings(), (1, 2, True))

    def test_the_settings_open_whatever_the_parameter_holds(self):
        for value in (
            "x",
            "[]",
            "3",
            "{}",
            '{"at": 5}',
            '{"at": "yesterday"}',
            '{"at": "2026-01-01 00:00:00", "found": 5}',
            '{"at": "2026-01-01 00:00:00", "found": {"1": "x", "2": 0}}',
            "[" * 100_000,
        ):
            with self.subTest(value=value[:50]):
                self.parameters.set_param(RESULT, value)
                numbers = self.get_settings()
                self.assertEqual(numbers[:2], (0, 0))

    def test_the_settings_cost_nothing_more(self):
        self.run_job()
        self.get_settings()
        settings = self.env["res.config.settings"].new({})
        for _number in range(3):
            self.create_client(pkce_required=False)
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.assertEqual(settings.oauth_checkup_review, 0)

    def test_what_a_request_showed_counts_until_somebody_looks_again(self):
        of_request = Finding("x", CRITICAL, "A", "B", is_of_request=True)
        found = [of_request, Finding("y", REVIEW, "A", "B")]
        with patch.object(type(self.Finding), "_find", lambda _self: found):
            self.check()
        self.run_job()
        self.assertEqual(self.get_settings(), (1, 0, True))
        self.check()
        self.assertEqual(self.get_settings(), (0, 0, True))


@tagged("post_install", "-at_install")
class TestReminder(CheckupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "mail.activity" not in cls.env:
            cls.skipTest(cls, "mail is not installed")
        cls.activities = cls.env["mail.activity"].with_context(active_test=False)

    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.client = self.create_client(
            name="<script>App", scope_ids=[Command.set(self.full.ids)]
        )

    def find(self, user=None):
        return self.activities.search(
            [
                ("user_id", "=", (user or self.manager).id),
                ("note", "like", ADDRESS),
            ],
            order="id",
        )

    def run_job_in(self, days):
        """Run the job as many days later."""
        later = self.now + timedelta(days=days)
        with (
            patch.object(fields.Datetime, "now", lambda: later.replace(microsecond=0)),
            patch.object(fields.Date, "today", later.date),
        ):
            self.run_job()

    def test_each_manager_gets_one_that_opens_the_checkup(self):
        gone = new_test_user(
            self.env, "gone", "oauth_provider.group_oauth_provider_manager"
        )
        gone.active = False
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        self.run_job()
        activity = self.find()
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.active)
        self.assertEqual(activity.date_deadline, fields.Date.today())
        self.assertIn("&lt;script&gt;App: may ask for full access", activity.note)
        self.assertIn(
            'href="/odoo/action-oauth_provider.oauth_provider_check_action"',
            activity.note,
        )
        # It belongs to no record, and its manager may do everything with it
        self.assertFalse(activity.res_model)
        activity.with_user(self.manager).action_feedback(feedback="Done")
        self.assertEqual(len(self.find(self.env.ref("base.user_admin"))), 1)
        self.assertFalse(self.find(gone) | self.find(clerk))

    def test_not_twice_while_one_is_open(self):
        for days in (0, 1, 7, 30):
            self.run_job_in(days)
        self.assertEqual(len(self.find()), 1)

    def test_again_a_week_after_it_was_done(self):
        self.run_job_in(0)
        later = self.now + timedelta(days=3)
        with patch.object(fields.Datetime, "now", lambda: later):
            self.find().with_user(self.manager).action_done()
            self.env.flush_all()
        self.assertFalse(self.find().active)
        self.run_job_in(9)
        self.assertEqual(len(self.find()), 1)
        self.run_job_in(10)
        self.assertEqual(self.find().mapped("active"), [False, True])

    def test_again_a_week_after_it_was_made_where_it_was_deleted(self):
        self.run_job_in(0)
        self.find().with_user(self.manager).action_cancel()
        self.assertFalse(self.find())
        self.run_job_in(6)
        self.assertFalse(self.find())
        self.run_job_in(7)
        self.assertEqual(len(self.find()), 1)

    def test_only_while_something_critical_is_open(self):
        self.client.write({"scope_ids": False, "pkce_required": False})
        self.run_job()
        self.assertFalse(self.find())
        self.client.scope_ids = self.full
        self.run_job()
        self.assertTrue(self.find())
        self.dismiss(self.check().filtered(lambda one: one.severity == CRITICAL))
        self.run_job()
        self.assertFalse(self.find())
        # What comes and goes reminds once a week, too
        self.client.scope_ids |= self.full.copy({"code": "more"})
        self.run_job_in(6)
        self.assertFalse(self.find())
        self.run_job_in(8)
        self.assertTrue(self.find())

    def test_one_that_fails_does_not_stop_the_others(self):
        admin = self.env.ref("base.user_admin")
        create = type(self.activities).create

        def fail(activities, vals_list):
            made = create(activities, vals_list)
            if admin in made.user_id:
                # PostgreSQL refuses everything else until the savepoint
                self.env.cr.execute("SELECT 1 / 0")
            return made

        logger = "odoo.addons.oauth_provider.models.oauth_provider_reminder"
        with (
            patch.object(type(self.activities), "create", fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs(logger, "ERROR"),
        ):
            self.run_job()
        self.assertFalse(self.find(admin))
        self.assertEqual(len(self.find()), 1)
        self.run_job()
        self.assertEqual(len(self.find(admin)), 1)

    def test_each_reads_it_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.manager.lang = "de_DE"
        languages = []
        real = type(self.Finding)._get_text

        def get_text(finding, found):
            languages.append(finding.env.lang)
            return real(finding, found)

        with patch.object(type(self.Finding), "_get_text", get_text):
            self.run_job()
        self.assertIn("de_DE", languages)

    def test_without_mail_nothing_happens(self):
        # As in a database without the module
        model = self.registry.models.pop("mail.activity")
        try:
            self.run_job()
            self.env["oauth.provider.reminder"].withdraw()
        finally:
            self.registry.models["mail.activity"] = model
        self.assertFalse(self.find())

    def test_they_go_with_the_addon(self):
        self.run_job()
        self.assertTrue(self.find())
        uninstall_hook(self.env)
        self.assertFalse(self.find())
        self.assertFalse(
            self.parameters.search([("key", "like", "oauth_provider.")]).mapped("key")
        )

    def test_nobody_reads_the_table(self):
        self.run_job()
        reminders = self.env["oauth.provider.reminder"].search([])
        self.assertTrue(reminders)
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            reminders.with_user(admin).read(["user_id"])


@tagged("post_install", "-at_install")
class TestCheckupCopy(CheckupCase):
    def find_keys(self):
        return set(self.check().mapped("key"))

    def neutralize(self):
        with file_open("oauth_provider/data/neutralize.sql") as script:
            self.env.flush_all()
            self.env.cr.execute(script.read())
            self.env.invalidate_all()
            self.env.registry.clear_all_caches()

    def test_a_copy_that_still_has_the_issuer_is_named(self):
        self.assertFalse(self.find_keys())
        # As Odoo does where it copies a database
        self.parameters.set_param("database.uuid", "of-the-copy")
        finding = self.check()
        self.assertEqual(finding.key, "copy")
        self.assertEqual(finding.severity, CRITICAL)
        self.dismiss(finding, "It has replaced the original")
        self.assertTrue(self.check().is_dismissed)
        # A copy of the copy is another matter
        self.parameters.set_param("database.uuid", "of-another-copy")
        self.assertFalse(self.check().is_dismissed)
        self.parameters.set_param("web.base.url", "https://copy.example.com")
        self.parameters.set_param("oauth_provider.issuer", "https://copy.example.com")
        self.assertFalse(self.find_keys())

    def test_one_that_goes_back_to_the_old_issuer_has_claimed_it(self):
        self.parameters.set_param("database.uuid", "of-the-copy")
        issuer = self.env["oauth.provider"].get_issuer()
        for value in ("https://copy.example.com", issuer):
            self.parameters.set_param("oauth_provider.issuer", value)
        self.assertFalse(self.find_keys())

    def test_a_neutralized_copy_whose_address_is_that_of_the_original(self):
        self.neutralize()
        self.assertFalse(self.parameters.get_param("oauth_provider.issuer"))
        self.assertEqual(self.find_keys(), {"copy"})
        self.parameters.set_param("web.base.url", "https://copy.example.com")
        self.assertFalse(self.find_keys())

    def test_a_neutralized_copy_starts_without_what_was_accepted(self):
        self.create_client(scope_ids=[Command.set(self.full.ids)])
        self.dismiss(self.check())
        self.env["oauth.provider.reminder"].create(
            {"user_id": self.manager.id, "reminded_at": fields.Datetime.now()}
        )
        self.neutralize()
        self.assertFalse(self.dismissals.search([]))
        self.assertFalse(self.env["oauth.provider.reminder"].search([]))
        self.assertFalse(self.parameters.get_param(RESULT))

    def migrate(self):
        path = f"{get_module_path('oauth_provider')}/{SCRIPT}"
        script = load_script(path, "oauth_provider_post_issuer")
        script.migrate(self.env.cr, "19.0.1.8.0")

    def test_a_database_from_before_is_told_from_its_copies(self):
        owner = [("key", "=", "oauth_provider.issuer_owner")]
        self.env["oauth.provider.key"].ensure()
        self.parameters.search(owner).unlink()
        self.migrate()
        self.assertFalse(self.find_keys())
        # A copy that was made before, and another one whose issuer was changed since
        self.parameters.set_param("database.uuid", "of-the-copy")
        for former, expected in ((False, {"copy"}), ("https://a.example.com", set())):
            self.parameters.search(owner).unlink()
            self.parameters.set_param("oauth_provider.former_issuers", former)
            self.migrate()
            self.assertEqual(self.find_keys(), expected)


@tagged("post_install", "-at_install")
class TestBackendAdministrator(CheckupCase):
    def find(self, user):
        values = {"application_type": "backend application", "user_id": user.id}
        client = self.create_client(redirect_uri_ids=False, **values)
        found = self.check().filtered(lambda one: one.res_id == client.id)
        return client, found

    def test_one_that_acts_as_an_administrator_is_named(self):
        admins = {
            group: new_test_user(self.env, f"robot_{number}", group)
            for number, group in enumerate(
                ("base.group_system", "base.group_erp_manager,base.group_user")
            )
        }
        for group, user in admins.items():
            with self.subTest(group=group):
                client, found = self.find(user)
                self.assertEqual(found.key, "admin_user")
                self.assertEqual(found.severity, CRITICAL)
                self.assertIn("acts as an administrator", found.name)
                self.assertIn("administrator", client.warnings)
        for groups in ("base.group_user", "base.group_portal"):
            user = new_test_user(self.env, f"robot_{groups}", groups)
            with self.subTest(groups=groups):
                self.assertFalse(self.find(user)[1])

    def test_dismissed_it_comes_back_with_another_user_or_scope(self):
        user = new_test_user(self.env, "robot", "base.group_system")
        client, found = self.find(user)
        self.dismiss(found)
        self.assertTrue(self.check().is_dismissed)
        client.user_id = self.env.ref("base.user_admin")
        self.assertFalse(self.check().is_dismissed)
        client.user_id = user
        self.assertTrue(self.check().is_dismissed)
        client.scope_ids = self.env.ref("oauth_provider.scope_groups")
        self.assertFalse(self.check().is_dismissed)

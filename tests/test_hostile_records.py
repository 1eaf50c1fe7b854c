# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Models that decide by rules of their own who sees what, with hostile arguments."""

from odoo.tests import tagged

from .records_case import RecordsCase


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestHostileRecords(RecordsCase):
    def test_attachments(self):
        scene = self.make_attachments()
        self.check_scene(scene)
        self.conclude(200)

    def test_changes_of_attachments(self):
        scene = self.make_attachments()
        self.check_changes(scene)
        self.conclude(200)

    def test_messages(self):
        scene = self.make_messages()
        self.check_scene(scene)
        self.conclude(200)

    def test_changes_of_messages(self):
        scene = self.make_messages()
        self.check_changes(scene)
        self.conclude(200)

    def test_activities(self):
        scene = self.make_activities()
        self.check_scene(scene)
        self.conclude(200)

    def test_changes_of_activities(self):
        scene = self.make_activities()
        self.check_changes(scene)
        self.conclude(200)

    def test_employees(self):
        self.user.group_ids |= self.env.ref("hr.group_hr_user")
        self.check_scene(self.make_employees())
        self.conclude(200)

    def test_changes_of_employees(self):
        self.user.group_ids |= self.env.ref("hr.group_hr_user")
        self.check_changes(self.make_employees())
        self.conclude(200)

    def test_public_profiles(self):
        scene = self.make_employees("hr.employee.public")
        self.check_scene(scene)
        self.conclude(200)

    def test_public_profiles_by_a_scope_on_employees(self):
        scene = self.make_employees("hr.employee.public")
        self.check_scene(scene, "hr.employee")
        self.conclude(200)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import date, timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

MANAGERS = "oauth_provider.group_oauth_provider_manager"
#: How long people are left alone after a reminder, and after they have done one.
PAUSE = timedelta(days=7)
#: How many findings a reminder names, and how many characters of each.
MOST_NAMED = 10
MOST_SHOWN = 200
#: The address of the check-up in the web client.
ADDRESS = "/odoo/action-oauth_provider.oauth_provider_check_action"


class OAuthProviderReminder(models.Model):
    """The activity that reminds a manager of critical findings of the check-up.

    Activities exist where ``mail`` is installed. Ours belong to no record: those that
    do need a model that takes messages. Nobody reads or writes this table.
    """

    _name = "oauth.provider.reminder"
    _description = "OAuth Provider Reminder"

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="cascade"
    )
    # No foreign key: the model need not exist
    activity_id = fields.Integer(readonly=True)
    reminded_at = fields.Datetime(required=True, readonly=True)

    _user_uniq = models.Constraint("UNIQUE (user_id)", "Each user has one reminder.")

    @api.model
    @api.private
    def remind(self, get_names):
        """Give an activity to each manager who has none, at most one a week.

        :param get_names: function that returns the critical findings (list of str) in
            the language with that code
        """
        if "mail.activity" not in self.env:
            return
        group = self.env.ref(MANAGERS)
        managers = self.env["res.users"].search([("all_group_ids", "in", group.ids)])
        known = {one.user_id: one for one in self.search(Domain.TRUE)}
        due = managers.filtered(lambda user: known.get(user, self)._is_due())
        for lang, users in due.grouped("lang").items():
            names = get_names(lang)
            for user in users:
                try:
                    with self.env.cr.savepoint():
                        known.get(user, self)._remind_one(user, names)
                except Exception:  # noqa: BLE001 one of them must not stop the others
                    _logger.exception("User %s cannot be reminded", user.id)

    @api.model
    @api.private
    def withdraw(self):
        """Remove the activities that are open, because there is nothing to fix.

        When they were made stays: what comes and goes reminds once a week, too.
        """
        reminders = self.search([("activity_id", "!=", False)])
        if "mail.activity" in self.env:
            reminders._get_activities().filtered("active").unlink()
        reminders.activity_id = False

    def _get_activities(self):
        return self.env["mail.activity"].browse(self.mapped("activity_id")).exists()

    def _is_due(self):
        """Tell whether the user of this reminder (or of none) gets a new activity."""
        if not self:
            return True
        activity = self._get_activities()
        if activity.active:
            return False
        last = max(self.reminded_at.date(), activity.date_done or date.min)
        # By days: the job does not run at the same second each day
        return fields.Date.today() - last >= PAUSE

    def _remind_one(self, user, names):
        """Make the activity of ``user``; this is the reminder before, if any."""
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        own = self.with_context(lang=user.lang, tz=user.tz).env
        items = Markup().join(
            Markup("<li>%s</li>") % name[:MOST_SHOWN] for name in names[:MOST_NAMED]
        )
        note = Markup('<ul>%s</ul><p><a href="%s">%s</a></p>')
        activity = own["mail.activity"].create(
            {
                "user_id": user.id,
                "activity_type_id": todo.id if todo else False,
                "summary": own._("Fix what the OAuth provider's check-up has found"),
                "note": note % (items, ADDRESS, own._("Open the check-up")),
                "date_deadline": fields.Date.context_today(own["mail.activity"]),
                "automated": True,
            }
        )
        values = {"activity_id": activity.id, "reminded_at": fields.Datetime.now()}
        if self:
            self.write(values)
        else:
            self.create({"user_id": user.id, **values})

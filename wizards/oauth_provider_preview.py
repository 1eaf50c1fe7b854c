# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools import left_out

#: Records that a preview shows, and characters of each value.
RECORDS = 20
CHARACTERS = 80


class OAuthProviderPreview(models.AbstractModel):
    """Shows what a person would release, read as that person and with no other rights.

    An administrator looks at anybody. A manager, who may not read all that everybody
    may, sees only what he or she would release.
    """

    _name = "oauth.provider.preview"
    _description = "OAuth Provider Preview"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        required=True,
        default=lambda self: self.env.user,
        help="Whose data is shown. Only an administrator chooses somebody else.",
    )
    can_choose_user = fields.Boolean(compute="_compute_can_choose_user")

    def _compute_can_choose_user(self):
        self.can_choose_user = self.env.user._is_system()

    @api.constrains("user_id")
    def _check_user_id(self):
        for preview in self:
            preview._get_person()

    def _get_person(self):
        """Return the user (record) whose data is shown.

        :raise AccessError: where a manager has chosen somebody else
        """
        self.ensure_one()
        # The onchange of a dialog that is not saved runs no constraint
        if self.user_id != self.env.user and not self.env.user._is_system():
            raise AccessError(
                self.env._(
                    "Only an administrator may look at what somebody else would"
                    " release."
                )
            )
        return self.user_id

    def _as_person(self, scopes):
        """Return ``scopes`` in the environment of the person, and of nobody else.

        The companies that an administrator works in are not the person's.
        """
        person = self._get_person()
        # with_context would keep the companies
        return scopes.with_env(self.env(user=person, context={})).as_user(person)

    def _show_records(self, scopes):
        """Return the records that ``scopes`` open to the person (Markup), by model."""
        scopes = self._as_person(scopes)
        models_ = scopes.sudo().model_id.sorted("name")
        return Markup().join(self._show_model(scopes, one) for one in models_)

    def _show_model(self, scopes, model):
        title = Markup("<h3>%s</h3>") % model.name
        noted = left_out.LeftOut()
        scopes = scopes.with_context(**{left_out.KEY: noted})
        try:
            rows, total = scopes.get_preview(model.model, RECORDS)
        except AccessError:
            text = self.env._("This person may not read what the scope opens.")
            return title + Markup("<p>%s</p>") % text
        text = self.env._(
            "%(total)s records; the first %(shown)s:", total=total, shown=len(rows)
        )
        if noted:
            warning = self.env._(
                "Left out, as this person may not read it: %s", noted.describe()
            )
            title += Markup("<p class='text-warning'>%s</p>") % warning
        if not rows:
            return title + Markup("<p>%s</p>") % self.env._("No record.")
        known = self.env[model.model]._fields
        names = dict.fromkeys(name for row in rows for name in row if name != "id")
        labels = {name: known[name]._description_string(self.env) for name in names}
        return title + Markup("<p>%s</p>") % text + self._show_table(labels, rows)

    def _show_table(self, labels, rows):
        labels = {"id": self.env._("ID"), **labels}
        head = Markup().join(Markup("<th>%s</th>") % one for one in labels.values())
        body = Markup().join(
            Markup("<tr>%s</tr>")
            % Markup().join(
                Markup("<td>%s</td>") % self._show_value(row.get(name))
                for name in labels
            )
            for row in rows
        )
        return Markup(
            "<div class='table-responsive'><table class='table table-sm'>"
            "<thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>"
        ) % (head, body)

    def _show_value(self, value):
        if value is None or value is False:
            return ""
        text = str(value)
        return text if len(text) <= CHARACTERS else f"{text[:CHARACTERS]}…"

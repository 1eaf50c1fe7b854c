# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.finding import SERVER


class OAuthProviderDismissal(models.Model):
    """A finding of the check-up that a manager has accepted, and why.

    It holds for what was found then: once the fingerprint is another, the finding is
    open again. Only the check-up makes and removes these.
    """

    _name = "oauth.provider.dismissal"
    _description = "OAuth Provider Dismissed Finding"
    _order = "dismissed_at desc, id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    subject = fields.Char(
        required=True,
        readonly=True,
        help="Model and number of the record that it is about, or “server”.",
    )
    fingerprint = fields.Char(required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Dismissed By",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    dismissed_at = fields.Datetime(string="Dismissed On", required=True, readonly=True)

    _finding_uniq = models.Constraint(
        "UNIQUE (key, subject)", "This finding has been dismissed already."
    )

    @api.model
    @api.private
    def dismiss(self, identity, fingerprint, reason):
        """Dismiss a finding in the name of the environment's user.

        :param identity: that of a :class:`~..tools.finding.Finding`
        :param fingerprint: what was found (str), from the same
        :param reason: why it is accepted (str)
        :return: the new record, which replaces the one before
        """
        key, subject = identity
        self._find_one(identity).unlink()
        self._log(identity, f"dismissed: {reason}")
        return self.sudo().create(
            {
                "key": key,
                "subject": subject,
                "fingerprint": fingerprint,
                "reason": reason,
                "user_id": self.env.uid,
                "dismissed_at": fields.Datetime.now(),
            }
        )

    @api.model
    @api.private
    def restore(self, identity):
        """Let the finding ``identity`` be open again."""
        if found := self._find_one(identity):
            self._log(identity, f"open again; dismissed until now: {found.reason}")
            found.unlink()

    def _find_one(self, identity):
        key, subject = identity
        return self.sudo().search([("key", "=", key), ("subject", "=", subject)])

    def _log(self, identity, what):
        """Log what the environment's user has decided on a finding (str)."""
        key, subject = identity
        self.env["oauth.provider.event"].sudo().log_event(
            "finding_changed", reason=f"{key} ({subject}) {what}"
        )

    @api.model
    @api.private
    def get_all(self):
        """Return all of them: {identity of the finding: record}, by one query."""
        return {(one.key, one.subject): one for one in self.sudo().search([])}

    @api.private
    def covers(self, fingerprint):
        """Tell whether what was dismissed here is still the same.

        :param fingerprint: that of the finding (str) now. No record covers none.
        """
        return bool(self) and self.fingerprint == fingerprint

    @api.private
    def describe(self, fingerprint):
        """Return who dismissed it, when and why (str), and whether it has changed.

        :param fingerprint: that of the finding (str) now
        """
        self.ensure_one()
        values = {
            "user": self.user_id.name or self.env._("a deleted user"),
            "date": format_date(self.env, self.dismissed_at),
            "reason": self.reason,
        }
        if self.covers(fingerprint):
            return self.env._("Dismissed by %(user)s on %(date)s: %(reason)s", **values)
        return self.env._(
            "Has changed since %(user)s dismissed it on %(date)s: %(reason)s", **values
        )

    def _may_be_found(self, subject):
        """Tell whether a finding about ``subject`` (str) may show to others only."""
        model, _comma, number = subject.partition(",")
        if model != "oauth.provider.scope":
            return subject == SERVER
        # A manager can make a line of the check-up, and dismiss that
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            return False
        return bool(self.env[model].browse(int(number)).exists())

    @api.model
    @api.private
    def forget(self, findings):
        """Remove the dismissals of what is found no more, or of a record that is gone.

        If it is found later, somebody has to decide again. Those about the server stay:
        several servers may be configured differently, and what is seen in the request
        of a person is not seen from here. So do those about scopes that there are: a
        filter may be broken for some people only.

        :param findings: all findings of this moment
        """
        found = {finding.identity for finding in findings}
        self.browse().concat(
            *(
                one
                for identity, one in self.get_all().items()
                if identity not in found and not self._may_be_found(identity[1])
            )
        ).unlink()

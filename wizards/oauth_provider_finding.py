# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from ..tools import arrival
from ..tools.finding import CRITICAL, REVIEW, Finding
from . import server_findings

#: Models whose active records are asked, one by one, for ``get_warnings()``: a method
#: that returns a list of :class:`~..tools.finding.Finding` without a subject (or of
#: tuples with its first fields). The name of the record is put in front of the text.
SOURCES = ("oauth.provider.client", "oauth.provider.scope")
#: System parameter with the numbers of the last check, so that the settings need none.
RESULT = "oauth_provider.checkup"
#: Its parts: what is found anywhere, and what only the request of a person shows.
PARTS = ("found", "request")
SEVERITIES = (CRITICAL, REVIEW)
#: For how long a result that is the same need not be written again.
UNCHANGED = timedelta(hours=1)
#: The longest reason of a dismissal that is taken.
MOST_OF_REASON = 1000


class OAuthProviderFinding(models.TransientModel):
    """A line of the check-up: something about the provider that should be fixed."""

    _name = "oauth.provider.finding"
    _description = "OAuth Provider Check-Up"
    _order = "severity, id"

    severity = fields.Selection(
        selection=[(CRITICAL, "Fix"), (REVIEW, "Review")], required=True, readonly=True
    )
    name = fields.Char(string="What", required=True, readonly=True)
    advice = fields.Char(string="What to Do", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    key = fields.Char(required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    is_of_request = fields.Boolean(readonly=True)
    is_dismissed = fields.Boolean(string="Dismissed", readonly=True)
    dismissal = fields.Char(readonly=True, help="Who dismissed it, when and why.")
    reason = fields.Char(
        help="Why this is acceptable. Other managers read it. The finding comes back"
        " when what was found changes."
    )

    # Checking

    @api.model
    def action_check(self):
        """Check the whole configuration and open the findings."""
        self.search([("create_uid", "=", self.env.uid)]).unlink()
        self.check_access("create")
        dismissals = self.env["oauth.provider.dismissal"].get_all()
        rows = self.create([self._describe(one, dismissals) for one in self._find()])
        rows._remember_result()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "oauth_provider.oauth_provider_finding_action"
            ),
            "domain": [("id", "in", rows.ids)],
        }

    @api.model
    def _find(self):
        """Return all findings (list of :class:`Finding`), dismissed or not."""
        seen = arrival.read(request.httprequest) if request else None
        return [
            *server_findings.find(self.env, seen),
            *(one for model in SOURCES for one in self._find_of_records(model)),
            *self._find_unused(),
        ]

    def _find_of_records(self, model):
        """Yield what the active records of ``model`` (str) warn of."""
        for record in self.env[model].search(Domain.TRUE):
            for warning in record.get_warnings():
                yield Finding(*warning)._replace(subject=record)

    def _find_unused(self):
        """Yield a finding for each client that nobody uses."""
        clients = self.env["oauth.provider.client"].search(Domain.TRUE)
        for client in clients.find_unused():
            yield Finding(
                "unused",
                REVIEW,
                self.env._("nobody has used it for 90 days"),
                self.env._("Archive it, if nobody misses it."),
                subject=client,
            )

    def _describe(self, finding, dismissals):
        """Return the values (dict) of the line of a finding.

        :param dismissals: what ``oauth.provider.dismissal.get_all`` returns
        """
        place = finding.subject or finding.place
        key, subject = finding.identity
        dismissal = dismissals.get(finding.identity)
        return {
            "severity": finding.severity,
            "name": self._get_text(finding),
            "advice": finding.advice,
            "res_model": place._name if place else False,
            "res_id": place.id if place else False,
            "key": key,
            "subject": subject,
            "fingerprint": finding.fingerprint,
            "is_of_request": finding.is_of_request,
            "is_dismissed": bool(dismissal) and dismissal.covers(finding.fingerprint),
            "dismissal": dismissal and dismissal.describe(finding.fingerprint),
        }

    def _get_text(self, finding):
        name = finding.subject and finding.subject.display_name
        return f"{name}: {finding.what}" if name else finding.what

    # What can be done with one

    def action_open(self):
        """Open the record where this can be fixed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_ask_reason(self):
        """Open the dialog in which this finding is dismissed."""
        self.ensure_one()
        self.check_access("write")
        view = self.env.ref("oauth_provider.oauth_provider_finding_view_form_dismiss")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss Finding"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_dismiss(self):
        """Dismiss this finding, for the reason that has been entered.

        :raise UserError: without a reason, or with one that nobody would read
        """
        self.ensure_one()
        self.check_access("write")
        reason = " ".join((self.reason or "").split())
        if not reason:
            raise UserError(self.env._("Enter why this is acceptable."))
        if len(reason) > MOST_OF_REASON:
            raise UserError(
                self.env._("Enter a reason of at most %s characters.", MOST_OF_REASON)
            )
        dismissal = self.env["oauth.provider.dismissal"].dismiss(
            (self.key, self.subject), self.fingerprint, reason
        )
        self.write(
            {"is_dismissed": True, "dismissal": dismissal.describe(self.fingerprint)}
        )
        self._count_again()
        return {"type": "ir.actions.act_window_close"}

    def action_restore(self):
        """Let this finding be open again."""
        self.ensure_one()
        self.check_access("write")
        self.env["oauth.provider.dismissal"].restore((self.key, self.subject))
        self.write({"is_dismissed": False, "dismissal": False, "reason": False})
        self._count_again()
        return {"type": "ir.actions.act_window_close"}

    def _count_again(self):
        """Remember how much is open now, whenever this line was found."""
        dismissals = self.env["oauth.provider.dismissal"].get_all()
        lines = [self._describe(one, dismissals) for one in self._find()]
        self.browse().concat(*map(self.new, lines))._remember_result()

    # Reporting

    @api.model
    def _cron_check(self):
        """Count what is found, and remind managers while something has to be fixed."""
        found = self._find()
        dismissals = self.env["oauth.provider.dismissal"]
        dismissals.forget(found)
        dismissed = dismissals.get_all()

        def is_open(finding):
            dismissal = dismissed.get(finding.identity, dismissals)
            return not dismissal.covers(finding.fingerprint)

        def get_names(lang):
            checkup = self.with_context(lang=lang)
            return [
                checkup._get_text(one)
                for one in checkup._find()
                if is_open(one) and one.severity == CRITICAL
            ]

        is_critical = self._write_result(
            {"found": self._count(filter(is_open, found))}
        )[CRITICAL]
        reminder = self.env["oauth.provider.reminder"].sudo()
        if is_critical:
            reminder.remind(get_names)
        else:
            reminder.withdraw()

    def _count(self, findings):
        """Return {severity: number} of findings or of lines that are open."""
        severities = [one.severity for one in findings]
        return {severity: severities.count(severity) for severity in SEVERITIES}

    def _remember_result(self):
        """Remember how many of these lines are open."""
        open_ = self.filtered(lambda line: not line.is_dismissed)
        of_request = open_.filtered("is_of_request")
        found = self._count(open_ - of_request)
        self._write_result({"found": found, "request": self._count(of_request)})

    def _write_result(self, numbers):
        """Remember ``numbers`` in place of those of the last check.

        What a person's request has shown stays, where there is none.

        :param numbers: {part: {severity: number}}, for some of :data:`PARTS`
        :return: as :meth:`get_result`
        """
        now, before = fields.Datetime.now(), self._read_result()
        after = {**before, **numbers}
        # Each new value empties a cache of all workers
        at = fields.Datetime.to_datetime(before.get("at") or datetime.min)
        if after != before or now - at > UNCHANGED:
            after["at"] = fields.Datetime.to_string(now)
            self.env["ir.config_parameter"].sudo().set_param(RESULT, json.dumps(after))
        return self.get_result()

    def _read_result(self):
        """Return what :meth:`_write_result` has written (dict).

        An empty one without it, or where an administrator has written something else:
        the settings page must open.
        """
        value = self.env["ir.config_parameter"].sudo().get_param(RESULT) or ""
        try:
            result = json.loads(value)
            fields.Datetime.to_datetime(result["at"])
            return {
                "at": result["at"],
                **{
                    part: {one: int(result[part][one]) for one in SEVERITIES}
                    for part in PARTS
                    if part in result
                },
            }
        except (ValueError, TypeError, KeyError, RecursionError):
            return {}

    @api.model
    @api.private
    def get_result(self):
        """Return how much the last check has found, without a query of its own.

        :return: {severity: number of open findings, "at": datetime (UTC) or None}
        """
        result = self._read_result()
        parts = [result[part] for part in PARTS if part in result]
        numbers = {one: sum(part[one] for part in parts) for one in SEVERITIES}
        return {**numbers, "at": fields.Datetime.to_datetime(result.get("at"))}

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.finding import CRITICAL, REVIEW
from .oauth_provider_client_authentication import ASSERTION_LIFETIME
from .oauth_provider_event import EACH_ISSUE
from .res_users import PASSWORD_RULES

#: {field: (system parameter, number without it, least that it may be)}
NUMBERS = {
    "oauth_retention_days": ("oauth_provider.retention_days", 30, 0),
    "oauth_event_retention_days": ("oauth_provider.event_retention_days", 90, 0),
    "oauth_unused_grant_days": ("oauth_provider.unused_grant_days", 365, 0),
    "oauth_key_lifetime_days": ("oauth_provider.key_lifetime_days", 90, 0),
    # Who may guess without end guesses right
    "oauth_throttle_failures": ("oauth_provider.throttle_failures", 10, 1),
    "oauth_throttle_seconds": ("oauth_provider.throttle_seconds", 60, 1),
    "oauth_assertion_lifetime": (*ASSERTION_LIFETIME, 1),
}
#: {field: (system parameter, answer without it)}
FLAGS = {
    "oauth_reset_ends_tokens": PASSWORD_RULES["reset"],
    "oauth_change_ends_tokens": PASSWORD_RULES["change"],
    "oauth_event_of_each_token": EACH_ISSUE,
}


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    oauth_issuer = fields.Char(
        string="Issuer",
        config_parameter="oauth_provider.issuer",
        help="The name under which applications know this provider. They refuse all"
        " that they have when it changes.",
    )
    oauth_checkup_critical = fields.Integer(
        string="Findings to Fix", compute="_compute_oauth_checkup"
    )
    oauth_checkup_review = fields.Integer(
        string="Findings to Review", compute="_compute_oauth_checkup"
    )
    oauth_checkup_at = fields.Datetime(
        string="Last Check", compute="_compute_oauth_checkup"
    )
    # Odoo's own config_parameter takes 0 for nothing
    oauth_retention_days = fields.Integer(
        string="Keep Expired Tokens",
        help="0: removed by the next run of the job, within an hour.",
    )
    oauth_event_retention_days = fields.Integer(
        string="Keep Events",
        help="0: removed by the next run of the job, within an hour.",
    )
    oauth_unused_grant_days = fields.Integer(
        string="Keep Unused Grants", help="0: they are never removed."
    )
    oauth_key_lifetime_days = fields.Integer(
        string="Replace Signing Keys After", help="0: they are never replaced."
    )
    oauth_throttle_failures = fields.Integer(
        string="Failed Attempts", help="At least 1: it cannot be turned off."
    )
    oauth_throttle_seconds = fields.Integer(string="Within", help="At least 1.")
    oauth_assertion_lifetime = fields.Integer(
        string="Longest Lifetime of an Assertion", help="In seconds, at least 1."
    )
    # Odoo's own config_parameter takes False for nothing
    oauth_reset_ends_tokens = fields.Boolean(
        string="End Tokens at a Password Reset",
        help="A password that is reset by a link or set by an administrator ends the"
        " tokens of the applications that the user has connected.",
    )
    oauth_change_ends_tokens = fields.Boolean(
        string="End Tokens at a Password Change",
        help="A password that people change themselves ends the tokens of the"
        " applications that they have connected.",
    )

    oauth_event_of_each_token = fields.Boolean(
        string="One Event for Each Token",
        help="Every token that is issued or refreshed is an event of its own. Otherwise"
        " ordinary ones are counted for each client, user and hour.",
    )

    @api.depends_context("uid")
    def _compute_oauth_checkup(self):
        # Everybody who opens the settings of anything waits for this
        result = self.env["oauth.provider.finding"].get_result()
        self.oauth_checkup_critical = result[CRITICAL]
        self.oauth_checkup_review = result[REVIEW]
        self.oauth_checkup_at = result["at"]

    @api.constrains(*NUMBERS)
    def _check_oauth_numbers(self):
        for settings in self:
            for name, (_key, _default, least) in NUMBERS.items():
                if settings[name] < least:
                    raise ValidationError(
                        self.env._(
                            "“%(setting)s” must be at least %(least)s.",
                            setting=self._fields[name]._description_string(self.env),
                            least=least,
                        )
                    )

    @api.model
    def get_values(self):
        values = super().get_values()
        number = self.env["ir.config_parameter"]._get_oauth_number
        for name, (key, default, least) in NUMBERS.items():
            value = number(key, default)
            # What somebody has written into the system parameter, and does not count
            values[name] = value if value >= least else default
        flag = self.env["ir.config_parameter"]._get_oauth_flag
        values.update({name: flag(*rule) for name, rule in FLAGS.items()})
        return values

    def set_values(self):
        result = super().set_values()
        parameters = self.env["ir.config_parameter"].sudo()
        for name, (key, default, _least) in NUMBERS.items():
            if self[name] != parameters._get_oauth_number(key, default):
                parameters.set_param(key, str(self[name]))
        for name, rule in FLAGS.items():
            if self[name] != parameters._get_oauth_flag(*rule):
                parameters.set_param(rule[0], str(self[name]))
        return result

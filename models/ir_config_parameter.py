# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import api, models

from .oauth_provider_issuer import ISSUER

#: What is larger means the same, and is more than dates can hold.
MAXIMUM = 100_000
MOST_DIGITS = 20
FLAGS = {"true": True, "1": True, "false": False, "0": False}


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    @api.model
    def _get_oauth_number(self, key, default):
        """Return the system parameter ``key`` (int from 0 on), or ``default``."""
        value = self.sudo().get_param(key) or ""
        if not value.isdecimal():
            return default
        # Python reads no number of thousands of digits
        return min(int(value), MAXIMUM) if len(value) < MOST_DIGITS else MAXIMUM

    @api.model
    def _get_oauth_flag(self, key, default):
        """Return the system parameter ``key`` (bool), or ``default``.

        Written as Odoo writes one, or as 1 and 0.
        """
        value = str(self.sudo().get_param(key) or "").strip().lower()
        return FLAGS.get(value, default)

    @contextmanager
    def _oauth_remember_issuer(self, keys):
        """Remember the issuer as a former one, if what is done within replaces it.

        And that the new one was given to this database, not to one it is a copy of.

        :param keys: of the system parameters that are changed (collection of str)
        """
        if ISSUER not in keys:
            yield
            return
        provider = self.env["oauth.provider"]
        former = provider.get_issuer()
        yield
        provider.remember_issuer(former)
        provider.claim_issuer()

    @api.model_create_multi
    def create(self, vals_list):
        with self._oauth_remember_issuer([vals.get("key") for vals in vals_list]):
            return super().create(vals_list)

    def unlink(self):
        with self._oauth_remember_issuer(self.mapped("key")):
            return super().unlink()

    def write(self, vals):
        with self._oauth_remember_issuer([*self.mapped("key"), vals.get("key")]):
            result = super().write(vals)
        if "value" in vals and "database.uuid" in self.mapped("key"):
            # This is a copy now
            self.env["oauth.provider.key"].leave_original()
        return result

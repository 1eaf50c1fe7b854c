# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..storage import revocation
from ..storage.after_commit import lock_rows, write_apart
from ..tools import signing_key, vacuum
from ..tools.key_encryption import SigningUnavailableError

_logger = logging.getLogger(__name__)

#: How long a new key is published before it signs, so that caches have it in time.
ANNOUNCEMENT = timedelta(days=1)
#: Covers requests under way when a key stops signing, and clocks that differ.
SLACK = timedelta(minutes=10)


class OAuthProviderKey(models.Model):
    """How a key is replaced, retired, withdrawn and removed."""

    _inherit = "oauth.provider.key"

    @api.private
    def retire(self):
        """Stop signing with these keys; they stay published as long as needed."""
        now = fields.Datetime.now()
        lifetimes = (
            self.env["oauth.provider.client"]
            .sudo()
            .with_context(active_test=False)
            ._read_group([], [], ["id_token_lifetime:max"])
        )
        horizon = now + timedelta(seconds=lifetimes[0][0] or 0) + SLACK
        signed = dict(
            self.env["oauth.provider.token"]
            .sudo()
            ._read_group([("key_id", "in", self.ids)], ["key_id"], ["expires_at:max"])
        )
        for key in self.sudo().filtered(lambda key: not key.retired_at):
            last = signed.get(key)
            key.write(
                {
                    "retired_at": now,
                    "published_until": max(horizon, last) if last else horizon,
                }
            )
            key._log_event("retired")

    def action_rotate(self):
        """Replace these keys at once: a button for managers.

        :return: the action that shows a new shared secret, once only, or True
        """
        self.check_access("read")
        if any(key.retired_at or key._is_foreign() for key in self):
            raise UserError(self.env._("This key does not sign any more."))
        self.client_id._check_may_grant_rights()
        new = self.sudo()._make_successors()
        self.retire()
        return new._show_shared_secret()

    def action_withdraw(self):
        """Stop publishing these keys at once, because one has leaked: a button.

        Everything that they signed is refused from then on. A manager who may not see
        the next shared secret may withdraw the leaked one as well: an administrator
        then replaces the new one. The keys are withdrawn even if none can be made to
        replace them, as in a process that cannot decrypt them: the next process that
        can makes the successor.

        :return: as :meth:`action_rotate`, or a notice that there is more to do
        """
        self.check_access("read")
        keys = self.sudo()
        signing = keys.filtered(
            lambda key: not key.retired_at and not key._is_foreign()
        )
        # Before anything is written: no other process signs with them from here on
        subtransaction = lock_rows(keys, with_references=True)
        problem = None
        try:
            new = signing._make_successors()
        except SigningUnavailableError as error:
            new, problem = keys.browse(), error.args[0]
        now = fields.Datetime.now()
        for key in keys:
            key.write(
                {
                    "retired_at": key.retired_at or now,
                    "published_until": now,
                    "is_withdrawn": True,
                }
            )
        events = {key: key._log_event("withdrawn") for key in keys}
        keys._end_signed(subtransaction, events)
        if problem:
            return self._notify(
                self.env._("The key is withdrawn, and none replaces it: %s", problem)
            )
        if new.client_id._acts_beyond_user():
            return self._notify(
                self.env._(
                    "The key is withdrawn. Nobody has seen the one that signs for"
                    " %(clients)s now: let an administrator replace it and hand it on.",
                    clients=", ".join(new.client_id.mapped("name")),
                )
            )
        return new._show_shared_secret()

    def _end_signed(self, subtransaction, events):
        """End the access tokens that these keys have signed.

        Once more after the commit, for those that were issued in the meantime.

        :param subtransaction: what lock_rows has returned of these keys
        :param events: {key: event of its withdrawal}
        """
        tokens = self.env["oauth.provider.token"].sudo()
        signed = revocation.revoke_credentials_of(tokens, "key_id", self.ids)
        statement = signed.get_statement()
        self.env.flush_all()
        self.env.cr.execute(statement, log_exceptions=False)
        had_tokens = self.browse(id_ for (id_,) in self.env.cr.fetchall())
        tokens.invalidate_model()
        for key in had_tokens:
            self.env["oauth.provider.event"].log_event(
                "revoked",
                client=key.client_id,
                reason="key withdrawn",
                caused_by=events[key],
            )

        def end_again(cr):
            # A row that another transaction ends at the same time is skipped
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            cr.execute(statement)

        write_apart(self.env, end_again, subtransaction)

    def _notify(self, message):
        """Return the action that shows the warning ``message`` (str)."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _make_successors(self):
        """Return new keys (records) of the same owners and algorithms."""
        made = [
            self.make(key.algorithm, client=key.client_id, predecessor=key)
            for key in self
        ]
        return self.browse().concat(*made)

    def _show_shared_secret(self):
        """Return the action that shows the one shared secret of these keys, or True.

        :raise UserError: for more than one
        """
        shared = self.filtered(lambda key: signing_key.is_symmetric(key.algorithm))
        if not shared:
            return True
        if len(shared) > 1:
            raise UserError(
                self.env._("Replace shared secrets one by one: each is shown once.")
            )
        return shared.client_id._show_shared_secret(shared.get_private_key())

    @api.model
    def _cron_rotate(self):
        """Announce successors of old keys of the database; retire keys that have one.

        Each key signs for ``oauth_provider.key_lifetime_days`` days (system parameter,
        90; 0 for ever). Its successor is published one day before it takes over. If
        one cannot be decrypted, none is replaced.
        """
        self.leave_original()
        lifetime = timedelta(
            days=self.env["ir.config_parameter"]._get_oauth_number(
                "oauth_provider.key_lifetime_days", 90
            )
        )
        now = fields.Datetime.now()
        if self.find_unreadable():
            _logger.warning("Signing keys that cannot be decrypted are not replaced")
            return
        living = self.sudo().search([("retired_at", "=", False)])
        for _owner, keys in living.grouped(
            lambda key: (key.client_id, key.algorithm)
        ).items():
            active = keys.filtered(lambda key: key.activates_at <= now)
            active[1:].retire()
            if not lifetime or keys != active or not active or active.client_id:
                continue
            takes_over = max(active[0].activates_at + lifetime, now + ANNOUNCEMENT)
            if takes_over <= now + ANNOUNCEMENT:
                self.make(
                    active[0].algorithm,
                    activates_at=takes_over,
                    predecessor=active[0],
                )

    @api.autovacuum
    def _gc_gone(self):
        limit = fields.Datetime.now() - timedelta(days=365)
        return vacuum.remove(self.sudo(), [("published_until", "<", limit)])

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..storage.foreign_key import GrantKey, no_foreign_key
from ..tools import liveness

#: The kinds of credentials.
CREDENTIALS = (
    "oauth.provider.authorization.code",
    "oauth.provider.refresh.token",
    "oauth.provider.token",
)
#: What the clocks of two hosts may differ.
CLOCKS = timedelta(days=1)


def _held_without_grant(comodel_name, description):
    """Return a field that is filled where no grant holds the record."""
    return fields.Many2one(
        comodel_name=comodel_name,
        compute="_compute_backend",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="cascade",
        groups=fields.NO_ACCESS,
        help=description,
    )


class OAuthProviderCredential(models.AbstractModel):
    """What authorization codes, access tokens and refresh tokens have in common.

    The credential itself is shown to the client once; the database holds its digest.
    All that descends from one authorization shares a ``family``, so that a replayed
    code or a stolen refresh token takes everything issued from it along
    (RFC 6749 section 10.5, RFC 9700 section 4.14).
    """

    _name = "oauth.provider.credential"
    _inherit = ["oauth.provider.client.user.mixin"]
    _description = "OAuth Provider Credential"
    _order = "id desc"

    digest = fields.Char(
        required=True, copy=False, readonly=True, groups=fields.NO_ACCESS
    )
    family = fields.Char(
        required=True, index=True, copy=False, readonly=True, groups=fields.NO_ACCESS
    )
    # One foreign key holds these three, or the two of a backend application
    client_id = fields.Many2one(update_db_foreign_key=no_foreign_key)
    user_id = fields.Many2one(update_db_foreign_key=no_foreign_key)
    grant_id = fields.Many2one(
        comodel_name="oauth.provider.grant",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
        update_db_foreign_key=no_foreign_key,
        help="What the user allowed. Empty for a backend application, which acts on"
        " its own behalf.",
    )
    backend_client_id = _held_without_grant(
        "oauth.provider.client", "The client, where there is no grant."
    )
    backend_user_id = _held_without_grant(
        "res.users", "The user, where there is no grant."
    )
    session_id = fields.Many2one(
        comodel_name="oauth.provider.session",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="The sign-in in a browser that it comes from.",
    )
    audience = fields.Char(
        readonly=True,
        help="Who is to accept it: the resource that it was asked for (RFC 8707), or"
        " the client's own audience. Empty: this provider.",
    )
    expires_at = fields.Datetime(
        string="Expires On", required=True, index=True, readonly=True
    )
    revoked_at = fields.Datetime(string="Revoked On", readonly=True, copy=False)

    # Nothing outlives its client or its user, nor has others than its grant
    _held_by_grant = GrantKey("client_id", "user_id")
    _held = models.Constraint(
        "CHECK (grant_id IS NOT NULL OR"
        " (backend_client_id = client_id AND backend_user_id = user_id) IS TRUE)",
        "A credential belongs to a grant, or to a client and its user.",
    )

    @api.depends("grant_id", "client_id", "user_id")
    def _compute_backend(self):
        for record in self:
            has_grant = bool(record.grant_id)
            record.backend_client_id = not has_grant and record.client_id
            record.backend_user_id = not has_grant and record.user_id

    @api.private
    def is_live(self):
        """Tell whether this credential still opens anything, at this moment.

        A credential is worth nothing once it has expired or was revoked, its user or
        client is archived, the user may no longer use the client, or its grant was
        withdrawn or has expired.
        """
        self.ensure_one()
        user, client, now = self.user_id, self.client_id, fields.Datetime.now()
        return (
            liveness.is_live(self, user, client, self.grant_id, now)
            and client.allows_user(user)
            and self._is_usable(self, lambda: self)
        )

    @api.private
    def has_ended_with_session(self):
        """Tell whether the person has signed out since, and this ends with it.

        See :meth:`oauth.provider.session.end`, which does not see a code that is issued
        at the same moment.
        """
        self.ensure_one()
        return bool(
            self.client_id.backchannel_logout_uri
            and self.session_id.ended_at
            and "offline_access" not in self.scope_ids.list_codes()
        )

    @api.private
    def allowed_scopes(self, prefetch=True):
        """Return the scopes of this credential that the client may still have.

        Nor what the person has left out since, nor what has come to open more than the
        person allowed.

        :param prefetch: whether all that is known of them is to be at hand
        """
        scopes = self.env["oauth.provider.scope"].browse(self._get_allowed_ids())
        return scopes.prefetch() if prefetch else scopes

    @api.private
    def allowed_codes(self):
        """Return the codes (list of str) of :meth:`allowed_scopes`, in their order."""
        scopes = self.env["oauth.provider.scope"]
        return scopes.get_codes_of(self._get_allowed_ids())

    def _get_allowed_ids(self):
        self.ensure_one()
        client, grant = self.client_id, self.grant_id
        return self.env["oauth.provider.scope"].get_allowed_ids(
            self.scope_numbers or (),
            client.scope_ids._ids,
            grant.scope_ids._ids
            if liveness.is_held_to_consent(client, grant)
            else None,
            grant.declined_numbers or (),
        )

    @api.private
    def get_end(self):
        """Return when this credential expires, at the latest with its grant (datetime).

        The person may have chosen a shorter time since it was issued.
        """
        self.ensure_one()
        return liveness.get_end(self, self.grant_id)

    @api.private
    def revoke(self):
        """Revoke these records; those that are revoked keep their first date."""
        self.filtered(lambda record: not record.revoked_at).write(
            {"revoked_at": fields.Datetime.now()}
        )

    @api.private
    def revoke_family(self):
        """Revoke all that was issued from the same authorization as these records.

        These themselves even if they have expired: whoever presents one again learns
        nothing new, and nothing is recorded again.
        """
        self.revoke_where([("family", "in", self.mapped("family"))])
        self.revoke()

    @api.model
    @api.private
    def revoke_where(self, domain, kinds=CREDENTIALS):
        """Revoke what may be live of ``domain``.

        By one statement for each kind: there may be a million, which no request or job
        reads into its memory.

        :param kinds: names of models, all by default, whatever this one is
        """
        for model in kinds:
            credentials = self.env[model].sudo()
            found = credentials._search(Domain(domain) & self.maybe_live_domain())
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET revoked_at = %s WHERE id IN %s",
                    SQL.identifier(credentials._table),
                    fields.Datetime.now(),
                    found.subselect(),
                ),
                # Who comes second is retried: nothing to log as an error
                log_exceptions=False,
            )
            credentials.invalidate_model()

    @api.model
    @api.private
    def maybe_live_domain(self):
        """Return the domain (Domain) of the credentials that may open something.

        What has expired opens nothing: on hosts whose clock is behind, a day later.
        """
        return Domain("revoked_at", "=", False) & Domain(
            "expires_at", ">", fields.Datetime.now() - CLOCKS
        )

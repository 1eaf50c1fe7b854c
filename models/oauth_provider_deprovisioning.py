# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import psycopg2.errors

from odoo import api, models

from ..storage import revocation
from ..storage.after_commit import lock_rows, write_apart
from .oauth_provider_credential import CREDENTIALS

GRANT = "oauth.provider.grant"
#: What ends where users or clients are archived, in the order in which it is locked.
KINDS = (GRANT, *CREDENTIALS)
#: The column that refers to the owner of a row, by the model of the owner.
LINKS = {"res.users": "user_id", "oauth.provider.client": "client_id"}
#: Reasons of events: the last word of each says what happened to the first.
ARCHIVED = {"res.users": "user archived", "oauth.provider.client": "client archived"}


class OAuthProviderDeprovisioning(models.AbstractModel):
    """Ends everything that a user has allowed, or that a client has.

    The documentation has the whole table (*What ends a token*).
    """

    _name = "oauth.provider.deprovisioning"
    _description = "End of Access"

    @api.model
    @api.private
    def end_archived(self, owners):
        """End for good what the archived ones of ``owners`` have.

        Grants, codes and tokens, also those of backend applications. Making the user or
        the client active again revives none of them.

        :param owners: users or clients (records), some of which may be active
        """
        archived = owners.sudo().filtered(lambda owner: not owner.active)
        reason = ARCHIVED[owners._name]
        self._end(archived, reason, KINDS, includes_backends=True)

    @api.model
    @api.private
    def end_tokens(self, users, reason):
        """End the codes and tokens that applications have for ``users`` (records).

        The grants stay, so that nobody is asked again, and so do the tokens of
        applications that act on their own behalf (client credentials).

        :param reason: of the event (str)
        """
        self._end(users.sudo(), reason, CREDENTIALS, includes_backends=False)

    def _end(self, owners, reason, kinds, includes_backends):
        """End what ``owners`` have, of the models ``kinds``, and log it.

        By one statement for each kind. They run again after the commit, for what was
        issued in the meantime: see :meth:`oauth.provider.credential.store` for what can
        no longer be issued by then. What is rolled back to a savepoint ends nothing.
        """
        if not owners:
            return
        subtransaction = lock_rows(owners)
        statements = [
            self._get_statement(kind, owners, includes_backends) for kind in kinds
        ]
        found = set()
        try:
            with self.env.cr.savepoint(flush=False):
                for statement in statements:
                    self.env.cr.execute(statement, log_exceptions=False)
                    found.update(id_ for (id_,) in self.env.cr.fetchall())
        except psycopg2.errors.SerializationFailure:
            # Some of a client's many rows are written all the time. As it is archived,
            # none of them opens anything until they end after the commit
            if owners._name == "res.users":
                raise
            found.update(owners.ids)
        for kind in KINDS:
            self.env[kind].invalidate_model()
        for owner in owners:
            if owner.id in found:
                role = "user" if owner._name == "res.users" else "client"
                self.env["oauth.provider.event"].log_event(
                    "revoked", reason=reason, **{role: owner}
                )

        def end_again(cr):
            # A row that another transaction ends at the same time is skipped
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            for statement in statements:
                cr.execute(statement)

        write_apart(self.env, end_again, subtransaction)

    def _get_statement(self, kind, owners, includes_backends):
        """Return the statement (SQL) that ends what ``owners`` have of one ``kind``.

        It answers the ids of those who had any.
        """
        link, model = LINKS[owners._name], self.env[kind]
        if kind == GRANT:
            return revocation.revoke_of(model, link, owners.ids)
        return revocation.revoke_credentials_of(
            model, link, owners.ids, includes_backends
        )

    @api.autovacuum
    def _gc_archived(self):
        """End what users and clients have that were archived without the ORM."""
        count = 0
        grants, *credentials = (self.env[kind] for kind in KINDS)
        for model, link in LINKS.items():
            owners = revocation.find_archived(
                self.env[model], link, grants, credentials
            )
            self.end_archived(owners)
            count += len(owners)
        return count, False

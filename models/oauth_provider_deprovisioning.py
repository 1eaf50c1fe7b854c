# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import psycopg2.errors

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..storage import batches
from ..storage.after_commit import lock_rows, write_apart
from ..storage.revocation import find_archived, revoke_credentials_of, revoke_of
from .oauth_provider_credential import CREDENTIALS

GRANT = "oauth.provider.grant"
#: What ends where users or clients are archived, in the order in which it is locked.
KINDS = (GRANT, *CREDENTIALS)
#: How often what a client gets while it is being deleted is removed, too.
ROUNDS = 5
#: What goes with a client, in the order in which it is removed before it.
REMOVED = (*CREDENTIALS, "oauth.provider.session", GRANT)
#: The column that refers to the owner of a row, by the model of the owner.
LINKS = {"res.users": "user_id", "oauth.provider.client": "client_id"}
#: Reasons of events: the last word of each says what happened to the first.
ARCHIVED = {"res.users": "user archived", "oauth.provider.client": "client archived"}
#: The kind of the event that says so of the owner, by the model of the owner.
CHANGED = {"res.users": "user_changed", "oauth.provider.client": "client_changed"}


class OAuthProviderDeprovisioning(models.AbstractModel):
    """Ends everything that a user has allowed, or that a client has.

    The documentation has the whole table (*What ends a token*).
    """

    _name = "oauth.provider.deprovisioning"
    _description = "End of Access"

    @api.model
    @api.private
    def end_archived(self, owners, causes=None):
        """End for good what the archived ones of ``owners`` have.

        Grants, codes and tokens, also those of backend applications. Making the user or
        the client active again revives none of them.

        :param owners: users or clients (records), some of which may be active
        :param causes: {owner: event of the change}, where there is one
        """
        archived = owners.sudo().filtered(lambda owner: not owner.active)
        reason = ARCHIVED[owners._name]
        self._end(archived, reason, KINDS, True, causes)

    @api.model
    @api.private
    def find_revived(self, owners, vals):
        """Return those of ``owners`` that ``vals`` (dict) make active again.

        To be given to :meth:`end_revived` once they are written.
        """
        if not vals.get("active"):
            return owners.browse()
        return owners.sudo().filtered(lambda owner: not owner.active)

    @api.model
    @api.private
    def end_revived(self, owners):
        """End for good what ``owners`` (records) still have from before their archival.

        It had not ended when the process stopped, or the ORM did not archive them.

        :raise ConcurrencyError: where another transaction was in the way, so that Odoo
            runs the request again: whatever is left would be live
        :raise psycopg2.errors.SerializationFailure: for the same reason
        """
        if not owners:
            return
        revocations = self._get_revocations(owners, KINDS)
        if not self._is_much(revocations):
            self._end_now(owners, revocations)
            return
        registry = self.env.registry
        self._end_apart(registry, revocations)
        if batches.has_any_left(registry, self._get_rows(revocations)):
            raise ConcurrencyError("What was archived is in use at the moment.")

    @api.model
    @api.private
    def end_tokens(self, users, reason):
        """End the codes and tokens that applications have for ``users`` (records).

        The grants stay, so that nobody is asked again, and so do the tokens of
        applications that act on their own behalf (client credentials).

        :param reason: of the event (str)
        """
        self._end(users.sudo(), reason, CREDENTIALS, False)

    @api.model
    @api.private
    def remove_before(self, clients):
        """Remove what ``clients`` (records) have, where it is much, before they are.

        Their rows go in batches, so that nobody waits for all of them. If the clients
        cannot be deleted after all, their access has ended nevertheless, and their
        events no longer name them: an event of its own says that it has begun.
        """
        of_clients = SQL("client_id = ANY(%s)", clients.ids)
        tables = [self.env[kind]._table for kind in REMOVED]
        events = self.env["oauth.provider.event"]._table
        if not batches.has_many(
            self.env, [(table, of_clients) for table in (*tables, events)]
        ):
            return
        registry = self.env.registry
        with registry.cursor() as cr:
            # Else nothing would say so where the clients are not deleted after all
            log_event = self.env(cr=cr)["oauth.provider.event"].log_event
            for client in clients:
                log_event("client_changed", reason=f"deletion of {client.identifier}")
        for _round in range(ROUNDS):
            counts = [batches.remove(registry, table, of_clients) for table in tables]
            cut = SQL("client_id = NULL")
            counts.append(
                batches.update(registry, events, cut, of_clients, waits=False)
            )
            if not any(counts):
                break
        self.env.invalidate_all()

    def _end(self, owners, reason, kinds, includes_backends, causes=None):
        """End what ``owners`` have, of the models ``kinds``, and log it.

        By one statement for each kind. They run again after the commit, for what was
        issued in the meantime: see :meth:`oauth.provider.credential.store` for what can
        no longer be issued by then. What is rolled back to a savepoint ends nothing.

        Of archived owners nothing is live any more. What they have, where it is much,
        ends in batches after the commit.
        """
        if not owners:
            return
        subtransaction = lock_rows(owners)
        revocations = self._get_revocations(owners, kinds, includes_backends)
        is_archived = not any(owners.mapped("active"))
        found = set()
        if is_archived and self._is_much(revocations):
            for revocation in revocations:
                rows = self.env.execute_query(revocation.get_query())
                found.update(id_ for (id_,) in rows)
        else:
            found.update(self._end_now(owners, revocations, is_archived))
        ended = owners.filtered(lambda owner: owner.id in found)
        self._log_end(ended, reason, causes or {})
        registry = self.env.registry

        def end_again(_cr):
            self._end_apart(registry, revocations, batches.update_after_commit)

        write_apart(self.env, end_again, subtransaction)

    def _log_end(self, owners, reason, causes):
        """Log that what ``owners`` (records) had has ended, and because of what."""
        events = self.env["oauth.provider.event"]
        for owner in owners:
            role = "user" if owner._name == "res.users" else "client"
            of_owner = {role: owner}
            change = causes.get(owner) or events.log_event(
                CHANGED[owner._name], reason=reason.removeprefix(f"{role} "), **of_owner
            )
            events.log_event("revoked", reason=reason, caused_by=change, **of_owner)

    def _end_now(self, owners, revocations, ends_later=False):
        """Return the ids of those of ``owners`` who have anything, which ends.

        :param ends_later: whether they are archived, and it ends after the commit, too
        """
        found = set()
        try:
            with self.env.cr.savepoint(flush=False):
                for revocation in revocations:
                    statement = revocation.get_statement()
                    self.env.cr.execute(statement, log_exceptions=False)
                    found.update(id_ for (id_,) in self.env.cr.fetchall())
        except psycopg2.errors.SerializationFailure:
            # Some of a client's many rows are written all the time. As it is archived,
            # none of them opens anything until they end after the commit
            if owners._name == "res.users" or not ends_later:
                raise
            found.update(owners.ids)
        for kind in KINDS:
            self.env[kind].invalidate_model()
        return found

    @staticmethod
    def _end_apart(registry, revocations, update=batches.update):
        for one in revocations:
            update(registry, one.table, one.values, one.condition)

    def _is_much(self, revocations):
        return batches.has_many(self.env, self._get_rows(revocations))

    @staticmethod
    def _get_rows(revocations):
        return [(one.table, one.condition) for one in revocations]

    def _get_revocations(self, owners, kinds, includes_backends=True):
        """Return the :class:`~..storage.revocation.Revocation` of each kind (list)."""
        link, ids = LINKS[owners._name], owners.ids
        return [
            revoke_of(self.env[kind], link, ids)
            if kind == GRANT
            else revoke_credentials_of(self.env[kind], link, ids, includes_backends)
            for kind in kinds
        ]

    @api.autovacuum
    def _gc_archived(self):
        """End what users and clients have that were archived without the ORM."""
        count = 0
        grants, *credentials = (self.env[kind] for kind in KINDS)
        for model, link in LINKS.items():
            owners = find_archived(self.env[model], link, grants, credentials)
            self.end_archived(owners)
            count += len(owners)
        return count, False

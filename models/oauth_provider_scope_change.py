# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..storage.after_commit import write_apart
from .oauth_provider_credential import CREDENTIALS

#: Fields that say what a scope opens; claims and routes go by its code.
CONTENT = frozenset(
    {
        "code",
        "model_id",
        "filter_id",
        "field_ids",
        "own_user_only",
        "api_read",
        "api_create",
        "api_write",
        "api_unlink",
        "api_write_related",
        "api_methods",
        "full_access",
    }
)

#: Fields that people read before they allow a scope.
TEXTS = frozenset({"name", "description"})


class OAuthProviderScope(models.Model):
    """What becomes of a scope that is allowed already when it comes to open more.

    A person, or the administrator who made a backend application, has agreed to what it
    opened then.
    """

    _inherit = "oauth.provider.scope"

    @api.model_create_multi
    def create(self, vals_list):
        scopes = super().create(vals_list)
        scopes._check_sensitive()
        return scopes

    def write(self, vals):
        texts = {scope: scope._get_texts(vals) for scope in self}
        if not CONTENT & vals.keys():
            result = super().write(vals)
            self._check_texts(texts)
            return result
        before = {scope: scope._get_content() for scope in self}
        result = super().write(vals)
        wider = self.filtered(lambda scope: scope._is_wider_than(before[scope]))
        wider._check_sensitive()
        self._check_texts(texts)
        wider.void()
        return result

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        # Translations do not go through write()
        if field_name in TEXTS:
            self._check_sensitive()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    def _get_texts(self, names):
        """Return the texts (dict) that people read, of the fields ``names``."""
        self.ensure_one()
        return {name: self[name] for name in TEXTS & set(names)}

    def _check_texts(self, before):
        """Raise AccessError where the texts of a sensitive scope have changed.

        Only an administrator decides what people read before they allow it.

        :param before: {scope: what ``_get_texts`` returned}
        """
        changed = self.filtered(
            lambda scope: scope._get_texts(before[scope]) != before[scope]
        )
        changed._check_sensitive()

    @api.private
    def hold(self):
        """Let none of these scopes come to open more until this transaction ends.

        From here on they are what they are in the database, whatever this process knew
        of them before.

        :raise psycopg2.errors.SerializationFailure: where one does since it began;
            Odoo runs the request once more
        """
        if self:
            query = SQL(
                "SELECT FROM oauth_provider_scope WHERE id IN %s FOR SHARE",
                tuple(self.ids),
            )
            self.env.cr.execute(query, log_exceptions=False)
            self.invalidate_recordset()

    @api.private
    def void(self):
        """Take these scopes out of every grant, code and token: they open more now.

        Out of what a grant holds to less after the commit, out of the others at once.

        People are asked again, and applications get the scope with their next token.

        :raise AccessError: where the environment's user would gain rights by it
        """
        if not self:
            return
        clients = self.env["oauth.provider.client"].sudo()
        clients = clients.with_context(active_test=False)
        clients = clients.search([("scope_ids", "in", self.ids)])
        clients.with_env(clients.env(user=self.env.user))._check_acts_as()
        self.env.flush_all()
        ids = tuple(self.ids)
        # After those who hold them, and so that nobody holds them who began before. A
        # token that is just being issued may name them still: its grant does not.
        self.env.cr.execute(
            SQL(
                "UPDATE oauth_provider_scope SET write_date = write_date"
                " WHERE id IN %s",
                ids,
            )
        )
        from_grants = self._get_removal_from_grants(ids)
        self.env.cr.execute(from_grants)
        self.env["oauth.provider.grant"].invalidate_model(["scope_ids"])
        models = [self.env[name] for name in CREDENTIALS]
        for model in models:
            # What a person has allowed opens what its grant does until it is removed
            # below. It is exchanged all the time, and a row that somebody else has
            # changed since this transaction began would end it.
            self.env.cr.execute(model.get_removal(ids, without_consent=True))
            model.invalidate_model(["scope_numbers", "scope_ids"])
        removals = [from_grants, *(model.get_removal(ids) for model in models)]

        def remove_again(cr):
            # What the others had allowed by then this transaction does not see. A row
            # that somebody else removes at the same time is no reason to give up.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            for removal in removals:
                cr.execute(removal)

        write_apart(self.env, remove_again)

    def _get_removal_from_grants(self, ids):
        """Return the statement (SQL) that takes scopes out of all grants.

        :param ids: ids of the scopes (tuple)
        """
        field = self.env["oauth.provider.grant"]._fields["scope_ids"]
        return SQL(
            "DELETE FROM %s WHERE %s IN %s",
            SQL.identifier(field.relation),
            SQL.identifier(field.column2),
            ids,
        )

    def _get_content(self):
        """Return what this scope opens (dict)."""
        self.ensure_one()
        scope = self.sudo()
        return {
            "code": scope.code,
            "model": scope.model,
            "filter": scope.filter_id.id,
            "own": scope.model == "res.users" and scope.own_user_only,
            "fields": set(scope.field_ids.ids),
            "operations": scope.get_operations(),
            "full": scope.full_access,
            "related": scope.api_write_related,
        }

    @api.private
    def get_told(self):
        """Return what a person is told of these scopes, and all that they open.

        In the language of the environment.

        :return: list that JSON takes; the same for the same scopes in another order
        """
        told = []
        for scope in self.sorted("id"):
            content = {
                name: sorted(value) if isinstance(value, set) else value
                for name, value in scope._get_content().items()
            }
            domain = scope.sudo().filter_id.domain
            told.append([scope.name, scope.description or "", domain, content])
        return told

    def _is_wider_than(self, before):
        """Tell whether this scope opens anything that ``before`` (dict) did not."""
        now = self._get_content()
        return bool(
            now["code"] != before["code"]
            or now["model"] != before["model"]
            or (before["filter"] and now["filter"] != before["filter"])
            or (before["own"] and not now["own"])
            or now["fields"] - before["fields"]
            or now["operations"] - before["operations"]
            or (now["full"] and not before["full"])
            or (now["related"] and not before["related"])
        )

    def _check_sensitive(self):
        """Raise AccessError for a sensitive scope, unless an administrator acts."""
        if self.env.su or self.env.user._is_system():
            return
        if any(scope.is_sensitive() for scope in self):
            raise AccessError(
                self.env._(
                    "Only an administrator may define a scope that changes records or"
                    " opens everything, or change its name and description."
                )
            )

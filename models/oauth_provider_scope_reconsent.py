# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..storage import batches
from ..storage.after_commit import lock_rows, write_apart
from ..storage.revocation import remove_scopes
from .oauth_provider_credential import CREDENTIALS
from .oauth_provider_scope_data import is_same_domain

#: Records up to which the consent page counts.
COUNT_LIMIT = 10_000

#: Models whose records every token may see, or that hold no personal data.
HARMLESS_MODELS = frozenset({"res.company", "res.currency"})
#: Types of fields that may hold a sum.
NUMBERS = frozenset({"float", "integer", "monetary"})

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
        "api_may_leave_filter",
        "api_methods",
        "full_access",
    }
)

#: Fields that people read before they allow a scope.
TEXTS = frozenset({"name", "description"})


class OAuthProviderScope(models.Model):
    """What people are told of a scope, and what happens when it opens more than before.

    A person, or the administrator who made a backend application, has agreed to what it
    opened then.
    """

    _inherit = "oauth.provider.scope"

    disclosures = fields.Html(
        string="What Fields Show of Other Records", compute="_compute_disclosures"
    )
    asks_again = fields.Boolean(
        compute="_compute_asks_again",
        help="The changes that are not saved yet open more: whoever holds the scope is"
        " asked again.",
    )

    # A scope is changed

    @api.depends(*CONTENT, "domain")
    def _compute_asks_again(self):
        for scope in self:
            before = scope._origin
            is_redrawn = before.filter_id and not is_same_domain(
                scope.domain or "[]", before.domain or "[]"
            )
            scope.asks_again = bool(
                before and (is_redrawn or scope._is_wider_than(before._get_content()))
            )

    def _get_state_before(self, vals):
        """Return what people know and what is open before ``vals`` are written.

        :return: ({scope: texts}, {scope: content}, empty if ``vals`` change no content)
        """
        contents = {}
        if CONTENT & vals.keys():
            contents = {scope: scope._get_content() for scope in self}
        return {scope: scope._get_texts(vals) for scope in self}, contents

    def _ask_again_if_wider(self, before, events):
        """Take those of these scopes that open more now out of what was allowed.

        :param before: what :meth:`_get_state_before` returned
        :param events: {scope: event of the change}
        :raise AccessError: where only an administrator may make the change
        """
        texts, contents = before
        wider = self.filtered(
            lambda scope: scope in contents and scope._is_wider_than(contents[scope])
        )
        wider._check_sensitive()
        changed = self.filtered(
            lambda scope: scope._get_texts(texts[scope]) != texts[scope]
        )
        changed._check_sensitive()
        wider.revoke_from_holders(events)

    def _check_texts_of(self, names):
        """Raise AccessError where ``names`` are texts of a sensitive scope.

        Only an administrator decides what people read before they allow it.
        """
        if TEXTS & names:
            self._check_sensitive()

    def _get_texts(self, names):
        """Return the texts (dict) that people read, of the fields ``names``."""
        self.ensure_one()
        return {name: self[name] for name in TEXTS & set(names)}

    @api.private
    def revoke_from_holders(self, events=None):
        """Remove these scopes from every grant, code and token: they open more now.

        From grants, and from tokens without consent, at once; from tokens that are
        limited by what a grant allows, after the commit. People are asked again, and
        applications get the scope with their next token.

        :param events: {scope: event of the change}, where there is one
        :raise AccessError: where the environment's user would gain rights by it
        """
        if not self:
            return
        clients = self.env["oauth.provider.client"].sudo()
        clients = clients.with_context(active_test=False)
        clients = clients.search([("scope_ids", "in", self.ids)])
        clients.with_env(clients.env(user=self.env.user))._check_may_grant_rights()
        ids = tuple(self.ids)
        # A token that is being issued at the same time may still name the scopes, but
        # its grant does not
        subtransaction = lock_rows(self)
        self._log_revocation(events or {})
        from_grants = self._get_removal_from_grants(ids)
        self.env.cr.execute(from_grants)
        self.env["oauth.provider.grant"].invalidate_model(["scope_ids"])
        # A token with consent opens no more than its grant until it is removed below.
        # Such tokens change all the time, and a row that another transaction has
        # changed since this one began would abort this one.
        self._remove_from_credentials(
            [remove_scopes(self.env[name], ids, True) for name in CREDENTIALS]
        )
        removals = [remove_scopes(self.env[name], ids) for name in CREDENTIALS]
        registry = self.env.registry

        def remove_again(_cr):
            for one in removals:
                batches.update_after_commit(
                    registry, one.table, one.values, one.condition
                )

        # The transaction above does not see what others have allowed in the meantime. A
        # row that another one removes at the same time is skipped. Grants are locked
        # for a moment only, and no longer while the batches run.
        write_apart(self.env, lambda cr: cr.execute(from_grants), subtransaction)
        write_apart(self.env, remove_again, subtransaction)

    def _log_revocation(self, events):
        """Log an event for each of these scopes that a grant, code or token holds."""
        field = self.env["oauth.provider.grant"]._fields["scope_ids"]
        column = SQL.identifier(field.column2)
        for scope in self:
            held = [(field.relation, SQL("%s = %s", column, scope.id))]
            for name in CREDENTIALS:
                removal = remove_scopes(self.env[name], (scope.id,))
                held.append((removal.table, removal.condition))
            if batches.has_any(self.env, held):
                self.env["oauth.provider.event"].log_event(
                    "revoked",
                    reason=f"{scope.code}: opens more",
                    caused_by=events.get(scope),
                )

    def _remove_from_credentials(self, removals):
        """Run ``removals`` (list of :class:`~..storage.revocation.ScopeRemoval`).

        Where they concern very many rows, these lose the scopes at once, before this
        transaction is committed: nobody waits for all of them.
        """
        rows = [(one.table, one.condition) for one in removals]
        is_much = batches.has_many(self.env, rows)
        for one in removals:
            if is_much:
                registry = self.env.registry
                batches.update(registry, one.table, one.values, one.condition)
            else:
                self.env.cr.execute(one.get_statement())
        for name in CREDENTIALS:
            self.env[name].invalidate_model(["scope_numbers", "scope_ids"])

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
            "leaving": scope.api_may_leave_filter,
        }

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
            or (now["leaving"] and not before["leaving"])
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

    # What people are told

    @api.private
    def get_consent_fingerprint(self):
        """Return what the consent page says of these scopes, and all that they open.

        In the language of the environment.

        :return: list that JSON takes; the same for the same scopes in another order
        """
        fingerprint = []
        for scope in self.sorted("id"):
            content = {
                name: sorted(value) if isinstance(value, set) else value
                for name, value in scope._get_content().items()
            }
            domain = scope.sudo().filter_id.domain
            fingerprint.append([scope.name, scope.description or "", domain, content])
        return fingerprint

    @api.private
    def is_sensitive(self):
        """Tell whether this scope changes something: it is never ticked beforehand."""
        self.ensure_one()
        changes = bool(self.get_operations() - {"read"})
        permits = self.api_write_related or self.api_may_leave_filter
        return self.full_access or permits or changes

    @api.private
    def describe_access(self):
        """Return in the words of the person what this scope lets happen (str)."""
        self.ensure_one()
        if self.full_access:
            return self.env._(
                "Everything that you may do: read, change and delete any record that"
                " you have access to, as if it were you."
            )
        if not self.model_id:
            return ""
        words = {
            "read": self.env._("read"),
            "create": self.env._("create"),
            "write": self.env._("change"),
            "unlink": self.env._("delete"),
        }
        operations = self.get_operations()
        named = [word for name, word in words.items() if name in operations]
        named.extend(self.get_methods())
        if self.api_write_related:
            named.append(self.env._("change related records"))
        if self.api_may_leave_filter:
            named.append(
                self.env._("change records so that they leave what this opens")
            )
        return self.env._(
            "%(records)s: %(operations)s",
            records=self.model_id.name,
            operations=", ".join(named or [words["read"]]),
        )

    @api.private
    def describe_extent(self, user):
        """Return how much of what ``user`` (record) may see this scope opens (str).

        In numbers and names that the person knows; empty where it opens no records.
        """
        self.ensure_one()
        if not self.model_id:
            return ""
        records = self.env[self.model].with_user(user)
        try:
            count = self._count_records(records, COUNT_LIMIT)
        except AccessError:
            count = 0
        names = self.field_ids.mapped("field_description")
        return self.env._(
            "%(count)s of your records: %(fields)s",
            count=f"{count}+" if count == COUNT_LIMIT else count,
            fields=", ".join(names) or self.env._("nothing but their number"),
        )

    @api.depends("api_create", "api_write", "field_ids", "model_id")
    def _compute_disclosures(self):
        for scope in self:
            items = Markup().join(
                Markup("<li>%s</li>") % text for text in scope._get_disclosures()
            )
            scope.disclosures = (
                items and Markup("<ul class='mb-0 ps-3'>%s</ul>") % items
            )

    def _get_disclosures(self):
        """Return what to say (list of str) of the listed fields."""
        self.ensure_one()
        if not self.model or self.model not in self.env:
            return []
        model = self.env[self.model]
        labels = {
            one.name: one.field_description
            for one in self.field_ids
            if one.name in model._fields
        }
        texts = []
        if self.api_create or self.api_write:
            for link, names in _find_copies(model, labels).items():
                texts.append(
                    self.env._(
                        "Through “%(link)s” (%(name)s), these listed fields show values"
                        " of any %(model)s that the token sees: %(fields)s.",
                        link=labels[link],
                        name=link,
                        model=self.env["ir.model"]
                        ._get(model._fields[link].comodel_name)
                        .name,
                        fields=", ".join(labels[name] for name in names),
                    )
                )
        if sums := [name for name in labels if _is_sum(model, name)]:
            texts.append(
                self.env._(
                    "These listed fields are computed from records that the filter of"
                    " this scope may not match: %(fields)s.",
                    fields=", ".join(labels[name] for name in sums),
                )
            )
        return texts


def _find_copies(model, names):
    """Return {link: fields} of the fields that are made of a linked record.

    :param model: recordset of the model
    :param names: names of the listed fields, of which the links are some
    :return: dict of a many2one to the names (list) that show values of its record
    """
    copies = {}
    for name in names:
        for link in _reached_links(model, name):
            if link in names and link != name:
                copies.setdefault(link, []).append(name)
    return copies


def _reached_links(model, name):
    """Return the many2one fields (sorted names) on which the field ``name`` depends.

    By declared dependencies, over other fields of the same model, too.
    """
    links, todo, seen = set(), [name], {name}
    while todo:
        field = model._fields[todo.pop()]
        for path in model.pool.field_depends[field]:
            first = path.partition(".")[0]
            if first in seen or first not in model._fields:
                continue
            seen.add(first)
            todo.append(first)
            link = model._fields[first]
            if link.type == "many2one" and link.comodel_name not in HARMLESS_MODELS:
                links.add(first)
    return sorted(links)


def _is_sum(model, name):
    """Tell whether the field ``name`` sums up records beside the one that has it.

    That is a number which is computed from nothing of the record, or from other records
    of the same model.
    """
    field = model._fields[name]
    if not field.compute or field.store or field.type not in NUMBERS or name == "id":
        return False
    paths = model.pool.field_depends[field]
    lists = [model._fields.get(path.partition(".")[0]) for path in paths]
    return not paths or any(
        one is not None
        and one.type in ("one2many", "many2many")
        and one.comodel_name == model._name
        for one in lists
    )

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..json2.access import is_enforceable, is_generic
from ..json2.write_guard import may_be_any
from .oauth_provider_scope import BROKEN_FILTER

#: Records up to which the consent page counts.
COUNT_LIMIT = 10_000


class OAuthProviderScope(models.Model):
    """What a scope opens on Odoo's own API, ``/json/2``."""

    _inherit = "oauth.provider.scope"

    api_read = fields.Boolean(
        string="Read",
        help="Search and read these records and fields through Odoo's own API"
        " (/json/2).",
    )
    api_create = fields.Boolean(
        string="Create",
        help="Create records of this kind, with values for these fields.",
    )
    api_write = fields.Boolean(
        string="Write", help="Change these fields of these records."
    )
    api_unlink = fields.Boolean(string="Delete", help="Delete these records.")
    api_methods = fields.Char(
        string="Further Methods",
        help="Public methods that may be called on these records, separated by blanks,"
        " such as action_confirm. They run with all the rights of the user and answer"
        " what they like: name those alone that you know.",
    )
    api_write_related = fields.Boolean(
        string="May Change Related Records Through These Fields",
        help="Some fields change other records when they are written: the quantity of a"
        " product, the dates of what a transfer consists of. Without this, such a write"
        " is refused unless the scopes open those records, too. Needed for the"
        " bookkeeping of stock, for example. It never opens users, groups, technical"
        " records or what this provider keeps.",
    )
    full_access = fields.Boolean(
        help="Everything that the user may do, through Odoo's own API, as with an API"
        " key of the user. The consent page says so.",
    )
    is_api_scope = fields.Boolean(compute="_compute_is_api_scope")

    @api.depends(
        "api_read",
        "api_create",
        "api_write",
        "api_unlink",
        "api_methods",
        "full_access",
    )
    def _compute_is_api_scope(self):
        for scope in self:
            scope.is_api_scope = scope.full_access or (
                bool(scope.model_id) and bool(scope.get_operations())
            )

    @api.constrains(
        "api_read",
        "api_create",
        "api_write",
        "api_unlink",
        "api_methods",
        "api_write_related",
        "full_access",
        "model_id",
    )
    def _check_api(self):
        for scope in self:
            operations = scope.get_operations()
            if scope.full_access and (scope.model_id or operations):
                raise ValidationError(
                    self.env._("A scope with full access has no model of its own.")
                )
            if operations and not scope.model_id:
                raise ValidationError(
                    self.env._("Choose the model that the operations are about.")
                )
            if scope.api_write_related:
                scope._check_write_related()
            if operations and not is_enforceable(self._as_person(scope.model)):
                raise ValidationError(
                    self.env._(
                        "A scope cannot be enforced on “%s” through the API: it has no"
                        " records, or decides by rules of its own who sees what.",
                        scope.model_id.name,
                    )
                )
            for name in scope.get_methods():
                is_public = name.isidentifier() and not name.startswith("_")
                if not is_public or is_generic(self, name):
                    raise ValidationError(
                        self.env._(
                            "“%s” is no further method: private ones cannot be called."
                            " Those that every model has go by the boxes, or take and"
                            " answer any field, so that no scope could narrow them.",
                            name,
                        )
                    )

    def _check_write_related(self):
        """Raise ValidationError where changing related records means nothing."""
        if not self.api_create and not self.api_write:
            raise ValidationError(
                self.env._(
                    "Only a scope that creates or changes records may change related"
                    " ones through its fields."
                )
            )
        if not may_be_any(self.model):
            raise ValidationError(
                self.env._(
                    "No scope on “%s” may change related records through its fields.",
                    self.model_id.name,
                )
            )

    def _as_person(self, model):
        """Return ``model`` (str) as a recordset whose access is not the superuser's."""
        user = self.env.user
        if user.id == SUPERUSER_ID:
            user = self.env.ref("base.public_user")
        return self.env[model].with_user(user)

    @api.private
    def is_sensitive(self):
        """Tell whether this scope changes something: a person ticks that knowingly."""
        self.ensure_one()
        changes = bool(self.get_operations() - {"read"})
        return self.full_access or self.api_write_related or changes

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
            with self.env.cr.savepoint(flush=False):
                count = records.search_count(self._get_domain(user), limit=COUNT_LIMIT)
        except (*BROKEN_FILTER, AccessError):
            count = 0
        names = self.field_ids.mapped("field_description")
        return self.env._(
            "%(count)s of your records: %(fields)s",
            count=f"{count}+" if count == COUNT_LIMIT else count,
            fields=", ".join(names) or self.env._("nothing but their number"),
        )

    @api.private
    def get_methods(self):
        """Return the names (list of str) of the further methods of this scope."""
        return (self.api_methods or "").split()

    @api.private
    def get_operations(self):
        """Return what this scope allows (set): operations and names of methods."""
        self.ensure_one()
        named = {
            "read": self.api_read,
            "create": self.api_create,
            "write": self.api_write,
            "unlink": self.api_unlink,
        }
        return {name for name, on in named.items() if on} | set(self.get_methods())

    @api.private
    def allows(self, operation):
        """Tell whether this scope allows ``operation`` (str) on its model."""
        self.ensure_one()
        return operation in self.get_operations()

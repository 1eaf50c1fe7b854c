# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import contextlib
import itertools
import re
from collections import namedtuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..json2.broken_filter import BROKEN_FILTER
from ..storage import prefetch
from ..storage.cache import cached_committed
from ..tools import capped_count, change_words

#: RFC 6749 section 3.3: a scope token.
SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")

#: The values of a scope that are cached.
ScopeInfo = namedtuple(
    "ScopeInfo", ["code", "model", "full_access", "is_published", "is_api"]
)


class OAuthProviderScope(models.Model):
    """Something that an application may ask for.

    Here are its code and its fields, and everything that happens when one is created,
    changed or deleted.
    """

    _name = "oauth.provider.scope"
    _inherit = ["oauth.provider.cached.mixin"]
    _description = "OAuth Provider Scope"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    sequence = fields.Integer(default=100)
    name = fields.Char(
        required=True,
        translate=True,
        help="What the user reads on the consent page.",
    )
    code = fields.Char(
        required=True,
        help="The name by which applications ask for this scope, such as sales.read.",
    )
    description = fields.Text(
        translate=True,
        help="What it means to allow this scope, for the consent page.",
    )
    is_published = fields.Boolean(
        string="Listed in Discovery",
        copy=False,
        help="The discovery documents, which anyone can read, list this scope in"
        " scopes_supported. Some applications ask for every scope that is listed there."
        " Applications that know its code may also ask for a scope that is not listed.",
    )
    model_id = fields.Many2one(
        comodel_name="ir.model",
        domain=[("transient", "=", False), ("abstract", "=", False)],
        ondelete="cascade",
        help="The records that this scope opens. Without a model a scope carries no"
        " data of its own.",
    )
    model = fields.Char(
        related="model_id.model", string="Model Name", store=True, index=True
    )
    filter_id = fields.Many2one(
        comodel_name="ir.filters",
        domain="[('model_id', '=', model)]",
        ondelete="restrict",
        help="Only the records of this filter. Without one, every record that the user"
        " may read.",
    )
    field_ids = fields.Many2many(
        comodel_name="ir.model.fields",
        string="Fields",
        domain="[('model_id', '=', model_id)]",
        help="The fields that may be read. With none, the identifiers of the records"
        " and nothing else.",
    )
    own_user_only = fields.Boolean(
        string="Only the User's Own Account",
        default=True,
        help="A scope on users opens the account of the user who allowed it, and no"
        " other one. Switch it off to open every user that this user may read.",
    )

    client_count = fields.Integer(string="Clients", compute="_compute_client_count")
    person_count = fields.Integer(
        string="Number of People",
        compute="_compute_person_count",
        help=capped_count.HELP,
    )
    token_count = fields.Integer(
        string="Number of Live Tokens",
        compute="_compute_token_count",
        help=capped_count.HELP,
    )
    person_count_text = fields.Char(string="People", compute="_compute_person_count")
    token_count_text = fields.Char(string="Live Tokens", compute="_compute_token_count")

    _code_uniq = models.UniqueIndex("(code)", "Another scope already has this code.")

    @api.constrains("code")
    def _check_code(self):
        for scope in self:
            # PostgreSQL refuses one that is missing
            if scope.code is not False and not SCOPE_TOKEN.fullmatch(scope.code):
                raise ValidationError(
                    self.env._(
                        "The code “%s” cannot be used: it may hold ASCII letters,"
                        " digits and punctuation, without blanks, double quotes and"
                        " backslashes.",
                        scope.code,
                    )
                )

    @api.constrains("model", "model_id")
    def _check_model_name(self):
        # The column is stored: writing it would open another model to every token
        for scope in self:
            if scope.model != scope.model_id.model:
                raise ValidationError(
                    self.env._("The model name of a scope is that of its model.")
                )

    def _is_for_token(self):
        """Tell whether an application reads the texts, which may read no names here."""
        return self.env["ir.http"]._oauth_get_error_answer() is not None

    def _get_label(self, record):
        """Return what a text calls ``record``: its name, or its number."""
        return f"#{record.id}" if self._is_for_token() else record.name

    @api.constrains("model_id", "filter_id", "field_ids")
    def _check_model(self):
        for scope in self:
            if scope.filter_id and scope.filter_id.model_id != scope.model:
                raise ValidationError(
                    self.env._(
                        "The filter “%(filter)s” is made for another model than the"
                        " scope “%(scope)s”.",
                        filter=self._get_label(scope.filter_id),
                        scope=self._get_label(scope),
                    )
                )
            if scope.field_ids.model_id - scope.model_id:
                raise ValidationError(
                    self.env._(
                        "The fields of the scope “%s” belong to another model.",
                        self._get_label(scope),
                    )
                )

    @api.constrains("model_id", "field_ids")
    def _check_readable(self):
        for scope in self:
            known = self.env[scope.model]._fields if scope.model in self.env else {}
            for name in scope.field_ids.mapped("name"):
                if name in known and known[name].groups == fields.NO_ACCESS:
                    raise ValidationError(
                        self.env._(
                            "Nobody may read the field “%(field)s”: the scope"
                            " “%(scope)s” cannot open it.",
                            field=name,
                            scope=self._get_label(scope),
                        )
                    )

    @api.constrains("model_id", "filter_id")
    def _check_filter(self):
        # Constraints run as superuser: what a filter compares may be a secret
        user = self.env.user
        for scope in self.filtered("filter_id"):
            try:
                scope._try_filter(self.env[scope.model].with_user(user))
            except BROKEN_FILTER as error:
                raise ValidationError(
                    self.env._(
                        "The filter “%(filter)s” cannot be used: %(reason)s",
                        filter=self._get_label(scope.filter_id),
                        reason=type(error).__name__ if self._is_for_token() else error,
                    )
                ) from error

    def _try_filter(self, records):
        """Raise what an unusable filter raises, with the rights of a user.

        :param records: recordset of the model, as the user
        """
        try:
            self._search_records(records, limit=1)
        except AccessError:
            # People who may not read these records may still define scopes on them
            with contextlib.suppress(AccessError):
                self._get_domain(records.env.user).validate(records)

    @api.onchange("model_id")
    def _onchange_model_id(self):
        self.filter_id = False
        self.field_ids = False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own_filter(vals)
        # Nobody sets this by a default in the context either
        scopes = super().create(
            [{"has_own_filter": False, **vals} for vals in vals_list]
        )
        scopes._check_sensitive()
        scopes._log_event("created")
        return scopes

    def write(self, vals):
        # What is read below, for the log, is nobody's who may not write
        self.check_access("write")
        self._check_own_filter(vals)
        own_filters = self._get_own_filters()
        before = self._get_state_before(vals)
        # Whether the filter is the scope's own goes with the filter
        logged = vals.keys() - {"has_own_filter"}
        values = change_words.read_values(self.sudo(), logged)
        result = super().write(vals)
        events = {}
        for scope, after in change_words.read_values(self.sudo(), logged).items():
            if what := change_words.describe(scope, values[scope], after):
                events.update(scope._log_event(what))
        self._ask_again_if_wider(before, events)
        self._remove_replaced_filters(own_filters)
        return result

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        # Translations do not go through write()
        self._check_texts_of({field_name})
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    def unlink(self):
        own = self.filtered("has_own_filter").filter_id
        result = super().unlink()
        own._remove_unused_own()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for scope, vals in zip(self, vals_list, strict=True):
            if not (default and "code" in default):
                vals["code"] = scope._get_free_code()
            if not (default and "name" in default):
                vals["name"] = self.env._("%s (copy)", scope.name)
            if scope.has_own_filter and not (default and "filter_id" in default):
                # Not as the person: without the filter the copy would open everything
                vals.update(filter_id=False, domain=scope.sudo().filter_id.domain)
        return vals_list

    def _get_free_code(self):
        """Return a code for a copy of this scope that no scope has (str)."""
        taken = set(
            self.search([("code", "=like", f"{self.code}.copy%")]).mapped("code")
        )
        candidates = (f"{self.code}.copy{number or ''}" for number in itertools.count())
        return next(code for code in candidates if code not in taken)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        shipped = (
            self.env["ir.model.data"]
            .sudo()
            .search_count(
                [
                    ("module", "=", "oauth_provider"),
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                ],
                limit=1,
            )
        )
        if shipped:
            raise UserError(
                self.env._(
                    "A scope that comes with the addon cannot be deleted: its next"
                    " update would bring it back. Remove it from the clients instead."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _log_deletion(self):
        self._log_event("deleted")

    def _log_event(self, what):
        """Log ``what`` (str) happened to these scopes; return {scope: event}."""
        is_install = self.env.context.get("install_mode")
        if is_install and self.env.uid == SUPERUSER_ID:
            # What comes with a module is no change that anybody made
            return {}
        log_event = self.env["oauth.provider.event"].log_event
        return {
            scope: log_event("scope_changed", reason=f"{scope.code}: {what}")
            for scope in self
        }

    # What each worker caches, beside the values of each scope

    def _list_cached(self, id_):
        return [*super()._list_cached(id_), *self._get_cached_beside(id_)]

    @api.model
    @cached_committed("id_")
    def _get_cached_beside(self, id_):
        """Return what other records say of what the scope ``id_`` opens.

        Those are the text of its filter and the names of its fields, which mean the
        same for every user: they are evaluated where they are used.

        :return: tuple of (id of the record, its values), see :mod:`..storage.prefetch`
        """
        scope = self.sudo().browse(id_).exists()
        parts = [(scope.filter_id, "domain"), (scope.field_ids, "name")]
        return tuple(
            (record.id, prefetch.read(record, [record._fields[name]]))
            for records, name in parts
            for record in records
        )

    @api.model
    @api.private
    def get_published_codes(self, is_api=False):
        """Return the codes that discovery lists (list of str), in the model's order.

        :param is_api: whether only those that open something of Odoo's API
        """
        return [
            info.code
            for info in self.get_infos().values()
            if info.is_published and (info.is_api or not is_api)
        ]

    @api.private
    def sort_ids(self, ids):
        """Return the ``ids`` of scopes (list) in the order of the model."""
        infos, wanted = self.get_infos(), set(ids)
        ordered = [id_ for id_ in infos if id_ in wanted]
        return ordered + [id_ for id_ in ids if id_ not in infos]

    @api.model
    @api.private
    @cached_committed()
    def get_infos(self):
        """Return {id of a scope: :class:`ScopeInfo`}, in the order of the model.

        One that another thread has just deleted may be missing, although this
        transaction still sees its record: callers skip it.
        """
        return {
            scope.id: ScopeInfo(
                scope.code,
                scope.model,
                scope.full_access,
                scope.is_published,
                scope.full_access or bool(scope.get_operations()),
            )
            for scope in self.sudo().search([])
        }

    @api.private
    def list_codes(self):
        """Return the codes of these scopes (list of str), without reading them."""
        return self.get_codes_of(self._ids)

    @api.model
    @api.private
    def get_codes_of(self, ids):
        """Return the codes (list of str) of the scopes with these ``ids``."""
        infos = self.get_infos()
        return [infos[id_].code for id_ in ids if id_ in infos]

    @api.private
    def have_full_access(self):
        """Tell whether one of these scopes opens everything, without reading them."""
        infos = self.get_infos()
        return any(infos[id_].full_access for id_ in self._ids if id_ in infos)

    @api.private
    def with_codes(self, codes):
        """Return those of these scopes whose code is one of ``codes``."""
        infos = self.get_infos()
        return self.browse(
            id_ for id_ in self._ids if id_ in infos and infos[id_].code in codes
        )

    @api.model
    @api.private
    def get_allowed_ids(self, scope_ids, of_client, granted, declined):
        """Return which scopes of a credential its client may still have (list of ids).

        :param scope_ids: ids of its scopes, in order
        :param of_client: ids of those that the client may ask for
        :param granted: ids of those that the person allowed, None if nobody was asked
        :param declined: ids of those that the person left out
        """
        infos = self.get_infos()
        return [
            id_
            for id_ in scope_ids
            if id_ in of_client
            and id_ in infos
            and (granted is None or id_ in granted)
            and (id_ not in declined or not self._is_optional(infos[id_].code))
        ]

    @api.model
    def _is_optional(self, code):
        """Tell whether a person may leave out the scope with this ``code``."""
        return code != "openid"

    @api.private
    def optional(self):
        """Return those of these scopes that a person may leave out on the consent page.

        ``openid`` means signing in: people who do not want that press Deny.
        """
        return self.filtered(lambda scope: self._is_optional(scope.code))

    # Who holds a scope

    # Each figure by itself: lists show the clients, and people and tokens may be many

    def _compute_client_count(self):
        of_these = Domain("scope_ids", "in", self._origin.ids)
        clients = self.env["oauth.provider.client"]
        groups = dict(clients._read_group(of_these, ["scope_ids"], ["__count"]))
        for scope in self:
            scope.client_count = groups.get(scope._origin, 0)

    def _compute_person_count(self):
        grants = self.env["oauth.provider.grant"]
        holders = self._get_holders_domain()
        for scope in self:
            of_it = holders & Domain("scope_ids", "in", scope._origin.ids)
            scope.person_count = grants.count_people(of_it)
            scope.person_count_text = capped_count.describe(
                self.env, scope.person_count
            )

    def _compute_token_count(self):
        live = self._get_holders_domain() & Domain(
            "expires_at", ">", fields.Datetime.now()
        )
        tokens = self.env["oauth.provider.token"]
        counts = tokens.count_by_scope(live, self._origin.ids)
        for scope in self:
            count = counts.get(scope._origin.id, 0)
            scope.token_count = min(count, capped_count.LIMIT + 1)
            scope.token_count_text = capped_count.describe(self.env, scope.token_count)

    def _get_holders_domain(self):
        """Return the domain of the grants and tokens that have not been ended."""
        return Domain([("revoked_at", "=", False), ("has_active_parties", "=", True)])

    def action_view_clients(self):
        """Open the clients that may ask for this scope."""
        return self._view_holders("oauth_provider_client_action")

    def action_view_grants(self):
        """Open what people have allowed of this scope."""
        return self._view_holders(
            "oauth_provider_grant_action", {"search_default_live": 1}
        )

    def action_view_tokens(self):
        """Open the tokens that have this scope."""
        action = self._view_holders(
            "oauth_provider_token_action", {"search_default_live": 1}
        )
        # Graphs would read all that there are: half of all tokens may have a scope
        kept = [view for view in action["views"] if view[1] not in ("graph", "pivot")]
        modes = ",".join(kind for _view_id, kind in kept)
        return {**action, "views": kept, "view_mode": modes}

    def _view_holders(self, name, context=None):
        self.ensure_one()
        self.check_access("read")
        actions = self.env["ir.actions.act_window"]
        return {
            **actions._for_xml_id(f"oauth_provider.{name}"),
            "domain": [("scope_ids", "in", self.ids)],
            "context": context or {},
        }

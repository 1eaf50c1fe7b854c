# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import contextlib
import itertools
import logging
import re

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

_logger = logging.getLogger(__name__)

#: What a filter that cannot be used raises, from its text to PostgreSQL.
BROKEN_FILTER = (ValueError, TypeError, NameError, SyntaxError, psycopg2.DataError)

#: RFC 6749 section 3.3: a scope token.
SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class OAuthProviderScope(models.Model):
    _name = "oauth.provider.scope"
    _inherit = ["oauth.provider.cached.mixin"]
    _description = "OAuth Provider Scope"
    _order = "sequence, name, id"

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
        # It is stored: whoever writes it would open another model to every token
        for scope in self:
            if scope.model != scope.model_id.model:
                raise ValidationError(
                    self.env._("The model name of a scope is that of its model.")
                )

    @api.constrains("model_id", "filter_id", "field_ids")
    def _check_model(self):
        for scope in self:
            if scope.filter_id and scope.filter_id.model_id != scope.model:
                raise ValidationError(
                    self.env._(
                        "The filter “%(filter)s” is made for another model than the"
                        " scope “%(scope)s”.",
                        filter=scope.filter_id.name,
                        scope=scope.name,
                    )
                )
            if scope.field_ids.model_id - scope.model_id:
                raise ValidationError(
                    self.env._(
                        "The fields of the scope “%s” belong to another model.",
                        scope.name,
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
                        filter=scope.filter_id.name,
                        reason=error,
                    )
                ) from error

    def _try_filter(self, records):
        """Raise what a filter raises that cannot be used, with the rights of a user.

        :param records: recordset of the model, as the user
        """
        try:
            self._search_records(records, limit=1)
        except AccessError:
            # Who may not read these records may draw scopes on them all the same
            with contextlib.suppress(AccessError):
                self._get_domain(records.env.user).validate(records)

    @api.onchange("model_id")
    def _onchange_model_id(self):
        self.filter_id = False
        self.field_ids = False

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for scope, vals in zip(self, vals_list, strict=True):
            if not (default and "code" in default):
                vals["code"] = scope._get_free_code()
            if not (default and "name" in default):
                vals["name"] = self.env._("%s (copy)", scope.name)
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

    @api.private
    def get_data_for_model(self, model, res_id=None, all_scopes_match=False):
        """Return what these scopes open on ``model`` to the environment's user.

        Records are read as that user: access rights, record rules and the groups of
        fields apply first, the scopes narrow further.

        :param model: technical name of the model
        :param res_id: id of the only record to look at
        :param all_scopes_match: keep only the records that every scope on the model
            opens, rather than those that any of them does
        :return: {record id: {field name: value}}, or with ``res_id`` the values of that
            record (empty when no scope opens it)
        :raise odoo.exceptions.AccessError: when the user may not read the model or one
            of the fields
        """
        # The scopes are configuration, which the user may not read; the data is read
        # with the user's own rights.
        records = self.env(su=False)[model]
        data = {}
        common_ids = None
        for scope in self.sudo().filtered(lambda scope: scope.model == model):
            found = scope._read_records(records, res_id)
            ids = {values["id"] for values in found}
            common_ids = ids if common_ids is None else common_ids & ids
            for values in found:
                data.setdefault(values["id"], {}).update(values)
        if all_scopes_match:
            data = {key: data[key] for key in data if key in common_ids}
        return data.get(res_id, {}) if res_id is not None else data

    def _read_records(self, records, res_id):
        """Return ``read`` of the records of this scope, as the user of ``records``."""
        self.ensure_one()
        try:
            records = self._search_records(records, res_id)
        except BROKEN_FILTER:
            # The filter was good when the scope was made: a field of it is gone
            _logger.warning("The filter of the OAuth scope %s is broken.", self.code)
            return []
        names = set(self.field_ids.mapped("name"))
        wanted = self.env.context.get("oauth_fields")
        if wanted is not None:
            names &= wanted
        # read([]) would answer every field
        names = sorted(names) or ["id"]
        return [
            {name: self._to_answer(value) for name, value in values.items()}
            for values in records.read(names)
        ]

    def _to_answer(self, value):
        """Return ``value`` of ``read`` as it is answered: a many2one by its name."""
        if not isinstance(value, tuple):
            return value
        if self.env.context.get("oauth_pairs"):
            return {"id": value[0], "name": value[1]}
        return value[1]

    @api.private
    def get_common_fields(self, model, for_order):
        """Return the names of the fields of ``model`` that a request may speak of.

        :param model: technical name of the model
        :param for_order: whether to order by them: then every scope must open them, or
            the order would tell of records whose value is hidden
        :return: set of str
        """
        scopes = self.sudo().filtered(lambda scope: scope.model == model)
        listed = [set(scope.field_ids.mapped("name")) for scope in scopes]
        if not listed:
            return set()
        return set.intersection(*listed) if for_order else set.union(*listed)

    @api.private
    def search_ids(self, model, ids, order, limit, offset):
        """Return (ids of the records that these scopes open, how many there are).

        :param model: technical name of the model
        :param ids: ids of the only records to look at, or None
        :param order: text of the order; empty for that of the model
        :param limit: largest number of ids, or None
        :param offset: ids to leave out at the beginning
        """
        records = self.env(su=False)[model]
        domain = Domain.FALSE
        for scope in self.sudo().filtered(lambda scope: scope.model == model):
            try:
                scope._search_records(records, limit=1)
                domain |= scope._get_domain(records.env.user)
            except BROKEN_FILTER:
                _logger.warning(
                    "The filter of the OAuth scope %s is broken.", scope.code
                )
        if ids is not None:
            domain &= Domain("id", "in", list(ids))
        if domain.is_false():
            return [], 0
        if limit == 0:
            # The ORM would take it for none
            return [], records.search_count(domain)
        found = list(
            records._search(
                domain, offset=offset, limit=limit, order=order or records._order
            )
        )
        if limit is None and not offset:
            return found, len(found)
        return found, records.search_count(domain)

    def _search_records(self, records, res_id=None, limit=None):
        """Return the records of this scope, as the user of ``records``.

        :raise BROKEN_FILTER: when the filter cannot be used
        """
        if not self.filter_id:
            return records.search(
                self._get_domain(records.env.user, res_id), limit=limit
            )
        # PostgreSQL refuses a value of the wrong type, and with it the transaction
        with self.env.cr.savepoint(flush=False):
            return records.search(
                self._get_domain(records.env.user, res_id), limit=limit
            )

    @api.private
    def get_usable_domain(self, user):
        """Return the domain (Domain) of this scope for ``user`` (record).

        :return: ``Domain.FALSE`` if the filter of the scope is broken
        """
        try:
            return self._get_domain(user)
        except BROKEN_FILTER:
            return Domain.FALSE

    def _get_domain(self, user, res_id=None):
        """Return the domain (Domain) of this scope for ``user`` (record).

        :param res_id: id of the only record to look at
        """
        domain = Domain.TRUE if res_id is None else Domain("id", "=", res_id)
        if (ids := self.env.context.get("oauth_ids")) is not None:
            domain &= Domain("id", "in", ids)
        if self.filter_id:
            domain &= Domain(
                safe_eval(
                    self.filter_id.domain,
                    {
                        "uid": user.id,
                        "time": time,
                        "datetime": datetime,
                        "relativedelta": dateutil.relativedelta.relativedelta,
                        "context_today": lambda: fields.Date.context_today(user),
                    },
                )
            )
        if self.model == "res.users" and self.own_user_only:
            domain &= Domain("id", "=", user.id)
        return domain

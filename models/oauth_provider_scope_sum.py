# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import filter_text

#: Operations for which fields are listed.
OPERATIONS = ("read", "create", "write")


class OAuthProviderScope(models.Model):
    """What several scopes open together, for people who choose them.

    Scopes on one model add up: a field of a record is open if one of them lists it and
    its filter matches the record. How that is enforced on Odoo's own API is in
    :mod:`..json2.model_access`; here it is put into words.
    """

    _inherit = "oauth.provider.scope"

    combinations = fields.Html(
        string="Together with Other Scopes",
        compute="_compute_combinations",
        help="What applications may do on this model that have this scope and others.",
    )

    @api.depends(
        "model_id",
        "field_ids",
        "filter_id.domain",
        "own_user_only",
        *(f"api_{name}" for name in OPERATIONS),
    )
    def _compute_combinations(self):
        for scope in self:
            scope.combinations = scope._describe_combinations()

    def _describe_combinations(self):
        """Return the warnings and tables (Markup) of clients with further scopes."""
        self.ensure_one()
        clients = self.env["oauth.provider.client"].sudo()
        if self._origin and self.model:
            clients = clients.search([("scope_ids", "in", self._origin.ids)])
        together = {}
        for client in clients:
            scopes = client.scope_ids.filtered(lambda one: one.model == self.model)
            if len(scopes) > 1:
                # What has been entered counts, and not what is stored
                scopes = scopes - self._origin | self
                together.setdefault(scopes, []).append(client.name)
        parts = [
            Markup("<p class='mb-1'><strong>%s</strong></p>%s")
            % (", ".join(sorted(names)), scopes.describe_sum())
            for scopes, names in together.items()
        ]
        return Markup().join(parts) or False

    @api.private
    def describe_sum(self):
        """Return what these scopes open together (Markup), model by model.

        With a warning where one may write what decides on the records of another.
        """
        every = self.sudo().filtered(lambda scope: scope.model and scope.is_api_scope)
        rows, warnings = [], []
        for model, scopes in every.grouped("model_id").items():
            label = model.name
            for operation in OPERATIONS:
                if text := scopes._describe_operation(operation):
                    rows.append((label, self._get_operation_label(operation), text))
                    label = ""
            warnings += scopes._describe_reaching_writes()
        if not rows:
            return Markup()
        listed = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>") % row for row in rows
        )
        table = Markup(
            "<table class='table table-sm mb-2'><tbody>%s</tbody></table>"
        ) % (listed)
        warned = Markup().join(Markup("<li>%s</li>") % text for text in warnings)
        if warned:
            warned = (
                Markup("<ul class='alert alert-warning mb-2 ps-4'>%s</ul>") % warned
            )
        return warned + table

    @api.model
    def _get_operation_label(self, operation):
        return {
            "read": self.env._("Read"),
            "create": self.env._("Create"),
            "write": self.env._("Write"),
        }[operation]

    def _describe_operation(self, operation):
        """Return which fields are open on which records (Markup), or an empty one."""
        scopes = self._filter_allowing(operation)
        if not scopes:
            return Markup()
        everywhere = set(scopes._list_common_fields())
        lines = [self._list_fields(everywhere)]
        for scope in scopes:
            more = set(scope.field_ids.mapped("name")) - everywhere
            if more:
                lines.append(
                    self.env._(
                        "Records of “%(scope)s” also: %(fields)s",
                        scope=scope.code,
                        fields=self._list_fields(more),
                    )
                )
        return Markup("<br/>").join(lines)

    def _filter_allowing(self, operation):
        """Return those of these scopes that allow ``operation`` (str)."""
        return self.filtered(lambda scope: scope.allows(operation))

    def _list_common_fields(self):
        """Return the fields (list of names) that are open on every record of these."""
        listed = [set(scope.field_ids.mapped("name")) for scope in self]
        common = set.intersection(*listed)
        for scope, names in zip(self, listed, strict=True):
            if scope._opens_all_records():
                common |= names
        return sorted(common)

    def _opens_all_records(self):
        """Tell whether this scope opens each record of its model that the user sees."""
        return not self.filter_id and not (
            self.model == "res.users" and self.own_user_only
        )

    @api.model
    def _list_fields(self, names):
        return ", ".join(sorted(names)) or self.env._("no field, only which records")

    # Writes that reach the records of another scope

    def _describe_reaching_writes(self):
        """Return warnings (list of str) of fields that decide on other records.

        Who may write a field that the filter of another scope compares brings records
        under that filter, and so opens what that scope lists.
        """
        texts = []
        for writer in self._filter_allowing("write"):
            written = set(writer.field_ids.mapped("name"))
            for other in self - writer:
                if names := written & other._get_filter_fields():
                    texts.append(
                        self.env._(
                            "“%(writer)s” may write %(fields)s, which the filter of"
                            " “%(other)s” compares: so an application can bring"
                            " records under that filter.",
                            writer=writer.code,
                            fields=", ".join(sorted(names)),
                            other=other.code,
                        )
                    )
        return texts

    def _get_filter_fields(self):
        """Return the fields (set of names) of its model that the filter compares."""
        self.ensure_one()
        if not self.filter_id:
            return set()
        constant = filter_text.read_constant(self.filter_id.domain)
        try:
            domain = (
                Domain(constant[0]) if constant else self._get_domain(self.env.user)
            )
        except Exception:  # noqa: BLE001 the check-up tells of broken filters
            return set()
        return {one.field_expr.partition(".")[0] for one in domain.iter_conditions()}

    # What has changed with an update

    @api.private
    def find_growing(self):
        """Return those of these scopes that open more together than they once did.

        Before they added up, the fields of scopes on one model were cut to those that
        all of them list, unless they open the same records.
        """
        growing = self.browse()
        scopes = self.sudo().filtered(lambda scope: scope.model and scope.is_api_scope)
        for same in scopes.grouped("model").values():
            for operation in OPERATIONS:
                allowing = same.filtered(lambda scope: scope.allows(operation))  # noqa: B023
                records = {
                    (one.filter_id, one._opens_all_records()) for one in allowing
                }
                listed = {frozenset(one.field_ids.ids) for one in allowing}
                if len(records) > 1 and len(listed) > 1:
                    growing |= allowing
        return growing

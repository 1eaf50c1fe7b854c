# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tokens of the narrow scopes that pieces of work need."""

from odoo.fields import Command

from .test_json2 import Json2Case


class JobsCase(Json2Case):
    def get_narrow_token(self, *scopes, user=None):
        """Return the token of a client that has these scopes and no others.

        :param scopes: :class:`.jobs.Scope`
        """
        made = [self._create_scope(scope) for scope in scopes]
        return self.get_token(*made, user=user)

    def _create_scope(self, scope):
        number = self.env["oauth.provider.scope"].search_count([])
        operations = scope.operations.split()
        values = {
            f"api_{name}": name in operations
            for name in ("read", "create", "write", "unlink")
        }
        further = [name for name in operations if f"api_{name}" not in values]
        if scope.related:
            values["api_write_related"] = True
        if scope.leaves:
            values["api_may_leave_filter"] = True
        if scope.filter:
            values["filter_id"] = (
                self.env["ir.filters"]
                .create(
                    {
                        "name": f"Job {number}",
                        "model_id": scope.model,
                        "domain": scope.filter,
                        "user_ids": False,
                    }
                )
                .id
            )
        found = self.env["ir.model"]._get(scope.model)
        names = set(scope.fields.split())
        fields = found.field_id.filtered(lambda field: field.name in names)
        self.assertEqual(set(fields.mapped("name")), names, scope.model)
        return self.env["oauth.provider.scope"].create(
            {
                "name": f"Job {number}",
                "code": f"job:{number}",
                "model_id": found.id,
                "field_ids": [Command.set(fields.ids)],
                "api_methods": " ".join(further),
                **values,
            }
        )

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every model of every installed app can be searched through narrow scopes."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_json2 import Json2Case

#: Types of fields that hold one plain value in one column.
PLAIN = frozenset({"boolean", "char", "date", "datetime", "float", "integer"})
#: What a model may do its own way when it is searched.
OWN = ("_search", "_fetch_query", "_order_to_sql", "_field_to_sql", "search_fetch")
#: A model that writes names of another one into its groups, which the token must open.
NAMES_OTHERS = "im_livechat.report.channel"
REFUSED = "cannot be enforced"


@tagged("oauth_everything", "post_install", "-at_install")
class TestJson2SearchWalk(Json2Case):
    def walk(self):
        """Return the models (recordsets) that an administrator can search by itself."""
        self.user.group_ids |= self.env.ref("base.user_admin").group_ids
        found = []
        for name in sorted(self.registry):
            model = self.env[name].with_user(self.user)
            if model._abstract or model._transient:
                continue
            try:
                with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                    model.search_read([], ["id"], limit=2)
            except UserError:
                continue
            found.append(model)
        return found

    def open_names(self, model):
        """Return the names of a few stored fields that say little of a record."""
        return [
            field.name
            for field in model._fields.values()
            if field.store
            and field.column_type
            and field.type in PLAIN
            and not field.groups
            and field.name not in ("id", "active")
        ][:3]

    def is_special(self, model):
        """Tell whether ``model`` searches or fetches by code or a table of its own."""
        if model._table_query or not model._auto:
            return True
        return any(
            getattr(type(model), name) is not getattr(self.registry["base"], name)
            for name in OWN
        )

    def test_every_model_is_searched_by_what_the_token_opens(self):
        failed, seen, special = {}, 0, 0
        for number, model in enumerate(self.walk()):
            names = self.open_names(model)
            found = self.env["ir.model"]._get(model._name)
            if not found:
                continue
            scope = self.env["oauth.provider.scope"].create(
                {
                    "name": model._name,
                    "code": f"walk{number}",
                    "model_id": found.id,
                    "field_ids": [
                        (4, one.id) for one in found.field_id if one.name in names
                    ],
                }
            )
            # The form refuses what cannot be enforced
            try:
                with self.env.cr.savepoint():
                    scope.api_read = True
                    scope.flush_recordset()
            except UserError as error:
                self.assertIn(REFUSED, str(error))
                continue
            token = self.get_token(scope, user=self.user)
            calls = [("search_read", {"fields": ["id", *names], "limit": 3})]
            if self.is_special(model):
                calls += [
                    ("search", {"limit": 3}),
                    ("search_count", {}),
                    ("web_search_read", {"specification": {n: {} for n in names}}),
                    ("formatted_read_group", {"aggregates": ["__count"]}),
                ]
            for method, arguments in calls:
                answer = self.call(token, method, model._name, domain=[], **arguments)
                if model._name == NAMES_OTHERS and method == "formatted_read_group":
                    self.assertIn("chatbot.script.answer", answer.text)
                elif answer.status_code != 200:
                    failed[model._name, method] = answer.text[:300]
            seen += 1
            special += self.is_special(model)
        self.assertGreater(seen, 50)
        self.assertGreater(special, 3)
        text = "\n".join(f"{name}: {said}" for name, said in failed.items())
        self.assertFalse(failed, f"{len(failed)} of {seen} models:\n{text}")

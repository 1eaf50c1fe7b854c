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


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestJson2SearchApps(Json2Case):
    def setUp(self):
        super().setUp()
        self.user.group_ids = self.env.ref("base.group_user")

    def ask(self, token, method, model, status=200, /, **arguments):
        arguments.setdefault("domain", [])
        self.env.flush_all()
        answer = self.call(token, method, model, **arguments)
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def test_time_off_types_of_an_employee(self):
        self.env["hr.employee"].create({"name": "E", "user_id": self.user.id})
        model = "hr.leave.type"
        named = self.create_api_scope("n", model, names=("name",), api_read=True)
        token = self.get_token(named)
        found = self.ask(token, "search_read", model, fields=["name"])
        self.assertEqual([one["id"] for one in found], sorted(o["id"] for o in found))
        self.assertEqual(self.ask(token, "search_count", model), len(found))
        names = ("name", "sequence")
        ordered = self.create_api_scope("o", model, names=names, api_read=True)
        token = self.get_token(ordered)
        said = self.ask(token, "search_read", model, 403, fields=["name"])
        self.assertIn("“virtual_remaining_leaves”", said["message"])
        self.assertIn("list the field", said["message"])
        self.ask(token, "search_read", model, fields=["name"], order="sequence, id")
        names += ("virtual_remaining_leaves", "leaves_taken", "employee_requests")
        whole = self.create_api_scope("w", model, names=names, api_read=True)
        self.ask(self.get_token(whole), "search_read", model, fields=["name"])

    def test_events_and_who_takes_part(self):
        partners = self.Partner.create([{"name": "Guest 1"}, {"name": "Guest 2"}])
        other = self.env.ref("base.user_admin")
        own, foreign = self.env["calendar.event"].create(
            [
                {
                    "name": name,
                    "start": "2026-11-30 10:00:00",
                    "stop": "2026-11-30 11:00:00",
                    "privacy": "private",
                    "user_id": other.id,
                    "partner_ids": [(6, 0, (partners | invited).ids)],
                }
                for name, invited in (
                    ("Own secret", self.user.partner_id),
                    ("Foreign secret", self.Partner),
                )
            ]
        )
        domain = [["id", "in", [own.id, foreign.id]]]
        names = ("name", "start", "stop")
        scope = self.create_api_scope("e", "calendar.event", names=names, api_read=True)
        token = self.get_token(scope)
        found = self.ask(
            token, "search_read", "calendar.event", domain=domain, fields=["name"]
        )
        self.assertEqual(
            {one["id"]: one["name"] for one in found},
            {own.id: "Own secret", foreign.id: "Busy"},
        )
        refused = self.call(
            token, "read", "calendar.event", ids=own.ids, fields=["partner_ids"]
        )
        self.assertEqual(refused.status_code, 403, refused.text)

    def test_who_takes_part_is_answered_as_far_as_it_is_open(self):
        partners = self.Partner.create(
            [{"name": "Guest", "ref": "in"}, {"name": "Hidden guest"}]
        )
        event = self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": "2026-11-30 10:00:00",
                "stop": "2026-11-30 11:00:00",
                "user_id": self.user.id,
                "partner_ids": [(6, 0, partners.ids)],
            }
        )
        model = "calendar.event"
        events = self.create_api_scope(
            "e", model, names=("name", "partner_ids", "attendee_ids"), api_read=True
        )
        guests = self.create_api_scope(names=("name",), api_read=True)
        attendees = self.create_api_scope(
            "a", "calendar.attendee", names=("event_id",), api_read=True
        )
        token = self.get_token(events, guests, attendees)
        domain = [["id", "=", event.id]]
        found = self.ask(
            token, "search_read", model, domain=domain, fields=["name", "partner_ids"]
        )
        self.assertEqual(found[0]["partner_ids"], partners[0].ids)
        below = {"event_id": {"fields": {"name": {}, "partner_ids": {"fields": {}}}}}
        found = self.ask(
            token,
            "web_search_read",
            model,
            domain=domain,
            specification={"name": {}, "attendee_ids": {"fields": below}},
        )
        for attendee in found["records"][0]["attendee_ids"]:
            self.assertEqual(
                attendee["event_id"]["partner_ids"], [{"id": partners[0].id}]
            )

    def test_a_report_is_limited_to_the_filter(self):
        self.user.group_ids |= self.env.ref("sales_team.group_sale_manager")
        model = "sale.report"
        partners = self.Partner.create([{"name": "In"}, {"name": "Out"}])
        product = self.env["product.product"].create({"name": "P"})
        self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [(0, 0, {"product_id": product.id})],
                }
                for partner in partners
            ]
        )
        filter_ = self.env["ir.filters"].create(
            {
                "name": "In",
                "model_id": model,
                "domain": f"[('partner_id', '=', {partners[0].id})]",
                "user_ids": False,
            }
        )
        scope = self.create_api_scope(
            "r", model, names=("name", "state"), api_read=True, filter_id=filter_.id
        )
        token = self.get_token(scope)
        self.assertEqual(self.ask(token, "search_count", model), 1)
        self.assertEqual(len(self.ask(token, "search_read", model, fields=["name"])), 1)
        for arguments in (
            {"domain": [["partner_id", "=", partners[1].id]]},
            {"order": "price_total"},
        ):
            self.ask(token, "search", model, 403, **arguments)
        self.ask(
            token,
            "formatted_read_group",
            model,
            403,
            groupby=["state"],
            aggregates=["price_total:sum"],
        )

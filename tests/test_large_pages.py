# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What pages ask for by default stays small, however much there is."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ..tools import capped_count
from .common import new_manager

MODELS = ("oauth.provider.event", "oauth.provider.grant", "oauth.provider.token")


@tagged("post_install", "-at_install")
class TestLargePages(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.person = new_test_user(cls.env, "oauth_user")
        cls.clients = cls.env["oauth.provider.client"].create(
            [{"name": f"Client {number}"} for number in range(20)]
        )
        for client in cls.clients:
            grant = cls.env["oauth.provider.grant"].ensure(client, cls.person)
            cls.env["oauth.provider.token"].issue(
                client=client,
                user=cls.person,
                grant=grant,
                scopes=client.scope_ids,
                lifetime=60,
            )
            cls.env["oauth.provider.event"].log_event("issued", client=client)
        cls.env.flush_all()

    def get_arch(self, model, view_type):
        records = self.env[model].with_user(self.manager)
        return etree.fromstring(records.get_view(view_type=view_type)["arch"])

    def get_default_domain(self, model):
        """Return what the action of ``model`` filters by, as one opens it (Domain)."""
        name = model.replace(".", "_")
        action = self.env.ref(f"oauth_provider.{name}_action")
        search = self.get_arch(model, "search")
        domain = Domain.TRUE
        for key in safe_eval(action.context):
            filter_name = key.removeprefix("search_default_")
            [node] = search.xpath(f"//filter[@name='{filter_name}']")
            domain &= Domain(safe_eval(node.get("domain")))
        return domain

    def get_groupings(self, model, view_type):
        """Return what a graph or pivot groups by as one opens it (list of str)."""
        fields_ = self.get_arch(model, view_type).xpath("//field")
        return [
            ":".join(filter(None, (one.get("name"), one.get("interval"))))
            for one in fields_
        ]

    def test_a_graph_and_a_pivot_have_no_group_for_each_client(self):
        for model in MODELS:
            records = self.env[model].with_user(self.manager)
            domain = self.get_default_domain(model)
            self.assertGreaterEqual(records.search_count(domain), 20)
            for view_type in ("graph", "pivot"):
                groupings = self.get_groupings(model, view_type)
                self.assertTrue(groupings)
                groups = records.formatted_read_group(domain, groupings, ["__count"])
                with self.subTest(model=model, view_type=view_type):
                    # Midnight may be in between
                    self.assertLess(len(groups), 10)

    def test_the_events_of_the_last_days_are_shown_first(self):
        events = self.env["oauth.provider.event"].with_user(self.manager)
        old = events.search([], limit=1)
        self.env.cr.execute(
            "UPDATE oauth_provider_event SET happened_at = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(days=8), old.id),
        )
        self.env.invalidate_all()
        self.assertTrue(old.happened_at)
        found = events.search(self.get_default_domain(events._name))
        self.assertNotIn(old, found)
        self.assertGreaterEqual(len(found), 19)

    def test_the_tokens_of_the_last_days_are_shown_first(self):
        tokens = self.env["oauth.provider.token"].with_user(self.manager)
        domain = self.get_default_domain(tokens._name)
        every = tokens.search([("client_id", "in", self.clients.ids)])
        old = every[0]
        self.assertIn(old, tokens.search(domain))
        self.env.cr.execute(
            "UPDATE oauth_provider_token SET create_date = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(days=8), old.id),
        )
        self.env.invalidate_all()
        self.assertEqual(every & tokens.search(domain), every - old)

    def test_what_a_number_counts_is_shown_whatever_its_age(self):
        scope = self.clients.scope_ids[:1].with_user(self.manager)
        client = self.clients[0].with_user(self.manager)
        for record in (scope, client):
            action = record.action_view_tokens()
            self.assertEqual(action["context"], {"search_default_live": 1})
        kinds = [kind for _view_id, kind in scope.action_view_tokens()["views"]]
        self.assertEqual(kinds, ["list", "kanban", "form"])
        self.assertEqual(scope.action_view_tokens()["view_mode"], "list,kanban,form")
        opened = client.action_view_tokens()
        self.assertTrue(opened["view_mode"].endswith("graph,pivot"))

    def test_a_list_of_clients_counts_up_to_a_limit(self):
        client, other = self.clients[:2].with_user(self.manager)
        grant = self.env["oauth.provider.grant"].ensure(other, self.manager)
        for _number in range(2):
            self.env["oauth.provider.token"].issue(
                client=other,
                user=self.manager,
                grant=grant,
                scopes=other.sudo().scope_ids,
                lifetime=60,
            )
        self.env.flush_all()
        names = self.get_arch("oauth.provider.client", "list").xpath("//field/@name")
        self.assertIn("token_count_text", names)
        for limit, counts, texts in (
            (10, ((1, 1), (2, 3)), (("1", "1"), ("2", "3"))),
            (1, ((1, 1), (2, 2)), (("1", "1"), ("1+", "1+"))),
        ):
            self.env.invalidate_all()
            with self.subTest(limit=limit), patch.object(capped_count, "LIMIT", limit):
                for one, count, text in zip(
                    (client, other), counts, texts, strict=True
                ):
                    self.assertEqual((one.grant_count, one.token_count), count)
                    found = (one.grant_count_text, one.token_count_text)
                    self.assertEqual(found, text)
                    # Of one client alone
                    one.invalidate_recordset()
                    alone = one.with_prefetch(one._ids)
                    self.assertEqual((alone.grant_count, alone.token_count), count)
        # Rules and rights still hold
        with self.assertRaises(AccessError):
            client.with_user(self.person)._count_own(
                "oauth.provider.token", Domain.TRUE
            )

    def test_when_a_client_was_used_last(self):
        client, _other, backend = self.clients[:3].with_user(self.manager)
        grants = self.env["oauth.provider.grant"]
        now = fields.Datetime.now()
        grants.ensure(client, self.person).last_used = now - timedelta(days=3)
        grants.ensure(client, self.manager).last_used = now - timedelta(days=1)
        self.clients[2].write(
            {
                "application_type": "backend application",
                "user_id": self.person.id,
                "redirect_uri_ids": False,
            }
        )
        self.env["oauth.provider.token"].issue(
            client=self.clients[2],
            user=self.person,
            scopes=self.clients.scope_ids,
            lifetime=60,
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE oauth_provider_token SET create_date = %s"
            " WHERE client_id = %s AND grant_id IS NULL",
            (now - timedelta(days=2), backend.id),
        )
        self.env.invalidate_all()
        days = [one.last_used and (now - one.last_used).days for one in self.clients]
        self.assertEqual(days[:3], [1, False, 2])
        # It was another type of application before: what is later counts
        for age, wanted in ((1, 1), (3, 2)):
            grant = grants.search([("client_id", "=", backend.id)], limit=1)
            grant.last_used = now - timedelta(days=age)
            self.env.invalidate_all()
            self.assertEqual((now - backend.last_used).days, wanted)
        self.assertFalse(self.clients.new().last_used)
        with self.assertRaises(AccessError):
            client.with_user(self.person).read(["last_used"])
        for view_type in ("list", "form"):
            names = self.get_arch(client._name, view_type).xpath("//field/@name")
            self.assertIn("last_used", names)

    def test_the_last_use_takes_two_queries_however_many_clients_there_are(self):
        clients = self.clients.sudo()
        clients.mapped("last_used")
        self.env.invalidate_all()
        clients.mapped("application_type")
        with self.assertQueryCount(2):
            clients.mapped("last_used")

    def test_counting_takes_one_query_a_figure(self):
        clients = self.clients.sudo()
        clients.mapped("token_count")
        self.env.invalidate_all()
        clients.mapped("name")
        with self.assertQueryCount(2):
            clients.mapped("token_count")

    def test_nothing_is_grouped_by_what_has_many_values_at_once(self):
        for model in MODELS:
            records = self.env[model]
            found = self.get_arch(model, "search").xpath("//filter/@context")
            self.assertTrue(found)
            for context in found:
                name = safe_eval(context)["group_by"].partition(":")[0]
                with self.subTest(model=model, name=name):
                    self.assertNotEqual(records._fields[name].type, "many2many")

    def test_a_list_of_scopes_counts_clients_only(self):
        names = self.get_arch("oauth.provider.scope", "list").xpath("//field/@name")
        self.assertIn("client_count", names)
        counts = {"person_count", "token_count"}
        self.assertFalse(counts & {name.removesuffix("_text") for name in names})
        scopes = self.env["oauth.provider.scope"].with_user(self.manager).search([])
        columns = {name: {} for name in names if not name.endswith("_id")}
        scopes.web_read(columns)
        self.env.invalidate_all()
        with self.capturing() as statements:
            scopes.web_read(columns)
        self.assertTrue(any('"oauth_provider_client"' in one for one in statements))
        for table in ("oauth_provider_token", "oauth_provider_grant"):
            self.assertFalse([one for one in statements if f'"{table}"' in one])

    @contextmanager
    def capturing(self):
        """Return the statements (list of str) that this transaction executes."""
        statements = []

        def execute(cursor, query, params=None, log_exceptions=True):
            statements.append(query.code if isinstance(query, SQL) else query)
            return original(cursor, query, params, log_exceptions)

        original = Cursor.execute
        with patch.object(Cursor, "execute", execute):
            yield statements

    def test_live_tokens_are_found_without_the_rules_of_users(self):
        tokens = self.env["oauth.provider.token"].with_user(self.manager)
        domain = self.get_default_domain(tokens._name)
        query = tokens._search(domain)
        self.assertNotIn("res_company", query.select().code)
        self.env.cr.execute("ANALYZE oauth_provider_token")
        plan = self.explain(query.select())
        self.assertNotIn("SubPlan", plan)

    def explain(self, query):
        self.env.cr.execute(f"EXPLAIN {query.code}", query.params)
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    def test_tokens_of_archived_clients_and_users_are_not_live(self):
        tokens = self.env["oauth.provider.token"].with_user(self.manager)
        domain = self.get_default_domain(tokens._name)
        archived = {"oauth_provider_client": self.clients[0].id}
        archived["res_users"] = self.person.id
        own = [("client_id", "in", self.clients.ids)]
        for table, count in (("oauth_provider_client", 19), ("res_users", 0)):
            # Not by the ORM, which would revoke them
            self.env.cr.execute(
                f"UPDATE {table} SET active = false WHERE id = %s", (archived[table],)
            )
            self.env.invalidate_all()
            with self.subTest(table=table):
                self.assertEqual(tokens.search_count(domain & Domain(own)), count)
                found = tokens.search([("has_active_parties", "=", False), *own])
                self.assertEqual(len(found), 20 - count)
                every = tokens.search(own)
                self.assertEqual(every.filtered_domain(domain), every - found)
                self.assertEqual(every.filtered("has_active_parties"), every - found)

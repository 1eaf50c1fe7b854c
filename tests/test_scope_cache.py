# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a process caches of the filters and fields of scopes, and for how long."""

import ast
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import ForeignKeyViolation

from odoo import Command
from odoo.fields import Domain
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..json2.access import TokenAccess
from ..tools.filter_text import read_constant, read_for
from .common import CommittedCase

BEFORE = "[('ref', '=', 'before')]"
AFTER = "[('ref', '=', 'after')]"
GROUP = "base.group_system"


@tagged("post_install", "-at_install")
class TestScopeCache(CommittedCase):
    """In transactions that commit, as those of several threads."""

    @contextmanager
    def committed(self):
        with self.transaction() as env:
            yield env
            env.cr.commit()

    def setUp(self):
        super().setUp()
        with self.committed() as env:
            self.last_event = env["oauth.provider.event"].search([], limit=1).id or 0
            found = env["ir.model.fields"]
            self.name_id, self.ref_id = (
                found._get("res.partner", name).id for name in ("name", "ref")
            )
            self.model_id = env["ir.model"]._get_id("res.partner")
            self.filter_ids = (
                env["ir.filters"]
                .create(
                    [
                        {"name": f"Cached {n}", "model_id": "res.partner", "domain": on}
                        for n, on in enumerate((BEFORE, AFTER))
                    ]
                )
                .ids
            )
            scope = env["oauth.provider.scope"].create(
                {
                    "name": "Cached",
                    "code": "cached",
                    "model_id": self.model_id,
                    "filter_id": self.filter_ids[0],
                    "field_ids": [Command.set([self.name_id])],
                    "api_read": True,
                }
            )
            self.scope_id = scope.id
        self.addCleanup(self.remove)

    def remove(self):
        with self.committed() as env:
            env["oauth.provider.scope"].browse(self.scope_id).exists().unlink()
            env["ir.filters"].browse(self.filter_ids).exists().unlink()
            env.cr.execute(
                "DELETE FROM oauth_provider_event WHERE id > %s", (self.last_event,)
            )

    def opened(self, env):
        """Return (domain, names of the fields) of the scope, as a request reads it."""
        scope = env["oauth.provider.scope"].browse(self.scope_id).prefetch()
        domain, names = scope.filter_id.domain, scope.field_ids.mapped("name")
        opening = scope.get_opening(scope.id)
        read = (opening.filter_text, sorted(opening.fields))
        self.assertEqual(read, (domain or "", names))
        if domain in (False, BEFORE, AFTER):
            compared = [set(one.value) for one in opening.records.iter_conditions()]
            expected = [{one[2]} for one in ast.literal_eval(domain or "[]")]
            self.assertEqual(compared, expected)
        return domain, names

    def assertOpens(self, domain, *names):
        """Assert what the scope opens to new transactions, the first and the next."""
        for _number in range(2):
            with self.transaction() as env:
                self.assertEqual(self.opened(env), (domain, list(names)))

    def test_it_is_read_once(self):
        self.assertOpens(BEFORE, "name")
        with self.transaction() as env:
            before = env.cr.sql_log_count
            self.opened(env)
            self.assertEqual(env.cr.sql_log_count, before)

    def test_each_change_counts_for_the_next_transaction(self):
        scope = ("oauth.provider.scope", self.scope_id)
        filter_ = ("ir.filters", self.filter_ids[0])
        by_ref = {"field_ids": [Command.set([self.ref_id])]}
        changes = (
            (*filter_, {"domain": AFTER}, AFTER, "name"),
            (*filter_, {"active": False}, AFTER, "name"),
            (*filter_, {"domain": BEFORE}, BEFORE, "name"),
            (*scope, {"filter_id": self.filter_ids[1]}, AFTER, "name"),
            (*scope, by_ref, AFTER, "ref"),
            (*scope, {"domain": BEFORE}, BEFORE, "ref"),
            (*scope, {"filter_id": False}, False, "ref"),
        )
        self.assertOpens(BEFORE, "name")
        for model, id_, values, domain, name in changes:
            with self.subTest(values=values):
                with self.committed() as env:
                    env[model].browse(id_).write(values)
                self.assertOpens(domain, name)

    def test_a_filter_in_use_cannot_be_deleted(self):
        self.assertOpens(BEFORE, "name")
        with self.transaction() as env:
            with mute_logger("odoo.sql_db"), self.assertRaises(ForeignKeyViolation):
                env["ir.filters"].browse(self.filter_ids[0]).unlink()
            env.cr.rollback()
        self.assertOpens(BEFORE, "name")

    def test_what_is_rolled_back_neither_leaks_nor_stays(self):
        self.assertOpens(BEFORE, "name")
        with self.transaction() as env:
            scope = env["oauth.provider.scope"].browse(self.scope_id)
            scope.filter_id.domain = AFTER
            scope.field_ids = [Command.set([self.ref_id])]
            env.flush_all()
            env.invalidate_all()
            self.assertEqual(self.opened(env), (AFTER, ["ref"]))
            self.assertOpens(BEFORE, "name")
            env.cr.rollback()
            env.invalidate_all()
            self.assertEqual(self.opened(env), (BEFORE, ["name"]))
        self.assertOpens(BEFORE, "name")

    def test_what_is_rolled_back_to_a_savepoint_does_not_stay(self):
        with self.committed() as env:
            with env.cr.savepoint() as savepoint:
                env["ir.filters"].browse(self.filter_ids[0]).domain = AFTER
                env.flush_all()
                self.assertEqual(self.opened(env), (AFTER, ["name"]))
                savepoint.rollback()
            env.invalidate_all()
            self.assertEqual(self.opened(env), (BEFORE, ["name"]))
        self.assertOpens(BEFORE, "name")

    def test_an_old_snapshot_leaves_nothing_behind(self):
        with self.transaction() as earlier:
            earlier.cr.execute("SELECT 1")
            with self.committed() as env:
                scope = env["oauth.provider.scope"].browse(self.scope_id)
                scope.field_ids = [Command.set([self.ref_id])]
                scope.filter_id.domain = AFTER
            self.assertEqual(self.opened(earlier), (BEFORE, ["name"]))
        self.assertOpens(AFTER, "ref")

    def test_a_request_between_a_change_and_its_commit_leaves_nothing_behind(self):
        with self.committed() as env:
            env["ir.filters"].browse(self.filter_ids[0]).domain = AFTER
            env.flush_all()
            self.assertOpens(BEFORE, "name")
        self.assertOpens(AFTER, "name")

    def test_a_filter_that_changes_while_a_scope_begins_to_use_it(self):
        with self.committed() as env:
            # No scope uses it yet
            env["ir.filters"].browse(self.filter_ids[1]).domain = "[('id', '=', 1)]"
            env.flush_all()
            with self.committed() as other:
                scope = other["oauth.provider.scope"].browse(self.scope_id)
                scope.filter_id = self.filter_ids[1]
            self.assertOpens(AFTER, "name")
        self.assertOpens("[('id', '=', 1)]", "name")

    def test_nobody_reads_what_was_cached_at_another_state(self):
        """A replica that is behind serves another thread of the process."""
        registry = self.env.registry
        self.addCleanup(registry.cache_sequences.update, registry.cache_sequences)
        for name in ("cache", "registry"):
            with self.subTest(name=name):
                self.assertOpens(BEFORE, "name")
                with self.transaction() as env:
                    self.signal(registry, name, 1)
                    # Its first question, at the new state
                    env["oauth.provider.key"].get_published_jwks()
                    # What the other thread does, and what it has cached
                    self.signal(registry, name, -1)
                    before = env.cr.sql_log_count
                    self.opened(env)
                    self.assertGreater(env.cr.sql_log_count, before)

    def test_the_primary_database_tells_what_the_replica_does_not_know_yet(self):
        """Odoo asks the replica for signals, whichever database serves the request."""
        registry = self.env.registry
        state = registry.registry_sequence, dict(registry.cache_sequences)
        self.assertOpens(BEFORE, "name")
        with self.transaction() as other:
            # Another process changes it, and signals it to the primary database
            other.cr.execute(
                "UPDATE ir_filters SET domain = %s WHERE id = %s",
                (AFTER, self.filter_ids[0]),
            )
            other.cr.commit()
        state[1]["default"] += 1
        self.patch(registry, "get_sequences", lambda _cr: state)
        self.patch(registry, "_db_readonly", registry._db)
        self.assertOpens(AFTER, "name")
        # On the replica, whose signal has not come yet
        self.patch(registry, "_db_readonly", None)
        self.assertOpens(BEFORE, "name")

    def test_a_request_that_runs_again_asks_what_has_been_signaled(self):
        registry = self.env.registry
        state = registry.registry_sequence, dict(registry.cache_sequences)
        self.assertOpens(BEFORE, "name")
        for end in ("commit", "rollback"):
            with self.subTest(end=end), self.transaction() as env:
                self.opened(env)
                with self.transaction() as other:
                    other.cr.execute(
                        "UPDATE ir_filters SET domain = %s WHERE id = %s",
                        (end, self.filter_ids[0]),
                    )
                    other.cr.commit()
                state[1]["default"] += 1
                self.patch(registry, "get_sequences", lambda _cr: state)
                getattr(env.cr, end)()
                env.invalidate_all()
                self.assertEqual(self.opened(env), (end, ["name"]))

    def signal(self, registry, name, number):
        if name == "cache":
            registry.cache_sequences["default"] += number
        else:
            registry.registry_sequence += number

    def test_what_the_registry_of_another_process_lacked_is_not_cached(self):
        registry = self.env.registry
        state = registry.registry_sequence + 1, dict(registry.cache_sequences)
        registry.clear_cache()
        with self.transaction() as env:
            self.patch(registry, "get_sequences", lambda _cr: state)
            self.opened(env)
            before = env.cr.sql_log_count
            env.invalidate_all()
            self.opened(env)
            self.assertGreater(env.cr.sql_log_count, before)


class TestFilterText(TransactionCase):
    def test_a_constant_belongs_to_its_reader(self):
        text = "[('id', 'in', [1, 2]), ('parent_id', 'any', [('id', '=', 3)])]"
        [first] = read_constant(text)
        first[0][2].append(3)
        first.append("&")
        self.assertEqual(
            read_constant(text),
            ([("id", "in", [1, 2]), ("parent_id", "any", [("id", "=", 3)])],),
        )

    def test_what_depends_on_anything_is_no_constant(self):
        for text in (
            "[('create_date', '<', context_today())]",
            "[('date', '=', time.strftime('%Y-%m-%d'))]",
            "[('name', '=', 'a'.upper())]",
            "[('id', 'in', [n for n in (1, 2)])]",
            "nonsense",
            "[(",
            "",
            "[" * 1000,
        ):
            with self.subTest(text=text[:40]):
                self.assertEqual(read_constant(text), ())
                self.assertEqual(read_for(text, 7), ())

    def test_the_number_of_the_user_is_put_in(self):
        self.assertEqual(read_constant("[('user_id', '=', uid)]"), ())
        text = "['|', ('user_id', '=', uid), ('ids', 'in', [1, uid])]"
        for uid in (7, 8):
            [found] = read_for(text, uid)
            expected = ["|", ("user_id", "=", uid), ("ids", "in", [1, uid])]
            self.assertEqual(found, expected)
            found[2][2].append(3)
        self.assertEqual(read_for("[('name', '=', 'uid')]", 7)[0][0][2], "uid")
        for text in ("[('id', '>', uid + 1)]", "[('id', '=', -uid)]", "[uid.real]"):
            self.assertEqual(read_for(text, 7), ())


@tagged("post_install", "-at_install")
class TestOpenings(TransactionCase):
    """What is worked out once for every caller, of what scopes open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scope = cls.env["oauth.provider.scope"].create(
            {
                "name": "Open",
                "code": "open",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "api_read": True,
            }
        )

    def open(self, domain):
        """Return the Opening of the scope with this filter (text)."""
        self.scope.domain = domain
        return self.scope.get_opening(self.scope.id)

    def test_columns_are_worked_out(self):
        records = self.open("[('ref', 'in', ['a', 'b'])]").records
        self.assertEqual(records, records.optimize_full(self.env["res.partner"]))

    def test_code_of_a_model_is_given_nothing_of_others(self):
        self.assertIsNone(self.open("[('category_id', 'in', [1, 2])]").records)
        self.assertIsNone(
            self.open("[('child_ids', 'any', [('ref', '=', 1)])]").records
        )
        self.assertIsNone(
            self.open("[('child_ids', 'any', (('ref', 'in', ['a']),))]").records
        )
        found = self.open("[('country_id.code', '=', 'BE')]").records
        self.assertEqual(found, Domain("country_id.code", "=", "BE"))

    def test_what_depends_on_the_caller_is_evaluated(self):
        self.assertIsNone(self.open("[('user_id', '=', uid)]").records)
        self.assertIsNone(self.open("[('create_date', '<', context_today())]").records)

    def test_a_column_that_one_user_may_not_read(self):
        """A filter by it is looked up as that user: it fails, and opens nothing."""
        groups = ("base.group_user", f"base.group_user,{GROUP}")
        users = [new_test_user(self.env, f"of {one}", one) for one in groups]
        field = self.env["res.partner"]._fields["ref"]
        self.patch(field, "groups", GROUP)
        opening = self.open("[('ref', '=', 'a')]")
        self.assertEqual(opening.compared, ("ref",))
        for user, may_compare in zip(users, (False, True), strict=True):
            access = TokenAccess(
                self.env["oauth.provider.token"].new({"user_id": user.id})
            )
            access.scopes = self.scope
            [part] = access.get_model_access("res.partner", "read").parts
            self.assertEqual(part.is_plain, may_compare)

    def test_every_record(self):
        opening = self.open("[]")
        self.assertTrue(opening.records.is_true())
        self.assertFalse(opening.filter_text)

    def test_an_addon_may_say_which_records_it_means(self):
        scopes = type(self.scope)

        def get_domain(scope, user, res_id=None):
            return Domain("id", "=", 7)

        with patch.object(scopes, "_get_domain", get_domain):
            opening = self.open("[('ref', '=', 'a')]")
            self.assertIsNone(opening.records)
            user = self.env.user
            found = self.scope.prefetch_usable_domain(user, opening)
        self.assertEqual(found, Domain("id", "=", 7))

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random scopes and random calls, compared with a naive model of what scopes open."""

import json
import logging
import os
import random
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, seed, settings

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Command
from odoo.tests import tagged

from ..json2 import call
from ..json2.access import TokenAccess
from ..json2.token_call import CALLERS_FAULT
from ..models.oauth_provider_scope import ScopeInfo
from .naive_access import (
    FULL_ACCESS,
    LISTS,
    Closed,
    Field,
    Missing,
    Model,
    Refused,
    Scope,
)
from .naive_calls import NaiveCalls, parse_order
from .random_calls import (
    ACTIVE,
    COMODELS,
    FIELDS,
    NAME_FIELDS,
    ORDERS,
    PARENTS,
    PLACE,
    SIZES,
    TAG,
    THING,
    TYPES,
    VALUES,
    WORDS,
    cases,
    put_ids,
)
from .test_json2 import Json2Case

#: How many different calls are compared; ``make test-everything`` wants more.
COMPARISONS = int(os.environ.get("OAUTH_PROVIDER_COMPARISONS", "1000"))
#: Another number tries other scopes and calls.
SEED = int(os.environ.get("OAUTH_PROVIDER_SEED", "22"))
#: A file that takes all differences, where the test would end at the first.
COLLECTED = os.environ.get("OAUTH_PROVIDER_DIFFERENCES")
#: Scopes of a token, at most.
MOST_SCOPES = 5
#: Calls with the same scopes.
CALLS = 10
#: Sets of scopes that one run of Hypothesis tries.
BATCH = 50
#: Of so many sets of scopes, one is tried over the wire, too.
WIRE = 20
#: Of so many calls, one is compared with Odoo itself, without a token.
PLAIN = 5

_logger = logging.getLogger(__name__)


class RandomModels(Json2Case):
    """Three related models with records, and what the superuser reads of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_models()
        cls._create_records()
        cls.models = cls._read_models()

    @classmethod
    def _create_models(cls):
        """Create all models at once, then all fields that need each other."""
        plain, many, lists = [], [], []
        for model, fields in FIELDS.items():
            own = []
            for name, (kind, values) in fields.items():
                values = {
                    "name": name,
                    "ttype": kind,
                    "field_description": name,
                    "model": model,
                    **values,
                }
                if "relation" not in values:
                    own.append(Command.create(values))
                else:
                    (lists if kind == "one2many" else many).append(values)
            order = ORDERS[model]
            plain.append(
                {"name": model, "model": model, "field_id": own, "order": order}
            )
        models = cls.env["ir.model"].create(plain)
        ids = {found.model: found.id for found in models}
        for later in (many, lists):
            cls.env["ir.model.fields"].create(
                [{**values, "model_id": ids[values["model"]]} for values in later]
            )
        group = cls.env.ref("base.group_user").id
        rights = dict.fromkeys(
            ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
        )
        cls.env["ir.model.access"].create(
            [
                {"name": model, "model_id": number, "group_id": group, **rights}
                for model, number in ids.items()
            ]
        )
        for model, names in NAME_FIELDS.items():
            cls._patch_model(model, "_rec_names_search", names)
        for model, name in PARENTS.items():
            cls._patch_model(model, "_parent_name", name)

    @classmethod
    def _patch_model(cls, model, name, value):
        cls.startClassPatcher(patch.object(cls.registry[model], name, value))

    @classmethod
    def _create_records(cls):
        """Fill the models, always with the same values."""
        chance = random.Random(1)
        cls.ids = {}
        for model in (TAG, PLACE, THING):
            found = cls.env[model]
            for _ in range(SIZES[model]):
                values = {
                    name: cls._make_value(chance, model, name)
                    for name, kind in TYPES[model].items()
                    if name != "display_name" and kind != "one2many"
                }
                if model == THING and found and chance.random() < 0.5:
                    values["x_parent_id"] = chance.choice(found.ids)
                found |= found.create(values)
            cls.ids[model] = found.ids
        cls.env.flush_all()

    @classmethod
    def _make_value(cls, chance, model, name):
        kind = TYPES[model][name]
        if name == ACTIVE.get(model):
            return chance.random() < 0.7
        if kind in VALUES:
            return chance.choice(VALUES[kind])
        ids = cls.ids.get(COMODELS[model, name], [])
        if kind in LISTS:
            return [Command.set(chance.sample(ids, chance.randint(0, 3)))]
        return chance.choice([*ids, False]) if ids else False

    @classmethod
    def _read_models(cls):
        """Return {name: Model}: what the superuser reads, archived records included."""
        cls.env.invalidate_all()
        models = {}
        for model, types in TYPES.items():
            records = cls.env[model].with_context(active_test=False).search([])
            rows = to_json(records.read(list(types), load=None))
            for row in rows:
                row.update(
                    {n: tuple(row[n]) for n, kind in types.items() if kind in LISTS}
                )
            models[model] = Model(
                {
                    name: Field(kind, COMODELS.get((model, name)))
                    for name, kind in types.items()
                },
                parse_order(ORDERS[model]),
                NAME_FIELDS[model],
                ACTIVE.get(model),
                PARENTS.get(model),
                {row["id"]: row for row in rows},
            )
        return models


@tagged("post_install", "-at_install")
class TestJson2Property(RandomModels):
    """Whatever the scopes are, a token gets what the naive model says it gets."""

    def setUp(self):
        super().setUp()
        self.made = {}
        self.seen = set()
        self.tried = self.compared = self.changed = 0
        self.by_status = {}
        self.differences = []
        self.full = NaiveCalls(self.models, FULL_ACCESS)
        any_scope = self.create_api_scope("any", TAG, ("x_name",), api_read=True)
        self.token = self.env["oauth.provider.token"].find(self.get_token(any_scope))

    def test_a_token_gets_what_the_naive_model_says(self):
        started = SEED
        while self.compared < COMPARISONS:
            # Hypothesis repeats itself the more, the longer it runs
            self.compare_random(started)
            started += 1000
        _logger.info(
            "%s calls compared (seed %s), of which scopes changed %s; by status: %s",
            self.compared,
            SEED,
            self.changed,
            self.by_status,
        )
        if COLLECTED:
            with open(COLLECTED, "w") as file:
                file.write("\n".join(sorted(self.differences, key=len)))
        self.assertFalse(self.differences, f"See {COLLECTED}")
        # Else it would be a test of Odoo
        self.assertGreaterEqual(self.changed * 3, self.compared)

    def test_what_has_made_a_difference_once(self):
        read = frozenset({"read"})
        some = [["x_color", "<", 2]]
        rest = ["|", ["x_color", ">", 2], ["x_done", "=", True]]
        first = Scope(THING, read, frozenset({"x_name", "x_parent_id"}), some)
        other = Scope(THING, read, frozenset({"x_code", "display_name"}), rest)
        lists = Scope(THING, read, frozenset({"x_child_ids", "x_tag_ids"}), some)
        archived = ["!", ["x_active", "=", True]]
        things = self.models[THING].records
        inside = [one for one in things if things[one]["x_color"] < 2]
        cases = {
            # A name that is open on a part of the records
            "name_search": ([first, other], {"name": "ant"}),
            # A part of the model's own order
            "search": (
                [first, other],
                {"domain": [], "order": "x_name desc, x_code, id"},
            ),
            # Names of records that are in a list
            "formatted_read_group": (
                [lists, Scope(TAG, read, frozenset({"x_size"}), [])],
                {"domain": [], "groupby": ["x_tag_ids"], "aggregates": ["__count"]},
            ),
            # A filter by archived records below, beside one by archived records
            "search_count": (
                [
                    first._replace(filter=[["x_child_ids.x_code", "!=", "cat"]]),
                    first._replace(filter=archived),
                ],
                {"domain": []},
            ),
            # Records of a list that are open, but for the list
            "read": (
                [lists, other],
                {"ids": inside, "fields": ["x_child_ids"]},
            ),
        }
        calls = [
            (scopes, method, arguments) for method, (scopes, arguments) in cases.items()
        ]
        # Fields of records in a list, where no scope reads their model
        below = {"x_tag_ids": {"fields": {"x_name": {}}}}
        closed = {"domain": [], "specification": below}
        calls.append(([lists._replace(filter=[])], "web_search_read", closed))
        # Two fields of the same record
        paths = ["x_parent_id.x_code", "x_parent_id.x_name"]
        grouped = {"domain": [], "groupby": paths, "aggregates": ["__count"]}
        calls.append(([first, other], "formatted_read_group", grouped))
        for scopes, method, arguments in calls:
            with self.subTest(method=method, arguments=arguments):
                self.compare(scopes, [(THING, method, arguments)])
        self.assertFalse(self.differences)
        self.assertEqual(self.changed, len(calls))

    def compare_random(self, number):
        """Compare calls of a batch of random cases, which ``number`` decides."""

        @seed(number)
        @settings(
            max_examples=BATCH,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
        )
        @given(cases(MOST_SCOPES, CALLS))
        def run(case):
            self.compare(*case)

        run()

    def compare(self, scopes, calls):
        """Compare the outcome of each call; fail with all that it takes to repeat it.

        :param scopes: list of Scope
        :param calls: list of (model, method, arguments)
        """
        scopes = put_ids(scopes, self.ids)
        calls = put_ids(calls, self.ids)
        naive = NaiveCalls(self.models, scopes)
        found = self.env["oauth.provider.scope"].browse(map(self.get_scope, scopes))
        self.tried += 1
        is_wire = not self.tried % WIRE
        token = self.get_token(*found) if is_wire else None
        for one in calls:
            key = repr((scopes, one))
            if key in self.seen:
                continue
            expected = call_naive(naive, *one)
            everything = call_naive(self.full, *one)
            got = self.call_product(found, *one)
            self.check(expected, got, scopes, one)
            if is_wire:
                self.check(expected, self.call_route(token, *one), scopes, one)
            if not self.compared % PLAIN and count_names(one) < 2:
                self.check(everything, self.call_odoo(*one), (), one)
            # What fails is to fail again
            self.seen.add(key)
            self.compared += 1
            self.changed += expected != everything
            self.by_status[got[0]] = self.by_status.get(got[0], 0) + 1

    def check(self, expected, got, scopes, one):
        """Fail, or note, where a call has not the outcome that is expected."""
        statuses, answer, _error = expected
        if got[0] in statuses and to_text(got[1]) == to_text(answer):
            return
        text = describe(scopes, one, expected, got, self.call_odoo(*one))
        if not COLLECTED:
            self.fail(text)
        self.differences.append(text)

    # What is compared

    def get_scope(self, scope):
        """Return the id of the record of a Scope, which is made once."""
        key = repr(scope)
        if key not in self.made:
            number = len(self.made)
            filter_id = False
            if scope.filter:
                values = {"name": f"Property {number}", "user_ids": False}
                values |= {"model_id": scope.model, "domain": repr(scope.filter)}
                filter_id = self.env["ir.filters"].create(values).id
            self.made[key] = self.create_api_scope(
                f"property{number}",
                scope.model,
                scope.fields,
                filter_id=filter_id,
                **{f"api_{operation}": True for operation in scope.operations},
            ).id
        return self.made[key]

    def call_product(self, scopes, model, method, arguments):
        """Return the outcome (status, answer, error) of a call as the route makes it.

        :param scopes: of the token (records)
        """
        arguments = to_json(arguments)
        ids = arguments.pop("ids", ())
        self.env.invalidate_all()
        # Of the hundreds of scopes that there are, nothing is read but of these
        infos = {
            one.id: ScopeInfo(one.code, one.model, False, False, True) for one in scopes
        }
        allowed = patch.multiple(
            type(self.token), find_allowed_scopes=lambda _self: scopes
        )
        known = patch.multiple(type(scopes), get_infos=lambda _self: infos)
        env = self.env(user=self.user.id, su=False)
        try:
            with allowed, known, self.env.cr.savepoint(flush=False):
                access = TokenAccess(self.token)
                empty = call.with_safe_context(access, env[model], {})
                function = call.find_method(empty, method, ids, arguments)
                records = call.find_records(empty, ids)
                result = call.call(access, records, method, function, arguments)
        except MissingError as error:
            return 404, None, error
        except AccessError as error:
            return 403, None, error
        except CALLERS_FAULT as error:
            return 422, None, error
        return 200, normalize(method, to_json(result)), None

    def call_route(self, token, model, method, arguments):
        """Return the outcome of the same call over the wire."""
        answer = self.call(token, method, model, **arguments)
        if answer.status_code != 200:
            return answer.status_code, None, f"(over the wire) {answer.text}"
        return 200, normalize(method, answer.json()), "(over the wire)"

    def call_odoo(self, model, method, arguments):
        """Return the outcome of the same call without a token."""
        arguments = dict(arguments)
        self.env.invalidate_all()
        records = self.env(user=self.user.id, su=False)[model]
        records = records.browse(arguments.pop("ids", ()))
        if arguments.get("fields", True) is None or (
            method in ("read", "search_read") and "fields" not in arguments
        ):
            # Odoo has some of its own
            arguments["fields"] = list(TYPES[model])
        result = getattr(records, method)(**arguments)
        result = result.ids if method == "search" else result
        return 200, normalize(method, to_json(result)), None


def call_naive(access, model, method, arguments):
    """Return the outcome ((statuses), answer, error) as the naive model says."""
    try:
        result = access.call(model, method, arguments)
    except Closed as error:
        # The records that are named may be missing, too
        return (403, 404) if "ids" in arguments else (403,), None, error
    except Refused as error:
        return (403,), None, error
    except Missing as error:
        return (404,), None, error
    return (200,), normalize(method, to_json(result)), None


def count_names(value):
    """Return how many names the conditions in ``value`` compare, at most (int).

    Odoo takes two of them for the same field: a record that has the one as its name and
    the other as its code is not found by both.
    """
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return sum(map(count_names, value))
    return str(value).endswith("display_name") or value in WORDS or value == "e"


def to_text(value):
    """Return ``value`` as text, in which 0 is not False."""
    return json.dumps(value, sort_keys=True)


def to_json(value):
    """Return ``value`` as an answer in JSON has it."""
    return json.loads(json.dumps(value, default=str))


def normalize(method, value):
    """Return an answer without what may differ: the domains and names of groups."""
    if method != "formatted_read_group":
        return value
    for group in value:
        group.pop("__extra_domain", None)
        for name, one in group.items():
            if name.endswith(":month") and isinstance(one, list):
                # Its first day, and its name in the language of the user
                group[name] = one[0]
    return value


def describe(scopes, one, expected, got, plain):
    """Return all that it takes to repeat a call that makes a difference (str)."""
    model, method, arguments = one
    lines = [
        "",
        *(
            f"scope on {scope.model}: {sorted(scope.operations)}"
            f" fields {sorted(scope.fields)} filter {scope.filter}"
            for scope in scopes
        ),
        f"call: {model}.{method} {arguments}",
        f"expected: {expected}",
        f"got: {got}",
        f"Odoo without a token: {plain}",
        "",
    ]
    return "\n".join(lines)

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several scopes of one token open nothing that none of them opens by itself."""

import itertools
import json

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_json2 import Json2Case

#: Fields of the records that the scopes are combined over.
NAMES = ("name", "ref", "street")


@tagged("post_install", "-at_install")
class TestJson2Scopes(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.Partner.create(
            [
                {"name": f"Person {n}", "ref": f"r{n % 3}", "street": f"Street {n}"}
                for n in range(6)
            ]
        )
        ids = cls.people.ids
        cls.filters = [
            cls.env["ir.filters"].create(
                {
                    "name": f"People {number}",
                    "model_id": "res.partner",
                    "domain": f"[('id', 'in', {chosen})]",
                    "user_ids": False,
                }
            )
            for number, chosen in enumerate((ids[:2], ids[1:4], ids, []))
        ]
        cls.client, cls.secret = cls.create_client("backend application")

    def token_of(self, scopes):
        self.client.scope_ids = [Command.set([scope.id for scope in scopes])]
        answer = self.post(
            "token", {"grant_type": "client_credentials"}, self.client, self.secret
        )
        return answer.json()["access_token"]

    def opened(self, token, model="res.partner", among=None, names=NAMES):
        """Return the (id, field) pairs that ``token`` reads."""
        found = set()
        among = among or self.people.ids
        ids = self.call(token, "search", model, domain=[["id", "in", among]]).json()
        if not isinstance(ids, list):
            return found
        for identifier, name in itertools.product(ids, names):
            answer = self.call(token, "read", model, ids=[identifier], fields=[name])
            if answer.status_code == 200:
                found.add((identifier, name))
        return found

    def searchable(self, token):
        """Return the (id, field) pairs of which ``token`` learns without reading."""
        found = set()
        for person, name in itertools.product(self.people, NAMES):
            if name == "ref":
                continue
            value = person[name]
            for method, arguments in (
                ("search", {"domain": [[name, "=", value]]}),
                ("search", {"domain": ["!", [name, "!=", value]]}),
                ("search", {"domain": [["id", "=", person.id]], "order": name}),
                (
                    "formatted_read_group",
                    {
                        "domain": [["id", "=", person.id]],
                        "groupby": [name],
                        "aggregates": ["__count"],
                    },
                ),
                (
                    "formatted_read_group",
                    {
                        "domain": [["id", "=", person.id]],
                        "groupby": [],
                        "aggregates": [f"{name}:max"],
                    },
                ),
            ):
                answer = self.call(token, method, **arguments)
                told = answer.json() if answer.status_code == 200 else []
                if told and (method == "search" or value in json.dumps(told)):
                    found.add((person.id, name))
        return found

    def test_no_pair_of_scopes_opens_more_than_each(self):
        kinds = [
            (one, names)
            for one in (0, 1, 3, None)
            for names in (("name",), ("name", "street"), ("ref",))
        ]
        scopes = [
            self.create_api_scope(
                f"s{number}",
                names=names,
                api_read=True,
                filter_id=False if one is None else self.filters[one].id,
            )
            for number, (one, names) in enumerate(kinds)
        ]
        alone = [self.opened(self.token_of([scope])) for scope in scopes]
        self.assertEqual(len(alone[1]), 4)
        count = 0
        for first, second in itertools.combinations(range(len(scopes)), 2):
            token = self.token_of([scopes[first], scopes[second]])
            both = self.opened(token)
            self.assertEqual(both, alone[first] | alone[second], (first, second))
            count += bool(both)
            if first % 4 == 0 and second % 3 == 1:
                self.assertLessEqual(self.searchable(token), both, (first, second))
        self.assertGreater(count, 20)
        # The same records: what each of them lists adds up
        token = self.token_of(scopes[0:3])
        self.assertEqual(
            self.opened(token), set(itertools.product(self.people[:2].ids, NAMES))
        )

    def test_the_own_account_beside_all_accounts(self):
        """The two have the same filter, and not the same records."""
        users = self.user | self.env.ref("base.user_admin")
        names = ("name", "login", "lang")
        values = {"api_read": True, "model": "res.users"}
        own = self.create_api_scope("own", names=("name", "login"), **values)
        every = self.create_api_scope(
            "every", names=("name", "lang"), own_user_only=False, **values
        )
        again = self.create_api_scope("again", names=("lang",), **values)

        def opened(*scopes):
            return self.opened(self.token_of(scopes), "res.users", users.ids, names)

        for combination in ((own, every), (every, own), (own, every, again)):
            together = opened(*combination)
            self.assertEqual(
                together, set().union(*(opened(scope) for scope in combination))
            )
            self.assertNotIn((users[1].id, "login"), together)
        self.assertEqual(opened(own, again), {(self.user.id, name) for name in names})

    def test_a_scope_whose_filter_is_broken_opens_nothing(self):
        good = self.create_api_scope("good", api_read=True, names=("name",))
        broken = self.create_api_scope(
            "broken",
            api_read=True,
            names=("name", "street"),
            filter_id=self.filters[2].id,
        )
        token = self.token_of([good, broken])
        for text in ("[('no_such', '=', 1)]", "[('id', '=', 'x')]", "nonsense", "5"):
            self.env.cr.execute(
                "UPDATE ir_filters SET domain = %s WHERE id = %s",
                [text, self.filters[2].id],
            )
            self.env.invalidate_all()
            # Nothing but SQL changes what is cached without a word
            self.env.registry.clear_cache()
            with self.subTest(text=text), mute_logger("odoo.sql_db"):
                self.assertFalse(self.opened(token))
                alone = self.opened(self.token_of([broken]))
                self.assertFalse(alone)
                token = self.token_of([good, broken])

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calls of Odoo's API with narrow scopes: the database, the tokens, what is called.

The database has the app Sales, for an order with its lines, and so the contacts of an
Odoo that is used: messages, partners of companies, pricelists.
"""

import json
from dataclasses import dataclass

import requests

from dev.settings import ADDON

from .provider import JSON
from .requests import Request, bearer

DATABASE = "bench_narrow"
#: Sales, and the addon, which is installed into a copy.
MODULES = ["web", "sale", ADDON]
#: Contacts that are read, grouped and written.
CONTACTS = 1000
SECRET = "a-secret-of-the-benchmark-that-is-long-enough"
#: Who calls, by what the caller has: the first is what the others are compared with.
FULL, ONE, THIRTY, KEY = "full access", "one scope", "thirty scopes", "API key"
CALLERS = (FULL, ONE, THIRTY, KEY)
FIELDS = (
    "name",
    "ref",
    "email",
    "phone",
    "function",
    "street",
    "city",
    "zip",
    "country_id",
    "is_company",
)
#: {filter: fields} of the scopes on contacts, of the thirty: one that compares columns,
#: one that is looked up as the user, and one that lists half of the fields.
FILTERS = {
    "[('ref', '=', 'bench')]": FIELDS,
    "[('country_id.code', '=', 'BE')]": FIELDS,
    "[('create_uid', '=', uid)]": FIELDS[::2],
}
#: {model: fields} of the scopes that an order needs besides.
ORDER = {
    "sale.order": ("partner_id", "client_order_ref", "order_line"),
    "sale.order.line": ("product_id", "product_uom_qty", "price_unit"),
    "product.product": ("name", "list_price"),
}
#: Models of the others of the thirty scopes.
OTHERS = (
    "account.account",
    "account.journal",
    "account.move",
    "account.move.line",
    "account.payment.term",
    "account.tax",
    "crm.tag",
    "crm.team",
    "product.attribute",
    "product.category",
    "product.pricelist",
    "product.tag",
    "product.template",
    "res.bank",
    "res.company",
    "res.country",
    "res.country.group",
    "res.country.state",
    "res.currency",
    "res.currency.rate",
    "res.lang",
    "res.partner.bank",
    "res.partner.category",
    "res.users",
)
MAKE = """
from datetime import datetime, timedelta
group = lambda name: (4, env.ref(name).id)
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Bea Bench", "login": "bench", "email": "bench@example.com",
    "group_ids": [
        group("base.group_user"), group("base.group_partner_manager"),
        group("sales_team.group_sale_salesman_all_leads"),
    ],
})
countries = env["res.country"].search([("code", "in", ["BE", "DE", "FR", "NL"])])
contacts = env["res.partner"].create([
    {
        "name": f"Contact {number:04}", "ref": "bench", "city": f"City {number % 10}",
        "email": f"contact{number}@example.com", "phone": f"+32 2 555 {number:04}",
        "function": "Tester", "street": f"Street {number}", "zip": f"{number:04}",
        "country_id": countries[number % len(countries)].id,
    }
    for number in range(values["contacts"])
])
product = env["product.product"].create({
    "name": "Hour", "type": "service", "list_price": 90.0,
})
scopes = env["oauth.provider.scope"]

def open_fields(code, model, names, **more):
    model = env["ir.model"]._get(model)
    fields = model.field_id.filtered(lambda field: field.name in names)
    return scopes.create({
        "name": code, "code": code, "model_id": model.id,
        "field_ids": [(6, 0, fields.ids)], "api_read": True, **more,
    })

changes = {"api_create": True, "api_write": True}
full = scopes.create({"name": "Everything", "code": "everything", "full_access": True})
one = open_fields("contacts", "res.partner", values["fields"], **changes)
order = scopes.union(*(
    open_fields("order." + model, model, names, **changes)
    for model, names in values["order"].items()
))
thirty = order.union(*(
    open_fields(f"filter.{n}", "res.partner", names, domain=text, **changes)
    for n, (text, names) in enumerate(values["filters"].items())
))
thirty |= thirty.union(*(
    open_fields("other." + model, model, ["name", "display_name"])
    for model in values["others"]
))
assert len(thirty) == 30, len(thirty)
clients = {}
# To link records a scope has to open them
linked = thirty.filtered(lambda scope: scope.model == "res.country")
for name, allowed in (
    ("full", full), ("one", one | order | linked), ("thirty", thirty)
):
    client = env["oauth.provider.client"].create({
        "name": name, "identifier": f"bench-{name}", "secret": values["secret"],
        "application_type": "backend application", "user_id": user.id,
        "scope_ids": [(6, 0, allowed.ids)],
    })
    clients[name] = {"id": client.id, "identifier": client.identifier}
key = env["res.users.apikeys"].with_user(user).sudo()._generate(
    "rpc", "bench", datetime.now() + timedelta(days=1)
)
result = {
    "user": user.id, "clients": clients, "api_key": key, "product": product.id,
    "contacts": contacts.ids, "country": countries.filtered(
        lambda country: country.code == "BE"
    ).id,
}
"""


@dataclass(frozen=True)
class Call:
    """One call, which all callers make.

    :ivar most: what it may cost with scopes, by what it costs with full access
    :ivar number: how often it is made in a turn, at each depth
    :ivar path: of the model and the method
    :ivar body: arguments, with ``%s`` where each call has another value
    :ivar beats_key: whether it is to cost less than with an API key
    """

    name: str
    most: float
    number: int
    path: str
    body: dict
    beats_key: bool = True

    @property
    def is_same_for_all(self):
        """Whether the answer is the same each time."""
        return "%s" not in json.dumps(self.body)

    def request(self, token):
        """Return the :class:`.requests.Request` of the caller with ``token`` (str)."""
        headers = {**bearer(token), **JSON}
        path, body = f"/json/2/{self.path}", json.dumps(self.body)
        return Request(self.name, path, method="POST", headers=headers, body=body)


def make(databases):
    """Make the database; returns what is in it (dict), as :data:`MAKE` says."""
    databases.create(DATABASE, MODULES)
    return databases.shell(
        DATABASE,
        MAKE,
        contacts=CONTACTS,
        fields=FIELDS,
        filters=FILTERS,
        order=ORDER,
        others=OTHERS,
        secret=SECRET,
    )


def get_tokens(url, made):
    """Return {caller: token or key (str)} of those who call."""
    tokens = {KEY: made["api_key"]}
    for caller, name in ((FULL, "full"), (ONE, "one"), (THIRTY, "thirty")):
        form = {"grant_type": "client_credentials"}
        auth = (made["clients"][name]["identifier"], SECRET)
        answer = requests.post(f"{url}/oauth2/token", form, auth=auth, timeout=60)
        answer.raise_for_status()
        tokens[caller] = answer.json()["access_token"]
    return {caller: tokens[caller] for caller in CALLERS}


def get_calls(made):
    """Return what is called (list of :class:`Call`): what adds records comes last.

    :param made: as :func:`make` returns it
    """
    search = {"domain": [["ref", "=", "bench"]], "order": "id"}
    search["fields"] = list(FIELDS)
    group = {"domain": search["domain"], "aggregates": ["__count"]}
    group["groupby"] = ["city", "is_company"]
    write = {"ids": made["contacts"][:100], "vals": {"function": "%s", "street": "%s"}}
    contact = {"name": "%s", "ref": "new", "email": "new@example.com"}
    contact |= {"city": "Gent", "zip": "9000", "country_id": made["country"]}
    line = {"product_id": made["product"], "product_uom_qty": 2, "price_unit": 80}
    order = {"partner_id": made["contacts"][1], "client_order_ref": "%s"}
    order["order_line"] = [[0, 0, line]] * 3
    return [
        Call("100 read", 1.15, 3, "res.partner/search_read", search | {"limit": 100}),
        Call("1,000 read", 1.15, 1, "res.partner/search_read", search, False),
        Call("grouping", 1.15, 3, "res.partner/formatted_read_group", group),
        Call("100 written", 1.2, 1, "res.partner/write", write),
        Call("order", 1.3, 1, "sale.order/create", {"vals_list": [order]}),
        Call(
            "100 created", 1.2, 1, "res.partner/create", {"vals_list": [contact] * 100}
        ),
    ]

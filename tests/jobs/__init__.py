# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What integrations do every day, with the narrowest scopes that let them.

Plain data without Odoo: the tests carry the jobs out over HTTP, and ``docs/JOBS.md`` is
written of them. A text that begins with ``$`` is a record that the test has made
(``$customer``), what an earlier call answered (``$lead``), a field of either
(``$order.order_line``), the user (``$me``) or a day from today (``$day+3``).
"""

from dataclasses import dataclass

#: By module of jobs, the groups of the person in whose name they run: nobody is
#: administrator.
GROUPS = {
    "contacts": ("base.group_partner_manager",),
    "crm": ("sales_team.group_sale_salesman_all_leads",),
    "sale": ("sales_team.group_sale_salesman_all_leads",),
    "purchase": ("purchase.group_purchase_user",),
    "stock": ("stock.group_stock_user",),
    "product": ("product.group_product_manager",),
    "project": ("project.group_project_user", "hr_timesheet.group_hr_timesheet_user"),
    "calendar": (),
    "hr": ("hr.group_hr_user",),
    "recruitment": ("hr_recruitment.group_hr_recruitment_user",),
    "time_off": ("hr_holidays.group_hr_holidays_user",),
    "accounting": ("account.group_account_invoice",),
}


@dataclass(frozen=True)
class Scope:
    """What one scope opens.

    :ivar model: name of the model
    :ivar operations: of ``read``, ``create``, ``write``, ``unlink`` and further
        methods, separated by blanks
    :ivar fields: names, separated by blanks
    :ivar filter: domain (str) of the records, or nothing for all that the user sees
    :ivar related: whether it may change related records through these fields
    :ivar leaves: whether its records may leave the filter
    """

    model: str
    operations: str = "read"
    fields: str = ""
    filter: str = ""
    related: bool = False
    leaves: bool = False


@dataclass(frozen=True)
class Call:
    """One request: ``POST /json/2/<model>/<method>``.

    :ivar name: model and method, with a dot between them
    :ivar arguments: the body (dict); ``ids`` may be one record
    :ivar result: what later calls name the answer
    """

    name: str
    arguments: dict
    result: str = ""

    @property
    def model(self):
        return self.name.rpartition(".")[0]

    @property
    def method(self):
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Job:
    """A job of an integration.

    :ivar name: what it does
    :ivar scopes: list of :class:`Scope`: all that the token opens
    :ivar calls: list of :class:`Call`
    :ivar given: names of records that are there before, besides those that the job
        refers to, separated by blanks
    :ivar groups: external identifiers of groups of the person, besides those that
        people of this app have, separated by blanks
    :ivar expects: [(record, {field: value})]: what is in the database afterwards; a
        value of None only has to be there; a value in place of the dict is what an
        answer has to be
    """

    name: str
    scopes: list
    calls: list
    expects: list
    given: str = ""
    groups: str = ""


def create(model, result, **values):
    """Return the :class:`Call` that creates one record."""
    return Call(f"{model}.create", {"vals_list": [values]}, result)


def write(model, record, **values):
    """Return the :class:`Call` that changes one record."""
    return Call(f"{model}.write", {"ids": record, "vals": values})


def method(name, record, **arguments):
    """Return the :class:`Call` of a further method of one record."""
    return Call(name, {"ids": record, **arguments})


def find(model, domain, fields, result="found"):
    """Return the :class:`Call` that searches and reads."""
    arguments = {"domain": domain, "fields": fields.split()}
    return Call(f"{model}.search_read", arguments, result)

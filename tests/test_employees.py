# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Employees, who have a public profile and private data for HR officers."""

import base64

from odoo.tests import new_test_user, tagged

from ..json2.enforceable import is_enforceable
from .test_content import PNG
from .test_json2 import SECRET, Json2Case

PUBLIC = ("name", "job_title", "work_email", "parent_id", "department_id")
PRIVATE = ("private_email", "pin", "birthday")


class EmployeeCase(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = new_test_user(cls.env, "person", groups="base.group_user")
        cls.officer = new_test_user(
            cls.env, "officer", groups="base.group_user,hr.group_hr_user"
        )
        departments = cls.env["hr.department"].create(
            [{"name": "Sales"}, {"name": "Works"}]
        )
        cls.boss, cls.colleague, cls.worker, cls.own = cls.env["hr.employee"].create(
            [
                {
                    "name": f"{name} Employee",
                    "job_title": f"Job of {name}",
                    "work_email": f"{name.lower()}@example.com",
                    "private_email": SECRET,
                    "pin": "1234",
                    "department_id": departments[number == 2].id,
                    "user_id": user,
                }
                for number, (name, user) in enumerate(
                    [
                        ("Boss", False),
                        ("Colleague", False),
                        ("Worker", False),
                        ("Own", cls.person.id),
                    ]
                )
            ]
        )
        cls.every = cls.boss | cls.colleague | cls.worker | cls.own
        (cls.colleague | cls.own).parent_id = cls.boss
        cls.sales = departments[0]

    @classmethod
    def create_filter(cls, domain, model="hr.employee"):
        return cls.env["ir.filters"].create(
            {"name": domain, "model_id": model, "domain": domain, "user_ids": False}
        )

    def create_employee_scope(self, *names, domain=None, model="hr.employee", **more):
        more.setdefault("api_read", True)
        if domain:
            more["filter_id"] = self.create_filter(domain, model).id
        more.setdefault("code", "employees")
        return self.create_api_scope(model=model, names=names, **more)

    def search(self, token, domain, model="hr.employee", **more):
        ids = ["id", "in", self.every.ids]
        response = self.call(token, "search", model, domain=[ids, *domain], **more)
        self.assertEqual(response.status_code, 200, response.text)
        return set(response.json())


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestEmployees(EmployeeCase):
    def test_scopes_are_enforced(self):
        for user in (self.person, self.officer):
            for name in ("hr.employee", "hr.employee.public"):
                self.assertTrue(is_enforceable(self.env[name].with_user(user)))

    def test_the_public_fields(self):
        scope = self.create_employee_scope(*PUBLIC, "display_name")
        boss = self.boss
        for user in (self.person, self.officer):
            token = self.get_token(scope, user=user)
            for model in ("hr.employee", "hr.employee.public"):
                with self.subTest(user=user.login, model=model):
                    response = self.call(
                        token, "read", model, ids=self.own.ids, fields=list(PUBLIC)
                    )
                    self.assertEqual(response.status_code, 200, response.text)
                    [values] = response.json()
                    self.assertEqual(values["job_title"], "Job of Own")
                    self.assertEqual(values["parent_id"], [boss.id, boss.name])
                    for domain, found in (
                        ([["name", "=", "Worker Employee"]], self.worker),
                        ([["work_email", "ilike", "boss@"]], boss),
                        ([["job_title", "=", "Job of Own"]], self.own),
                        ([["parent_id", "=", boss.id]], self.colleague | self.own),
                        (
                            [["parent_id.name", "ilike", "boss"]],
                            self.every - boss - self.worker,
                        ),
                        (
                            [["department_id", "=", self.sales.id]],
                            self.every - self.worker,
                        ),
                    ):
                        self.assertEqual(
                            self.search(token, domain, model), set(found.ids), domain
                        )
                    counted = self.call(
                        token,
                        "search_count",
                        model,
                        domain=[["id", "in", self.every.ids]],
                    )
                    self.assertEqual(counted.json(), 4)
                    found = self.call(
                        token,
                        "search_read",
                        model,
                        domain=[["id", "in", self.every.ids]],
                        fields=["name"],
                        order="name desc",
                    ).json()
                    self.assertEqual(
                        [one["name"].split()[0] for one in found],
                        ["Worker", "Own", "Colleague", "Boss"],
                    )
                    named = self.call(token, "name_search", model, name="Worker Emp")
                    self.assertEqual([one[0] for one in named.json()], self.worker.ids)
                    shown = self.call(
                        token,
                        "web_search_read",
                        model,
                        domain=[["id", "=", self.own.id]],
                        specification={
                            "name": {},
                            "parent_id": {"fields": {"job_title": {}}},
                        },
                    ).json()["records"]
                    self.assertEqual(shown[0]["parent_id"]["job_title"], "Job of Boss")
                    groups = self.call(
                        token,
                        "formatted_read_group",
                        model,
                        domain=[["id", "in", self.every.ids]],
                        groupby=["department_id"],
                        aggregates=["__count"],
                    ).json()
                    self.assertEqual(sorted(one["__count"] for one in groups), [1, 3])

    def test_private_fields_are_for_officers(self):
        scope = self.create_employee_scope("name", *PRIVATE)
        officer = self.get_token(scope, user=self.officer)
        person = self.get_token(scope, user=self.person)
        read = {"ids": self.own.ids, "fields": ["private_email"]}
        found = self.call(officer, "read", "hr.employee", **read)
        self.assertEqual(found.json()[0]["private_email"], SECRET)
        self.assertEqual(
            self.search(officer, [["private_email", "=", SECRET]]), set(self.every.ids)
        )
        for token, model in (
            (person, "hr.employee"),
            (person, "hr.employee.public"),
            (officer, "hr.employee.public"),
        ):
            for method, arguments in (
                ("read", read),
                ("search", {"domain": [["private_email", "=", SECRET]]}),
                ("search", {"domain": [["parent_id.pin", "=", "1234"]]}),
                ("search", {"domain": [], "order": "pin"}),
                ("search_read", {"domain": [], "fields": ["pin"]}),
                ("web_search_read", {"domain": [], "specification": {"pin": {}}}),
                (
                    "formatted_read_group",
                    {"domain": [], "groupby": ["pin"], "aggregates": ["__count"]},
                ),
            ):
                with self.subTest(model=model, method=method):
                    response = self.call(token, method, model, **arguments)
                    self.assertIn(response.status_code, (403, 422), response.text)
                    self.assertNotIn(SECRET, response.text)
        response = self.call(person, "read", "hr.employee", **read)
        self.assertEqual(response.status_code, 403)
        # No scope helps
        self.assertNotIn("WWW-Authenticate", response.headers)
        # Without a list, what they have in common is meant
        found = self.call(person, "read", "hr.employee", ids=self.own.ids)
        self.assertEqual(
            found.json(), [{"id": self.own.id, "name": "Own Employee"}], found.text
        )
        described = self.call(person, "fields_get", "hr.employee").json()
        self.assertEqual(described.keys(), {"id", "name"})

    def test_an_officer_gets_no_more_than_the_scope(self):
        token = self.get_token(self.create_employee_scope("name"), user=self.officer)
        for method, arguments in (
            ("read", {"ids": self.own.ids, "fields": ["private_email"]}),
            ("read", {"ids": self.own.ids, "fields": ["work_email"]}),
            ("search", {"domain": [["private_email", "=", SECRET]]}),
            ("write", {"ids": self.own.ids, "vals": {"name": "x"}}),
            ("unlink", {"ids": self.worker.ids}),
            ("create_version", {"ids": self.own.ids, "values": {}}),
            ("get_avatar_card_data", {"ids": self.own.ids, "fields": ["pin"]}),
        ):
            for model in ("hr.employee", "hr.employee.public"):
                with self.subTest(model=model, method=method):
                    self.assert_refused(self.call(token, method, model, **arguments))

    def test_a_filter_narrows_both(self):
        domain = f"[('department_id', '=', {self.sales.id})]"
        token_of = {
            user: self.get_token(
                self.create_employee_scope("name", domain=domain, code=user.login),
                user=user,
            )
            for user in (self.person, self.officer)
        }
        for user, token in token_of.items():
            for model in ("hr.employee", "hr.employee.public"):
                with self.subTest(user=user.login, model=model):
                    self.assertEqual(
                        self.search(token, [], model),
                        set((self.every - self.worker).ids),
                    )
                    hidden = self.call(
                        token, "read", model, ids=self.worker.ids, fields=["name"]
                    )
                    self.assertEqual(hidden.status_code, 404)

    def test_a_filter_by_a_private_field_opens_nothing_to_others(self):
        scope = self.create_employee_scope(
            "name", domain=f"[('private_email', '=', '{SECRET}')]"
        )
        for user, found in ((self.officer, set(self.every.ids)), (self.person, set())):
            token = self.get_token(scope, user=user)
            for model in ("hr.employee", "hr.employee.public"):
                with self.subTest(user=user.login, model=model):
                    self.assertEqual(self.search(token, [], model), found)

    def test_scopes_on_both_add_up(self):
        ours = self.create_employee_scope(
            "name", domain=f"[('department_id', '=', {self.sales.id})]"
        )
        profiles = self.create_employee_scope(
            "work_email", model="hr.employee.public", code="profiles"
        )
        token = self.get_token(ours, profiles, user=self.person)
        found = self.search(token, [["work_email", "ilike", "example.com"]])
        self.assertEqual(found, set(self.every.ids))
        found = self.search(token, [["name", "ilike", "employee"]])
        self.assertEqual(found, set((self.every - self.worker).ids))
        # A scope on the profiles opens nothing of employees
        token = self.get_token(profiles, user=self.officer)
        self.assert_refused(
            self.call(token, "read", ids=self.own.ids, fields=["work_email"])
        )

    def test_an_officer_writes(self):
        scope = self.create_employee_scope(
            "name", "barcode", "job_title", api_write=True, api_create=True
        )
        token = self.get_token(scope, user=self.officer)
        change = {"ids": self.own.ids, "vals": {"barcode": "042", "job_title": "New"}}
        response = self.call(token, "write", "hr.employee", **change)
        self.assertEqual(response.status_code, 200, response.text)
        self.env.invalidate_all()
        self.assertEqual((self.own.barcode, self.own.job_title), ("042", "New"))
        values = {"name": "New Employee", "barcode": "043", "job_title": "Newer"}
        made = self.call(token, "create", "hr.employee", vals_list=[values])
        self.assertEqual(made.status_code, 200, made.text)
        new = self.env["hr.employee"].browse(made.json())
        self.assertEqual((new.barcode, new.job_title), ("043", "Newer"))
        values["pin"] = "1"
        self.assert_refused(
            self.call(token, "create", "hr.employee", vals_list=[values])
        )
        change["vals"] = {"pin": "1"}
        self.assert_refused(self.call(token, "write", "hr.employee", **change))
        person = self.get_token(scope, user=self.person)
        change["vals"] = {"job_title": "Boss"}
        for model in ("hr.employee", "hr.employee.public"):
            self.assert_refused(self.call(person, "write", model, **change))

    def test_the_photo_is_a_file(self):
        self.boss.image_1920 = base64.b64encode(PNG)
        scope = self.create_employee_scope("image_128")
        for user in (self.person, self.officer):
            token = self.get_token(scope, user=user)
            path = f"/oauth2/content/hr.employee/{self.boss.id}/image_128"
            headers = {"Authorization": f"Bearer {token}"}
            response = self.url_open(path, headers=headers)
            self.assertEqual(response.status_code, 200, response.text)
            self.assertEqual(
                response.content, base64.b64decode(self.boss.image_128), user.login
            )
            path = f"/oauth2/content/hr.employee/{self.boss.id}/image_256"
            self.assertEqual(self.url_open(path, headers=headers).status_code, 403)

    def test_the_scopes_to_ask_for(self):
        scope = self.create_employee_scope("name")
        other = self.create_employee_scope("work_email", code="mail")
        for user in (self.person, self.officer):
            client, secret = self.create_client(
                "backend application",
                scope_ids=[(6, 0, (scope | other).ids)],
                user_id=user.id,
            )
            data = {"grant_type": "client_credentials", "scope": "employees"}
            token = self.post("token", data, client, secret).json()["access_token"]
            read = {"ids": self.own.ids, "fields": ["work_email"]}
            response = self.call(token, "read", "hr.employee", **read)
            self.assertEqual(response.status_code, 403)
            self.assertIn(
                'scope="employees mail"', response.headers["WWW-Authenticate"]
            )
            described = self.bearer("openapi.json", token).json()["paths"]
            self.assertIn("/json/2/hr.employee/read", described)
            self.assertIn("/json/2/hr.employee.public/read", described)


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestEmployeeLinks(EmployeeCase):
    """Work that links employees, for people who are HR officers and who are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = (
            "hr_holidays.group_hr_holidays_responsible",
            "hr_timesheet.group_hr_timesheet_approver",
            "hr_expense.group_hr_expense_user",
        )
        for name in groups:
            cls.person.group_ids |= cls.env.ref(name)
            cls.officer.group_ids |= cls.env.ref(name)
        assert not cls.person.has_group("hr.group_hr_user")
        cls.officer.group_ids |= cls.env.ref("hr_holidays.group_hr_holidays_user")
        cls.every.leave_manager_id = cls.person
        cls.kind = cls.env["hr.leave.type"].create(
            {"name": "Away", "requires_allocation": False}
        )

    def get_narrow_token(self, user, model, names, *further):
        scope = self.create_api_scope(
            code=f"own {user.id}".replace(" ", "."),
            model=model,
            names=names.split(),
            api_read=True,
            api_create=True,
            api_write=True,
        )
        employees = self.create_employee_scope(
            "name",
            "display_name",
            domain=f"[('id', 'in', {(self.own | self.colleague).ids})]",
            code=f"employees.{user.id}",
        )
        others = [
            self.create_api_scope(
                code=f"{other}.{user.id}", model=other, names=("name",), api_read=True
            )
            for other in further
        ]
        return self.get_token(scope, employees, *others, user=user)

    def assert_links(self, token, model, values, domain):
        """Create a record for a colleague, find it by the colleague, and read both."""
        made = self.call(token, "create", model, vals_list=[values])
        self.assertEqual(made.status_code, 200, made.text)
        [number] = made.json()
        record = self.env[model].browse(number)
        self.assertEqual(record.employee_id, self.colleague)
        for condition in (
            ["employee_id", "=", self.colleague.id],
            ["employee_id", "=", "Colleague Employee"],
            ["employee_id", "ilike", "colleague"],
            ["employee_id.name", "=", "Colleague Employee"],
            ["employee_id", "any", [["name", "=", "Colleague Employee"]]],
        ):
            found = self.call(token, "search", model, domain=[*domain, condition])
            self.assertEqual(found.json(), [number], condition)
        shown = self.call(
            token,
            "web_search_read",
            model,
            domain=[["id", "=", number]],
            specification={"employee_id": {"fields": {"name": {}}}},
        )
        self.assertEqual(
            shown.json()["records"],
            [
                {
                    "id": number,
                    "employee_id": {
                        "id": self.colleague.id,
                        "name": "Colleague Employee",
                    },
                }
            ],
        )
        grouped = self.call(
            token,
            "formatted_read_group",
            model,
            domain=[["id", "=", number]],
            groupby=["employee_id"],
            aggregates=["__count"],
        )
        self.assertEqual(grouped.json()[0]["employee_id"][0], self.colleague.id)
        # Nobody outside the filter can be linked, or looked for by what is closed
        hidden = {**values, "employee_id": self.worker.id}
        refused = self.call(token, "create", model, vals_list=[hidden])
        self.assertEqual(refused.status_code, 404, refused.text)
        refused = self.call(
            token, "write", model, ids=[number], vals={"employee_id": self.worker.id}
        )
        self.assertEqual(refused.status_code, 404, refused.text)
        for path in ("private_email", "work_email", "parent_id.name"):
            domain = [[f"employee_id.{path}", "ilike", SECRET]]
            refused = self.call(token, "search", model, domain=domain)
            self.assertEqual(refused.status_code, 403, refused.text)
        return record

    def test_time_off(self):
        for number, user in enumerate((self.person, self.officer)):
            token = self.get_narrow_token(
                user,
                "hr.leave",
                "employee_id holiday_status_id request_date_from request_date_to state",
                "hr.leave.type",
            )
            with self.subTest(user=user.login):
                self.assert_links(
                    token,
                    "hr.leave",
                    {
                        "employee_id": self.colleague.id,
                        "holiday_status_id": self.kind.id,
                        "request_date_from": f"2027-06-{7 + number:02}",
                        "request_date_to": f"2027-06-{7 + number:02}",
                    },
                    [["request_date_from", "=", f"2027-06-{7 + number:02}"]],
                )

    def test_expenses(self):
        for user in (self.person, self.officer):
            token = self.get_narrow_token(
                user, "hr.expense", "employee_id name total_amount_currency"
            )
            with self.subTest(user=user.login):
                self.assert_links(
                    token,
                    "hr.expense",
                    {
                        "employee_id": self.colleague.id,
                        "name": f"Train {user.login}",
                        "total_amount_currency": 9.5,
                    },
                    [["name", "=", f"Train {user.login}"]],
                )

    def test_timesheets_of_others(self):
        project = self.env["project.project"].create(
            {"name": "Project", "allow_timesheets": True}
        )
        for user in (self.person, self.officer):
            token = self.get_narrow_token(
                user,
                "account.analytic.line",
                "employee_id name project_id unit_amount date",
                "project.project",
            )
            with self.subTest(user=user.login):
                self.assert_links(
                    token,
                    "account.analytic.line",
                    {
                        "employee_id": self.colleague.id,
                        "project_id": project.id,
                        "name": f"Work {user.login}",
                        "unit_amount": 2,
                        "date": "2027-06-07",
                    },
                    [["name", "=", f"Work {user.login}"]],
                )

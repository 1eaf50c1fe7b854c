# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nine kinds of work that narrow scopes have to let an integration do, in Odoo's apps.

Each test has tokens of the fewest scopes that do, in the name of people who are no
administrators. What a scope does not open stays closed beside it.

1. Linking employees; 2. attachments and files; 3. messages and activities; 4. lines in
the same call; 5. tags on the fly; 6. wizards about active records; 7. properties; 8.
further methods of every model; 9. what a client asks about itself.
"""

from odoo.tests import new_test_user

from .job_records import Records
from .jobs_case import JobsCase

#: Who is found by the number of the customer that these jobs are about.
CUSTOMER = "[('ref', '=', 'CUSTOMER')]"


class KindsCase(JobsCase):
    def become(self, *groups):
        """Work as a new person of these groups; returns what records there are."""
        login = f"kind{self.env['res.users'].search_count([])}"
        user = new_test_user(
            self.env,
            login,
            groups=",".join(("base.group_user", *groups)),
            email=f"{login}@example.com",
        )
        return Records(self.env, user)

    def do(self, token, name, /, **arguments):
        """Call ``model.method``, which has to be allowed, and return the answer."""
        response = self.ask(token, name, **arguments)
        self.assertEqual(response.status_code, 200, f"{name}: {response.text}")
        return response.json()

    def refuse(self, status, token, name, /, **arguments):
        response = self.ask(token, name, **arguments)
        self.assertEqual(response.status_code, status, f"{name}: {response.text}")

    def ask(self, token, name, /, **arguments):
        model, _dot, method = name.rpartition(".")
        self.env.flush_all()
        response = self.call(token, method, model, **arguments)
        self.env.invalidate_all()
        return response

    def make(self, token, model, /, context=None, **values):
        """Create a record, which has to be allowed, and return it."""
        ids = self.do(
            token, f"{model}.create", vals_list=[values], context=context or {}
        )
        return self.env[model].browse(ids)

    def get(self, token, path):
        return self.url_open(
            path, headers={"Authorization": f"Bearer {token}"}, cookies={}
        )

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A person who is signed in to one database and asks as the web client does."""

from dataclasses import dataclass

import requests

from dev.console import Stop

ACCESS = "odoo.exceptions.AccessError"
#: Seconds after which a page counts as never answered.
PATIENCE = 300


class FailedCallError(Exception):
    """An answer that is no success.

    :ivar kind: name of the exception that Odoo reports (str), or the HTTP status
    """

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind = kind


@dataclass(frozen=True)
class Call:
    """One request of a page.

    :ivar page: the model or page that it is of, for people
    :ivar view: the type of the view, or what else asks
    :ivar what: filter, group-by, order …
    :ivar path: of the URL
    :ivar params: of JSON-RPC (dict); None for a page that is read by GET
    :ivar picks: whether it asks for few rows by the value of a field
    :ivar joins: whether it sorts by a column that Odoo sorts by joining
    :ivar wide: whether it is without the period that its page shows at first
    :ivar reads_all: whether it asks for a column that has no index on purpose
    """

    page: str
    view: str
    what: str
    path: str
    params: dict | None = None
    picks: bool = False
    joins: bool = False
    wide: bool = False
    reads_all: bool = False

    @property
    def name(self):
        """What the table calls it (str)."""
        return f"{self.page}, {self.view}: {self.what}"


class Session:
    """Signed in as ``login``.

    :param url: of the server, without a slash at the end
    :param database: that it is about
    """

    def __init__(self, url, database, login, password):
        self.url = url
        self._database = database
        self._session = requests.Session()
        self._session.trust_env = False
        answer = self.rpc(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )
        if not answer.get("uid"):
            raise Stop(f"{login} could not sign in to {database}.")
        self.uid = answer["uid"]
        self.context = answer["user_context"] | {
            "allowed_company_ids": [answer["user_companies"]["current_company"]]
        }

    def rpc(self, path, params):
        """Return the result of JSON-RPC.

        :raise FailedCallError: if Odoo reports an error
        """
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._session.post(self.url + path, json=body, timeout=PATIENCE)
        if answer.status_code != 200:
            raise FailedCallError(answer.status_code, answer.text[:200])
        content = answer.json()
        if "error" in content:
            data = content["error"].get("data", {})
            raise FailedCallError(data.get("name"), data.get("message"))
        return content.get("result")

    def call(self, model, method, *args, **kwargs):
        """Return the result of a method, called as the web client does."""
        return self.rpc(*_address(model, method, args, self._full(kwargs)))

    def make(self, page, view, what, model, method, *args, marks=None, **kwargs):
        """Return the :class:`Call` that ``call`` would send.

        :param marks: ``picks`` and ``joins`` of it (dict)
        """
        path, params = _address(model, method, args, self._full(kwargs))
        return Call(page, view, what, path, params, **marks or {})

    def send(self, call):
        """Send a :class:`Call`; returns its result, or the text of the page.

        :raise FailedCallError: if it is no success
        """
        if call.params is not None:
            return self.rpc(call.path, call.params)
        answer = self._session.get(
            self.url + call.path, timeout=PATIENCE, allow_redirects=False
        )
        if answer.status_code != 200:
            raise FailedCallError(answer.status_code, answer.text[:200])
        return answer.text

    def read_bare(self):
        """Read the bare route: without a session, on a connection of its own."""
        headers = {"X-Odoo-Database": self._database, "Connection": "close"}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{self.url}/bench/bare", headers=headers)
        answer.raise_for_status()

    def _full(self, kwargs):
        return {**kwargs, "context": {**self.context, **kwargs.get("context", {})}}


def _address(model, method, args, kwargs):
    params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
    return f"/web/dataset/call_kw/{model}/{method}", params

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The requests of every page, derived from the addon's actions and views.

As the web client of Odoo 19 sends them: its models are in
``addons/web/static/src/model/relational_model`` and ``views``.
"""

from dataclasses import replace
from urllib.parse import urlencode

from . import arch, catalogue, search
from .session import ACCESS, Call, FailedCallError

#: Rows of a list and cards of a kanban that are read at once.
LIMIT = {"list": 80, "kanban": 40}
#: Groups of a list; a kanban reads all.
GROUPS = 80
#: Up to where rows are counted, and one more that tells that there are others.
COUNTED = 10_001
#: Records that a many2one suggests, and one more; those of "Search more…".
NAMES, MORE_NAMES = 8, 320
PREFIX = "oauth.provider."
#: Buttons beside those for statistics that only open something.
OPENING = ("action_try",)
MULTI = ("list", "kanban", "graph", "pivot")


class Calls:
    """Lists the calls of one person in one database.

    :param session: :class:`.session.Session`
    :param made: result of :data:`.catalogue.MAKE`
    :param only: pages (collection of str) that are wanted, such as ``grant``; all
        if empty
    """

    def __init__(self, session, made, only=()):
        self._only = only
        self._session = session
        self._made = made
        self._names = {"uid": session.uid}
        self._specification = arch.Specification(self._views_of)
        self._described = {}

    def all(self):
        """Return {name: :class:`.session.Call`} of everything the person may open."""
        found = [call for call in self._pages() if self._is_wanted(call.page)]
        found += self._check_ups()
        for window in self._windows():
            if not self._is_wanted(window["model"].removeprefix(PREFIX)):
                continue
            try:
                found += self._window(**window)
            except FailedCallError as error:
                if error.kind != ACCESS:
                    raise
        return {call.name: call for call in found}

    def _is_wanted(self, page):
        return not self._only or page in self._only

    def _windows(self):
        """Yield the actions, then what views there are besides those of actions."""
        shown = set()
        for window in self._made["windows"]:
            shown |= {(window["model"], kind) for _id, kind in window["views"]}
            yield {
                "model": window["model"],
                "views": window["views"],
                "search_id": window["search"],
                "domain": arch.value(window["domain"], self._names) or [],
                "context": arch.value(window["context"], self._names) or {},
            }
        for view in self._made["views"]:
            kind = view["type"]
            is_shown = view["is_default"] and (view["model"], kind) in shown
            is_dialog = view["model"] in self._made["dialogs"] and kind == "form"
            # A dialog is opened by its action, or by a button
            if kind != "search" and not is_shown and not is_dialog:
                yield {"model": view["model"], "views": [[view["id"], kind]]}

    def _window(self, model, views, search_id=False, domain=(), context=None, of=""):
        """Return the calls of an action, or of a view (list)."""
        context = context or {}
        asked = [[number or False, kind] for number, kind in views]
        asked += [[search_id, "search"]]
        described = self._session.call(model, "get_views", asked, context=context)
        nodes = {
            kind: arch.parse(view["arch"]) for kind, view in described["views"].items()
        }
        view = _View(self, model, described["models"], of)
        view.domain, view.context = list(domain), _without_defaults(context)
        if any(kind in MULTI for kind in nodes):
            view.read_search(nodes["search"], context)
        view.opened_id = context.get("opened_id")
        found = []
        for kind in ("list", "kanban", "graph", "pivot", "form"):
            if kind in nodes:
                found += view.calls(kind, nodes[kind])
        return found

    def _views_of(self, model, kind):
        key = model, kind
        if key not in self._described:
            self._described[key] = self._session.call(
                model, "get_views", [[False, kind]]
            )
        return self._described[key]

    def _pages(self):
        """Return the pages of a person: consent, and connected applications."""
        [client] = self._session.call(
            "oauth.provider.client",
            "search_read",
            [("name", "=", "Application 1")],
            ["identifier"],
        )
        query = {
            "client_id": client["identifier"],
            "response_type": "code",
            "scope": "openid profile email",
            "state": "pages",
        }
        path = f"/oauth2/authorize?{urlencode(query)}"
        yield Call("consent", "page", "shown", path)
        yield Call("connected applications", "page", "shown", "/my/applications")

    def _check_ups(self):
        """Return the calls of the menus that run code (list)."""
        found = []
        for menu in self._made["menus"]:
            if not self._is_wanted(menu["name"]):
                continue
            params = {"action_id": menu["id"], "context": self._session.context}
            call = Call(menu["name"], "menu", "run", "/web/action/run", params)
            found.append(call)
            found += self._opened(menu["name"], self._session.send(call))
        return found

    def _opened(self, of, action):
        """Return the calls of an action that a button or a menu has answered (list)."""
        if (
            not isinstance(action, dict)
            or action.get("type") != "ir.actions.act_window"
        ):
            return []
        context = action.get("context") or {}
        if isinstance(context, str):
            context = arch.value(context, self._names)
        domain = action.get("domain") or []
        if isinstance(domain, str):
            domain = arch.value(domain, self._names)
        search_view = action.get("search_view_id") or False
        if action.get("res_id") or action.get("target") == "new":
            context = {**context, "opened_id": action.get("res_id")}
        return self._window(
            action["res_model"],
            action["views"],
            search_view[0] if search_view else False,
            domain,
            context,
            of,
        )


def _without_defaults(context):
    return {
        key: found
        for key, found in context.items()
        if not key.startswith("search_default_") and key != "opened_id"
    }


class _View:
    """Makes the calls of the views of one action."""

    def __init__(self, calls, model, models, of):
        self._calls = calls
        self._session = calls._session
        self._names = calls._names
        self._model = model
        self._models = models
        self._fields = models[model]["fields"]
        self._of = of
        # Of a model of Odoo's, only what the addon adds a view to
        self._is_full = not of and model.startswith(PREFIX)
        short = model.removeprefix(PREFIX)
        self._page = f"{of} › {short}" if of else short
        self.domain, self.context = [], {}
        self.opened_id = None
        self._search = search.Search()
        self._default = ("all", [], [])
        self._chosen = {}

    def read_search(self, node, context):
        """Take over the filters of a search view, and which are chosen at first."""
        self._search = search.read(node, self._fields, self._value, self._names)
        self._default = self._search.default(context)
        self._chosen = context

    def calls(self, kind, node):
        """Return the calls (list) of a view of this type."""
        return list(getattr(self, f"_{kind}")(node))

    def _make(self, view, what, method, *args, marks=None, model=None, **kwargs):
        kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        model = model or self._model
        return self._session.make(
            self._page, view, what, model, method, *args, marks=marks, **kwargs
        )

    def _value(self, name):
        """Return a value of a field, of some record that has one; None if none has."""
        kind = self._fields[name]["type"]
        domain = [*self.domain, (name, "!=", False)]
        found = self._session.call(
            self._model, "search_read", domain, [name], limit=1, order="id desc"
        )
        if not found:
            return None
        if kind in ("many2many", "one2many"):
            relation = self._fields[name]["relation"]
            ids = found[0][name][:1]
            [record] = self._session.call(relation, "read", ids, ["display_name"])
            return record["id"], record["display_name"]
        return found[0][name]

    def _states(self):
        """Yield what may be chosen above a view: (what, domain, group-bys, marks)."""
        label, domain, groups = self._default
        yield label, self.domain + domain, groups, {}
        if not self._is_full:
            return
        every = {"wide": self._search.has_period(self._chosen)}
        if domain:
            yield "all", self.domain, [], every
        defaults = self._search.default_filters(self._chosen)
        for name in defaults if len(defaults) > 1 else ():
            kept, is_wide = self._search.beside(self._chosen, name)
            yield f"without {name}", self.domain + kept, [], {"wide": is_wide}
        for name, chosen in self._search.filters.items():
            if name not in defaults:
                yield name, *self._filtered(name, chosen)
        for name, spec in self._search.groupings.items():
            yield f"by {name}", self.domain + domain, [spec], {}
            if domain:
                yield f"all by {name}", self.domain, [spec], every

    def _filtered(self, name, chosen):
        """Return what a filter shows besides the default ones: domain, none, marks."""
        kept, is_wide = self._search.beside(self._chosen, name)
        marks = {"picks": name in self._search.picks, "wide": is_wide}
        marks["reads_all"] = self._asks_for_unindexed(chosen)
        return self.domain + kept + chosen, [], marks

    def _asks_for_unindexed(self, domain):
        """Tell whether ``domain`` (list) asks for a column without an index."""
        unindexed = catalogue.UNINDEXED.get(self._model, ())
        return any(leaf[0] in unindexed for leaf in domain if not isinstance(leaf, str))

    def _rows(self, kind, node):
        spec = self._calls._specification.make(node, self._model, self._models)
        order = arch.default_order(node)
        for what, domain, groups, marks in self._states():
            if groups:
                yield self._groups(kind, node, what, domain, groups, spec, marks)
            else:
                yield self._read(kind, node, what, domain, spec, order, marks)
        return spec

    def _read(self, kind, node, what, domain, spec, order, marks):
        limit = int(node.get("limit") or LIMIT[kind])
        return self._make(
            kind,
            what,
            "web_search_read",
            marks=marks,
            domain=domain,
            specification=spec,
            offset=0,
            order=order,
            limit=limit,
            context={"bin_size": True},
            count_limit=max(int(node.get("count_limit") or 0) + 1, COUNTED),
        )

    def _groups(self, kind, node, what, domain, groups, spec, marks=None):
        is_kanban = kind == "kanban"
        kwargs = {} if is_kanban else {"limit": int(node.get("groups_limit") or GROUPS)}
        return self._make(
            kind,
            what,
            "web_read_group",
            marks=marks,
            domain=domain,
            groupby=groups,
            aggregates=[] if is_kanban else arch.aggregates(node, self._fields),
            offset=0,
            order=arch.default_order(node),
            auto_unfold=is_kanban or node.get("expand") in ("1", "True"),
            opening_info=[],
            unfold_read_specification=spec,
            unfold_read_default_limit=LIMIT[kind],
            groupby_read_specification={},
            context={"read_group_expand": True},
            **kwargs,
        )

    def _list(self, node):
        spec = yield from self._rows("list", node)
        if not self._is_full:
            return
        for relation in self._search.suggestions:
            yield from self._suggested(*relation)
        _label, domain, _groups = self._default
        for field in arch.own_fields(node):
            yield from self._sorted(field, node, self.domain + domain, spec)
        for what, spec_by in self._search.groupings.items():
            yield from self._unfolded(node, what, domain, spec_by, spec)

    def _sorted(self, field, node, domain, spec):
        """Yield the list sorted by a column, as a click on its head does."""
        name = field.get("name")
        described = self._fields[name]
        if not described.get("sortable") or field.get("column_invisible"):
            return
        marks = {"joins": described["type"] == "many2one"}
        what = f"sorted by {described['string']}"
        for order in (f"{name} ASC", f"{name} DESC"):
            label = what if order.endswith("ASC") else f"{what}, descending"
            yield self._read("list", node, label, domain, spec, order, marks)

    def _unfolded(self, node, what, domain, group, spec):
        """Yield the rows of the first group, as a click on it does."""
        call = self._groups("list", node, what, self.domain + domain, [group], {})
        groups = self._session.send(call)["groups"]
        if groups:
            added = groups[0]["__extra_domain"]
            inside = [*self.domain, *domain, *added]
            marks = {"reads_all": self._asks_for_unindexed(added)}
            order = arch.default_order(node)
            what = f"group of {what}"
            yield self._read("list", node, what, inside, spec, order, marks)

    def _kanban(self, node):
        yield from self._rows("kanban", node)

    def _graph(self, node):
        default = arch.graph(node, self._fields)
        measures = arch.measures(node, self._fields)
        for what, domain, groups, marks in self._states():
            yield self._make(
                "graph",
                what,
                "formatted_read_group",
                marks=marks,
                domain=domain,
                groupby=groups or default,
                aggregates=["__count", *measures],
                context={"fill_temporal": True},
            )

    def _pivot(self, node):
        rows, columns = arch.pivot(node, self._fields)
        measures = arch.measures(node, self._fields)
        for what, domain, groups, marks in self._states():
            yield self._make(
                "pivot",
                what,
                "formatted_read_grouping_sets",
                marks=marks,
                domain=domain,
                grouping_sets=_grouping_sets(groups or rows, columns),
                aggregates=[*measures, "__count"],
            )

    def _suggested(self, label, model, domain, text):
        for what, typed in (("", ""), (" typed", text)):
            yield self._make(
                "search",
                f"suggestions of {label}{what}",
                "name_search",
                model=model,
                domain=domain,
                limit=search.SUGGESTIONS,
                name=typed,
            )

    def _form(self, node):
        spec = self._calls._specification.make(node, self._model, self._models)
        is_dialog = self._model in self._calls._made["dialogs"]
        number = self.opened_id if is_dialog else self._find()
        if number:
            yield self._make(
                "form",
                "opened",
                "web_read",
                [number],
                specification=spec,
                context={"bin_size": True},
            )
        # A dialog of no record makes one, whether or not there is a button for another
        is_new = is_dialog and not number
        if is_new or node.get("create") not in ("0", "False"):
            if self._model != "res.users":
                yield self._make("form", "new", "onchange", [], {}, [], spec)
        if not self._is_full:
            return
        if node.get("edit") not in ("0", "False"):
            yield from self._many2ones(node)
        if number:
            yield from self._buttons(node, number)

    def _find(self):
        """Return the id of the record that is opened, or None."""
        if self._model == "res.users":
            return self._session.uid
        found = self._session.call(
            self._model, "web_search_read", self.domain, {}, limit=1
        )
        return next((record["id"] for record in found["records"]), None)

    def _many2ones(self, node):
        """Yield the searches of the fields in which records are chosen."""
        for field in arch.own_fields(node):
            described = self._fields[field.get("name")]
            is_chosen = (
                described["type"] == "many2one" or field.get("widget") in arch.TAGS
            )
            if not is_chosen or described.get("readonly") or arch.is_hidden(field):
                continue
            domain = field.get("domain") or described.get("domain") or []
            if isinstance(domain, str):
                domain = arch.known(domain, self._names)
            for what, typed, limit in (
                ("", "", NAMES),
                (" typed", "on 12", NAMES),
                (" typed, more", "on 12", MORE_NAMES),
            ):
                yield self._many2one(field, described, what, typed, limit, domain)

    def _many2one(self, field, described, what, typed, limit, domain):
        label = field.get("string") or described["string"]
        kwargs = {"domain": domain, "limit": limit, "name": typed}
        method = "name_search"
        if limit == NAMES:
            method = "web_name_search"
            kwargs |= {"specification": {"display_name": {}}}
        return self._make(
            "form",
            f"{label}{what}",
            method,
            model=described["relation"],
            operator="ilike",
            **kwargs,
        )

    def _buttons(self, node, number):
        """Yield what the buttons that only open something ask for."""
        for button in node.iter("button"):
            if button.get("type") != "object":
                continue
            method = button.get("name")
            if "oe_stat_button" not in button.get("class", "") and (
                method not in OPENING
            ):
                continue
            call = self._make("form", f"button {method}", method, [number])
            call = replace(call, path=call.path.replace("call_kw", "call_button"))
            yield call
            action = self._session.send(call)
            yield from self._calls._opened(f"{self._page} {method}", action)


def _grouping_sets(rows, columns):
    """Return what a pivot reads at once: each part of the rows by each of the columns.

    :return: list of group-bys, each once whatever their order (``_subdivideGroup``)
    """
    found = {}
    for row in range(len(rows) + 1):
        for column in range(len(columns) + 1):
            groups = list(dict.fromkeys([*rows[:row], *columns[:column]]))
            found.setdefault(frozenset(groups), groups)
    return list(found.values())

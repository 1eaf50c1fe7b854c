# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which database a request to our routes is for.

A server-wide addon has its routes in every database, with the addon or without, and
where Odoo finds no database at all.
"""

import re
import threading

import psycopg2

from odoo import http
from odoo.http import request
from odoo.modules.registry import Registry
from odoo.sql_db import close_db, db_connect
from odoo.tools import SQL, config

from ..tools import challenge, dbfilter
from . import database_names

#: Whether a registry is that of a database with the addon.
MODEL = "oauth.provider.client"
#: Addresses of our routes, without those of Odoo that we extend.
OWN_PATH = re.compile(
    r"/(oauth2|oauth_provider|my/applications)(/|$)"
    r"|/\.well-known/(oauth-|openid-configuration)"
)
#: Where the path names a database, as the rule of the route names the parameter.
IN_PATH = re.compile(r"/oauth2/db/([^/]+)(?=/|$)")
PARAMETER = "<string:database>"
PARAMETER_NAME = re.compile(r"<[^>]+>")
#: Rules of the routes that are the same with a database and without; of those with
#: parameters in their paths, what matches these.
ROUTES = set()
PATTERNS = set()
#: Databases by which is told whether there is a PostgreSQL.
MOST_TRIED = 3
#: What a dump restores last, after all tables and rows: foreign keys.
FOREIGN_KEY = SQL("SELECT 1 FROM pg_constraint WHERE contype = 'f' LIMIT 1")
#: What a request has of its database.
IN_DATABASE = ("db", "env", "registry", "session", "dispatcher")


def watch():
    """Let Odoo find the database of our routes, and serve them in no other.

    The only place that replaces functions of Odoo: no hook of Odoo comes before a
    database is found and loaded. :data:`dbfilter.OPTION` switches it off. A second
    call changes nothing.

    - A request for our routes, or with a bearer token, opens no connection to find a
      database that is known; see :mod:`.database_names`.
    - In a database without the addon Odoo would fail: one that is being created or
      restored has none of its tables (and would get some), any other one none of our
      models. Our routes then answer without a database.
    """
    find, list_names = http.Request._post_init, http.db_list
    if hasattr(find, "is_oauth_provider"):
        return

    def db_list(force=False, host=None):
        # Only while Odoo finds the database of such a request
        of_host = getattr(request, "oauth_db_list", None) if request else None
        return of_host(host) if of_host else list_names(force, host)

    def _post_init(self):
        is_own = OWN_PATH.match(self.httprequest.path)
        is_watched = dbfilter.is_watched()
        named = _find_in_address(self.httprequest) if is_own and is_watched else None
        if named:
            # The address names it: nothing has to be listed
            self.oauth_db_list = lambda _host: []
        elif (
            is_watched
            and (is_own or _is_bearer(self.httprequest))
            # Otherwise Odoo opens no connection
            and dbfilter.is_listed()
        ):
            self.oauth_db_list = database_names.of_host
        try:
            find(self)
        finally:
            self.oauth_db_list = None
        if named:
            _enter(self, named)
        if self.db and is_own:
            self.oauth_found = self.db
            if is_watched:
                _leave_unless_served(self)

    _post_init.is_oauth_provider = True
    http.Request._post_init = _post_init
    http.db_list = db_list


def _is_bearer(httprequest):
    header = httprequest.headers.get("Authorization")
    return challenge.read_bearer(header) is not None


def _find_in_address(httprequest):
    """Return the database (str) that the address names, if it can be entered at once.

    One that this process has loaded, by a request that has no session (of another
    database, or one that Odoo may have to end) and no header that contradicts it.
    """
    path, name = httprequest.path, httprequest.args.get("db")
    if found := IN_PATH.search(path):
        name = found[1]
        path = path[: found.start(1)] + PARAMETER + path[found.end(1) :]
    if not name or not _is_route(path) or httprequest._session_id__:
        return None
    if httprequest.headers.get("X-Odoo-Database", name) != name:
        return None
    if http.db_filter([name]) and database_names.is_known(name) and has_addon(name):
        return name
    return None


def add_routes(addresses):
    """Note the rules ``addresses`` (list of str) of a route of ours."""
    for address in addresses:
        if PARAMETER_NAME.search(address.replace(PARAMETER, "")):
            PATTERNS.add(re.compile(PARAMETER_NAME.sub(_make_pattern, address)))
        else:
            ROUTES.add(address)


def _make_pattern(found):
    return ".+" if found[0].startswith("<path:") else "[^/]+"


def _is_route(path):
    """Return whether ``path`` (str) is one of :data:`ROUTES`, or like one."""
    return path in ROUTES or any(one.fullmatch(path) for one in PATTERNS)


def _enter(current, name):
    """Let the request ``current`` be served in the database ``name``.

    Nobody is signed in where Odoo knew no database, and no session is saved.
    """
    current.db = name
    current.session.db = name
    current.session.can_save = False


def _leave_unless_served(current):
    """Let the request ``current`` be in no database rather than one without the addon.

    The session stays what it is, and is not saved. Only one of nobody ends where its
    database is none: the path may name another, as in Odoo alone.
    """
    found = find_addon(current.db)
    if not found:
        current.db = None
    if found is None and not current.session.uid:
        current.session.logout()
        current.session.can_save = False


def named_database(in_path=None, current=request):
    """Return the database (str) that the request ``current`` itself names, or None.

    By its path, the parameter ``db`` or a header: where it comes without any of these,
    Odoo finds the database as well.

    :param in_path: the one in its path (str); else what was there before
    """
    if in_path:
        current.oauth_database = in_path
    httprequest = current.httprequest
    return (
        getattr(current, "oauth_database", None)
        or httprequest.args.get("db")
        or httprequest.headers.get("X-Odoo-Database")
    )


def find_database(in_path=None, current=request):
    """Return the database (str) that the request ``current`` is for, or None.

    The one that it names, the one that Odoo has found, or the only one of this host:
    Odoo has looked for that too, perhaps while PostgreSQL was starting.

    :param in_path: see :func:`named_database`
    """
    found = named_database(in_path, current) or current.db
    if found := found or getattr(current, "oauth_found", None):
        return found
    names = database_names.of_host()
    return names[0] if len(names) == 1 else None


def is_entered(name, current=request):
    """Tell whether the request ``current`` runs in ``name``, which has the addon."""
    return name == current.db and MODEL in current.registry


def is_served(name):
    """Tell whether ``name`` is a database of this host with the addon installed."""
    if "\x00" in name or not http.db_filter([name]):
        return False
    if not database_names.is_known(name) and name not in database_names.list_all():
        return False
    return has_addon(name)


def has_addon(name):
    """Tell whether the addon is installed in the database ``name`` (str)."""
    return bool(find_addon(name))


def find_addon(name):
    """Tell whether the addon is installed in the database ``name`` (str), if it is one.

    If this process has loaded it, nothing is asked. Otherwise it is not loaded for
    this: one without the addon needs no place in memory.

    :return: True or False; None where there is no database of Odoo that can be used
    """
    registry = Registry.registries.get(name)
    if registry is not None and MODEL in registry:
        return True
    names = database_names.list_all()
    if names and name not in names:
        # Not of Odoo, or not a name at all
        return None
    try:
        with db_connect(name).cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT 1 FROM ir_module_module WHERE name = 'oauth_provider'"
                    " AND state IN ('installed', 'to upgrade', 'to remove')"
                    " AND EXISTS (%s)",
                    FOREIGN_KEY,
                ),
                log_exceptions=False,
            )
            return bool(cr.fetchone())
    except psycopg2.Error:
        # It has no tables, or takes no connections
        return None


def is_whole(name):
    """Tell whether the database ``name`` (str) is not still being restored.

    :return: True or False; None where it cannot be asked
    """
    try:
        with db_connect(name).cursor() as cr:
            cr.execute(FOREIGN_KEY)
            return bool(cr.fetchone())
    except psycopg2.Error:
        return None


def note_failure(name):
    """Forget the database ``name`` (str), which could not be used, if it is gone.

    As Odoo does where it drops one itself. What this process has loaded is of no use
    for another database of that name; and to load one that is being restored can make
    the restoring wait for ever.
    """
    names = database_names.list_all(is_new=True)
    if names and (name not in names or is_whole(name) is False):
        Registry.delete(name)
        close_db(name)


def is_reachable():
    """Tell whether PostgreSQL can be reached; a request without it has no database.

    A role may be kept out of the database ``postgres``: Odoo is then told the names of
    its own, by the configuration.
    """
    if database_names.is_fresh():
        return True
    for name in [*config["db_name"][:MOST_TRIED], "postgres"]:
        try:
            db_connect(name).cursor().close()
        except psycopg2.OperationalError:
            continue
        return True
    return False


def is_foreign_session(name):
    """Tell whether the request has a session of another database than ``name``."""
    return bool(request.session.db) and request.session.db != name


def serve_again(name):
    """Serve the current request once more, in the database ``name``."""
    before = request.session.db
    _enter(request, name)
    try:
        response = request._serve_db()
    except http.RegistryError:
        request.db, request.session.db = None, before
        raise
    # The headers are set: once is enough
    request.future_response = http.FutureResponse()
    return response


def serve_nobody(name):
    """Serve the current request in the database ``name``, where nobody is signed in.

    The browser's session is of another database, and stays as it is until the person
    signs in.
    """
    before = {attribute: getattr(request, attribute) for attribute in IN_DATABASE}
    request.db = name
    request.session = http.root.session_store.new()
    request.session.update(http.get_default_session(), db=name)
    request.session.context["lang"] = request.default_lang()
    request.session.can_save = False
    try:
        response = request._serve_db()
    finally:
        for attribute, value in before.items():
            setattr(request, attribute, value)
        threading.current_thread().dbname = request.db
    request.session.can_save = False
    request.future_response = http.FutureResponse()
    return response

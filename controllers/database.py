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
from odoo.sql_db import db_connect
from odoo.tools import config

#: Option of the configuration file: False leaves finding a database to Odoo alone.
OPTION = "oauth_provider_check_database"
#: Whether a registry is that of a database with the addon.
MODEL = "oauth.provider.client"
#: Addresses of our routes, without those of Odoo that we extend.
OWN_PATH = re.compile(
    r"/(oauth2|oauth_provider|my/applications)(/|$)"
    r"|/\.well-known/(oauth-|openid-configuration)"
)
#: Databases by which is told whether there is a PostgreSQL.
MOST_TRIED = 3
#: What a request has of its database.
IN_DATABASE = ("db", "env", "registry", "session", "dispatcher")


def watch():
    """Let Odoo serve our routes nowhere but in a database with the addon.

    In another one Odoo would fail: a database that is being created or restored has
    none of its tables (and would get some), any other one none of our models. Our
    routes then answer without a database. A second call changes nothing.

    The only method of Odoo that is replaced: no hook of Odoo comes before a database is
    loaded. See :data:`OPTION`.
    """
    find = http.Request._post_init
    if hasattr(find, "is_oauth_provider"):
        return

    def _post_init(self):
        find(self)
        if not self.db or not OWN_PATH.match(self.httprequest.path):
            return
        self.oauth_found = self.db
        if not has_addon(self.db) and _is_watched():
            # The session stays what it is, and is not saved
            self.db = None

    _post_init.is_oauth_provider = True
    http.Request._post_init = _post_init


def _is_watched():
    return str(config.get(OPTION, True)).strip().lower() not in ("false", "0")


def named_database(in_path=None):
    """Return the database (str) that the request itself names, or None.

    By its path, the parameter ``db`` or a header: where it comes without any of these,
    Odoo finds the database as well.

    :param in_path: the one in its path (str); else what was there before
    """
    if in_path:
        request.oauth_database = in_path
    httprequest = request.httprequest
    return (
        getattr(request, "oauth_database", None)
        or httprequest.args.get("db")
        or httprequest.headers.get("X-Odoo-Database")
    )


def find_database(in_path=None):
    """Return the database (str) that the request is for, or None.

    The one that it names, the one that Odoo has found, or the only one of this host:
    Odoo has looked for that too, perhaps while PostgreSQL was starting.

    :param in_path: see :func:`named_database`
    """
    found = named_database(in_path) or request.db
    if found := found or getattr(request, "oauth_found", None):
        return found
    names = http.db_list(force=True)
    return names[0] if len(names) == 1 else None


def is_entered(name):
    """Tell whether the request runs in the database ``name``, which has the addon."""
    return name == request.db and MODEL in request.registry


def is_served(name):
    """Tell whether ``name`` is a database of this host with the addon installed."""
    if "\x00" in name or not http.db_filter([name]):
        return False
    return name in http.db_list(force=True) and has_addon(name)


def has_addon(name):
    """Tell whether the addon is installed in the database ``name`` (str).

    If this process has loaded it, nothing is asked. Otherwise it is not loaded for
    this: one without the addon needs no place in memory.
    """
    registry = Registry.registries.get(name)
    if registry is not None and MODEL in registry:
        return True
    if name not in http.db_list(force=True):
        # Not of Odoo, or not a name at all
        return False
    try:
        with db_connect(name).cursor() as cr:
            cr.execute(
                "SELECT 1 FROM ir_module_module WHERE name = 'oauth_provider'"
                " AND state IN ('installed', 'to upgrade', 'to remove')",
                log_exceptions=False,
            )
            return bool(cr.fetchone())
    except psycopg2.Error:
        # It has no tables, or takes no connections
        return False


def is_reachable():
    """Tell whether PostgreSQL can be reached; a request without it has no database.

    A role may be kept out of the database ``postgres``: Odoo is then told the names of
    its own, by the configuration.
    """
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
    """Serve the current request once more, in the database ``name``.

    Nobody is signed in where Odoo knew no database, and no session is saved.
    """
    before = request.session.db
    request.db = name
    request.session.db = name
    request.session.can_save = False
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

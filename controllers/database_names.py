# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which databases there are, without a new connection for each request.

Odoo asks PostgreSQL for every request that has no session and no header, by a new
connection to the database ``postgres``. One list of all names is remembered here, for
:data:`SECONDS`; and a database that this process has loaded is not looked for again.
"""

import threading
import time
from weakref import WeakValueDictionary

import psycopg2

from odoo import http
from odoo.modules.registry import Registry
from odoo.service import db

from ..tools.dbfilter import is_listed, is_literal, is_watched

#: How long a list is remembered. A failure is not.
SECONDS = 5


class _Memory:
    """What this process remembers. Names are of the whole server, never of a host."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        """Forget everything."""
        self.names = ()
        #: When they were listed, in seconds of the monotonic clock
        self.listed_at = float("-inf")
        #: Registries (by name) whose database Odoo has listed since they were loaded
        self.listed = WeakValueDictionary()


_memory = _Memory()


def list_all(is_new=False):
    """Return the names (sequence of str) of all databases of Odoo on this server.

    As Odoo lists them: none while PostgreSQL cannot be asked.

    :param is_new: whether a list of before this call is not enough
    """
    if not (is_watched() and is_listed()):
        return _list()
    asked_at = time.monotonic()
    with _memory.lock:
        # One that was made while this call has waited, or one that is remembered
        if _memory.listed_at < asked_at and (is_new or not _is_fresh(asked_at)):
            _memory.names = tuple(_list())
            _memory.listed_at = time.monotonic()
        return _memory.names


def _list():
    try:
        return db.list_dbs(force=True)
    except psycopg2.OperationalError:
        return ()


def _is_fresh(now):
    return bool(_memory.names) and now - _memory.listed_at < SECONDS


def is_fresh():
    """Tell whether PostgreSQL has listed databases in the last seconds."""
    return is_watched() and _is_fresh(time.monotonic())


def of_host(host=None):
    """Return the names (list of str) of the databases of ``host``, as Odoo's `db_list`.

    :param host: as in :func:`odoo.http.db_list`
    """
    if is_watched() and is_literal():
        # Not by iterating over it: another thread may add one at this moment
        listed = [reference.key for reference in _memory.listed.valuerefs()]
        loaded = http.db_filter(listed, host)
        # There is no other
        if len(loaded) == 1 and is_known(loaded[0]):
            return loaded
        names = http.db_filter(list_all(), host)
        for name in names:
            is_known(name)
        return names
    return http.db_filter(list_all(), host)


def is_known(name):
    """Tell whether this process has loaded the database ``name``, one of Odoo's.

    It is looked for once, so that none of another role is chosen, nor ``postgres``.
    """
    registry = Registry.registries.get(name)
    if registry is None or not registry.ready or not is_watched():
        return False
    if _memory.listed.get(name) is not registry:
        if name not in list_all():
            return False
        _memory.listed[name] = registry
    # A newer list may be without it
    return not is_fresh() or name in _memory.names

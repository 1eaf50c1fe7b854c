# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What each worker caches of records that hardly ever change.

``tools.ormcache`` caches what the first transaction sees that asks. That may be what
another thread has changed since, or what is rolled back later: the process would go on
with it until the next change. Here a transaction only caches what later transactions
will see as well, and only reads what transactions cached that began after the same
changes had been signaled.
"""

import functools
from collections import defaultdict, deque

from odoo import tools
from odoo.exceptions import ConcurrencyError

#: Mark of a cursor whose transaction has changed something itself.
_HAS_CHANGED = "oauth_provider_has_changed"
#: What had been signaled when the transaction of a cursor first asked.
_SIGNALED = "oauth_provider_signaled"
#: Mark of a cursor whose transaction is not its first one.
_BEGINS_AGAIN = "oauth_provider_begins_again"
#: Numbers of the last transactions of this process with a change, by database. More
#: than there are changes while one transaction lasts.
_changes = defaultdict(lambda: deque(maxlen=256))


class _NotForOthersError(Exception):
    """Carries a value past the cache."""


def cached_committed(*names):
    """Cache what a method of a model returns, until :func:`invalidate`.

    :param names: of the arguments that it depends on, as for ``tools.ormcache``
    """

    def decorate(method):
        @functools.wraps(method)
        def read(self, *args):
            value = method(self, *args)
            if not _sees_all_changes(self.env):
                raise _NotForOthersError(value)
            return value

        cached = tools.ormcache(*names, f"self.env.cr.cache[{_SIGNALED!r}]")(read)

        @functools.wraps(method)
        def lookup(self, *args):
            if self.env.cr.cache.get(_HAS_CHANGED):
                return method(self, *args)
            _note_signaled(self.env)
            try:
                return cached(self, *args)
            except _NotForOthersError as error:
                return error.args[0]

        return lookup

    return decorate


def invalidate(env):
    """Drop what is cached: the transaction of ``env`` changes it."""
    cr, clear = env.cr, env.registry.clear_cache
    cr.cache[_HAS_CHANGED] = True
    cr.execute("SELECT pg_current_xact_id()::text")
    [number] = cr.fetchone()
    changes = _changes[cr.dbname]
    if number not in tuple(changes):
        changes.append(number)
    clear()
    # Another thread of this process may have read it again before the commit
    cr.postcommit.add(clear)


def retry(env):
    """Let Odoo run the request again: what this process has cached is outdated.

    Another process has changed it, and Odoo has not signaled that yet.

    :raise ConcurrencyError: always
    """
    env.registry.clear_cache()
    raise ConcurrencyError("A user or a client has been archived in the meantime.")


def is_first_run(env):
    """Tell whether Odoo runs the request of ``env`` for the first time."""
    _note_end(env.cr)
    return not env.cr.cache.get(_BEGINS_AGAIN)


def _note_signaled(env):
    """Note what has been signaled to the transaction of ``env``, once.

    Another thread may change what has been signaled to the process while a request
    lasts, as may one that is served by a replica which is behind: each transaction
    reads what was cached at its own state.
    """
    cr, registry = env.cr, env.registry
    if _SIGNALED in cr.cache:
        return
    if _is_signaled_to_registry(cr, registry):
        default = registry.cache_sequences.get("default")
        cr.cache[_SIGNALED] = registry.registry_sequence, default
    else:
        cr.cache[_SIGNALED] = _read_signaled(env)
    _note_end(cr)


def _note_end(cr):
    """Note when the transaction of ``cr`` ends that another one begins."""

    def begin_again():
        cr.cache.pop(_SIGNALED, None)
        cr.cache[_BEGINS_AGAIN] = True

    cr.postcommit.add(begin_again)
    cr.postrollback.add(begin_again)


def _is_signaled_to_registry(cr, registry):
    """Tell whether Odoo has just compared what its registry knows to this database.

    At the beginning of a request it asks the replica, if there is one, even where the
    primary database serves the request then. Nor does it ask again where it runs a
    request again.
    """
    if cr.cache.get(_BEGINS_AGAIN):
        return False
    return cr.readonly or registry._db_readonly is None


def _read_signaled(env):
    """Return what the database of ``env`` says has been signaled (tuple)."""
    sequence, signaled = env.registry.get_sequences(env.cr)
    return sequence, signaled["default"]


def _sees_all_changes(env):
    """Tell whether the transaction of ``env`` sees all changes that are known here.

    Those of this process by their transactions, those of other processes by what Odoo
    has signaled: changes of records, and of models and fields.
    """
    if _read_signaled(env) != env.cr.cache[_SIGNALED]:
        return False
    numbers = _changes[env.cr.dbname]
    if not numbers:
        return True
    # Its own is not among them, or there are several cursors to it, as in a test
    env.cr.execute(
        "SELECT bool_and(pg_visible_in_snapshot(number::xid8, pg_current_snapshot())"
        " OR number::xid8 IS NOT DISTINCT FROM pg_current_xact_id_if_assigned())"
        " FROM unnest(%s) AS number",
        (list(numbers),),
    )
    return env.cr.fetchone()[0]

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Writing after a request has been committed, in a transaction of its own."""

import logging

import psycopg2

_logger = logging.getLogger(__name__)


def write_apart(env, write):
    """Call ``write(cr)`` in a transaction of its own, once that of ``env`` has ended.

    It runs on the primary, also where the request reads from a replica, and never if
    the request is rolled back. The answer is complete by then: a failure is logged and
    changes nothing.

    :param env: environment of the request
    :param write: function of a cursor
    """
    registry = env.registry

    def run():
        try:
            with registry.cursor() as cr:
                write(cr)
        except psycopg2.Error as error:
            # Its text may hold the row
            kind = f"{type(error).__name__} {error.pgcode or ''}"
            _logger.warning("Not written after the request: %s", kind.rstrip())

    env.cr.postcommit.add(run)

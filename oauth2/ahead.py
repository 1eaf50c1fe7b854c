# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is read before Odoo begins the transaction in which it serves a route.

Where there is no replica, see :func:`..storage.row_lookup.read_ahead`.
"""

from ..storage import row_lookup
from .message import bearer_values


def read_token(env, message, person=False):
    """Read the access token of ``message`` before the route is served.

    :param env: environment of the request
    :param person: whether the answer contains claims about its user
    """
    for raw in bearer_values(message)[:1]:
        _read(env, raw, person)


def read_introspected(env, message):
    """Read the token that ``message`` asks about before the route is served.

    :param env: environment of the request
    """
    _read(env, message.form.get("token"))


def _read(env, value, person=False):
    # Odoo ends its transaction next, and nothing of ours is in it
    tokens = env["oauth.provider.token"]
    row_lookup.read_ahead(tokens, value, person, ends_transaction=True)


def forget(env):
    """Forget what was read ahead and not used: the request runs again.

    :param env: environment of the request
    """
    row_lookup.forget_ahead(env.cr)

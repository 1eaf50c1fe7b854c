# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether a request can be answered from a replica, which is a moment behind.

What a replica does not know yet may have been issued a moment ago: the primary answers
then. What it does know may have been revoked a moment ago; that is what a replica is.
"""

from .message import bearer_values

#: Access and refresh tokens.
MODELS = ("oauth.provider.token", "oauth.provider.refresh.token")


def can_answer(env, message):
    """Tell whether the replica knows the access token of ``message``.

    True where no token came: no database knows more of it.

    :param env: superuser environment of a read-only cursor
    """
    return all(_knows(env, raw, MODELS[:1]) for raw in bearer_values(message))


def can_introspect(env, message):
    """Tell whether the replica can answer an introspection request.

    An assertion is remembered, so that it works once: that is written.
    """
    raw = message.form.get("token")
    is_written = message.form.get("client_assertion")
    return not is_written and (not raw or _knows(env, raw, MODELS))


def _knows(env, raw, models):
    return any(env[model].find(raw) for model in models)

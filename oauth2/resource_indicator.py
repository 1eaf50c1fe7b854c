# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""For which resources a token is (RFC 8707).

A request may name several, which is one value here, see
:class:`.message.Parameters`. They are compared as RFC 3986 section 6.2.3 wants it.
"""

from ..tools import audience
from .errors import refusal

#: Resources that one request may name.
MOST = 10


def check(client, asked, granted=None):
    """Return the audience (str or None) of what is issued to ``client`` (record).

    :param asked: what the request asks for (str or None)
    :param granted: the audience of the authorization that it rests on, or None
    :raise InvalidTarget: for a resource that the client may not ask for, or that was
        not granted (section 2.2)
    """
    resources = client.env["oauth.provider.resource"]
    if not asked:
        # What an administrator has taken back is left out
        names = audience.split(granted)
        found = [name for name in names if resources.find_name(name, client)]
        if names and not found:
            raise refusal("target", client=client)
        return audience.join(found) or None
    values = list(dict.fromkeys(asked.split()))
    if len(values) > MOST:
        raise refusal("target", client=client, detail="too many")
    found = [resources.find_name(value, client) for value in values]
    if granted:
        found = [_find_granted(resources, name, granted) for name in found]
    if not found or None in found:
        raise refusal("target", client=client)
    return audience.join(dict.fromkeys(found))


def _find_granted(resources, name, granted):
    """Return which of the names in ``granted`` (str) is that of ``name``, or None."""
    for one in audience.split(granted):
        if name and resources.is_same(one, name):
            return one
    return None

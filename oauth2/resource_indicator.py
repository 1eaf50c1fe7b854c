# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""For which resource a token is (RFC 8707)."""

from .errors import refusal


def check(client, resource, granted=None):
    """Return the audience (str or None) of what is issued to ``client`` (record).

    :param resource: what the request asks for (str or None)
    :param granted: the audience of the authorization that it rests on, or None
    :raise InvalidTarget: for a resource that the client may not ask for, or another one
        than was granted
    """
    if not resource:
        return granted or None
    if not client.match_resource(resource) or (granted and resource != granted):
        raise refusal("target", client=client)
    return resource

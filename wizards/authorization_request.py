# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an application sends to begin, made as oauthlib's own client makes it."""

import shlex
from urllib.parse import parse_qsl, urlsplit

from oauthlib.common import generate_token
from oauthlib.oauth2 import WebApplicationClient

from ..tools.uri_parts import add_parameters

#: Characters of a code verifier (RFC 7636 section 4.1: 43 to 128).
VERIFIER_LENGTH = 64


#: Begins each ``state`` of Try It: no other answer is looked for.
STATE_PREFIX = "odoo-try-it-"


def new_state():
    """Return a value (str) for ``state`` that nobody guesses."""
    return STATE_PREFIX + generate_token()


def is_own_state(state):
    """Tell whether ``state`` (str or None) may be one of :func:`new_state`."""
    text = state or ""
    return text.startswith(STATE_PREFIX) and text.isascii() and text.isprintable()


def parse(text):
    """Return (address, parameters) of an authorization request that somebody pasted.

    :param text: an address, or its query alone (str)
    :return: str without query, or None where there is none; and dict of str, of which a
        repeated name has its last value
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return None, {}
    query = parts.query
    if not query and "=" in text and "?" not in text:
        query, parts = text, urlsplit("")
    # PostgreSQL holds no text with a NUL byte
    sent = {name: value.replace("\x00", "\ufffd") for name, value in parse_qsl(query)}
    return parts._replace(query="", fragment="").geturl() or None, sent


def find_fault(client, text):
    """Return in words why what was pasted is no request of ``client`` (str), or None.

    :param client: client (record)
    :param text: see :func:`parse`
    """
    env = client.env
    address, sent = parse(text)
    if not sent:
        return env._("This is not the address of an authorization request.")
    endpoint = env["oauth.provider"].get_endpoint_url("authorize")
    if address and address.rstrip("/") != endpoint:
        return env._(
            "It goes to %(sent)s. The authorization endpoint is %(right)s",
            sent=address,
            right=endpoint,
        )
    identifier = sent.get("client_id", client.identifier)
    if identifier == client.identifier:
        return None
    clients = client.with_context(active_test=False)
    if other := clients.search([("identifier", "=", identifier)]):
        return env._("It is the request of another client: %s", other.name)
    return env._("No client has the identifier that it sends.")


def new_verifier():
    """Return a code verifier (str, RFC 7636 section 4.1)."""
    return WebApplicationClient("").create_code_verifier(VERIFIER_LENGTH)


def build(endpoint, parameters):
    """Return the address (str) of an authorization request (RFC 6749 section 4.1.1).

    :param endpoint: address of the authorization endpoint
    :param parameters: dict of str; those without a value are left out
    """
    return add_parameters(endpoint, [item for item in parameters.items() if item[1]])


def make_challenge(verifier):
    """Return the code challenge (str) of ``verifier`` (RFC 7636 section 4.2, S256)."""
    return WebApplicationClient("").create_code_challenge(verifier, "S256")


def make_command(url, client, asked):
    """Return the command of a shell that asks for a token (str, RFC 6749 section 3.2).

    :param url: of the token endpoint
    :param client: client (record), whose secret the reader puts in
    :param asked: parameters (dict of str); those without a value are left out
    """
    words = ["curl"]
    if client.client_type == "public":
        asked = {**asked, "client_id": client.identifier}
    else:
        words += ["-u", f"{client.identifier}:SECRET"]
    for name, value in asked.items():
        if value:
            words += ["--data-urlencode", f"{name}={value}"]
    return shlex.join([*words, url])

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Authorization server metadata (RFC 8414)."""

from .client_assertion import SIGNING_ALGORITHMS
from .message import Answer
from .validator import REFRESHABLE_GRANT_TYPES

#: Seconds for which the document may be kept.
MAX_AGE = 300


def metadata_response(env):
    """Return the Answer with the metadata document (RFC 8414 section 3.2).

    It tells what is enabled: a grant that no client uses is not there.

    :param env: superuser environment
    """
    body = authorization_server_metadata(env)
    return Answer(200, body, max_age=MAX_AGE)


def authorization_server_metadata(env):
    """Return the metadata of this database (dict, RFC 8414 section 2).

    :param env: superuser environment
    """
    clients = env["oauth.provider.client"]
    used = clients._read_group([], ["grant_type", "response_type"], [])
    grant_types = {grant for grant, _response in used if grant} or {
        "authorization_code"
    }
    if grant_types & REFRESHABLE_GRANT_TYPES:
        grant_types.add("refresh_token")
    response_types = {response for _grant, response in used} - {"none", False}
    confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = list(SIGNING_ALGORITHMS)
    document = {
        "issuer": clients.get_issuer(),
        "authorization_endpoint": clients.get_endpoint_url("authorize"),
        "token_endpoint": clients.get_endpoint_url("token"),
        "userinfo_endpoint": clients.get_endpoint_url("userinfo"),
        "scopes_supported": env["oauth.provider.scope"].search([]).mapped("code"),
        "response_types_supported": sorted(response_types),
        "response_modes_supported": ["query", "fragment"]
        if "token" in response_types
        else ["query"],
        "grant_types_supported": sorted(grant_types),
        "token_endpoint_auth_methods_supported": [*confidential, "none"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint": clients.get_endpoint_url("revoke_token"),
        "revocation_endpoint_auth_methods_supported": [*confidential, "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint": clients.get_endpoint_url("introspect"),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
        # RFC 9207 section 3
        "authorization_response_iss_parameter_supported": True,
    }
    return document

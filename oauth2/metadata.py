# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What clients discover: metadata (RFC 8414, OpenID Connect Discovery) and keys."""

from ..models.oauth_provider_key import ID_TOKEN_ALGORITHMS
from ..tools import protected_route
from ..tools.claim_value import language_tag
from ..tools.sign_in import ACR_VALUES
from .claims import SCOPE_BY_CLAIM
from .client_assertion import SIGNING_ALGORITHMS
from .message import Answer
from .response_mode import MODES
from .server import GRANT_TYPES, RESPONSE_TYPES

#: Seconds for which the documents may be kept.
MAX_AGE = 300
#: The answer where there is nothing to describe.
NOT_FOUND = Answer(404, {"error": "not_found"})


def metadata_response(env):
    """Return the Answer with the metadata document (RFC 8414 section 3.2).

    It tells what the server can do, whatever the clients of this database use: an
    application is entered by what it finds here. The same document serves OAuth 2 and
    OpenID Connect (Discovery section 3).

    :param env: superuser environment
    """
    body = {
        **_endpoints(env["oauth.provider"]),
        **_flows(),
        **_authentication(),
        **_openid(env),
    }
    return Answer(200, body, max_age=MAX_AGE)


def jwks_response(env):
    """Return the Answer with the public keys (RFC 7517 section 5).

    :param env: superuser environment
    """
    found = env["oauth.provider.key"].get_published_jwks()
    return Answer(200, {"keys": found}, max_age=MAX_AGE)


def protected_resource_response(env):
    """Return the Answer with the metadata of the provider as a resource (RFC 9728, 2).

    :param env: superuser environment
    """
    provider = env["oauth.provider"]
    codes = env["oauth.provider.scope"].get_published_codes()
    return _describe_resource(
        env,
        provider.get_issuer(),
        ["header", "body", "query"],
        codes,
        jwks_uri=provider.get_endpoint_url("jwks"),
        resource_name=env.company.name,
    )


def protected_route_response(env, path, database=None, origin=None):
    """Return the Answer with the metadata of the resource at ``path`` (RFC 9728, 2).

    That is a route with ``auth="oauth"``, or Odoo's API; 404 for any other path. No
    record of a route is read: the answer is the same whether there is one.

    :param env: superuser environment
    :param path: path (str) of the resource, decoded
    :param database: name (str) that the address carries as ``db``, or None
    :param origin: web origin (str) that the caller used, or None
    """
    provider = env["oauth.provider"]
    resource = None
    is_api = protected_route.is_api(provider.get_plain_path(path))
    if is_api and path != provider.get_plain_path(path):
        path, database = protected_route.API_PATH, env.cr.dbname
    if database in (None, env.cr.dbname):
        resource = provider.get_route_resource(path, database, origin)
    if resource is None:
        return NOT_FOUND
    if is_api:
        codes = env["oauth.provider.scope"].get_published_codes(is_api=True)
    else:
        codes = _find_route_scopes(provider.find_protected_routes(path))
    return _describe_resource(env, resource, ["header"], codes)


def _find_route_scopes(routes):
    """Return the codes (list of str) that ``routes`` use, None where one says nothing.

    :param routes: parameters of all routes of one address (list of dict)
    """
    found = [protected_route.get_scopes(route) for route in routes]
    if None in found:
        return None
    return list(dict.fromkeys(code for codes in found for code in codes))


def _describe_resource(env, resource, methods, codes, **further):
    """Return the Answer with the metadata of ``resource`` (str).

    :param methods: by which it takes a token (list of str)
    :param codes: of its scopes (list of str), or None where they are not known
    """
    body = {
        # What it was asked for (section 3.3)
        "resource": resource,
        "authorization_servers": [env["oauth.provider"].get_issuer()],
        "bearer_methods_supported": methods,
        **further,
    }
    # A refresh token is no matter of the resource
    codes = [one for one in codes or () if one != protected_route.OFFLINE_ACCESS]
    if codes:
        # What has no values must be left out (section 3.2)
        body["scopes_supported"] = codes
    return Answer(200, body, max_age=MAX_AGE)


def _endpoints(provider):
    return {
        "issuer": provider.get_issuer(),
        "authorization_endpoint": provider.get_endpoint_url("authorize"),
        "token_endpoint": provider.get_endpoint_url("token"),
        "userinfo_endpoint": provider.get_endpoint_url("userinfo"),
        "jwks_uri": provider.get_endpoint_url("jwks"),
        "revocation_endpoint": provider.get_endpoint_url("revoke_token"),
        "introspection_endpoint": provider.get_endpoint_url("introspect"),
        "end_session_endpoint": provider.get_endpoint_url("logout"),
    }


def _flows():
    return {
        "response_types_supported": sorted(RESPONSE_TYPES),
        "response_modes_supported": list(MODES),
        # The implicit grant has no request to the token endpoint
        "grant_types_supported": sorted([*GRANT_TYPES, "implicit"]),
        "code_challenge_methods_supported": ["S256"],
        # RFC 9207 section 3
        "authorization_response_iss_parameter_supported": True,
    }


def _authentication():
    confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    document = {}
    for endpoint, methods in (
        ("token", [*confidential, "none"]),
        ("revocation", [*confidential, "none"]),
        ("introspection", confidential),
    ):
        prefix = f"{endpoint}_endpoint_auth"
        document[f"{prefix}_methods_supported"] = methods
        document[f"{prefix}_signing_alg_values_supported"] = list(SIGNING_ALGORITHMS)
    return document


def _openid(env):
    codes = [code for code, _name in env["res.lang"].get_installed()]
    languages = list(filter(None, map(language_tag, codes)))
    return {
        "scopes_supported": env["oauth.provider.scope"].get_published_codes(),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": list(ID_TOKEN_ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ID_TOKEN_ALGORITHMS),
        "claim_types_supported": ["normal"],
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "azp", "nonce", "auth_time"),
            *("acr", "amr", "sid", "at_hash", "c_hash"),
            *SCOPE_BY_CLAIM,
        ],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "acr_values_supported": list(ACR_VALUES),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": languages,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What clients discover: metadata (RFC 8414, OpenID Connect Discovery) and keys."""

from ..tools.claim_value import language_tag
from ..tools.sign_in import ACR_VALUES
from .claims import SCOPE_BY_CLAIM
from .client_assertion import SIGNING_ALGORITHMS
from .message import Answer
from .response_mode import MODES
from .validator import REFRESHABLE_GRANT_TYPES

#: Seconds for which the documents may be kept.
MAX_AGE = 300


def metadata_response(env):
    """Return the Answer with the metadata document (RFC 8414 section 3.2).

    It tells what is enabled: a grant that no client uses is not there. The same
    document serves OAuth 2 and OpenID Connect (Discovery section 3).

    :param env: superuser environment
    """
    used = env["oauth.provider.client"].get_features_in_use()
    body = {
        **_endpoints(env["oauth.provider"]),
        **_flows(used),
        **_authentication(),
        **_openid(env, used),
    }
    return Answer(200, body, max_age=MAX_AGE)


def jwks_response(env):
    """Return the Answer with the public keys (RFC 7517 section 5).

    :param env: superuser environment
    """
    found = env["oauth.provider.key"].get_published_jwks()
    return Answer(200, {"keys": found}, max_age=MAX_AGE)


def protected_resource_response(env, message, is_api=False):
    """Return the Answer with the protected-resource metadata (RFC 9728 section 2).

    It names the resource that it was asked for (section 3.3).

    :param env: superuser environment
    :param is_api: whether that is Odoo's API, else the provider
    """
    provider = env["oauth.provider"]
    issuer = provider.get_issuer()
    resource, methods = issuer, ["header", "body", "query"]
    if is_api:
        resource = provider.get_api_resource(message.query.get("db"))
        methods = ["header"]
    return Answer(
        200,
        {
            "resource": resource,
            "authorization_servers": [issuer],
            "jwks_uri": provider.get_endpoint_url("jwks"),
            "scopes_supported": env["oauth.provider.scope"].get_published_codes(),
            "bearer_methods_supported": methods,
            "resource_name": env.company.name,
        },
        max_age=MAX_AGE,
    )


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


def _flows(used):
    """Return what the active clients use (dict)."""
    grant_types = set(used["grant_types"]) or {"authorization_code"}
    if grant_types & REFRESHABLE_GRANT_TYPES:
        grant_types.add("refresh_token")
    response_types = used["response_types"]
    if any("token" in name.split() and "code" in name for name in response_types):
        grant_types.add("implicit")
    return {
        "response_types_supported": sorted(response_types),
        "response_modes_supported": list(MODES),
        "grant_types_supported": sorted(grant_types),
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


def _openid(env, used):
    id_token_algorithms = {"RS256", *used["id_token_algorithms"]}
    codes = [code for code, _name in env["res.lang"].get_installed()]
    languages = list(filter(None, map(language_tag, codes)))
    document = {
        "scopes_supported": env["oauth.provider.scope"].get_published_codes(),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": sorted(id_token_algorithms),
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
    algorithms = sorted(used["userinfo_algorithms"])
    if algorithms:
        document["userinfo_signing_alg_values_supported"] = algorithms
    return document

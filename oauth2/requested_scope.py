# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which of the scopes that a request names the client may have (RFC 6749 section 3.3).

At the authorization endpoint the others are left out, as the answer's ``scope`` tells:
section 3.3 allows it, and OpenID Connect Core 3.1.2.1 wants it for unknown ones. If
none remains, and at the token endpoint, the answer is ``invalid_scope``.
"""

from .errors import find_known, scope_refusal


def select(client, limit, codes, request):
    """Return the scopes (recordset) of ``codes`` that ``client`` (record) may have.

    And the codes of those that are left out (set of str).

    :param limit: function that returns those of some scopes (recordset) that a token
        for the requested resource may have
    :param codes: what the request names (iterable of str)
    :param request: oauthlib request
    :raise InvalidScopeError: where nothing may be left out, or nothing remains
    """
    # oauthlib splits at single blanks
    asked = {code for code in codes if code}
    allowed = limit(client.scope_ids.with_codes(asked))
    left_out = asked - set(allowed.list_codes())
    if left_out and not (allowed or _needs_no_scope(client)):
        raise scope_refusal(client.env, "scope", left_out, request)
    # Clients of other grants ask at the token endpoint
    if left_out and not client.get_response_types():
        raise scope_refusal(client.env, "scope", left_out, request)
    return allowed, left_out


def _needs_no_scope(client):
    """Tell whether ``client`` (record) may sign people in without any scope.

    Odoo's ``auth_oauth`` names scopes in each request, and works with a client that has
    none.
    """
    return client.grant_type == "implicit" and not client.scope_ids


def log_left_out(client, user, grant, codes):
    """Let the administrator know which scopes ``client`` (record) did not get.

    Once a day. Codes that no scope has are the caller's own text: they are counted.

    :param user: who signed in (record)
    :param grant: grant (record), or none
    :param codes: of the scopes that were left out (set of str)
    """
    known = find_known(client.env, codes)
    parts = [", ".join(known)] if known else []
    if unknown := len(codes) - len(known):
        parts.append(f"{unknown} that do not exist")
    client.env["oauth.provider.event"].log_daily(
        "scope_left_out", client=client, user=user, grant=grant, reason="; ".join(parts)
    )

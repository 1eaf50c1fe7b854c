# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Arbitrary requests on every route: one clear answer, and nothing stored."""

import http.client
import json
import os
from collections import Counter
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: Fewer in the second run that a machine of CI makes.
REQUESTS = 1000 if os.environ.get("PROTOCOL_ONLY") else 2500
ROUTES = (
    *("token", "revoke_token", "introspect", "tokeninfo", "userinfo", "otherinfo"),
    *("openapi.json", "content/attachment/1", "content/res.partner/1/image_128"),
    "content/{}/{}/{}",
)
WELL_KNOWN = "/.well-known/oauth-authorization-server"
COUNT = """
env["ir.config_parameter"].set_param("oauth_provider.throttle_failures", "1000000")
everything = env(context={"active_test": False})
result = {
    model: everything[f"oauth.provider.{model}"].search_count([])
    for model in (
        "authorization.code", "client", "grant", "redirect.uri", "refresh.token",
        "scope", "token",
    )
}
"""
NAMES = (
    "access_token assertion client client_assertion client_assertion_type client_id"
    " client_secret code code_verifier credentials db extra_credentials grant_type"
    " model password redirect_uri refresh_token request resource response_type scope"
    " scopes state token token_type_hint user username"
).split()
VALUES = (
    "authorization_code client_credentials password refresh_token implicit openid"
    " urn:ietf:params:oauth:grant-type:device_code"
    " urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    " res.users res.partner ir.attachment base __class__ 0 -1 1e999 null [] {}"
    " eyJhbGciOiJub25lIn0.e30. \ufeff \u202e"
).split()
words = st.one_of(st.sampled_from([*VALUES, "", "\x00", "%00"]), st.text(max_size=20))
pairs = st.lists(
    st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), words), max_size=6
)
headers = st.dictionaries(
    st.sampled_from(
        ["Authorization", "Origin", "Cookie", "Accept", "X-Forwarded-For", "Range"]
    ),
    st.one_of(
        st.sampled_from(
            [
                "Bearer x",
                "Bearer",
                "Basic",
                "Basic eDp5",
                "Basic ////",
                "Digest x",
                "https://evil.example.com",
                "null",
                "session_id=x",
                "bytes=0-1",
            ]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    ),
    max_size=3,
)
bodies = st.one_of(
    pairs.map(lambda found: urlencode(found, errors="surrogatepass").encode()),
    st.binary(max_size=60),
    st.dictionaries(words, words, max_size=3).map(lambda found: json.dumps(found)),
)
content_types = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
        "\xff",
        "",
    ]
)
methods = st.one_of(
    st.just("POST"),
    st.just("POST"),
    st.sampled_from(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "X"]),
)


def test_arbitrary_requests_on_every_route(multi, databases, capsys):
    before = databases.shell("e2e_a", COUNT)
    statuses = Counter()
    identifier, secret = multi.clients["e2e_a"]["backend"]
    connection = http.client.HTTPConnection(multi.host, multi.port, timeout=20)

    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        method=methods,
        route=st.sampled_from([*ROUTES, "metadata", "authorize"]),
        parts=st.tuples(words, words, words),
        query=pairs,
        header=headers,
        content_type=content_types,
        body=bodies,
        is_client=st.booleans(),
    )
    def fuzz(method, route, parts, query, header, content_type, body, is_client):
        parts = (quote(one, safe="", errors="surrogatepass") or "-" for one in parts)
        path = f"/oauth2/db/e2e_a/{route.format(*parts)}"
        if route == "metadata":
            path = f"{WELL_KNOWN}/oauth2/db/e2e_a"
        if query:
            path += "?" + urlencode(query, errors="surrogatepass", quote_via=quote)
        if is_client:
            data = {"client_id": identifier, "client_secret": secret}
            separator = b"&" if body else b""
            body = body.encode() if isinstance(body, str) else body
            body = urlencode(data).encode() + separator + body
        header = {name: value.encode("latin-1") for name, value in header.items()}
        header["Content-Type"] = content_type.encode("latin-1")
        connection.request(method, path, body, header)
        answer = connection.getresponse()
        content = answer.read()
        statuses[answer.status] += 1
        assert answer.status < 500, content
        if route == "authorize":
            return  # pages and redirects, and the cookie of a browser
        if content:
            assert answer.getheader("Content-Type", "").startswith("application/json")
            assert isinstance(json.loads(content), dict)
        assert answer.getheader("Set-Cookie") is None

    fuzz()
    with capsys.disabled():
        print(f"\n{sum(statuses.values())} arbitrary requests: {dict(statuses)}")
    assert sum(statuses.values()) >= REQUESTS * 0.8
    assert databases.shell("e2e_a", COUNT) == before


RESOURCES = "/.well-known/oauth-protected-resource"
segments = st.one_of(
    st.sampled_from(
        "json 2 oauth2 db e2e_a e2e_b nowhere .well-known oauth-protected-resource web"
        " .. . %2e%2e %2f %5c %00 %ff %C3%A9 -1 0 * res.partner search".split()
    ),
    st.sampled_from(["", "a" * 1000, "/", "//"]),
    st.text(max_size=8).map(lambda text: quote(text, errors="surrogatepass")),
)


def test_arbitrary_paths_of_resources(multi, databases, capsys):
    """Metadata of a resource, or a short 404; and the path form of no route."""
    statuses = Counter()
    connection = http.client.HTTPConnection(multi.host, multi.port, timeout=20)

    @settings(
        max_examples=REQUESTS // 2,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        method=st.sampled_from(["GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE"]),
        form=st.sampled_from(
            [
                f"{RESOURCES}/oauth2/db/e2e_a/",
                f"/oauth2/db/e2e_a{RESOURCES}/",
                f"{RESOURCES}/",
                "/oauth2/db/e2e_a/x/",
            ]
        ),
        path=st.lists(segments, max_size=9).map("/".join),
        header=headers,
    )
    def fuzz(method, form, path, header):
        header = {name: value.encode("latin-1") for name, value in header.items()}
        is_named = method != "OPTIONS" and "/db/" not in form
        query = "?db=e2e_a" if is_named else ""
        connection.request(method, f"{form}{path}{query}", None, header)
        answer = connection.getresponse()
        content = answer.read()
        statuses[answer.status] += 1
        assert answer.status in (200, 204, 301, 400, 404, 405), content
        assert answer.getheader("Set-Cookie") is None
        if answer.getheader("Content-Type", "").startswith("application/json"):
            assert len(content) < 10_000
            if answer.status == 200 and content:
                assert "resource" in json.loads(content)
        else:
            # Odoo's own, where no rule of ours can be
            assert answer.status != 200 or method == "HEAD"

    fuzz()
    with capsys.disabled():
        print(f"\n{sum(statuses.values())} arbitrary paths: {dict(statuses)}")
    assert statuses[404] > REQUESTS * 0.1
    assert databases.shell("e2e_a", COUNT)

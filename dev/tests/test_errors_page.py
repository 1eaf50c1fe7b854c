# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The page of errors: complete and published."""

import re

from dev import errors_page
from dev.settings import ROOT


def test_each_cause_has_a_row():
    causes = [cause for part in errors_page.read().values() for cause in part]
    assert len(causes) > 80
    assert len({key for key, *_texts in causes}) == len(causes)
    assert all(sentence and advice for *_rest, sentence, advice in causes)


def test_the_page_is_published():
    published = errors_page.PATH.read_text(encoding="utf-8")
    assert published == errors_page.text(), "python3 -m dev readme"


#: Where a cause is named by its key, and how.
FOLDERS = ("controllers", "json2", "models", "oauth2", "storage")
NAMED = re.compile(
    r"(?:refusal|_refuse|log_refusal|scope_refusal|_record|_oauth_log_refusal)\("
    r'(?:[^"()]*, )?"([a-z_]+)"'
)
#: Keys that begin with how a credential ended.
PUT_TOGETHER = r"^(expired|ended|used)_(code|refresh_token|token)$"
#: What oauthlib alone finds out, and answers in its own words.
OF_OAUTHLIB = {
    *("missing_client_id", "missing_redirect_uri", "malformed_redirect_uri"),
    *("redirect_uri", "missing_response_type", "unknown_response_type"),
    *("missing_nonce", "missing_pkce", "missing_code", "missing_verifier"),
    *("missing_refresh_token", "missing_token", "missing_password"),
    *("request", "request_uri", "registration", "repeated"),
}
#: What finds no room of its own, see storage/refusal_counts.py.
OF_FLOODS = {"other"}


def test_each_cause_is_the_answer_to_something():
    """And nothing is refused for a cause that the list does not have."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    )
    known = {key for part in errors_page.read().values() for key, *_texts in part}
    assert set(NAMED.findall(source)) <= known
    # A key may be chosen before it is passed on, or be put together of two words
    unnamed = {
        key
        for key in known - OF_OAUTHLIB - OF_FLOODS
        if f'"{key}"' not in source and not re.search(PUT_TOGETHER, key)
    }
    assert not unnamed

# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a snapshot masks, and how two of them are compared."""

import base64
import json
import time

import pytest

from dev import snapshot
from dev.snapshot.ask import Answer, Ask
from dev.snapshot.mask import Mask

TOKEN = "hP3Wl2mJbV9cQk5sT8xYzA1dFgR6uNoE0iKqMvLjS4w"


@pytest.fixture
def mask():
    made = Mask()
    made.step = "first"
    return made


def test_a_random_value_is_known_again(mask):
    first = mask.text(f"code={TOKEN}&state=a+state")
    assert first == "code=<random 1 of “first”>&state=a+state"
    mask.step = "second"
    assert mask.text(TOKEN) == "<random 1 of “first”>"
    assert mask.text(TOKEN[::-1]) == "<random 1 of “second”>"


@pytest.mark.parametrize(
    "text",
    [
        "snapshot-trusted-mobile-of-a-long-name-1",
        "oauth_provider.group_oauth_provider_manager",
        "https://op.example.com/.well-known/oauth-protected-resource/json/2",
    ],
)
def test_a_long_name_is_not_random(mask, text):
    assert mask.text(text) == text


def test_moments_are_masked_and_lifetimes_are_not(mask):
    now = int(time.time())
    found = mask.json({"iat": now, "exp": now + 3599, "expires_in": 3541, "id": 7})
    assert found == {
        "iat": "<moment>",
        "exp": "<in 3600 s>",
        "expires_in": 3600,
        "id": 7,
    }
    assert mask.text("until 2026-11-29 18:13:00") == "until <moment>"


def test_a_signed_token_is_told_by_its_claims(mask):
    parts = [{"alg": "RS256"}, {"sub": "ann", "iat": int(time.time())}]
    coded = [base64.urlsafe_b64encode(json.dumps(one).encode()) for one in parts]
    token = ".".join(one.decode().rstrip("=") for one in coded) + ".c2lnbmF0dXJl"
    assert (
        mask.text(token)
        == '<JWT [{"alg": "RS256"}, {"iat": "<moment>", "sub": "ann"}]>'
    )


def test_an_answer_is_written_line_by_line(mask):
    ask = Ask(1, "snapshot", {"clients": {}}, mask)
    headers = [("Date", "now"), ("Content-Type", "application/json")]
    ask.number = 1
    ask._write("x", "GET /x", Answer(200, headers, b'{"a": 1}'))
    lines = [snapshot.text_of(parts) for parts in ask.lines]
    assert lines == [
        "answer | 001 x | request | GET /x",
        "answer | 001 x | status | 200",
        "answer | 001 x | header | Content-Type: application/json",
        "answer | 001 x | body | {",
        'answer | 001 x | body |  "a": 1',
        "answer | 001 x | body | }",
    ]


def test_equal_snapshots_differ_in_nothing():
    lines = ["route | with | /a | type | 'http'", "field | b"]
    assert snapshot.compare(lines, lines) == []
    found = snapshot.compare(lines, lines[:1], "then", "now")
    assert found[:2] == ["--- then", "+++ now"]
    assert "-field | b" in found

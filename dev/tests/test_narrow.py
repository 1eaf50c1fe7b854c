# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The comparison of narrow scopes with full access: its arithmetic, and its calls."""

import pytest

from bench import narrow, narrow_side
from bench.narrow_side import CALLERS, FULL, KEY, ONE, THIRTY

MADE = {"contacts": list(range(1, 1001)), "product": 3, "country": 20}


def make_row(most=1.15, beats_key=True, **costs):
    call = narrow_side.Call("call", most, 1, "res.partner/read", {}, beats_key)
    names = {"full": FULL, "one": ONE, "thirty": THIRTY, "key": KEY}
    return narrow.Row(call, {names[name]: costs[name] for name in names})


def test_the_ratio_is_that_of_each_round():
    row = make_row(full=[2.0, 4.0], one=[2.2, 4.0], thirty=[3.0, 3.0], key=[4.0, 8.0])
    assert row.ratios(ONE) == pytest.approx([1.1, 1.0])
    assert row.ratios(THIRTY, KEY) == pytest.approx([0.75, 0.375])


@pytest.mark.parametrize(
    ("thirty", "verdict"),
    [
        ([2.2] * 15, "met"),
        ([2.4] * 15, "not met"),
        ([2.2] * 7 + [2.4] * 8, "too noisy to say"),
    ],
)
def test_a_goal_is_judged_by_the_median_and_its_range(thirty, verdict):
    row = make_row(full=[2.0] * 15, one=[2.0] * 15, thirty=thirty, key=[5.0] * 15)
    lines = narrow.tables([row]).splitlines()
    [line] = [one for one in lines if "thirty scopes, by full access" in one]
    assert line.split("|")[-2].strip() == verdict


def test_a_key_is_no_goal_where_many_records_are_read():
    costs = {"full": [2.0], "one": [2.0], "thirty": [2.0], "key": [1.0]}
    bases = {base for _caller, base, _most in make_row(**costs).goals()}
    assert bases == {FULL, KEY}
    few = make_row(beats_key=False, **costs)
    assert {base for _caller, base, _most in few.goals()} == {FULL}


def test_each_call_is_one_request_for_all_callers():
    calls = narrow_side.get_calls(MADE)
    assert [call.most for call in calls] == [1.15, 1.15, 1.15, 1.2, 1.3, 1.2]
    assert [call.is_same_for_all for call in calls] == [True] * 3 + [False] * 3
    for call in calls:
        bodies = {call.request(caller).body for caller in CALLERS}
        assert len(bodies) == 1


def test_there_are_thirty_scopes_of_which_three_have_filters():
    assert len(narrow_side.FIELDS) == 10
    assert len(narrow_side.FILTERS) == 3
    named = {*narrow_side.ORDER, *narrow_side.OTHERS}
    assert len(named) == len(narrow_side.ORDER) + len(narrow_side.OTHERS) == 27
    assert "res.partner" not in named

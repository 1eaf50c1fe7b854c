# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The comparison with another commit: its arithmetic, and the commit itself."""

import pytest

from bench import against
from dev import git
from dev.console import Stop
from dev.settings import ROOT


def test_the_ratio_is_that_of_pairs():
    pair = against.Pair("write", before=[2.0, 4.0, 3.0], now=[2.2, 4.0, 3.3])
    assert pair.ratios == pytest.approx([1.1, 1.0, 1.1])
    assert pair.ratio == pytest.approx(1.1)
    assert "| write | 3.00 | 3.30 | 1.100 | 1.000 | 1.100 |" in against.table(
        "590e07d", [pair]
    )


def make_pairs(*ratios):
    return [
        against.Pair(f"kind {number}", before=[2.0], now=[2.0 * ratio])
        for number, ratio in enumerate(ratios)
    ]


@pytest.mark.parametrize(
    ("ratios", "found"),
    [
        ((1.0, 1.04, 0.9), []),
        ((1.0, 1.06, 0.9), ["kind 1 takes more than 5% more than at 590e07d."]),
        (
            (1.04, 1.04, 0.9),
            ["The median of all takes more than 3% more than at 590e07d."],
        ),
    ],
)
def test_a_kind_may_cost_a_little_more_and_all_of_them_less_so(ratios, found):
    pairs = make_pairs(*ratios)
    assert against.excesses("590e07d", pairs) == found
    assert f"| {against.median(pairs):.3f} | | |" in against.table("590e07d", pairs)


def test_a_refusal_may_cost_more_and_is_no_part_of_the_median():
    pairs = make_pairs(1.0, 1.04)
    for ratio in (1.19, 1.21):
        pairs.append(against.Pair(f"refused {ratio}", [2.0], [2.0 * ratio], True))
    found = ["refused 1.21 takes more than 20% more than at de75fde."]
    assert against.excesses("de75fde", pairs) == found
    assert against.median(pairs) == pytest.approx(1.02)


def test_a_commit_is_checked_out_for_a_while(tmp_path):
    folder = tmp_path / "checkout"
    with git.worktree("HEAD", folder) as commit:
        assert len(commit) == 40
        assert (folder / "__manifest__.py").is_file()
        # Left behind by a run that was interrupted
        with git.worktree("HEAD", folder):
            assert (folder / "__manifest__.py").is_file()
    assert not folder.exists()
    assert ROOT.is_dir()


@pytest.mark.parametrize("revision", ["no-such-commit", "--help"])
def test_what_is_no_commit_is_said(tmp_path, revision):
    with (
        pytest.raises(Stop, match="There is no commit"),
        git.worktree(revision, tmp_path / "checkout"),
    ):
        raise AssertionError("not reached")

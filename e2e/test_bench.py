# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The code path of the benchmark: its figures at this size say nothing."""

from argparse import Namespace

from bench import main
from bench.goals import GOALS


def test_the_benchmark_runs_and_every_answer_is_a_success(capsys):
    options = Namespace(size="small", tokens=None, write=False)
    assert main.run(options) == 0
    printed = capsys.readouterr().out
    for goal in GOALS:
        assert f"| {goal.row}" in printed

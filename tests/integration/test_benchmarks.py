"""The benchmarks still run: their quickest group, and the arithmetic of the rest."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.loop_lag import quantile, since
from benchmarks.results import Goal, Pairs, Row
from benchmarks.texts import Texts

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 60


def test_a_group_runs_as_a_command_and_prints_rows_of_ratios() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "decoder", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [row["what"] for row in rows] == ["split decoder: first audio", "split decoder: work"]
    assert all(row["ratio"] > 0 and row["low"] <= row["ratio"] <= row["high"] for row in rows)
    assert rows[0]["ratio"] < 1  # a window is there before the whole sentence, on any machine


def test_a_row_is_the_median_of_the_rounds_own_ratios() -> None:
    pairs = Pairs(ours=[1.0, 40.0, 3.0], base=[10.0, 80.0, 10.0])
    row = Row.of("first audio", "ms", pairs, against="the other", goal=Goal(0.35))
    assert (row.ours, row.base, row.ratio) == (3.0, 10.0, 0.3)
    assert (row.low, row.high, row.met) == (0.1, 0.5, True)


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal(0.2), False),
        (Goal(0.2, least=True), True),
        (Goal(5.0, of="ours"), True),
        (Goal(2.0, of="ours"), False),
        (Goal(-7.0, of="added"), True),
        (Goal(-8.0, of="added"), False),
    ],
)
def test_a_goal_bounds_the_ratio_or_our_own_figure(goal: Goal, met: bool) -> None:
    pairs = Pairs(ours=[3.0], base=[10.0])
    assert Row.of("first audio", "ms", pairs, against="the other", goal=goal).met is met


def test_a_quantile_is_read_from_what_was_counted_in_between() -> None:
    before = {0.01: 5.0, 0.05: 5.0, math.inf: 5.0}
    after = {0.01: 55.0, 0.05: 105.0, math.inf: 105.0}
    assert quantile(since(before, after), 0.25) == pytest.approx(0.005)
    assert quantile(since(before, after), 0.75) == pytest.approx(0.03)


def test_no_clause_is_spoken_twice() -> None:
    texts = Texts(seed=1)
    clauses = [c for _ in range(600) for c in texts.sentence().split(", ")]
    assert len(clauses) == len(set(clauses))

"""What an engine that wants words receives of every case: exactly what the table says."""

from __future__ import annotations

import re

import pytest

from tests.integration.read_aloud.pipeline import Received, by_engine
from tests.support.read_aloud import Case, all_cases

CASES = all_cases()
UNREADABLE = re.compile(
    r"[*_`]|</?\w[^>]*>|<\||\|>|(?<![\w:])\\[a-zA-Z]+|\$[^$\n]*[\\^{}][^$\n]*\$"
)
"""Marks, tags, control tokens and the source of formulas."""


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return by_engine(tmp_path_factory.mktemp("engine"), CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_receives_what_is_said(received: Received, case: Case) -> None:
    said = " ".join(received[case] or [])
    assert said.split() == case.spoken.split()
    assert not UNREADABLE.search(said)

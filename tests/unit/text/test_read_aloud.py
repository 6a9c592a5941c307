"""The cases of tests/data/read_aloud: what is said of what somebody wrote, kind by kind."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from polyvox.text.clean import speakable

DATA = Path(__file__).parents[2] / "data" / "read_aloud"
KINDS = (
    *("emphasis", "halves", "silent", "lines", "ssml"),
    *("styles", "formulas", "notation", "ornaments", "actions"),
)


class Case(NamedTuple):
    written: str
    language: str
    spoken: str
    kind: str


def cases(kind: str) -> list[Case]:
    """The rows of a kind's table; a backslash escapes line breaks, tabs and itself."""
    with (DATA / f"{kind}.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [Case(*map(_unescaped, row)) for row in rows]


def _unescaped(field: str) -> str:
    parts = field.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


ALL = [case for kind in KINDS for case in cases(kind)]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.kind}-{case.written[:40]}")
def test_each_case_is_read_as_somebody_would_read_it(case: Case) -> None:
    assert speakable(case.written, case.language) == case.spoken


def test_each_kind_has_eight_cases_and_none_stands_twice() -> None:
    assert min(Counter(case.kind for case in ALL).values()) >= 8
    assert len({(case.written, case.language) for case in ALL}) == len(ALL)


@pytest.mark.parametrize(
    "case",
    # What code and entities quote is markup when it is read again.
    [case for case in ALL if not {"`", "&"} & set(case.written)],
    ids=lambda case: f"{case.kind}-{case.written[:40]}",
)
def test_what_was_cleaned_is_clean(case: Case) -> None:
    assert speakable(case.spoken, case.language) == case.spoken

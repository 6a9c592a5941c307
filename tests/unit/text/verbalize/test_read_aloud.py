"""Every row of ``tests/data/read_aloud``: what is written, and what is said."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from polyvox.text.verbalize import verbalize

_TABLES = Path(__file__).parents[3] / "data" / "read_aloud"


def _rows() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for table in sorted(_TABLES.glob("*.tsv")):
        with table.open(encoding="utf-8", newline="") as lines:
            rows += csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return rows


ROWS = _rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['language']}:{row['written'][:40]}")
def test_it_is_said_as_a_person_would_say_it(row: dict[str, str]) -> None:
    assert verbalize(row["written"], row["language"]).text == row["spoken"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['language']}:{row['written'][:40]}")
def test_what_is_said_is_said_once(row: dict[str, str]) -> None:
    assert verbalize(row["spoken"], row["language"]).text == row["spoken"]


def test_every_kind_has_cases_enough() -> None:
    kinds = Counter(row["kind"] for row in ROWS)
    languages = Counter(row["language"].partition("-")[0] for row in ROWS)

    assert min(kinds.values()) >= 8, kinds
    assert languages["en"] >= 40
    assert min(languages.values()) >= 15, languages

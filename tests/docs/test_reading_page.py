"""docs/reading.md shows what the cases say, for every kind and language that has some."""

from __future__ import annotations

from tests.docs import reading_table
from tests.support.read_aloud import of_languages, of_notations


def test_the_tables_are_those_of_the_cases() -> None:
    page = reading_table.PAGE.read_text(encoding="utf-8")
    assert reading_table.page_with(reading_table.tables()) == page, (
        "run: python -m tests.docs.reading_table"
    )


def test_every_kind_and_language_is_shown() -> None:
    page = reading_table.PAGE.read_text(encoding="utf-8")
    kinds = {case.kind.capitalize() for case in of_notations()}
    languages = {reading_table.NAMES[case.language[:2]] for case in of_languages()}
    assert [name for name in kinds | languages if f"\n### {name}\n" not in page] == []

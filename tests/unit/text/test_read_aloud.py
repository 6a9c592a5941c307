"""What becomes of notations: each case of tests/data/read_aloud, cleaned and put into words."""

from __future__ import annotations

from collections import Counter

import pytest

from polyvox.text.clean import speakable
from polyvox.text.verbalize import verbalize
from tests.support.read_aloud import Case, all_cases, of_notations

CASES = of_notations()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_read_as_somebody_would_read_it(case: Case) -> None:
    said = verbalize(speakable(case.written, case.language), case.language).text
    assert said == case.spoken


def test_each_kind_has_eight_cases_and_none_stands_twice() -> None:
    assert min(Counter(case.kind for case in CASES).values()) >= 8
    assert len({(case.written, case.language) for case in CASES}) == len(CASES)


def test_there_are_four_hundred_cases() -> None:
    assert len(all_cases()) >= 400


@pytest.mark.parametrize(
    "case",
    # What code and entities quote is markup when it is read again.
    [case for case in CASES if not {"`", "&"} & set(case.written)],
    ids=lambda case: case.name,
)
def test_what_was_cleaned_is_clean(case: Case) -> None:
    cleaned = speakable(case.written, case.language)
    assert speakable(cleaned, case.language) == cleaned
    assert speakable(case.spoken, case.language) == case.spoken

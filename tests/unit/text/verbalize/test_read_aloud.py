"""Numbers and words of every language of tests/data/read_aloud."""

from __future__ import annotations

from collections import Counter

import pytest

from polyvox.text.verbalize import verbalize
from tests.support.read_aloud import Case, of_languages

CASES = of_languages()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_said_as_a_person_would_say_it(case: Case) -> None:
    assert verbalize(case.written, case.language).text == case.spoken


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said_is_said_once(case: Case) -> None:
    assert verbalize(case.spoken, case.language).text == case.spoken


def test_every_kind_has_cases_enough() -> None:
    kinds = Counter(case.kind for case in CASES)
    languages = Counter(case.language.partition("-")[0] for case in CASES)

    assert min(kinds.values()) >= 8, kinds
    assert languages["en"] >= 40
    assert min(languages.values()) >= 15, languages

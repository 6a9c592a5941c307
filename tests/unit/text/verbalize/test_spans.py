"""Words keep the place they come from; atoms are where the written text may not be cut."""

from __future__ import annotations

import pytest

from polyvox.text.verbalize import AtomKind, Word, atoms, verbalize
from polyvox.text.verbalize.rules import rules_for


def test_words_of_an_atom_have_the_span_of_all_of_it() -> None:
    said = verbalize("I paid $3.50, twice.", "en-US")

    assert list(said.words()) == [
        Word("I", 0, 1),
        Word("paid", 2, 6),
        *(Word(w, 7, 12) for w in ("three", "dollars", "and", "fifty")),
        Word("cents,", 7, 13),
        Word("twice.", 14, 20),
    ]


def test_a_plain_text_is_its_own_words() -> None:
    said = verbalize("Good morning,  Anna.", "en")

    assert list(said.words()) == [
        Word("Good", 0, 4),
        Word("morning,", 5, 13),
        Word("Anna.", 15, 20),
    ]


@pytest.mark.parametrize(
    ("text", "written", "kind"),
    [
        ("Call (415) 555-0199 now", "(415) 555-0199", AtomKind.TELEPHONE),
        ("at 9:30 a.m. on Friday", "9:30 a.m.", AtomKind.TIME),
        ("at 9:30 a.m. He left", "9:30 a.m", AtomKind.TIME),
        ("or EXAMPLE.ORG or", "EXAMPLE.ORG", AtomKind.ADDRESS),
        ("Go, .NET, Node", ".NET", AtomKind.ADDRESS),
        ("Dr. Adams", "Dr.", AtomKind.ABBREVIATION),
        ("on Main St. He does", "St", AtomKind.ABBREVIATION),
        ("up to 5–10 km away", "5–10 km", AtomKind.MEASURE),
        ("see 0.12.1 now", "0.12.1", AtomKind.VERSION),
        ("mail anna.berg@example.org now", "anna.berg@example.org", AtomKind.ADDRESS),
    ],
)
def test_what_belongs_together_is_one_atom(text: str, written: str, kind: AtomKind) -> None:
    assert [(text[a.start : a.end], a.kind) for a in atoms(text, "en-US")] == [(written, kind)]


def test_an_address_keeps_its_digits_and_dots() -> None:
    text = "See https://example.com/v2?id=4 and b2@example.org."

    assert verbalize(text, "en").text == text


def test_a_language_with_numbers_only_reads_numbers_and_keeps_the_rest() -> None:
    assert verbalize("Van 12 alma, $5.", "hu").text == "Van tizenkettő alma, $öt."


@pytest.mark.parametrize("language", ["xx", "", "tlh", "../en"])
def test_a_language_without_rules_is_left_as_it_is(language: str) -> None:
    assert verbalize("It costs $5.", language).text == "It costs $5."
    assert atoms("It costs $5.", language) == ()


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("en", "May first, twenty twenty-four"),
        ("en-US", "May first, twenty twenty-four"),
        ("en_GB", "the fifth of January twenty twenty-four"),
        ("en-AU", "the fifth of January twenty twenty-four"),
        ("de", "fünfter Januar zweitausendvierundzwanzig"),
    ],
)
def test_the_locale_decides_about_the_order_of_a_date(language: str, spoken: str) -> None:
    written = "05.01.2024" if language == "de" else "05/01/2024"

    assert verbalize(written, language).text == spoken


def test_rules_are_read_once() -> None:
    assert rules_for("de-AT") is rules_for("de-AT")

"""What holds for any text, in a language with rules, in one with numbers only, and in one with none."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyvox.text.verbalize import AtomKind, atoms, verbalize

_FRAGMENTS = [
    "5",
    "10",
    "1,000",
    "1.000",
    "$",
    "€",
    "£",
    "¥",
    "%",
    "km",
    "kg",
    "m²",
    "m",
    "h",
    "s",
    "°C",
    "-",
    "–",
    "—",
    "+",
    "*",
    "=",
    "<",
    ">",
    "<=",
    "~",
    "±",
    "/",
    ":",
    ".",
    ",",
    ";",
    "!",
    "?",
    "(",
    ")",
    "[",
    "]",
    '"',
    "'",
    "’",
    "#",
    "@",
    "_",
    "^",
    "x",
    "y",
    "a",
    "A",
    "I",
    "II",
    "IV",
    "VIII",
    "Dr.",
    "Mr.",
    "No.",
    "St.",
    "e.g.",
    "z.B.",
    "etc.",
    "a.m.",
    "PM",
    "am",
    "Uhr",
    "May",
    "1",
    "2024",
    "1920",
    "1920s",
    "'90s",
    "Mon",
    "Fri",
    "Mo",
    "Sept.",
    "3rd",
    "½",
    "²",
    "⁻³",
    "₂",
    "CO₂",
    "GPT-4",
    "mp3",
    "http://a.b",
    "example.org",
    "a@b.de",
    "Henry",
    "World",
    "War",
    "Kapitel",
    "Hmm",
    "Shhh",
    "W-w",
    "24/7",
    "der",
    "im",
    "vom",
    "bn",
    "Mio.",
    "million",
    "5:30",
    "3:2",
    "007",
    "order",
    "Nr.",
    "§",
    "US",
    "U.S.",
    "J.",
    "K.",
    "٣",
    "५",
    "é",
    "世",
    "2024-05-01",
    "05/01/2024",
    "1.5.2024",
    "030",
    "555-0199",
    "+1",
    "ct",
]
_TEXTS = st.one_of(
    st.lists(st.sampled_from([*_FRAGMENTS, " ", " ", ""]), max_size=14).map("".join),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=10).map(" ".join),
    st.text(max_size=30),
)
_LANGUAGES = st.sampled_from(["en-US", "en-GB", "de", "hu", "zh", "xx-unknown", ""])
_settings = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@_settings
@given(_TEXTS, _LANGUAGES)
def test_pieces_cover_the_written_text_in_order(text: str, language: str) -> None:
    pieces = verbalize(text, language).pieces

    assert [0, *(p.end for p in pieces)] == [*(p.start for p in pieces), len(text)]
    for piece in pieces:
        assert piece.spoken
        assert not piece.verbatim or piece.spoken == text[piece.start : piece.end]


@_settings
@given(_TEXTS, _LANGUAGES)
def test_every_spoken_word_has_its_written_span(text: str, language: str) -> None:
    said = verbalize(text, language)
    words = list(said.words())

    assert [word.spoken for word in words] == said.text.split()
    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert all(a.start <= b.start for a, b in pairwise(words))


@_settings
@given(_TEXTS, _LANGUAGES)
def test_verbalising_twice_changes_nothing(text: str, language: str) -> None:
    said = verbalize(text, language).text

    assert verbalize(said, language).text == said


@_settings
@given(_TEXTS, _LANGUAGES)
def test_atoms_are_apart_and_say_something(text: str, language: str) -> None:
    found = atoms(text, language)

    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(atom.start < atom.end for atom in found)
    assert all(atom.spoken.strip() or atom.kind is AtomKind.SYMBOL for atom in found)


@_settings
@given(_TEXTS, st.sampled_from(["en-US", "de"]))
def test_no_digit_is_left_but_in_addresses(text: str, language: str) -> None:
    said = verbalize(text, language).text
    inside = [said[atom.start : atom.end] for atom in atoms(said, language)]

    for address in inside:
        said = said.replace(address, "")
    assert not any(c.isdecimal() for c in said)


@_settings
@given(st.text(alphabet="abcdefgh ,.!?", max_size=60))
def test_a_text_without_atoms_is_left_alone(text: str) -> None:
    said = verbalize(text, "en-US")

    if not atoms(text, "en-US"):
        assert said.text == text


@pytest.mark.parametrize(
    "run", ["5 ", "5", "1,234,", "$5-", "A. ", "x<", "https://", "a-", "W-w", "(555) ", "+1 (5", "1.2.", "m", "a@", "May of of ", "1-1-"]
)  # fmt: skip
def test_twenty_thousand_characters_of_anything_are_read_to_the_end(run: str) -> None:
    text = (run * 20_000)[:20_000]

    pieces = verbalize(text, "en-US").pieces

    assert sum(piece.end - piece.start for piece in pieces) == len(text)

"""Styles on their way to a provider: by its own names, as far as they hold."""

from __future__ import annotations

import pytest

from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.domain.written import NEUTRAL, Part, Pause, Style
from polyvox.text.clean import written
from polyvox.text.segment import cut

NAMES = {"sad": "sad", "happy": "cheerful", "whispering": "whispering"}
END = Style(NEUTRAL)


def parts(
    source: str, names: dict[str, str] | None = None, form: TextForm = TextForm.WRITTEN
) -> list[Part]:
    found = cut(written(source, "en"), "en", TextLimit())
    return [
        part for segment in found for part in segment.parts(form, NAMES if names is None else names)
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[sad] I miss you. But well.", [Style("sad"), "I miss you.", END, "But well."]),
        (
            "Well, [happy] it is you. Hello.",
            ["Well,", Style("cheerful"), "it is you.", END, "Hello."],
        ),
        ("[sad] Wait... no. Yes.", [Style("sad"), "Wait,", Pause(500), "no.", END, "Yes."]),
        ("[angry] Go away. Now.", []),
        ("[angry] [sad] Go away.", [Style("sad"), "Go away."]),
        ("[sad] [whispers] Go away.", [Style("sad"), Style("whispering"), "Go away."]),
        ("Go away. [sad]", ["Go away.", Style("sad")]),
        (
            '<express-as style="sad">One. [whispers] Two. Three.</express-as> Four.',
            [
                *(Style("sad"), "One.", Style("whispering"), "Two."),
                *(Style("sad"), "Three.", END, "Four."),
            ],
        ),
    ],
)
def test_a_style_stands_before_what_it_holds_for(source: str, expected: list[Part]) -> None:
    assert parts(source) == expected


def test_who_has_no_styles_gets_what_a_text_without_them_is() -> None:
    assert parts("[sad] I miss you. But well.", {}) == []
    assert parts("[sad] Wait... no. Yes.", {}) == parts("Wait... no. Yes.", {})


def test_a_sentence_in_several_segments_is_spoken_in_its_style_to_its_end() -> None:
    clause = "I walked along the river and thought of you, "
    source = f"[sad] {clause * 8}and wept. Then it rained for quite a while in the town."
    segments = cut(written(source, "en"), "en", TextLimit())
    assert len(segments) > 3
    said = [segment.parts(TextForm.WRITTEN, NAMES) for segment in segments]
    assert all(each[0] == Style("sad") for each in said[:-1])
    assert said[-1] == ()


def test_a_style_cuts_nothing_that_is_read_as_one() -> None:
    said = parts("It is 5 [sad] May 2024 today.", form=TextForm.VERBALIZED)
    words = " ".join(part for part in said if isinstance(part, str))
    assert words == "It is the fifth of May, twenty twenty-four today."


def test_words_are_styled_as_the_text_is() -> None:
    said = parts("[sad] It costs $5. Yes.", form=TextForm.VERBALIZED)
    assert said == [Style("sad"), "It costs five dollars.", END, "Yes."]

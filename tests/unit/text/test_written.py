"""Marks: pauses and styles that a text asks for, and where they stand in what is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.domain.written import MAX_PAUSE_MS, Mark, Pause, Style, Written
from polyvox.text.clean import written
from polyvox.text.cleaning.styles import vocabulary


@pytest.mark.parametrize(
    ("source", "ms"),
    [
        ('One <break time="500ms"/> two.', 500),
        ('One <break time="1.5s"/> two.', 1_500),
        ("One <break time='250ms' /> two.", 250),
        ('One <break strength="strong"/> two.', 750),
        ('One <break strength="none"/> two.', 0),
        ("One <break/> two.", 400),
        ("One [pause:500ms] two.", 500),
        ("One [pause 2s] two.", 2_000),
        ("One [PAUSE = 0.5 seconds] two.", 500),
        ("One [pause:700] two.", 700),
        ("One [pause 3] two.", 3_000),
        ("One [pause] two.", 400),
        ("One [long pause] two.", 1_000),
        ("One <#0.5#> two.", 500),
        ("One [[slnc 300]] two.", 300),
        ("One [pause 1h] two.", None),
        ('One <break time="3600s"/> two.', MAX_PAUSE_MS),
    ],
)
def test_a_pause_is_marked_where_it_was_asked_for(source: str, ms: int | None) -> None:
    found = written(source, "en")
    if ms is None:
        assert found == Written(source)
    else:
        assert found == Written("One two.", (Mark(4, Pause(ms)),))


def test_pauses_of_their_own_lines_stay_with_the_lines_around_them() -> None:
    found = written("[pause 1s]\n\nOne.\n\n[pause 2s]\n\nTwo.\n\n[pause 3s]", "en")
    assert found.text == "One.\nTwo."
    assert found.marks == (Mark(0, Pause(1_000)), Mark(4, Pause(2_000)), Mark(9, Pause(3_000)))


@pytest.mark.parametrize(
    ("source", "text", "marks"),
    [
        ("[laughs] Ha.", "Ha.", (Mark(0, Style("laughing"), 3),)),
        ("Well. (whispers) Come.", "Well. Come.", (Mark(6, Style("whispering"), 11),)),
        ("Well (whispers) said.", "Well (whispers) said.", ()),
        ("<sigh> [sad] No.", "No.", (Mark(0, Style("sighing"), 3), Mark(0, Style("sad"), 3))),
        ("`[sad]` is a tag.", "[sad] is a tag.", ()),
        ("**[angry] Go!**", "Go!", (Mark(0, Style("angry"), 3),)),
        (
            "- [sad] One\n- Two [laughs]",
            "One.\nTwo.",
            (Mark(0, Style("sad"), 4), Mark(8, Style("laughing"), 8)),
        ),
    ],
)
def test_a_style_is_marked_and_never_read(source: str, text: str, marks: tuple[Mark, ...]) -> None:
    assert written(source, "en") == Written(text, marks)


@pytest.mark.parametrize(
    ("source", "held"),
    [
        ("[sad] I miss you. But well.", "I miss you."),
        ("Well, [sad] I miss you. But well.", "I miss you."),
        (
            "[sad] Dr. Adams left at 5.30 a.m. today. But well.",
            "Dr. Adams left at 5.30 a.m. today.",
        ),
        ("Hello.\n\n[sad]\n\nI miss you. No.", "I miss you."),
        ("[sad] One\nTwo", "One."),
        ("I miss you. [sad]", ""),
        ("[sad] 你好。再见。", "你好。"),
        ('<express-as style="sad">I miss you. I do.</express-as> But well.', "I miss you. I do. "),
        ('<mstts:express-as style="sad">One.\n\nTwo.</mstts:express-as>\n\nThree.', "One.\nTwo."),
        ('Hello <express-as style="sad">dear</express-as> friend.', "dear "),
        ('<express-as style="sad">I miss you. No end.', "I miss you."),
        ('<amazon:emotion name="sad" intensity="low">Oh. No.</amazon:emotion>', "Oh. No."),
        ('<google:style name="sad">Oh.</google:style>', "Oh."),
        ('<emotion value="sad"/>Oh. No.', "Oh."),
        ("[emotion: sad] Oh. No.", "Oh."),
        ("(tone=sad) Oh. No.", "Oh."),
    ],
)
def test_a_style_holds_to_the_end_of_its_sentence_or_element(source: str, held: str) -> None:
    found = written(source, "zh" if "你" in source else "en")
    (mark,) = found.marks
    assert mark.what == Style("sad")
    assert found.text[mark.at : mark.end] == held


def test_an_element_within_an_element_ends_where_it_ends() -> None:
    found = written(
        '<express-as style="sad">One. <express-as style="whispering">Two.</express-as> Three.'
        "</express-as> Four.",
        "en",
    )
    held = {m.what: found.text[m.at : m.end].strip() for m in found.marks}
    assert held == {Style("sad"): "One. Two. Three.", Style("whispering"): "Two."}


def test_a_style_that_nobody_knows_is_not_read_either() -> None:
    assert written('<mstts:express-as style="zany">Hello.</mstts:express-as>', "en") == Written(
        "Hello."
    )


def test_styles_have_the_names_of_one_vocabulary() -> None:
    for tag in ("[Laughing softly]", "[chuckles]", "[giggles nervously]"):
        (mark,) = written(f"{tag} Ha.", "en").marks
        assert isinstance(mark.what, Style)
        assert mark.what.name in vocabulary()


def test_a_text_of_marks_alone_says_nothing() -> None:
    assert written("[pause 2s] [laughs]", "en") == Written("")


def test_a_style_over_a_cut_holds_on_both_sides() -> None:
    whole = Written("One, two. Three.", (Mark(2, Style("sad"), 9),))
    assert whole.slice(0, 5) == Written("One, ", (Mark(2, Style("sad"), 5),))
    assert whole.slice(5, 16) == Written("two. Three.", (Mark(0, Style("sad"), 4),))
    assert whole.slice(9, 16) == Written(" Three.")


def test_a_mark_at_a_cut_belongs_to_what_follows() -> None:
    whole = Written("One. Two.", (Mark(0, Style("sad")), Mark(5, Pause(300)), Mark(9, Pause(200))))
    assert whole.slice(0, 5) == Written("One. ", (Mark(0, Style("sad")),))
    assert whole.slice(5, 9) == Written("Two.", (Mark(0, Pause(300)), Mark(4, Pause(200))))


@pytest.mark.parametrize("ms", [-1, MAX_PAUSE_MS + 1])
def test_a_pause_has_bounds(ms: int) -> None:
    with pytest.raises(ValueError, match="pause"):
        Pause(ms)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(
            ["word", "Two.", "[pause 1s]", "[sad]", "\n\n", "**x**", "\ufdd8\ufde0", "🎉"]
        ),
        max_size=12,
    ),
    st.data(),
)
def test_slices_hold_every_mark_and_styled_character_once(
    parts: list[str], data: st.DataObject
) -> None:
    found = written(" ".join(parts), "en")
    offsets = [mark.at for mark in found.marks]
    assert offsets == sorted(offsets)
    assert all(0 <= at <= len(found.text) for at in offsets)
    cut = data.draw(st.integers(0, len(found.text)))
    head, tail = found.slice(0, cut), found.slice(cut, len(found.text))
    assert head.text + tail.text == found.text
    if cut < len(found.text):
        whole = _pauses(found) + _points(found)
        assert _pauses(head) + _points(head) + _pauses(tail) + _points(tail) == whole
    styled = [*_styled(head), *_styled(tail)]
    assert styled == _styled(found)


def _pauses(found: Written) -> int:
    return sum(isinstance(mark.what, Pause) for mark in found.marks)


def _points(found: Written) -> int:
    """Styles with nothing behind them."""
    return sum(isinstance(mark.what, Style) and mark.at == mark.end for mark in found.marks)


def _styled(found: Written) -> list[bool]:
    """Of each character whether it is spoken in a style."""
    spans = [range(m.at, m.end or 0) for m in found.marks if isinstance(m.what, Style)]
    return [any(at in span for span in spans) for at in range(len(found.text))]

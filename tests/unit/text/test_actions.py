"""Actions between stars: found as stretches of their own, and given to whom they belong."""

from __future__ import annotations

import pytest

from polyvox.domain.voice_config import Actions
from polyvox.domain.written import Action, Mark, Pause, Style, Written
from polyvox.text.clean import written
from polyvox.text.roles import divided
from polyvox.text.spoken import Role


def actions(source: str, language: str = "en") -> list[str]:
    found = written(source, language)
    spans = (found.text[m.at : m.end] for m in found.marks if isinstance(m.what, Action))
    return [" ".join(span.split()) for span in spans]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*nods slowly* I see.", ["nods slowly."]),
        ("*Nods* I see.", ["Nods."]),
        ("My name is Henry. *Holds out hand* Nice to meet you.", ["Holds out hand."]),
        ("Nice to meet you! *waves*", ["waves."]),
        ("*He walks in. He sits down.* Hello.", ["He walks in. He sits down."]),
        ("_waves_ Hello. _sits down_", ["waves.", "sits down."]),
        ('*nods*. "I see."', ["nods."]),
        ("*waves*", ["waves"]),
        ("*smiles softly* hey there", ["smiles softly."]),
        ("*waves* hey there", ["waves."]),
        ("*sighs* ...fine, then.", ["sighs..."]),
        ("Well... *scratches head* I do not know.", ["scratches head."]),
        ("*checks watch* 5 o'clock already.", ["checks watch."]),
        ("Henry: *waves* Hello.", ["waves."]),
        ('"Fine," *she sighs* "let us go."', ["she sighs."]),
        ('"I see," *she nods,* "and you?"', ["she nods,"]),
        ('*whispers* "Come here." *steps back* "Go."', ["whispers.", "steps back."]),
        ("*nods*\nI see.\n*leaves*", ["nods.", "leaves"]),
        ("*nods*\n\nI see.\n\n*leaves the room*", ["nods.", "leaves the room"]),
        ("[sad] *nods* [pause 1s] I see.", ["nods."]),
        ("***slams the door*** Go.", ["slams the door."]),
    ],
)
def test_a_stretch_of_its_own_is_an_action(source: str, expected: list[str]) -> None:
    assert actions(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*He walks away and", ["He walks away and"]),
        ("and closes the door.*", ["and closes the door."]),
        ("and closes the door*", ["and closes the door"]),
        ('closes the door.* "Bye."', ["closes the door."]),
        ('*He walks to the window. "Look at that."', ["He walks to the window."]),
        ('"Hi," she says and waves.*', ["she says and waves."]),
        ("I see. *He leaves", ["He leaves"]),
        (
            "*He walks in.\n\nHe sits down.\n\nHe waits.* Hello.",
            ["He walks in.", "He sits down.", "He waits."],
        ),
    ],
)
def test_an_action_of_which_a_star_is_lost(source: str, expected: list[str]) -> None:
    assert actions(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "This is *very* important.",
        "This is *very important*.",
        "I *really mean it* you know.",
        "*Never* do that.",
        "*Never* I say.",
        "*always* do that",
        "*Perhaps* I should.",
        "*Today*, Bob left.",
        "*Hamlet* is a play. That is *great*",
        "**Note** Be good.",
        "**Everything** is bold.",
        '*"Hello there,"* she said.',
        "- *Apples*\n- *Pears*",
        "5 * 3 is 15, and 2*3*4 more.",
        "rated 5* and 4* by them",
        "Price: 5 EUR*",
        "`*nods*` is an action.",
        "Call some_long_name or _private here.",
    ],
)
def test_emphasis_and_asterisks_are_no_actions(source: str) -> None:
    assert actions(source) == []


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        (
            "*Sie lächelt freundlich* Guten Tag. *nickt* Ja.",
            "de",
            ["Sie lächelt freundlich.", "nickt."],
        ),
        ("*Lächelt freundlich* Guten Tag.", "de", ["Lächelt freundlich."]),
        ("*Nickt* Ja.", "de", ["Nickt."]),
        ("*Jetzt* Hans und Grete!", "de", []),
        ("*Der alte* Mann ging.", "de", []),
        ("¡Hola! *Sonríe* ¿Qué tal?", "es", ["Sonríe."]),
        ("*elle sourit* Bonjour.", "fr", ["elle sourit."]),
        ("*улыбается* Привет.", "ru", ["улыбается."]),
        ("*点点头* 我明白。", "zh", ["点点头。"]),
    ],
)
def test_actions_in_other_languages(source: str, language: str, expected: list[str]) -> None:
    assert actions(source, language) == expected


LINE = "*nods* I see. *He smiles* [sad] Come in. *leaves*"


def test_what_is_read_stays_whole() -> None:
    found = written(LINE, "en")
    assert divided(found, Actions.READ) == [(Role.OWN, found)]
    assert found.text == "nods. I see. He smiles. Come in. leaves."


def test_what_is_skipped_leaves_the_rest_and_its_marks() -> None:
    ((role, rest),) = divided(written(LINE, "en"), Actions.SKIP)
    assert role is Role.OWN
    assert rest.text.split() == ["I", "see.", "Come", "in."]
    (mark,) = rest.marks
    assert mark.what == Style("sad")
    assert rest.text[mark.at : mark.end] == "Come in."


def test_the_narrator_takes_turns() -> None:
    parts = divided(written(LINE, "en"), Actions.NARRATOR)
    said = [(role, part.text.strip()) for role, part in parts if part.text.strip()]
    assert said == [
        (Role.NARRATOR, "nods."),
        (Role.OWN, "I see."),
        (Role.NARRATOR, "He smiles."),
        (Role.OWN, "Come in."),
        (Role.NARRATOR, "leaves."),
    ]


def test_without_actions_there_is_one_part() -> None:
    found = written("This is *very* important.", "en")
    for wish in Actions:
        assert divided(found, wish) == [(Role.OWN, found)]


def test_skipping_between_two_words_keeps_them_apart() -> None:
    text = Written("One(two)three", (Mark(3, Action(), 8), Mark(5, Pause(100))))
    ((_, rest),) = divided(text, Actions.SKIP)
    assert rest == Written("One three")

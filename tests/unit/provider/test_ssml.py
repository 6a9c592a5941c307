"""Whatever the text, the document is XML, and a real parser gives the text back."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyvox.domain.written import Pause, Pronunciation
from polyvox.provider import ssml

ANY_TEXT = st.text(st.characters(codec=None)) | st.text(
    st.sampled_from("<>&\"'\r\n\t\0\x0b\x7f\x85\ud800\udfff\ufffe\uffff]]>é漢😀")
)
FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # the production Char of XML 1.0
DISCOURAGED = re.compile("[\x7f-\x84\x86-\x9f\ufdd0-\ufdef]")


def readable(plain: str) -> str:
    return DISCOURAGED.sub(" ", FORBIDDEN.sub(" ", plain))


def parsed(document: str) -> ElementTree.Element:
    return ElementTree.fromstring(document.encode("utf-8"))  # noqa: S314 - it is ours


@given(ANY_TEXT)
def test_text_comes_back_as_it_was(plain: str) -> None:
    speak = parsed(f"<speak>{ssml.text(plain)}</speak>")
    # Every XML parser reads a carriage return as the end of a line (XML 1.0 §2.11).
    lines = readable(plain).replace("\r\n", "\n").replace("\r", "\n")
    assert (speak.text or "") == lines
    assert not list(speak)


@given(ANY_TEXT)
def test_an_attribute_comes_back_as_it_was(plain: str) -> None:
    speak = parsed(f"<speak name={ssml.attribute(plain)} other='1'/>")
    assert speak.attrib == {"name": readable(plain), "other": "1"}


@pytest.mark.parametrize("control", ["\0", "\x0b", "\x1b", "\x7f", "\ufffe", "\ud800"])
def test_what_xml_forbids_becomes_a_space(control: str) -> None:
    assert ssml.text(f"a{control}b") == "a b"
    assert ssml.attribute(f"a{control}b") == '"a b"'


def test_markup_in_the_text_is_only_text() -> None:
    said = '</voice><break time="9s"/>&amp;]]>'
    assert parsed(f"<speak>{ssml.text(said)}</speak>").text == said


def test_words_of_a_lexicon_are_phonemes_or_substitutes() -> None:
    parts = (
        "A & ",
        Pronunciation("R&D", 'are "n" dee', None),
        Pronunciation("<x>", "iks", "ɪks"),
        Pronunciation("same", "same", None),
        Pause(300),
    )
    assert ssml.with_breaks(parts) == (
        "A &amp; <sub alias='are \"n\" dee'>R&amp;D</sub>"
        '<phoneme alphabet="ipa" ph="ɪks">&lt;x&gt;</phoneme>same<break time="300ms"/>'
    )


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_word_comes_back_as_it_was(written: str, spoken: str, ipa: str) -> None:
    speak = parsed(f"<speak>{ssml.with_breaks((Pronunciation(written, spoken, ipa),))}</speak>")
    word = next(iter(speak), None)
    if ipa:
        assert word is not None
        assert word.attrib == {"alphabet": "ipa", "ph": readable(ipa)}
    elif written != spoken:
        assert word is not None
        assert word.attrib == {"alias": readable(spoken)}

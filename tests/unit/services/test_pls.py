"""W3C's PLS 1.0, both ways."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyvox.domain.lexicon import documents, identity, parse_lexicon
from polyvox.errors import InvalidSetting, RequestError
from polyvox.services.pls import PLS, BadDocument, read_pls, written_as_pls

words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20
).filter(lambda word: bool(word.strip()) and " ".join(word.split()) == word)
entries = st.fixed_dictionaries(
    {"written": words, "spoken": words},
    optional={
        "ipa": st.text("ʃaʊˈmiː", min_size=1, max_size=9).map(lambda ipa: f"ʃ{ipa}"),
        "language": st.sampled_from(["en", "en-GB", "de", "zh-Hant"]),
        "case": st.just(True),
    },
)


def document(lexemes: str, attributes: str = 'alphabet="ipa" xml:lang="en"') -> bytes:
    return f'<lexicon version="1.0" xmlns="{PLS}" {attributes}>{lexemes}</lexicon>'.encode()


def read(lexemes: str, *attributes: str) -> list[dict[str, Any]]:
    return documents(read_pls(document(lexemes, *attributes)))


@given(st.lists(entries, max_size=6))
def test_what_is_written_is_read_back(given_: list[dict[str, Any]]) -> None:
    distinct = {identity(parse_lexicon([each])[0]): each for each in given_}
    lexicon = parse_lexicon(list(distinct.values()))
    assert read_pls(written_as_pls(lexicon).encode()) == lexicon


def test_a_document_is_what_other_programs_read() -> None:
    lexicon = parse_lexicon(
        [
            {"written": "R&D", "spoken": "are <n> dee", "language": "en"},
            {"written": "Xiaomi", "spoken": "shao mee", "ipa": "ʃaʊˈmiː", "language": "en"},
            {"written": "GIF", "ipa": "ɡɪf", "language": "de"},
        ]
    )
    root = ET.fromstring(written_as_pls(lexicon))  # noqa: S314 - it is ours
    assert root.tag == f"{{{PLS}}}lexicon"
    assert root.attrib["version"] == "1.0"
    assert root.attrib["alphabet"] == "ipa"
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    told = [[(part.tag.rpartition("}")[2], part.text) for part in lexeme] for lexeme in root]
    assert told == [
        [("grapheme", "R&D"), ("alias", "are <n> dee")],
        [("grapheme", "Xiaomi"), ("phoneme", "ʃaʊˈmiː"), ("alias", "shao mee")],
        [("grapheme", "GIF"), ("phoneme", "ɡɪf")],
    ]


def test_each_grapheme_is_an_entry_with_what_is_preferred() -> None:
    lexeme = """<meta name="x" content="y"/><lexeme role="x:noun">
        <grapheme>Xiaomi</grapheme><grapheme orthography="Latn"> Mi
        Phone </grapheme>
        <phoneme>wrɔŋ</phoneme><phoneme prefer="true">ʃaʊˈmiː</phoneme>
        <alias>one</alias><alias>two</alias><example>Buy a <b>Xiaomi</b>.</example></lexeme>"""
    same = {"spoken": "one", "language": "en", "ipa": "ʃaʊˈmiː"}
    assert read(lexeme) == [{"written": "Xiaomi", **same}, {"written": "Mi Phone", **same}]


def test_where_a_grapheme_comes_again_the_first_counts() -> None:
    twice = "".join(
        f"<lexeme><grapheme>lead</grapheme><alias>{alias}</alias></lexeme>"
        for alias in ("leed", "led")
    )
    assert read(twice) == [{"written": "lead", "spoken": "leed", "language": "en"}]


def test_only_phonemes_in_ipa_are_read() -> None:
    lexeme = (
        "<lexeme><grapheme>a</grapheme><phoneme>S</phoneme>"
        '<phoneme alphabet="ipa">ʃ</phoneme></lexeme>'
    )
    x_sampa = 'alphabet="x-sampa" xml:lang="en-US"'
    assert read(lexeme, x_sampa) == [{"written": "a", "language": "en-US", "ipa": "ʃ"}]
    with pytest.raises(InvalidSetting, match="Lexeme 1: It has neither an alias nor a phoneme"):
        read("<lexeme><grapheme>a</grapheme><phoneme>S</phoneme></lexeme>", x_sampa)


def test_a_wrong_lexeme_is_named_by_its_number() -> None:
    good = "<lexeme><grapheme>a</grapheme><alias>b</alias></lexeme>"
    with pytest.raises(InvalidSetting, match="Lexeme 2: It must not be empty"):
        read(good + good.replace(">a<", "> <"))
    with pytest.raises(InvalidSetting, match=r"Lexeme 2: .*Phonetic Alphabet"):
        read(good + "<lexeme><grapheme>c</grapheme><phoneme>9</phoneme></lexeme>")
    with pytest.raises(InvalidSetting, match="2001 entries"):
        read("".join(good.replace(">a<", f">a{n}<") for n in range(2001)))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE lexicon [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE lexicon [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE lexicon [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd">%p;]>',
    ],
)
def test_entities_are_refused(doctype: str) -> None:
    body = document("<lexeme><grapheme>a</grapheme><alias>&l9;</alias></lexeme>").decode()
    with pytest.raises(BadDocument, match="declares entities"):
        read_pls((doctype + body).encode())


@pytest.mark.parametrize(
    "broken",
    [
        *(b"", b"secret", b"<lexicon>", b"<lexicon/>", b"\xff\xfe\x00", b"<a>\xff</a>"),
        b'<?xml version="1.0" encoding="klingon"?><lexicon/>',
        f'<lexeme xmlns="{PLS}"/>'.encode(),
    ],
)
def test_what_is_no_lexicon_is_refused_without_a_quotation(broken: bytes) -> None:
    with pytest.raises(RequestError) as raised:
        read_pls(broken)
    assert "secret" not in str(raised.value)


def test_other_encodings_are_read() -> None:
    lexeme = "<lexeme><grapheme>é</grapheme><alias>ay</alias></lexeme>"
    text = document(lexeme).decode()
    head = '<?xml version="1.0" encoding="{}"?>'
    for encoding in ("iso-8859-1", "utf-16"):
        assert documents(read_pls((head.format(encoding) + text).encode(encoding))) == read(lexeme)

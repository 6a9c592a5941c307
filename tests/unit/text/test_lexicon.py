"""Words of a lexicon in running text: whole tokens, the longest first, their endings kept."""

from __future__ import annotations

import time
import unicodedata
from typing import Any

import pytest

from polyvox.domain.capabilities import TextForm, TextLimit
from polyvox.domain.lexicon import LexiconEntry, parse_lexicon
from polyvox.domain.written import Mark, Pause, Pronunciation, Written
from polyvox.text.lexicon import Lexicon, lexicon_for
from polyvox.text.segment import cut
from polyvox.text.spoken import Segment

WRITTEN, WORDS = TextForm.WRITTEN, TextForm.VERBALIZED
IPA = "ʃaʊˈmiː"


def entries(*given: dict[str, Any]) -> tuple[LexiconEntry, ...]:
    return parse_lexicon(given)


def lexicon(language: str = "en", /, **words: str) -> Lexicon:
    return lexicon_for(
        (entries(*({"written": w, "spoken": s} for w, s in words.items())),), language
    )


def respelled(text: str, written: str, spoken: str = "SAID", language: str = "en") -> str:
    return lexicon(language, **{written: spoken}).respelled(text)


@pytest.mark.parametrize(
    ("written", "text", "said"),
    [
        ("Xiaomi", "A Xiaomi, a XIAOMI (xiaomi)!", "A SAID, a SAID (SAID)!"),
        ("Xiaomi", "Xiaomify MyXiaomi Xiaomi2 Xiaomi_x", None),
        ("Xiaomi", "the Xiaomi-phone", "the SAID-phone"),
        ("Xiaomi", "xiaomi.com me@xiaomi.de @xiaomi", "xiaomi.com me@xiaomi.de @SAID"),
        ("Xiaomi", "Xiaomi's and Xiaomi’s, Xiaomis'", "SAID's and SAID’s, Xiaomis'"),
        ("C++", "C++, not C or C++11", "SAID, not C or C++11"),
        ("C", "C, C++ and C#", "SAID, C++ and C#"),
        (".NET", ".NET, not ASP.NET", "SAID, not ASP.NET"),
        ("24/7", "24/7, not 124/7 or 24/7/365", "SAID, not 124/7 or 24/7/365"),
        ("1", "1 of 1,000 and 1.5", "SAID of 1,000 and 1.5"),
        ("T", "don't AT&T T", "don't AT&T SAID"),
        ("Don", "Don doesn't, don't", "SAID doesn't, don't"),
        ("St. Ives", "in St. Ives, St.\u00a0 Ives", "in SAID, SAID"),
        ("café", unicodedata.normalize("NFD", "a café, CAFÉ"), "a SAID, SAID"),
        ("GIF", "ＧＩＦ and ɢɪꜰ", "SAID and ɢɪꜰ"),
        ("cafe", "cafe\u0301", None),
        ("approx.", "approx. 5, approx.", "SAID 5, SAID."),
        ("iPhone", "it is l'iPhone", None),
    ],
)
def test_a_word_is_a_whole_token(written: str, text: str, said: str | None) -> None:
    assert respelled(text, written) == (text if said is None else said)


@pytest.mark.parametrize(
    ("language", "written", "text", "said"),
    [
        ("zh", "小米", "我喜欢小米手机", "我喜欢SAID手机"),
        ("ja", "GIF", "GIFを見る", "SAIDを見る"),
        ("th", "กรุงเทพ", "ไปกรุงเทพกัน", "ไปSAIDกัน"),
        ("ko", "GIF", "GIF는", "SAID는"),
        ("ko", "사과", "사과문", "사과문"),
        ("hi", "हिन", "हिन्दी", "हिन्दी"),
        ("fr", "iPhone", "l'iPhone d’Ann", "l'SAID d’Ann"),
        ("tr", "Xiaomi", "Xiaomi'nin", "SAID'nin"),
        ("uk", "ять", "п'ять", "п'ять"),
        ("de", "Straße", "STRASSE", "SAID"),
        ("en", "Xiaomi", "Xiaomi'll and Xiaomi'nin", "SAID'll and Xiaomi'nin"),
    ],
)
def test_words_end_as_the_language_ends_them(
    language: str, written: str, text: str, said: str
) -> None:
    assert respelled(text, written, language=language) == said


def test_the_longest_word_is_taken() -> None:
    words = lexicon(**{"St": "street", "St. Ives": "Saint Ives", "St. Ives Bay": "the bay"})
    assert words.respelled("St. Ives Bay, St. Ives Road, St") == "the bay, Saint Ives Road, street"


def test_capitals_matter_where_they_are_said_to() -> None:
    words = lexicon_for(
        (
            entries(
                {"written": "US", "spoken": "the states", "case": True},
                {"written": "Us", "spoken": "u s"},
            ),
        ),
        "en",
    )
    assert words.respelled("US, us, Us") == "the states, u s, u s"
    only = lexicon_for((entries({"written": "US", "spoken": "x", "case": True}),), "en")
    assert only.respelled("US, us") == "x, us"


def test_where_a_longer_word_has_other_capitals_the_shorter_one_is_taken() -> None:
    words = lexicon_for(
        (
            entries(
                {"written": "New York", "spoken": "long", "case": True},
                {"written": "new", "spoken": "short"},
            ),
        ),
        "en",
    )
    assert words.respelled("new york, New York") == "short york, long"


@pytest.mark.parametrize(
    ("tag", "language", "holds"),
    [
        ("en", "en-US", True),
        ("en-US", "en-US", True),
        ("en-US", "en", True),
        ("en-GB", "en-US", False),
        ("en-GB", "en", False),
        ("de", "en", False),
        ("pt-BR", "pt-PT", False),
        ("zh-TW", "zh-CN", False),
    ],
)
def test_an_entry_holds_for_its_language(tag: str, language: str, holds: bool) -> None:
    words = lexicon_for((entries({"written": "x", "spoken": "y", "language": tag}),), language)
    assert words.respelled("x") == ("y" if holds else "x")


def test_the_first_list_is_stronger_and_within_one_the_nearer_language() -> None:
    server = entries({"written": "x", "spoken": "server"}, {"written": "z", "spoken": "zed"})
    own = entries(
        {"written": "x", "spoken": "own"},
        {"written": "x", "spoken": "own english", "language": "en"},
        {"written": "x", "spoken": "own british", "language": "en-GB"},
        {"written": "z", "spoken": "tsett", "language": "de"},
    )
    assert lexicon_for((own, server), "en-GB").respelled("x z") == "own british zed"
    assert lexicon_for((own, server), "en-US").respelled("x z") == "own english zed"
    assert lexicon_for((own, server), "de").respelled("x z") == "own tsett"
    assert lexicon_for(((), server), "de").respelled("x z") == "server zed"


@pytest.mark.parametrize(
    ("ipa", "said"),
    [("ʃaʊˈmiː", "ʃaʊˈmiːz"), ("ɡɪt", "ɡɪts"), ("dʒɔːʒ", "dʒɔːʒɪz"), ("d͡ʒɪf", "d͡ʒɪfs")],
)
def test_an_english_s_is_heard_in_the_sounds_too(ipa: str, said: str) -> None:
    words = lexicon_for((entries({"written": "X", "ipa": ipa}),), "en")
    assert [(w.written, w.ipa) for w in words.find("X's.")] == [("X's", said)]


def test_another_ending_is_spoken_by_letters_or_stays_text() -> None:
    both = lexicon_for((entries({"written": "X", "spoken": "iks", "ipa": "ɪks"}),), "tr")
    assert [(w.written, w.spoken, w.ipa) for w in both.find("X'nin")] == [
        ("X'nin", "iks'nin", None)
    ]
    sounds = lexicon_for((entries({"written": "X", "ipa": "ɪks"}),), "tr")
    assert [(w.written, w.spoken, w.ipa) for w in sounds.find("X'nin")] == [("X", None, "ɪks")]


def test_a_sentence_that_begins_with_it_still_begins() -> None:
    assert respelled("It works. Xiaomi is it.", "Xiaomi", "shao mee") == "It works. Shao mee is it."


def segment(text: str, *marks: Mark, **words: str) -> Segment:
    return Segment(Written(text, marks), "en-US", lexicon("en-US", **words))


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (
            {"24/7": "round the clock"},
            "Open 24/7 for $5.",
            "Open round the clock for five dollars.",
        ),
        ({"St. Ives": "saintives"}, "In St. Ives.", "In saintives."),
        ({"GIF": "24 jif"}, "A GIF.", "A twenty-four jif."),
        ({"Dr.": "drive"}, "Park Dr. 5", "Park drive five"),
        ({"GIF": "GIF file"}, "A GIF.", "A GIF file."),
    ],
)
def test_atoms_give_way_to_it(words: dict[str, str], text: str, said: str) -> None:
    assert segment(text, **words).in_form(WORDS) == said


def test_spans_of_the_written_text_are_kept() -> None:
    text = "Xiaomi's 5 phones"
    said = segment(text, Xiaomi="shao mee")
    assert said.in_form(WRITTEN) == "shao mee's 5 phones"
    assert [(w.spoken, text[w.start : w.end]) for w in said.verbalized.words()] == [
        ("shao", "Xiaomi's"),
        ("mee's", "Xiaomi's"),
        ("five", "5"),
        ("phones", "phones"),
    ]


def test_a_language_without_rules_has_its_lexicon() -> None:
    said = Segment(Written("Xiaomi 5"), "haw", lexicon("haw", Xiaomi="shao mee"))
    assert said.in_form(WORDS).startswith("shao mee ")


def test_parts_have_the_words_apart_only_for_who_takes_them() -> None:
    sounds = lexicon_for((entries({"written": "Xiaomi", "spoken": "shao mee", "ipa": IPA}),), "en")
    said = Segment(Written("A Xiaomi... and 5 more", (Mark(22, Pause(700)),)), "en", sounds)
    assert said.parts(WRITTEN) == ("A shao mee,", Pause(500), "and 5 more", Pause(700))
    word = Pronunciation("Xiaomi", "shao mee", IPA)
    told = said.parts(WORDS, pronunciations=True)
    assert told[:3] == ("A ", word, ",")
    assert Pause(500) in told
    assert "and five more" in "".join(part for part in told if isinstance(part, str))
    alone = Segment(Written("A Xiaomi."), "en", sounds)
    assert alone.parts(WRITTEN) == ()
    assert alone.parts(WRITTEN, pronunciations=True) == ("A ", word, ".")


def test_without_a_respelling_it_is_written_for_who_knows_no_sounds() -> None:
    sounds = lexicon_for((entries({"written": "H2O", "ipa": "eɪt͡ʃ"}),), "en")
    said = Segment(Written("Some H2O."), "en", sounds)
    assert said.in_form(WRITTEN) == "Some H2O."
    assert said.parts(WRITTEN, pronunciations=True)[1] == Pronunciation("H2O", "H2O", "eɪt͡ʃ")


def test_a_word_is_never_cut_and_ends_no_sentence() -> None:
    words = lexicon(**{"Yahoo!": "ya hoo", "Bsp. A. G": "x"})
    text = "This story is about Yahoo! and its people. They were many at that time, and had fun."
    pieces = [s.text for s in cut(Written(text), "en", TextLimit(), lexicon=words)]
    assert pieces[0] == "This story is about Yahoo! and its people."
    long = " ".join(["We met at Bsp. A. G today"] * 30)
    cuts = cut(Written(long), "en", TextLimit(characters=60), lexicon=words)
    assert sum(s.text.count("Bsp. A. G") for s in cuts) == 30


@pytest.mark.parametrize("form", TextForm)
def test_limits_hold_for_the_respelled_text(form: TextForm) -> None:
    words = lexicon(X="a rather long way to say it")
    limit = TextLimit(characters=100)
    free = TextLimit()
    pieces = cut(
        Written("X " * 60),
        "en",
        limit if form is WRITTEN else free,
        spoken_limit=limit if form is WORDS else free,
        lexicon=words,
    )
    assert max(len(piece.in_form(form)) for piece in pieces) <= 100
    assert sum(piece.in_form(form).count("rather") for piece in pieces) == 60


@pytest.mark.alone
@pytest.mark.parametrize("text", ["word1 mor ", "a" * 10, "x'", "word0 ", "é"])
def test_time_is_linear_in_the_text(text: str) -> None:
    big = [{"written": f"word{n} more", "spoken": "x" * 20} for n in range(2_000)]
    words = lexicon_for((entries(*big),), "en")
    whole = (text * 20_000)[:20_000]
    begun = time.perf_counter()
    words.find(whole)
    assert time.perf_counter() - begun < 1.0

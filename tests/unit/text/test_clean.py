"""What is said of Markdown, HTML, links and emoji, and that prose comes through whole."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.text.clean import NORMALISER_VERSION, is_speakable, speakable

PLAIN = [
    "Hello there.",
    "5 * 3 * 2 is 30, and 2*3*4 is 24, while a*b*c is a product.",
    "snake_case and other_snake_case",
    "We're #1 <3",
    "1. January",
    "2024. That was a year.",
    "It costs $5, or 10% of £50 (€58).",
    "\"Really?\" she said, 'it’s “fine”'.",
    "C++ & C#, AT&T, R2-D2, 3:30, 1,000.50",
    "if a<b and c>d then a < b <= c",
    "a<b and c>d",
    "Dear <name>, <b is unpaired",
    "<Bob> hi there",
    "[Bob]: Hello there",
    "Look [here] and (there) {too} at a[1]",
    "x^2 + y^2 = z^2; ~5 minutes; 50/50; and/or",
    "2*3 and a*b by them, 5 * 3",
    "Terms apply. See below",
    "mail joe.doe@example.com or a_b@c.de",
    "Ünïcödé naïve café",
    "Привет, как дела? Всё хорошо.",
    "こんにちは。「元気ですか?」と聞いた。",
    "你好，世界！今天是1月1日。",
    "안녕하세요, 반갑습니다.",
    "नमस्ते, क्षत्रिय श्री ज्ञान।",
    "ක්‍රියාව ශ්‍රී",
    "അവൻ നന്‍മ",
    "می‌خواهم بروم",
    "مَرْحَبًا كَيْفَ الحال؟",
    "שָׁלוֹם עולם",
    "สวัสดีครับ ไปเที่ยวกัน",
    "ភាសា\u200bខ្មែរ",
    "Ça coûte combien ?",
    "Acme™ ©2024 ®",
    "Wait… what‽ Yes‼",
    "-5 degrees, +3 more",
    "C:\\Users\\joe",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_comes_through_unchanged(text: str) -> None:
    assert speakable(text, "en") == text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("# Title\n\nBody text", "Title.\nBody text"),
        ("Title\n=====\nBody", "Title.\nBody"),
        ("## Ready?", "Ready?"),
        ("## Rocket 🚀\n\nGo.", "Rocket.\nGo."),
        ("- one\n- two;\n- three!", "one.\ntwo;\nthree!"),
        ("1. open\n2. close", "1. open.\n2. close."),
        ("- [x] done\n- [ ] open\n  - nested", "done.\nopen.\nnested."),
        ("*em*, **strong**, ***both*** and ~~struck~~", "em, strong, both and struck"),
        ("| Name | Age |\n|---|---|\n| Al | 3 |\n| Bo | |", "Name, Age.\nAl, 3.\nBo."),
        ("> quoted\n> more\n\nreply", "quoted.\nmore.\nreply"),
        (
            "prose that was hard wrapped by somebody at a margin of sixty\ngoes on here and ends",
            "prose that was hard wrapped by somebody at a margin of sixty goes on here and ends",
        ),
        ("lines of a list\nstay lines", "lines of a list.\nstay lines"),
        ("rated 5* and 4* by them", "rated 5 and 4 by them"),
        ("Terms apply*. *See below", "Terms apply. See below"),
        ("One.\n\nTwo.", "One.\nTwo."),
        ("a line  \nasked for", "a line.\nasked for"),
        ("above\n\n***\n\nbelow", "above.\nbelow"),
        ("    indented prose", "indented prose"),
        ("> " * 60 + "deep", "deep"),
        ("- " * 60 + "deep", "deep"),
        ("a | b\n------------------------- | ---\nc | d", "a, b.\nc, d."),
        ("Text[^1]\n\n[^1]: The note", "Text.\nThe note"),
    ],
)
def test_markdown_is_read_as_sentences(source: str, said: str) -> None:
    assert speakable(source, "en") == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("See [the docs](https://x.org/a_b_(c) 'title').", "See the docs."),
        ("[a](https://x.com)[b](https://y.com)", "ab"),
        ("see [one][1]\n\n[1]: https://x.com/y", "see one"),
        ("![a *red* fox](fox.png) runs", "a red fox runs"),
        ("Use `snake_case` and `<div>`", "Use snake_case and <div>"),
        ("before\n```py\nprint(1)\n```\nafter", "before.\nafter"),
        ("before\n~~~\nprint(1)\n~~~\nafter", "before.\nafter"),
        ("go to https://www.example.com/a_b_c?x=1#y.", "go to example.com."),
        ("(https://example.com/a)", "(example.com)"),
        ("**https://example.com/a**", "example.com"),
        ("<https://example.com/a>", "example.com"),
        ("www.example.com/x, http://localhost:8765/y", "example.com, localhost"),
        ("http://user:secret@host.de:80/path", "host.de"),
        ("访问https://example.com查看。", "访问example.com查看。"),
        ("<joe@example.com>", "joe@example.com"),
        ("<b>bold</b> H<sub>2</sub>O one<br>two", "bold H2O one two"),
        ('<a href="https://x.com/?a=1&b=2">link</a>', "link"),
        ("<div>\n<h1>Title</h1>\n<p>Body <i>text</i></p>\n</div>", "Title.\nBody text"),
        ("<!-- hidden -->shown", "shown"),
        ("<script>alert(1)</script>\n\nshown", "shown"),
        ("&lt;3 &amp; more&nbsp;text", "<3 & more text"),
    ],
)
def test_links_code_and_html_leave_what_a_reader_sees(source: str, said: str) -> None:
    assert speakable(source, "en") == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Great 🎉! Wow 🎉🎉.", "Great! Wow."),
        ("one🎉two", "one two"),
        ("👩‍👩‍👧 family 🇩🇪 ❤️ end 👍🏽", "family end"),
        ("1️⃣ first", "1 first"),
        ("a\u200bb \ufeffc\u00add\u202e \x07e", "ab cd e"),
        ("tabs\t and\u00a0 spaces \r\n  end", "tabs and spaces.\nend"),
        ("e\u0301", "é"),
        ("half \ud83d a pair", "half a pair"),
    ],
)
def test_decoration_is_dropped(source: str, said: str) -> None:
    assert speakable(source, "en") == said


@pytest.mark.parametrize(
    "source", ["", "   ", "\n", "…", "🎉", "```code```", "```\ncode\n```", "***", "?!", "---"]
)
def test_nothing_to_say_is_empty(source: str) -> None:
    assert speakable(source, "en") == ""
    assert not is_speakable(speakable(source, "en"))


@pytest.mark.parametrize(
    "source", ["```\nopen fence", "~~~~~~\nopen fence", "<!-- open fence", "<pre>\nopen fence"]
)
def test_markup_that_never_ends_hides_nothing(source: str) -> None:
    assert "open fence" in speakable(source, "en")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", "标题。\na，b。"),
        ("ja", "标题。\na、b。"),
        ("hi", "标题।\na, b।"),
        ("ur", "标题۔\na، b۔"),
        ("de-AT", "标题.\na, b."),
    ],
)
def test_added_punctuation_follows_the_language(language: str, said: str) -> None:
    assert speakable("# 标题\n\n|a|b|\n|-|-|", language) == said


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.from_regex(r"[^\W_]{1,8}", fullmatch=True), min_size=1, max_size=12))
def test_prose_keeps_every_word_in_order(words: list[str]) -> None:
    text = unicodedata.normalize("NFC", " ".join(words))
    said = unicodedata.normalize("NFKC", speakable(text, "en"))
    assert said.split() == unicodedata.normalize("NFKC", text).split()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("ab1 \n*_`#->|[]()<>!~\\&;:.🎉\u200d"), max_size=60))
def test_any_markup_yields_clean_lines(source: str) -> None:
    said = speakable(source, "en")
    assert all(
        line == " ".join(line.split()) and is_speakable(line) for line in said.split("\n") if said
    )
    assert "🎉" not in said


@pytest.mark.alone
@pytest.mark.parametrize(
    "source",
    [
        "é" + " " * 50_000 + "x",
        "http://a.b/" + "." * 50_000 + "a",
        "<a" + " x" * 25_000 + ">",
        "क" + "\u200d" * 50_000 + "a",
        "<script>" + "<" * 50_000,
    ],
)
def test_long_runs_take_linear_time(source: str) -> None:
    started = time.process_time()
    speakable(source, "en")
    assert time.process_time() - started < 1.0


@pytest.mark.alone
@pytest.mark.parametrize(
    "part",
    ["[", "![", "*a ", "<a ", "<!--", "<pre>", "http://a", "a.", "a*", "> ", "`", "🎉a", "word "],
)
def test_hostile_text_takes_linear_time(part: str) -> None:
    started = time.process_time()
    speakable(part * (50_000 // len(part)), "en")
    assert time.process_time() - started < 2.0


def test_the_version_is_a_plain_word_for_cache_keys() -> None:
    assert NORMALISER_VERSION.isalnum()

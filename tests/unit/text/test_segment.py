"""Where text is cut, and that nothing is lost by it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.domain.capabilities import TextLimit
from polyvox.domain.written import Mark, Pause, Written
from polyvox.text.clean import is_speakable
from polyvox.text.segment import TINY, cut, split, spoken_length
from polyvox.text.verbalize import verbalize

FREE = TextLimit()
SCRIPTS = {
    "en": 'The quick brown fox, which slept; jumped over 1,000 dogs at 3:30! Yes. "No," he said...',
    "de": "Am 3. Mai kam Dr. Müller, z.B. mit dem Zug: pünktlich. Ja!",
    "zh": "今天天气很好，我们去公园散步吧；然后吃饭。你好！价格是1,000元",
    "ja": "こんにちは。「元気ですか?」と聞いた、はい。",
    "ko": "안녕하세요, 반갑습니다. 오늘은 날씨가 좋네요!",
    "hi": "नमस्ते दुनिया, आप कैसे हैं? क्षत्रिय ज्ञान विज्ञान।",
    "ar": "مرحبا بكم، هذا نص طويل؛ شكرا لكم. كيف حالك؟",
    "th": "สวัสดีครับวันนี้อากาศดีมากเราไปเที่ยวกันเถอะ",
    "fa": "می‌خواهم بروم، اما نمی‌توانم.",
}
ALPHABET = st.sampled_from(
    sorted({*"".join(SCRIPTS.values()), *" \n\t-—()…'", "🎉", "e", "\u0301"})
)


def bare(text: str) -> str:
    return "".join(text.split())


def within(segment: str, limit: TextLimit) -> bool:
    characters = limit.characters is None or len(segment) <= limit.characters
    return characters and (limit.bytes is None or len(segment.encode()) <= limit.bytes)


def test_each_sentence_is_a_segment() -> None:
    text = "Dr. Smith paid $1,000 at 3:30. He left the house. Nobody knew why he did."
    assert split(text, "en", FREE) == [
        "Dr. Smith paid $1,000 at 3:30.",
        "He left the house.",
        "Nobody knew why he did.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Contact Prof. Lee, approx. 40 people, incl. kids.",
        "Write to EXAMPLE.ORG or call.",
        "I like C#, .NET, and Go.",
        "Then go ../up to the folder.",
        "We saw Capt. Adams and J. R. Tolkien.",
        "See Fig. 5 and No. 7 for it.",
    ],
)
def test_no_segment_ends_at_a_dot_that_ends_no_sentence(sentence: str) -> None:
    assert split(f"{sentence} Nobody knew why.", "en", FREE) == [sentence, "Nobody knew why."]


def test_an_abbreviation_may_end_a_sentence() -> None:
    text = "I live on Main St. He does so, too."
    assert split(text, "en", FREE) == ["I live on Main St.", "He does so, too."]


def test_what_is_read_as_one_is_not_cut() -> None:
    text = "some words and then $1,234,567 were paid on 5 May 2024 at 10:30 in all"
    for most in range(30, 60):
        segments = split(text, "en", TextLimit(characters=most))
        assert all(any(whole in s for s in segments) for whole in ("$1,234,567", "5 May 2024"))


@pytest.mark.parametrize("most", [40, 100, 400])
def test_the_limit_of_a_verbalised_segment_holds(most: int) -> None:
    text = "It cost $49.95 at 17:45, then 1,234,567 and 987,654 and -5°C. " * 8 + "12345" * 40
    segments = split(text, "en", FREE, spoken_limit=TextLimit(characters=most))
    assert bare("".join(segments)) == bare(text)
    assert all(len(verbalize(segment, "en").text) <= most for segment in segments)


def test_marks_stay_with_the_segment_that_they_stand_in() -> None:
    text = "Hello there, my friend. Wait here, please. Then go on with it."
    asked = (Mark(13, Pause(300)), Mark(35, Pause(700)), Mark(len(text), Pause(100)))
    segments = cut(Written(text, asked), "en", FREE)
    assert [s.text for s in segments] == split(text, "en", FREE)
    found = [
        [(segment.text[mark.at :], mark.what) for mark in segment.written.marks]
        for segment in segments
    ]
    assert found == [
        [("my friend.", Pause(300))],
        [("please.", Pause(700))],
        [("", Pause(100))],
    ]


def test_a_tiny_sentence_joins_the_next_and_a_last_one_the_one_before() -> None:
    text = "Yes. I will come tomorrow. 1. Open the door. So be it then. Bye."
    assert split(text, "en", FREE) == [
        "Yes. I will come tomorrow.",
        "1. Open the door.",
        "So be it then. Bye.",
    ]


def test_a_title_stays_alone() -> None:
    assert split("Title\nIt was a dark night.", "en", FREE) == ["Title", "It was a dark night."]


def test_a_long_first_sentence_starts_with_its_first_good_clause() -> None:
    text = (
        "Well, the brown fox, which had been asleep for three whole days, woke up at last and ran."
    )
    assert split(text, "en", FREE)[0] == "Well, the brown fox,"
    assert split(text, "en", FREE, first_max=200) == [text]


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        (
            "en",
            "It costs 1,000 at 3:30 in the morning - so they say, at least, and nobody doubts it.",
            "It costs 1,000 at 3:30 in the morning -",
        ),
        (
            "zh",
            "价格是1，000元左右，我们一起去公园散步吧，然后去吃饭，最后回家看电影，明天还要上班。",
            "价格是1，000元左右，",
        ),
        (
            "ar",
            "مرحبا بكم جميعا، هذا نص طويل جدا نريد أن نقطعه في مكان جيد لأن السرعة مهمة جدا لنا.",
            "مرحبا بكم جميعا،",
        ),
        (
            "hi",
            "नमस्ते मेरे दोस्त, आज मौसम बहुत अच्छा है और हम सब मिलकर बाज़ार जाने की सोच रहे हैं आप भी चलिए।",
            "नमस्ते मेरे दोस्त,",
        ),
        (
            "fr",
            "« Bonjour à tous », dit-il en entrant dans la grande salle où tout le monde attendait déjà.",
            "« Bonjour à tous »,",
        ),
    ],
)
def test_clauses_are_known_in_many_scripts_and_not_inside_numbers(
    language: str, text: str, first: str
) -> None:
    assert split(text, language, FREE)[0] == first


def test_a_first_sentence_without_a_good_clause_stays_whole() -> None:
    text = "Oh, the quick brown fox which had been asleep for three whole days finally woke up and ran."
    assert split(text, "en", FREE) == [text]


def test_the_first_sentence_of_a_chinese_text_counts_by_the_time_it_takes() -> None:
    text = "今天天气很好，我们一起去公园散步吧，然后去吃饭，最后回家看电影，明天还要上班呢。"
    assert len(text) < 80 < spoken_length(text)
    assert split(text, "zh", FREE)[0] == "今天天气很好，"


def test_a_sentence_over_the_target_is_cut_at_clauses_into_even_parts() -> None:
    text = ", ".join(["a clause of some twenty or thirty letters"] * 12) + "."
    _, *others = split(text, "en", FREE)
    assert len(others) > 1
    assert all(100 < len(segment) <= 240 for segment in others)
    assert all(segment[-1] in ",." for segment in others)


def test_words_without_punctuation_are_cut_somewhere() -> None:
    segments = split("word " * 1000, "en", FREE)
    assert len(segments) > 3
    assert all(set(segment.split()) == {"word"} for segment in segments)


def test_over_the_limit_words_stay_whole_and_parts_even() -> None:
    lengths = [len(s) for s in split("word " * 101, "en", TextLimit(characters=100))]
    assert max(lengths) <= 100
    assert min(lengths) > 50


@pytest.mark.parametrize(
    ("language", "text", "torn"),
    [
        ("hi", "क्षत्रियज्ञानविज्ञानश्रीमान्" * 4, ("्", "ा", "ि")),
        ("th", "เที่ยวกันเถอะไปไหน" * 6, ("่", "้", "ะ", "ั")),
        ("en", "e\u0301" * 60, ("\u0301",)),
        ("zh", "你好世界，" * 20, ("，",)),
    ],
)
def test_an_endless_word_is_never_cut_inside_a_character(
    language: str, text: str, torn: tuple[str, ...]
) -> None:
    segments = split(text, language, TextLimit(bytes=40))
    assert len(segments) > 3
    assert not any(segment.startswith(torn) for segment in segments)
    assert not any(segment.endswith(("เ", "ไ", "्")) for segment in segments[:-1])


def test_lone_punctuation_is_glued_to_a_neighbour() -> None:
    assert split("... Hello there — my friend!!! ???", "en", FREE) == [
        "... Hello there — my friend!!! ???"
    ]
    assert all(map(is_speakable, split('"—" Well, "—" ok. …', "en", TextLimit(characters=14))))


@pytest.mark.parametrize("text", ["", " ", "\n \t"])
def test_blank_text_has_no_segment(text: str) -> None:
    assert split(text, "en", TextLimit(bytes=1)) == []


@pytest.mark.parametrize(
    ("text", "limit"),
    [("你", TextLimit(bytes=2)), ("a", TextLimit(characters=0)), ("ok é", TextLimit(bytes=1))],
)
def test_a_limit_below_one_character_is_refused(text: str, limit: TextLimit) -> None:
    with pytest.raises(ValueError, match="single character"):
        split(text, "en", limit)


@pytest.mark.parametrize("language", ["en-US", "xx", "", "zh-Hant-HK", "tlh", "pt_BR"])
def test_every_language_tag_is_split_somehow(language: str) -> None:
    assert split("Hello there, Joe. How do you do?", language, FREE) == [
        "Hello there, Joe.",
        "How do you do?",
    ]


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    text=st.one_of(st.text(alphabet=ALPHABET, max_size=200), st.text(max_size=80)),
    language=st.sampled_from(sorted(SCRIPTS)),
    characters=st.none() | st.integers(1, 40),
    size=st.none() | st.integers(4, 60),
    target=st.integers(1, 100),
)
def test_nothing_is_lost_and_the_limit_holds(
    text: str, language: str, characters: int | None, size: int | None, target: int
) -> None:
    limit = TextLimit(characters=characters, bytes=size)
    segments = split(text, language, limit, target=target, first_max=target // 2)
    assert bare("".join(segments)) == bare(text)
    assert all(segment and segment == segment.strip() for segment in segments)
    assert all(within(segment, limit) for segment in segments)


@pytest.mark.parametrize("language", sorted(SCRIPTS))
@pytest.mark.parametrize("size", [12, 24, 250])
def test_real_text_in_a_tight_limit_always_has_something_to_say(language: str, size: int) -> None:
    segments = split(SCRIPTS[language], language, TextLimit(bytes=size))
    assert bare("".join(segments)) == bare(SCRIPTS[language])
    assert all(map(is_speakable, segments))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(["Yes.", "I see, well.", "No!", "The cat sat on the mat."]), min_size=2
    )
)
def test_no_segment_but_an_only_one_is_tiny(sentences: list[str]) -> None:
    segments = split(" ".join(sentences), "en", FREE)
    assert len(segments) == 1 or min(map(len, segments[:-1])) >= TINY


@pytest.mark.alone
@pytest.mark.parametrize(
    "part", [*SCRIPTS.values(), "a", "!", "!?[", "a ", "，", ", ", "你好。", '"a. ', "\u0301", "\n"]
)
def test_time_is_linear(part: str) -> None:
    text = part * (100_000 // len(part))
    started = time.process_time()
    split(text, "zh", TextLimit(bytes=250))
    assert time.process_time() - started < 1.5

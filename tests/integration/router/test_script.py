"""A text is spoken by those who can read it, and in the language that it is in."""

from __future__ import annotations

import pytest
from polyvox_faulty.written import heard

from polyvox.domain.speech import ExclusionCode, SpeechReport
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import NoVoiceLeft, UnsupportedLanguage
from tests.support.router import Bench, bench
from tests.support.virtual_time import run

ENGLISH = "This is a sentence in English, and it says what it is."
GERMAN = "Das ist ein Satz auf Deutsch, und er sagt, was er ist."
JAPANESE = "これはにほんごのぶんです。"
CHINESE = "这是一个中文句子。"


def tongues(b: Bench, **languages: tuple[str, ...]) -> None:
    for name, tags in languages.items():
        b.provider(name).languages = tags


def speakers(report: SpeechReport) -> list[tuple[str | None, list[tuple[str, str | None]]]]:
    """Of each segment: its language, and who was asked for it in which."""
    return [(s.language, [(a.provider, a.language) for a in s.attempts]) for s in report.segments]


def chain(*others: str, **fields: object) -> VoiceConfig:
    first, *rest = others or ("fault_a", "fault_b")
    return VoiceConfig.model_validate(
        {"active_provider": first, "fallback_chain": rest, "languages": {"primary": "en"}, **fields}
    )


def test_who_cannot_read_the_script_is_out_and_the_next_speaks() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",), fault_b=("en", "ja"))
            whole, _ = heard(await b.say(JAPANESE, chain()))
            assert whole == [JAPANESE]
            report = b.reports[0]
            assert speakers(report) == [("en", [("fault_b", "ja")])]
            (out,) = report.out
            assert (out.provider, out.code) == ("fault_a", ExclusionCode.UNSUPPORTED_LANGUAGE)
            assert out.reason == "The text is in Hiragana letters, which 'en' does not use."

    run(scenario())


@pytest.mark.parametrize("text", [CHINESE, "Привет, как дела?", "Γειά σου, κόσμε"])
def test_with_nobody_left_the_language_is_the_callers_mistake(text: str) -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",), fault_b=("en", "ar"))
            with pytest.raises(UnsupportedLanguage, match=r"Nobody can read the text\."):
                await b.say(text, chain())
            assert b.reports[0].error == "unsupported_language"
            assert b.provider("fault_a").calls == b.provider("fault_b").calls == []

    run(scenario())


def test_a_few_foreign_words_stand_in_nobodys_way() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",))
            assert heard(await b.say("Hello 世界, how are you?", chain("fault_a")))[0] != []
            assert b.reports[0].out == []

    run(scenario())


def test_a_line_in_another_script_is_spoken_by_who_can_read_it() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",), fault_b=("en", "ja"))
            whole, _ = heard(await b.say(f"{ENGLISH} {JAPANESE} {ENGLISH}", chain()))
            assert whole == [ENGLISH, JAPANESE, ENGLISH]
            first, second, _ = b.reports[0].segments
            assert [a.provider for a in first.attempts] == ["fault_a"]
            assert [(a.provider, a.language) for a in second.attempts] == [("fault_b", "ja")]
            assert [(out.provider, out.code) for out in second.out] == [
                ("fault_a", "unsupported_language")
            ]

    run(scenario())


@pytest.mark.parametrize("lines", [(ENGLISH, CHINESE, ENGLISH), (CHINESE, ENGLISH, ENGLISH)])
def test_a_line_that_nobody_reads_does_not_stop_the_others(lines: tuple[str, ...]) -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",))
            whole, _ = heard(await b.say(" ".join(lines), chain("fault_a")))
            assert whole == [ENGLISH, ENGLISH]
            passed = b.reports[0].segments[lines.index(CHINESE)]
            assert passed.attempts == []
            assert [out.code for out in passed.out] == ["unsupported_language"]

    run(scenario())


def test_the_languages_that_the_personality_leaves_to_a_provider_bound_what_it_reads() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en", "ja"))
            narrowed = chain("fault_a", providers={"fault_a": {"supported_languages": ["en"]}})
            with pytest.raises(UnsupportedLanguage):
                await b.say(JAPANESE, narrowed)

    run(scenario())


def test_auto_speaks_each_sentence_in_its_language() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",), fault_b=("en", "de"))
            config = chain(languages={"primary": "en", "supported": ["de"]})
            text = f"{ENGLISH} {GERMAN} Ja. {ENGLISH}"
            whole, _ = heard(await b.say(text, config, language="auto"))
            assert " ".join(whole) == text
            report = b.reports[0]
            assert report.language == "en"
            assert speakers(report) == [
                ("en", [("fault_a", "en")]),
                ("de", [("fault_b", "de")]),
                ("en", [("fault_b", "en")]),
            ]
            assert report.candidates == ["fault_a", "fault_b"]
            assert [(out.provider, out.code) for out in report.out] == [("fault_a", "language")]

    run(scenario())


def test_the_personality_may_have_it_so_and_the_request_may_name_another() -> None:
    async def scenario() -> None:
        async with bench() as b:
            spoken = {"primary": "en", "supported": ["de"], "detect": True}
            await b.say(GERMAN, chain(languages=spoken))
            await b.say(GERMAN, chain(languages=spoken), language="en")
            await b.say(GERMAN, chain(languages={**spoken, "detect": False}))
            assert [report.language for report in b.reports] == ["de", "en", "en"]

    run(scenario())


def test_a_named_voice_is_asked_for_nothing_but_its_languages() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("de",))
            config = chain("fault_a", languages={"primary": "en", "supported": ["de", "fr"]})
            await b.say(ENGLISH, config, language="auto", voice="fault_a-voice")
            assert speakers(b.reports[0]) == [("de", [("fault_a", "de")])]

    run(scenario())


def test_a_chosen_language_without_a_speaker_is_told_before_any_audio() -> None:
    async def scenario() -> None:
        async with bench() as b:
            tongues(b, fault_a=("en",), fault_b=("en",))
            config = chain(languages={"primary": "en", "supported": ["de"]})
            with pytest.raises((UnsupportedLanguage, NoVoiceLeft), match="'de'"):
                await b.say(f"{ENGLISH} {GERMAN}", config, language="auto")
            assert b.provider("fault_a").calls == []

    run(scenario())


@pytest.mark.parametrize("text", ["", "...", "**", "12"])
def test_a_text_that_tells_nothing_is_in_the_primary_language(text: str) -> None:
    async def scenario() -> None:
        async with bench() as b:
            config = chain(languages={"primary": "en", "supported": ["de"]})
            await b.say(text, config, language="auto")
            assert b.reports[0].language == "en"

    run(scenario())

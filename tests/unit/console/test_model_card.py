"""What a card says of a provider."""

from __future__ import annotations

from polyvox.console.chain import with_active
from polyvox.console.model_card import (
    Fact,
    cloning_in_words,
    facts_of,
    languages_in_words,
    licence_in_words,
    speed_in_words,
)
from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Kind,
    Licence,
    Published,
    SampleNeeds,
)
from polyvox.domain.voice_config import VoiceConfig
from polyvox.services.overview import Measured, ProviderFacts

READY = Availability.ready()
MIT = Licence("MIT", "MIT", commercial_use=True)


def lines(measured: Measured | None, published: Published | None) -> dict[str, Fact]:
    able = Capabilities("Tone", ("en",), MIT, streaming=True, published=published)
    facts = ProviderFacts(
        "tone", "Tone", Kind.LOCAL, Availability.ready(), None, able, measured, ()
    )
    return {line.name: line for line in facts_of(facts, None)}


def test_a_measured_speed_takes_the_place_of_the_published_one() -> None:
    published = Published(quality=4, speed="about 1 s")
    before = lines(None, published)
    assert (before["Speed"].value, before["Speed"].source) == ("about 1 s", "published")
    after = lines(Measured(132.0, 0.061), published)["Speed"]
    assert after.value == "first audio after 0.13 s; a second of speech takes 0.061 s"
    assert after.source == "measured here"
    assert before["Quality"] == Fact("Quality", "★★★★☆", "published", "4 of 5")


def test_what_nobody_said_is_not_made_up() -> None:
    told = lines(None, None)
    assert "Quality" not in told
    assert told["Speed"] == Fact("Speed", "not measured yet")
    assert "Left this month" not in told


def test_of_a_provider_that_could_not_be_loaded_nothing_is_known() -> None:
    fault = Availability.unavailable("It broke.", "Mend it.")
    assert facts_of(ProviderFacts("x", "x", None, fault, None, None, None, ()), None) == []


def test_speed_without_audio_is_the_first_audio_alone() -> None:
    assert speed_in_words(Measured(12_345.0, None)) == "first audio after 12 s"


def test_languages_are_counted_by_language_and_english_is_named_first() -> None:
    assert languages_in_words(("en-US", "en-GB", "de-DE"), READY) == "English, German"
    many = ("ar-EG", "de-DE", "en-US", "fr-FR", "fr-CA", "it-IT")
    assert languages_in_words(many, READY) == "5: English, Arabic, German and 2 more"


def test_where_no_language_is_known_it_says_whether_one_will_be() -> None:
    assert languages_in_words((), READY) == "none yet"
    lacking = Availability.unavailable("No key is set.", "Set one.")
    assert languages_in_words((), lacking) == "listed once it can be used"


def test_cloning_says_how_long_a_sample_has_to_be() -> None:
    assert cloning_in_words(None) == "no, ready-made voices only"
    needs = SampleNeeds(6, 30, 15, 20)
    assert cloning_in_words(needs) == "yes, from a sample of 6 to 30 s"
    free = SampleNeeds(6, 30, 15, 20, required=False)
    assert cloning_in_words(free).endswith(", or a ready-made voice")


def test_a_licence_says_first_whether_it_may_be_used_commercially() -> None:
    assert licence_in_words(MIT) == "commercial use allowed (MIT)"
    strict = Licence("MPL-2.0", "CPML-1.0", commercial_use=False)
    assert licence_in_words(strict) == "no commercial use (MPL-2.0, voices CPML-1.0)"


def test_the_active_one_keeps_its_place_in_the_chain() -> None:
    config = VoiceConfig(active_provider="b", fallback_chain=("a", "b", "c"))
    assert with_active(["c", "a"], config) == ["c", "b", "a"]
    outside = VoiceConfig(active_provider="x", fallback_chain=("a", "b"))
    assert with_active(["b", "a"], outside) == ["b", "a"]

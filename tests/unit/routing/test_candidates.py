from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import Field

from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Licence,
    SampleNeeds,
    StyleTable,
    TextForm,
    TextLimit,
    Voice,
)
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import InvalidSetting, UnknownVoice
from polyvox.provider import VoiceSettings
from polyvox.routing.candidates import Standing, Wish, rank
from polyvox.routing.plan import Plan
from polyvox.routing.samples import SampleFacts, Shelf


class Settings(VoiceSettings):
    speed: float = Field(default=1.0, ge=0.5, le=2.0)

    def at_speed(self, factor: float) -> Settings:
        if not 0.5 <= self.speed * factor <= 2.0:
            raise InvalidSetting("The speed must lie between 0.5 and 2.", param="speed")
        return self.model_copy(update={"speed": self.speed * factor})


def standing(*languages: str, voices: dict[str, str] | None = None, **changes: Any) -> Standing:
    tags = languages or ("en-US",)
    named = voices if voices is not None else {f"{tag}-x": tag for tag in tags}
    made = Standing(
        capabilities=Capabilities(
            name="P",
            languages=tags,
            licence=Licence("MIT", "MIT", commercial_use=True),
            streaming=True,
            cloning=changes.pop("cloning", None),
            limits={"*": changes.pop("limit", TextLimit())},
            locale_for=changes.pop("locale_for", {}),
            needs=changes.pop("needs", {}),
        ),
        availability=Availability.ready(),
        settings_type=Settings,
        voices=[Voice(name, "p", name, (tag,)) for name, tag in named.items()],
    )
    return replace(made, **changes)


def config(**fields: Any) -> VoiceConfig:
    return VoiceConfig.model_validate({"active_provider": "a", "fallback_chain": ["b"], **fields})


def names(plan: Plan) -> list[str]:
    return [candidate.provider for candidate in plan.candidates]


def reasons(plan: Plan) -> dict[str, str]:
    return {out.provider: out.code for out in plan.out}


BOTH = {"a": standing(), "b": standing()}


def test_active_provider_first_then_the_chain_each_once() -> None:
    chain = config(fallback_chain=["a", "b", "a", "b"])
    assert names(rank(chain, Wish("en"), BOTH)) == ["a", "b"]


def test_forced_provider_comes_before_the_active_one() -> None:
    plan = rank(config(), Wish("en", provider="c"), {**BOTH, "c": standing()})
    assert names(plan) == ["c", "a", "b"]


def test_without_fallback_only_the_first_is_tried_even_when_it_is_out() -> None:
    plan = rank(config(), Wish("en", fallback=False), {**BOTH, "a": standing(resting="Resting.")})
    assert names(plan) == []
    assert reasons(plan) == {"a": "resting", "b": "fallback_off"}


@pytest.mark.parametrize(
    ("document", "facts", "code"),
    [
        ({}, None, "not_installed"),
        ({"providers": {"a": {"enabled": False}}}, standing(), "disabled"),
        ({}, standing(availability=Availability.unavailable("No key.", "Set it.")), "unavailable"),
        ({}, standing(resting="Resting."), "resting"),
        ({}, standing("de-DE"), "language"),
        ({"providers": {"a": {"supported_languages": ["fr"]}}}, standing(), "language"),
        ({}, standing(voices={}), "voice"),
        ({}, standing("en", "de", voices={"karl": "de"}), "voice"),
        ({"providers": {"a": {"voice_id": "gone"}}}, standing(), "voice"),
        ({}, standing(cloning=SampleNeeds(6, 30, 15, 20)), "sample"),
        ({"providers": {"a": {"settings": {"speed": 9}}}}, standing(), "setting"),
        ({"providers": {"a": {"settings": {"nonsense": 1}}}}, standing(), "setting"),
    ],
)
def test_a_candidate_is_out_with_a_stated_reason(
    document: dict[str, Any], facts: Standing | None, code: str
) -> None:
    standings = {"b": standing(), **({"a": facts} if facts else {})}
    plan = rank(config(**document), Wish("en"), standings)
    assert reasons(plan) == {"a": code}
    assert plan.out[0].reason.endswith(".")
    assert names(plan)[0] == "b"


def test_a_cloning_provider_with_a_sample_needs_no_stock_voice() -> None:
    facts = standing(cloning=SampleNeeds(6, 30, 15, 20), voices={})
    url = "polyvox://samples/1"
    shelf = Shelf({"1": SampleFacts("1", "en", 0.9, consented=True)}, meant={url: "1"})
    chain = config(providers={"a": {"voice_sample_url": url}})
    [candidate] = rank(chain, Wish("en"), {"a": facts}, shelf).candidates
    assert (candidate.samples, candidate.voice) == (("1",), None)


def test_missing_voice_is_stood_in_for_only_after_everybody_else() -> None:
    chain = config(providers={"a": {"voice_id": "gone"}})
    plan = rank(chain, Wish("en"), BOTH)
    assert names(plan) == ["b", "a"]
    assert (plan.candidates[1].voice, plan.candidates[1].stand_in_for) == ("en-US-x", "gone")
    assert names(rank(chain, Wish("en", fallback=False), BOTH)) == []


def test_voice_per_language_then_configured_voice_then_nearest() -> None:
    facts = {"a": standing("en-US", "en-GB", "de-DE")}
    document = {"a": {"voice_id": "en-GB-x", "voices": {"de": "de-DE-x"}}}
    chosen = config(providers=document)
    assert rank(chosen, Wish("en"), facts).candidates[0].voice == "en-GB-x"
    assert rank(chosen, Wish("de"), facts).candidates[0].voice == "de-DE-x"
    assert rank(config(), Wish("en-GB"), facts).candidates[0].voice == "en-GB-x"
    english = config(providers={"a": {"voice_id": "en-GB-x"}})
    assert rank(english, Wish("de"), facts).candidates[0].voice == "de-DE-x"


def test_named_voice_goes_to_the_first_provider_only_and_must_exist() -> None:
    facts = {"a": standing("en-US", "en-GB"), "b": standing()}
    plan = rank(config(), Wish("en", voice="EN-gb-X"), facts)
    assert [c.voice for c in plan.candidates] == ["en-GB-x", "en-US-x"]
    with pytest.raises(UnknownVoice, match="It has: en-US-x, en-GB-x"):
        rank(config(), Wish("en", voice="nobody"), facts)


def test_speed_multiplies_the_setting_and_out_of_range_is_out() -> None:
    document = config(providers={"a": {"settings": {"speed": 1.5}}})
    assert rank(document, Wish("en", speed=0.5), BOTH).candidates[0].settings == Settings(
        speed=0.75
    )
    plan = rank(document, Wish("en", speed=1.5), BOTH)
    assert (reasons(plan), names(plan)) == ({"a": "setting"}, ["b"])


def test_the_specification_s_base_languages_allow_their_regions() -> None:
    document = config(providers={"a": {"supported_languages": ["en", "pt"]}})
    plan = rank(document, Wish("pt-BR"), {"a": standing("pt-BR", "en-US")})
    assert plan.candidates[0].language == "pt-BR"


def test_the_limit_is_what_every_candidate_can_take() -> None:
    facts = {
        "a": standing(limit=TextLimit(characters=250)),
        "b": standing(limit=TextLimit(82, 400)),
    }
    assert rank(config(), Wish("en"), facts).limit(TextForm.WRITTEN) == TextLimit(82, 400)
    assert rank(config(), Wish("en"), facts).limit(TextForm.VERBALIZED) == TextLimit()


def test_a_tag_is_taken_for_the_one_that_the_provider_means_by_it() -> None:
    meant = standing("pt-BR", "pt-PT", locale_for={"pt": "pt-PT"})
    nearest = standing("pt-BR", "pt-PT")
    plan = rank(config(), Wish("pt"), {"a": meant, "b": nearest})
    assert [(c.language, c.voice) for c in plan.candidates] == [
        ("pt-PT", "pt-PT-x"),
        ("pt-BR", "pt-BR-x"),
    ]
    said_outright = rank(config(), Wish("pt-BR"), {"a": meant}).candidates[0]
    assert (said_outright.language, said_outright.voice) == ("pt-BR", "pt-BR-x")


def test_a_tag_that_the_provider_spells_differently_finds_its_own_voice() -> None:
    facts = {"a": standing("es-ES", "es-LA", locale_for={"es-MX": "es-LA"})}
    chosen = rank(config(), Wish("es_mx"), facts).candidates[0]
    assert (chosen.language, chosen.voice) == ("es-LA", "es-LA-x")
    document = {"a": {"voices": {"es-ES": "es-ES-x", "es-MX": "es-LA-x"}}}
    chosen = rank(config(providers=document), Wish("es-MX"), facts).candidates[0]
    assert chosen.voice == "es-LA-x", "the document's own words come first"


def test_the_voice_set_for_a_language_is_looked_up_by_what_is_meant() -> None:
    facts = {"a": standing("pt-BR", "pt-PT", locale_for={"pt": "pt-PT"})}
    document = {"a": {"voices": {"pt-BR": "pt-BR-x", "pt-PT": "pt-PT-x"}}}
    assert rank(config(providers=document), Wish("pt"), facts).candidates[0].voice == "pt-PT-x"


def tiered(**spent: str) -> Standing:
    """Voices of three tiers, best first, and those that are used up."""
    tiers = ("best", "good", "none")
    voices = [
        Voice(f"{tier}-x", "p", tier, ("en-US",), tier=None if tier == "none" else tier)
        for tier in tiers
    ]
    return replace(standing(), voices=voices, spent=spent)


def test_the_best_voice_is_the_best_of_a_tier_that_is_not_used_up() -> None:
    def best(**spent: str) -> list[str | None]:
        return [c.voice for c in rank(config(), Wish("en"), {"a": tiered(**spent)}).candidates]

    assert best() == ["best-x"]
    assert best(best="Spent.") == ["good-x"]
    assert best(best="Spent.", good="Spent.") == ["none-x"], "it is not charged for at all"


def test_with_every_tier_used_up_the_provider_is_out_and_says_what_to_do() -> None:
    facts = tiered(best="It has used 5 of 5.", good="It has used 9 of 9.")
    facts = replace(facts, voices=facts.voices[:2])
    [out] = rank(config(fallback_chain=[]), Wish("en"), {"a": facts}).out
    assert (out.code, out.reason) == ("quota", "It has used 5 of 5.")
    assert "quotas.a.limits.best" in str(out.remedy)


@pytest.mark.parametrize("tier", ["best", "good", "none"])
def test_a_chosen_voice_is_not_exchanged_for_one_of_another_tier(tier: str) -> None:
    facts = {"a": tiered(best="Spent."), "b": standing()}
    configured = config(providers={"a": {"voice_id": f"{tier}-x"}})
    for plan in (
        rank(configured, Wish("en"), facts),
        rank(config(), Wish("en", voice=f"{tier}-x"), facts),
    ):
        assert names(plan) == (["b"] if tier == "best" else ["a", "b"])
        assert reasons(plan) == ({"a": "quota"} if tier == "best" else {})


def test_no_used_up_voice_stands_in_for_a_missing_one() -> None:
    configured = config(providers={"a": {"voice_id": "gone"}}, fallback_chain=[])
    [stand_in] = rank(configured, Wish("en"), {"a": tiered(best="Spent.")}).candidates
    assert (stand_in.voice, stand_in.stand_in_for) == ("good-x", "gone")


def test_a_language_that_lacks_something_is_out_with_the_remedy() -> None:
    standings = {"a": standing("en", needs={"ja": "Install cutlet."}), "b": standing("ja")}
    plan = rank(config(), Wish("ja-JP"), standings)
    assert names(plan) == ["b"]
    assert [(out.provider, out.code, out.remedy) for out in plan.out] == [
        ("a", "language", "Install cutlet.")
    ]


NAMES = {"sad": ("sad", "depressed"), "happy": ("cheerful",), "angry": ("angry",)}


@pytest.mark.parametrize(
    ("table", "listed", "told"),
    [
        (StyleTable(), ("sad",), {}),
        (StyleTable(NAMES, by_voice=True), (), {}),
        (StyleTable(NAMES, by_voice=True), ("cheerful", "chat"), {"happy": "cheerful"}),
        (StyleTable(NAMES, by_voice=True), ("depressed",), {"sad": "depressed"}),
        (StyleTable(NAMES, by_voice=True), ("depressed", "sad"), {"sad": "sad"}),
        (StyleTable({"laughing": ("<laugh>",)}), (), {"laughing": "<laugh>"}),
    ],
)
def test_a_candidate_knows_the_styles_of_its_voice(
    table: StyleTable, listed: tuple[str, ...], told: dict[str, str]
) -> None:
    facts = standing(voices={})
    able = replace(facts.capabilities, styles=table)
    voices = [
        Voice("mute", "a", "mute", ("en-US",)),
        Voice("ann", "a", "ann", ("en-US",), styles=listed),
    ]
    plan = rank(
        config(providers={"a": {"voice_id": "ann"}}),
        Wish("en"),
        {"a": replace(facts, capabilities=able, voices=voices)},
    )
    assert plan.candidates[0].voice == "ann"
    assert plan.candidates[0].styles == told

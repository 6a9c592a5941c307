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
    TextLimit,
    Voice,
)
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import InvalidSetting, UnknownVoice
from polyvox.provider import VoiceSettings
from polyvox.routing.candidates import Plan, Standing, Wish, rank


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
    document = {"a": {"voice_sample_url": "polyvox://samples/1"}}
    assert names(rank(config(providers=document), Wish("en"), {"a": facts})) == ["a"]


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
    assert rank(config(), Wish("en"), facts).limit == TextLimit(82, 400)

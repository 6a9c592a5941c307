from __future__ import annotations

import json
from pathlib import Path

import pytest

from polyvox.domain.speech import SpeechRequest
from polyvox.errors import Conflict, InvalidSetting, UnknownPersonality, UnknownProvider
from polyvox.services.container import Services

DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "data/specification_voice_config.json").read_text()
)
SPELLED = {"active_provider": "fault_a", "fallback_chain": ["fault_b"]}


async def test_the_first_run_brings_one_personality(services: Services) -> None:
    [joe] = await services.personalities.list()
    assert (joe.id, joe.voice_config.active_provider) == ("joe", "piper")


async def test_create_read_update_delete(services: Services) -> None:
    made = await services.personalities.create("shop", name=" Shop ", voice_config=SPELLED)
    assert (made.name, made.version) == ("Shop", 1)
    changed = await services.personalities.update("shop", description="Sells things.")
    assert (changed.version, changed.description) == (2, "Sells things.")
    assert (await services.personalities.get("shop")).voice_config == made.voice_config
    await services.personalities.delete("shop")
    with pytest.raises(UnknownPersonality):
        await services.personalities.get("shop")


async def test_the_specification_s_document_is_kept_without_its_statistics(
    services: Services,
) -> None:
    made = await services.personalities.create("spec", name="Spec", voice_config=DOCUMENT)
    stored = (await services.personalities.get("spec")).voice_config
    assert stored == made.voice_config
    kept = stored.model_dump(mode="json", exclude_unset=True)
    assert kept["providers"] == DOCUMENT["providers"]
    assert stored.stats == {}, "statistics are computed, never taken from the caller"


@pytest.mark.parametrize("bad", ["", "Upper", "-x", "a b", "x" * 65, "../etc", "é"])
async def test_ids_are_plain(services: Services, bad: str) -> None:
    with pytest.raises(InvalidSetting, match="An id is"):
        await services.personalities.create(bad, name="N")


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({"active_provider": 5}, "voice_config.active_provider"),
        ({"languages": {"primary": "no such tag"}}, "voice_config.languages.primary"),
        (
            {"providers": {"fault_a": {"settings": {"speed": 99}}}},
            "voice_config.providers.fault_a.settings.speed",
        ),
        (
            {"providers": {"fault_a": {"settings": {"pitch": 1}}}},
            "voice_config.providers.fault_a.settings.pitch",
        ),
    ],
)
async def test_a_bad_document_is_refused_naming_the_field(
    services: Services, document: dict[str, object], param: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        await services.personalities.create("x", name="X", voice_config=document)
    assert caught.value.param == param


async def test_an_id_is_taken_once(services: Services) -> None:
    await services.personalities.create("shop", name="Shop")
    with pytest.raises(Conflict):
        await services.personalities.create("shop", name="Other")


async def test_concurrent_edits_do_not_overwrite_each_other(services: Services) -> None:
    await services.personalities.create("shop", name="Shop")
    await services.personalities.update("shop", name="First", expected_version=1)
    with pytest.raises(Conflict, match="at version 2, not 1"):
        await services.personalities.update("shop", name="Second", expected_version=1)
    assert (await services.personalities.get("shop")).name == "First"


async def test_every_switch_is_recorded(services: Services) -> None:
    await services.personalities.create("shop", name="Shop", voice_config=SPELLED)
    await services.personalities.switch("shop", "fault_b")
    await services.personalities.switch("shop", "fault_b")
    await services.personalities.update(
        "shop", voice_config={**SPELLED, "active_provider": "fault_c"}
    )
    recorded = await services.personalities.switches("shop")
    assert [(s.from_provider, s.to_provider) for s in recorded] == [
        ("fault_b", "fault_c"),
        ("fault_a", "fault_b"),
    ]


async def test_only_a_provider_that_could_speak_can_be_switched_to(services: Services) -> None:
    disabled = {**SPELLED, "providers": {"fault_b": {"enabled": False}}}
    await services.personalities.create("shop", name="Shop", voice_config=disabled)
    with pytest.raises(UnknownProvider, match="Installed: fault_a, fault_b, fault_c"):
        await services.personalities.switch("shop", "nobody")
    with pytest.raises(InvalidSetting, match="disabled"):
        await services.personalities.switch("shop", "fault_b")


async def test_statistics_are_computed_from_usage(services: Services) -> None:
    await services.personalities.create("shop", name="Shop", voice_config=SPELLED)
    for _ in range(2):
        request = SpeechRequest(text="Hello there. How are you today?", personality="shop")
        async with await services.speak.speak(request) as speech:
            await speech.read()
    stats = (await services.personalities.get("shop")).voice_config.stats["fault_a"]
    assert (stats.total_generations, stats.failures) == (2, 0)
    assert stats.total_characters == 2 * len("Hello there.How are you today?")
    assert stats.avg_latency_ms is not None
    assert stats.last_used is not None

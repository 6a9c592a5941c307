"""Who clones, from which sample, and why not."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.integration.samples.stage import CONSENT, Studio, out, spoke_with, take

_names = (f"speaker_{number}" for number in itertools.count())


@pytest.fixture
def name() -> str:
    return next(_names)


async def added(studio: Studio, at: str, number: int = 0, **fields: str) -> dict[str, Any]:
    answer = await studio.upload(at, take(number), **fields)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


async def prepared(studio: Studio, sample: dict[str, Any]) -> bytes:
    at = f"/v1/personalities/{sample['personality']}/samples/{sample['id']}/audio"
    return (await studio.get(f"{at}?version=prepared&provider=cloner")).body


async def test_without_a_sample_the_next_one_speaks(studio: Studio, name: str) -> None:
    await studio.personality(name)
    report = await studio.speak(name)
    assert spoke_with(report) == "fault_a"
    assert (out(report)["code"], "3 to 30 s" in out(report)["remedy"]) == ("sample", True)


async def test_nobody_is_cloned_without_consent(studio: Studio, name: str) -> None:
    at = await studio.personality(name)
    sample = await added(studio, at)
    report = await studio.speak(name)
    assert spoke_with(report) == "fault_a"
    assert out(report)["code"] == "consent"
    assert sample["id"] in out(report)["reason"]
    assert "--consent-by" in out(report)["remedy"]

    consent = {"consent": {"who": "Joe", "statement": "Yes."}}
    await studio.request("PATCH", f"{at}/{sample['id']}", json=consent)
    assert spoke_with(await studio.speak(name)) == "cloner"
    assert studio.cloner.heard[-1] == (await prepared(studio, sample),)

    await studio.request("PATCH", f"{at}/{sample['id']}", json={"consent": None})
    assert out(await studio.speak(name))["code"] == "consent"
    assert studio.cloner.forgotten, "what was made of the voice goes with the consent"


async def test_the_sample_in_the_spoken_language_is_taken(studio: Studio, name: str) -> None:
    at = await studio.personality(name, languages={"primary": "en", "supported": ["de"]})
    english = await added(studio, at, 1, language="en", **CONSENT)
    german = await added(studio, at, 2, language="de", **CONSENT)
    for language, sample in (("en", english), ("de", german)):
        assert spoke_with(await studio.speak(name, language=language)) == "cloner"
        assert studio.cloner.heard[-1] == (await prepared(studio, sample),)


async def test_the_ones_the_provider_names_are_taken_together(studio: Studio, name: str) -> None:
    at = await studio.personality(name)
    first, second, third = [await added(studio, at, n, **CONSENT) for n in range(3)]
    named = [third["id"], first["id"]]
    assert (await studio.change(name, providers={"cloner": {"voice_samples": named}})).status == 200
    await studio.speak(name)
    expected = [await prepared(studio, sample) for sample in (third, first)]
    assert studio.cloner.heard[-1] == tuple(expected)
    url = f"{studio.server.url}{at}/{second['id']}/audio"
    document = {"cloner": {"voice_samples": None, "voice_sample_url": url}}
    assert (await studio.change(name, providers=document)).status == 200
    await studio.speak(name)
    assert studio.cloner.heard[-1] == (await prepared(studio, second),)


async def test_another_personality_s_sample_may_be_named(studio: Studio, name: str) -> None:
    sample = await added(studio, await studio.personality(name), 0, **CONSENT)
    other = f"{name}_too"
    await studio.personality(other, providers={"cloner": {"voice_sample_url": sample["url"]}})
    assert spoke_with(await studio.speak(other)) == "cloner"
    assert studio.cloner.heard[-1] == (await prepared(studio, sample),)


@pytest.mark.parametrize(
    "document",
    [
        {"voice_samples": ["smp_" + "0" * 32]},
        {"voice_samples": ["sample_1"]},
        {"voice_sample_url": "polyvox://samples/smp_" + "0" * 32},
        {"voice_sample_url": "polyvox://samples/../../etc/passwd"},
        {"voice_sample_url": "/etc/passwd"},
        {"voice_sample_url": "file:///etc/passwd"},
        {"voice_sample_url": "http://127.0.0.1:1/metrics"},
    ],
)
async def test_a_reference_to_nothing_is_not_stored(
    studio: Studio, name: str, document: dict[str, Any]
) -> None:
    await studio.personality(name)
    answer = await studio.change(name, providers={"cloner": document})
    [field] = document
    assert (answer.status, answer.error["code"]) == (400, "invalid_setting")
    assert answer.error["param"] == f"voice_config.providers.cloner.{field}"


async def test_an_address_elsewhere_is_kept_but_never_asked(studio: Studio, name: str) -> None:
    url = "http://169.254.169.254/latest/meta-data"
    await studio.personality(name, providers={"cloner": {"voice_sample_url": url}})
    report = await studio.speak(name)
    assert spoke_with(report) == "fault_a"
    assert "not asked while speaking" in out(report)["reason"]


async def test_a_recording_that_is_lost_costs_a_candidate_not_the_reply(
    studio: Studio, name: str
) -> None:
    sample = await added(studio, await studio.personality(name), 0, **CONSENT)
    for path in (studio.home / "samples" / sample["id"]).iterdir():
        path.unlink()
    report = await studio.speak(name)
    assert spoke_with(report) == "fault_a"
    [failed, _] = report["segments"][0]["attempts"]
    assert (failed["provider"], failed["error"]) == ("cloner", "misconfigured")
    assert "upload it again" in failed["message"]

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from polyvox.errors import (
    BadSample,
    UnknownVoice,
    UnsupportedLanguage,
)
from polyvox.provider import packages
from polyvox.provider.base import Utterance
from polyvox.provider.trial import hear
from polyvox.providers.xtts_v2 import claims
from polyvox.providers.xtts_v2.languages import LANGUAGES as LANGUAGE_TABLE
from polyvox.providers.xtts_v2.settings import XttsSettings
from tests.support.xtts_files import LANGUAGES, SPEAKERS, weights_folder

from .stage import SAID, Started, ToyProvider, accept, provider


async def test_replaced_weights_get_an_engine_of_their_own(toy: ToyProvider, data: Path) -> None:
    await hear(toy, SAID)
    before = toy.revision(None)
    weights_folder(data / "model", speakers=["Cy Paper"], tensors=b"other")
    await hear(toy, SAID)
    await hear(toy, SAID)
    assert [[job.voice for job in engine.jobs] for engine in toy.engines] == [
        ["Ana Paper"],
        ["Cy Paper", "Cy Paper"],
    ]
    assert toy.revision(None) != before


async def test_the_same_files_elsewhere_have_the_same_revision(
    toy: ToyProvider, started: Started, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    weights_folder(other / "model")
    accept(other)
    twin = await started(other)
    assert twin.revision(None) == toy.revision(None) != ""
    exact = await started(other, precision="fp32")
    assert exact.revision(None) != twin.revision(None)


async def test_the_engine_is_told_all_that_shapes_the_speech(toy: ToyProvider) -> None:
    settings = XttsSettings(voice_id="Bo Paper", speed=1.5)
    await hear(toy, Utterance("Guten Tag.", "de", None, settings))
    [job] = toy.jobs
    assert (job.text, job.language, job.voice, job.samples) == ("Guten Tag.", "de", "Bo Paper", ())
    assert job.settings == {
        "temperature": 0.75,
        "length_penalty": 1.0,
        "repetition_penalty": 5.0,
        "top_k": 50,
        "top_p": 0.85,
        "speed": 1.5,
    }


@pytest.mark.parametrize(
    ("voice", "voice_id", "expected"),
    [
        (None, None, "Ana Paper"),
        ("Bo Paper", None, "Bo Paper"),
        (None, "Bo Paper", "Bo Paper"),
        ("Bo Paper", "Ana Paper", "Bo Paper"),
    ],
)
async def test_the_voice_named_is_the_one(
    toy: ToyProvider, voice: str | None, voice_id: str | None, expected: str
) -> None:
    said = Utterance("Hello.", "en", voice, XttsSettings(voice_id=voice_id))
    await hear(toy, said)
    assert toy.jobs[0].voice == expected


async def test_samples_come_before_any_voice(toy: ToyProvider, tmp_path: Path) -> None:
    sample = tmp_path / "me.wav"
    await hear(toy, replace(SAID, voice="Bo Paper", samples=(sample,)))
    assert (toy.jobs[0].voice, toy.jobs[0].samples) == (None, (str(sample),))


async def test_what_cannot_be_said_is_told(toy: ToyProvider) -> None:
    with pytest.raises(UnknownVoice, match="no studio speaker 'Nobody'"):
        await hear(toy, replace(SAID, voice="Nobody"))
    with pytest.raises(UnsupportedLanguage, match="does not speak tlh") as caught:
        await hear(toy, replace(SAID, language="tlh"))
    assert caught.value.remedy is None
    assert toy.jobs == []


async def test_voices_are_the_studio_speakers_in_every_language(toy: ToyProvider) -> None:
    voices = await toy.voices()
    assert tuple(voice.id for voice in voices) == SPEAKERS
    assert {voice.languages for voice in voices} == {toy.capabilities().languages}
    assert await toy.voices("pt-BR") == voices
    assert await toy.voices("tlh") == []


async def test_weights_without_studio_speakers_need_a_sample(
    tmp_path: Path, started: Started
) -> None:
    weights_folder(tmp_path / "model", speakers=())
    accept(tmp_path)
    toy = await started(tmp_path)
    assert await toy.voices() == []
    cloning = toy.capabilities().cloning
    assert cloning is not None
    assert cloning.required
    with pytest.raises(BadSample, match="need a sample"):
        await hear(toy, SAID)
    assert (await hear(toy, replace(SAID, samples=(tmp_path / "me.wav",)))).pcm


def test_capabilities_are_those_of_the_published_checkpoint(tmp_path: Path) -> None:
    able = provider(tmp_path).capabilities()
    assert len({*able.languages, *able.needs}) == 17
    assert {"en", "de", "hi", "ar"} <= set(able.languages)
    assert able.streaming
    assert not able.licence.commercial_use
    assert (able.licence.code, able.licence.weights) == ("MPL-2.0", "CPML-1.0")
    needs = able.cloning
    assert needs is not None
    assert (needs.min_s, needs.max_s, needs.best_min_s, needs.best_max_s) == (6, 30, 15, 20)
    assert not needs.required
    limits = {tag: able.limit_for(tag).characters for tag in ("en", "de", "zh-CN", "ja")}
    assert limits == {"en": 250, "de": 253, "zh-CN": 82, "ja": 71}


async def test_the_languages_are_those_of_the_checkpoint(tmp_path: Path, started: Started) -> None:
    weights_folder(tmp_path / "model", languages=["en", "de"])
    toy = await started(tmp_path)
    assert toy.capabilities().languages == ("en", "de")
    assert all(name in {x.name for x in LANGUAGE_TABLE.values()} for name in LANGUAGES)


async def test_a_language_whose_package_is_missing_is_told_with_the_remedy(
    toy: ToyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = packages.is_there
    monkeypatch.setattr(claims, "is_there", lambda m: m not in ("cutlet", "pypinyin") and there(m))
    assert not {"ja", "zh"} & set(toy.capabilities().languages)
    assert set(toy.capabilities().needs) == {"ja", "zh"}
    with pytest.raises(UnsupportedLanguage, match=r"speak ja yet.*polyvox\[xtts-ja\]"):
        await hear(toy, replace(SAID, language="ja"))
    monkeypatch.setattr(claims, "is_there", lambda _: True)
    assert {"ja", "zh"} <= set(toy.capabilities().languages)
    await hear(toy, replace(SAID, language="zh-CN"))
    assert toy.jobs[0].language == "zh"

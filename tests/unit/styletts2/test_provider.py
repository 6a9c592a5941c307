from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from polyvox.domain.capabilities import Kind, SampleNeeds, State
from polyvox.domain.written import Pause, Pronunciation
from polyvox.errors import (
    BadSample,
    ConfigError,
    InvalidSetting,
    Unavailable,
    UnknownVoice,
    UnsupportedLanguage,
)
from polyvox.provider.base import Utterance
from polyvox.provider.packages import Packages
from polyvox.provider.trial import hear
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from polyvox.providers.styletts2.settings import StyleTTS2Settings
from polyvox.text.phonemes import in_letters
from tests.support.styletts2_files import weights_folder
from tests.support.toy_model import starting

from .provider_stage import Started, ToyProvider, provider

SAID: Utterance[StyleTTS2Settings] = Utterance(
    "Hello.", "en-US", None, StyleTTS2Settings(), samples=(Path("/me.wav"),)
)
GERMAN = 'name = "Frau Beispiel"\nlicence = "CC-BY-4.0"\n[languages]\nde = "de"\nen-gb = "en-gb"\n'


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    """Makes toy providers, started; they are stopped in the end."""
    async with starting(ToyProvider) as start:
        yield start


@pytest.fixture
async def toy(tmp_path: Path, started: Started) -> ToyProvider:
    """With a checkpoint for many voices."""
    weights_folder(tmp_path / "model")
    return await started(tmp_path)


@pytest.fixture
async def single(tmp_path: Path, started: Started) -> ToyProvider:
    """With a checkpoint for one voice."""
    weights_folder(tmp_path / "model", multispeaker=False)
    return await started(tmp_path)


def test_the_settings_are_those_of_the_specification_under_either_name() -> None:
    assert StyleTTS2Settings.model_validate({"temperature": 0.3}) == StyleTTS2Settings(alpha=0.3)
    told = StyleTTS2Settings().model_dump()
    assert {**told, "temperature": told["alpha"]} == told | {
        "temperature": 0.7,
        "beta": 0.7,
        "diffusion_steps": 10,
        "embedding_scale": 1.0,
        "speed": 1.0,
        "carry": 0.7,
        "seed": None,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        *({"alpha": -0.1}, {"alpha": 1.1}, {"beta": 2}, {"diffusion_steps": 1}, {"carry": 1.5}),
        *({"embedding_scale": 0.5}, {"speed": 5}, {"seed": -1}, {"pitch": 1}),
        {"alpha": 0.3, "temperature": 0.3},
    ],
)
def test_values_out_of_range_and_unknown_fields_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        StyleTTS2Settings.model_validate(wrong)


def test_speeds_multiply_and_a_wrong_one_names_the_range() -> None:
    assert StyleTTS2Settings(speed=0.5, beta=0).at_speed(3.0) == StyleTTS2Settings(
        speed=1.5, beta=0
    )
    with pytest.raises(InvalidSetting, match=r"from 0\.25 to 4, not 6") as caught:
        StyleTTS2Settings(speed=2.0).at_speed(3.0)
    assert caught.value.param == "speed"


@pytest.mark.parametrize(
    "wrong", [{"decoder": "int8"}, {"checkpoint": "VCTK"}, {"base_url": "file:///etc"}, {"x": 1}]
)
async def test_wrong_options_are_named(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"styletts2 are wrong: {next(iter(wrong))}"):
        await provider(tmp_path, **wrong).start()


async def test_without_weights_it_says_exactly_that_and_the_command(tmp_path: Path) -> None:
    styletts2 = provider(tmp_path, prewarm=True)
    assert styletts2.availability().reason == "StyleTTS 2 is not running."
    await styletts2.start()
    await styletts2.warm_up()
    told = styletts2.availability()
    assert f"{told.reason} {told.remedy}" == (
        "No weights of StyleTTS 2 are installed. Fetch them: polyvox models install styletts2."
        " If they are on this machine already: polyvox models add styletts2 FOLDER"
    )
    with pytest.raises(Unavailable, match="No weights of StyleTTS 2"):
        await hear(styletts2, SAID)
    await styletts2.stop()
    assert (styletts2.id, styletts2.kind) == ("styletts2", Kind.LOCAL)


async def test_without_its_packages_it_names_the_extra(
    toy: ToyProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = Packages({"no_such_module": "transformers"}, extra="styletts2")
    kind = replace(StyleTTS2Provider.model_kind, packages=missing)
    monkeypatch.setattr(StyleTTS2Provider, "model_kind", kind)
    await toy.start()
    told = toy.availability()
    assert told.state is State.UNAVAILABLE
    assert f"{told.reason} {told.remedy}" == (
        "StyleTTS 2 needs packages that are not installed: transformers."
        ' Install them: pip install "polyvox[styletts2]"'
    )


async def test_the_engine_is_told_the_sounds_of_words(toy: ToyProvider) -> None:
    word = Pronunciation("Xiaomi", "shao mee", "ʃaʊˈmiː")
    await hear(toy, replace(SAID, parts=("A ", word, ",", Pause(500), "and more.")))
    await hear(toy, replace(SAID, parts=("A ", replace(word, ipa=None), ".")))
    with_sounds, letters = toy.jobs
    [text] = with_sounds.parts
    assert in_letters(str(text)) == "A shao mee, and more."
    assert "ʃaʊˈmiː" in str(text)
    assert letters.parts == ()


async def test_the_engine_is_told_all_that_shapes_the_speech(toy: ToyProvider) -> None:
    settings = StyleTTS2Settings(alpha=0.1, seed=7)
    await hear(toy, replace(SAID, settings=settings, before=("Before.", "And then.")))
    [job] = toy.jobs
    assert (job.text, job.language, job.voice) == ("Hello.", "en", None)
    assert (job.samples, job.before) == (("/me.wav",), ("Before.", "And then."))
    assert job.parts == ()
    assert job.settings == {
        "alpha": 0.1,
        "beta": 0.7,
        "diffusion_steps": 10,
        "embedding_scale": 1.0,
        "speed": 1.0,
        "carry": 0.7,
        "seed": 7,
    }
    assert toy.capabilities().carries_style


async def test_many_voices_come_of_samples_alone(toy: ToyProvider) -> None:
    cloning = toy.capabilities().cloning
    assert cloning == SampleNeeds(min_s=3, max_s=10, best_min_s=5, best_max_s=8)
    assert cloning.required
    assert await toy.voices() == []
    with pytest.raises(BadSample, match=r"there is none.*3 to 10 s"):
        await hear(toy, replace(SAID, samples=()))
    with pytest.raises(UnknownVoice, match="no voice 'Nobody'"):
        await hear(toy, replace(SAID, voice="Nobody"))
    assert toy.jobs == []


async def test_a_checkpoint_of_one_speaker_has_one_voice_and_clones_nobody(
    single: ToyProvider,
) -> None:
    [voice] = await single.voices()
    assert (voice.id, voice.name, voice.languages) == ("default", "Default", ("en",))
    assert await single.voices("en-AU") == [voice]
    assert await single.voices("tlh") == []
    assert single.capabilities().cloning is None
    for asked in (None, "default"):
        await hear(single, replace(SAID, samples=(), voice=asked))
    assert [job.voice for job in single.jobs] == ["default", "default"]
    with pytest.raises(BadSample, match="clone nobody"):
        await hear(single, SAID)
    with pytest.raises(UnknownVoice, match="It has default"):
        await hear(single, replace(SAID, samples=(), voice="Nobody"))


async def test_it_claims_english_and_says_what_the_other_languages_need(toy: ToyProvider) -> None:
    able = toy.capabilities()
    assert able.languages == ("en",)
    assert {"de", "fr", "ja", "gu"} <= set(able.needs)
    assert (able.licence.code, able.licence.weights) == ("Apache-2.0", "LicenseRef-StyleTTS2")
    assert "Tell listeners that the speech is synthetic" in able.licence.note
    assert able.limit_for("en").characters == 300
    with pytest.raises(UnsupportedLanguage, match=r"speak de yet.*trained on this language"):
        await hear(toy, replace(SAID, language="de"))
    with pytest.raises(UnsupportedLanguage, match="does not speak tlh"):
        await hear(toy, replace(SAID, language="tlh"))


async def test_a_manifest_tells_languages_name_and_licence(
    tmp_path: Path, started: Started
) -> None:
    weights_folder(tmp_path / "model", multispeaker=False, manifest=GERMAN)
    toy = await started(tmp_path)
    able = toy.capabilities()
    assert able.languages == ("de", "en-GB")
    assert "de" not in able.needs
    assert "fr" in able.needs
    assert (able.licence.weights, able.licence.commercial_use) == ("CC-BY-4.0", False)
    [voice] = await toy.voices("de-AT")
    assert voice.name == "Frau Beispiel"
    await hear(toy, replace(SAID, samples=(), language="de-AT"))
    assert toy.jobs[0].language == "de"


async def test_replaced_weights_get_an_engine_of_their_own(
    toy: ToyProvider, tmp_path: Path
) -> None:
    await hear(toy, SAID)
    before = toy.revision(None)
    weights_folder(tmp_path / "model", tensors=b"other")
    await hear(toy, SAID)
    assert [len(engine.jobs) for engine in toy.engines] == [1, 1]
    assert toy.revision(None) not in ("", before)


@pytest.mark.heavy
async def test_who_only_looks_loads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real child, whose engine cannot be loaded."""
    monkeypatch.setattr(StyleTTS2Provider, "engine_factory", "polyvox.no_such_module:create")
    weights_folder(tmp_path / "model")
    styletts2 = provider(tmp_path, prewarm=True)
    await styletts2.start()
    assert styletts2.availability().state is State.READY
    await styletts2.warm_up()
    assert styletts2.availability().state is State.LOADING
    await styletts2.stop()


@pytest.mark.heavy
def test_the_server_s_process_never_loads_torch(tmp_path: Path) -> None:
    weights_folder(tmp_path / "model")
    program = f"""
import asyncio, sys
from pathlib import Path
from polyvox.provider.base import ProviderContext
from polyvox.providers.styletts2.provider import StyleTTS2Provider

async def main():
    provider = StyleTTS2Provider(ProviderContext(Path({str(tmp_path)!r})))
    await provider.start()
    assert provider.availability().state == "ready", provider.availability()
    await provider.voices("en")
    provider.capabilities(), provider.revision(None), provider.model()
    await provider.warm_up()
    await provider.stop()

asyncio.run(main())
print([m for m in ("torch", "transformers", "numpy", "aiohttp", "piper") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr

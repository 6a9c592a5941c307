from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Kind, State
from polyvox.errors import (
    BadSample,
    ConfigError,
    InvalidSetting,
    ProviderError,
    Unavailable,
    UnknownVoice,
    UnsupportedLanguage,
)
from polyvox.hosting.engine import Cancelled, EngineJob, Host
from polyvox.hosting.inline import InlineHost
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.trial import hear
from polyvox.providers.xtts_v2 import claims, host, requirements
from polyvox.providers.xtts_v2.languages import LANGUAGES as LANGUAGE_TABLE
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.settings import XttsSettings
from polyvox.providers.xtts_v2.weights import Weights
from tests.support.xtts_files import LANGUAGES, SPEAKERS, weights_folder

from .stage import accept, provider

SAID = Utterance("Hello.", "en", None, XttsSettings())


class ToyEngine:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.jobs: list[EngineJob] = []

    def load(self) -> None: ...

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        self.jobs.append(job)
        yield AudioChunk(b"\1\2" * 240, 24_000)


class ToyProvider(XttsProvider):
    """With an engine for each set of weights, in this process."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        super().__init__(ProviderContext(data_dir, options))
        self.engines: list[ToyEngine] = []

    def _make_host(self, weights: Weights) -> Host:
        self.engines.append(ToyEngine())
        return InlineHost(self.engines[-1], workers=1, queue_limit=1, name="toy")

    @property
    def jobs(self) -> list[EngineJob]:
        return [job for engine in self.engines for job in engine.jobs]


@pytest.fixture(autouse=True)
def nothing_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Of an installation where the licence was accepted and weights are there."""
    weights_folder(tmp_path / "model")
    accept(tmp_path)
    return tmp_path


Started = Callable[..., Awaitable[ToyProvider]]


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    """Makes toy providers, started; they are stopped in the end."""
    toys: list[ToyProvider] = []

    async def start(data_dir: Path, **options: Any) -> ToyProvider:
        toys.append(ToyProvider(data_dir, **options))
        await toys[-1].start()
        return toys[-1]

    yield start
    for toy in toys:
        await toy.stop()


@pytest.fixture
async def toy(data: Path, started: Started) -> ToyProvider:
    return await started(data)


def test_the_settings_are_those_of_the_specification() -> None:
    assert XttsSettings().model_dump() == {
        "voice_id": None,
        "temperature": 0.75,
        "length_penalty": 1.0,
        "repetition_penalty": 5.0,
        "top_k": 50,
        "top_p": 0.85,
        "speed": 1.0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        *({"temperature": 0}, {"temperature": 2.1}, {"repetition_penalty": 0.9}, {"top_k": 0}),
        *({"top_p": 0}, {"top_p": 1.1}, {"speed": 5}, {"length_penalty": 2}, {"pitch": 1}),
    ],
)
def test_values_out_of_range_and_unknown_fields_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        XttsSettings.model_validate(wrong)


def test_speeds_multiply_and_a_wrong_one_names_the_range() -> None:
    assert XttsSettings(speed=0.5, top_k=3).at_speed(3.0) == XttsSettings(speed=1.5, top_k=3)
    with pytest.raises(InvalidSetting, match=r"from 0\.25 to 4\.0, not 6") as caught:
        XttsSettings(speed=2.0).at_speed(3.0)
    assert caught.value.param == "speed"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"precision": "fp4"}, {"device": "tpu"}, {"max_batch": 0}, {"idle_exit_s": 0}),
        *({"base_url": "file:///etc"}, {"model": "x"}),
    ],
)
async def test_wrong_options_are_named(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"xtts_v2 are wrong: {next(iter(wrong))}"):
        await provider(tmp_path, **wrong).start()


async def told(xtts: XttsProvider) -> str:
    """Why it is unavailable, and what to do; the same as whoever asks it to speak is told."""
    await xtts.start()
    try:
        availability = xtts.availability()
        assert availability.state is State.UNAVAILABLE
        with pytest.raises(Unavailable) as caught:
            await hear(xtts, SAID)
        assert caught.value.message == availability.reason
        return f"{availability.reason} {availability.remedy}"
    finally:
        await xtts.stop()


async def test_without_weights_it_says_exactly_that_and_the_command(tmp_path: Path) -> None:
    assert await told(provider(tmp_path)) == (
        "No weights of XTTS v2 are installed. Fetch them: polyvox models install xtts_v2"
        " --accept-license. If they are on this machine already:"
        " polyvox models add xtts_v2 FOLDER --accept-license"
    )


async def test_without_its_packages_it_names_the_extra(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "PACKAGES", {"no_such_module": "coqui-tts"})
    assert await told(provider(data)) == (
        "XTTS v2 needs packages that are not installed: coqui-tts."
        ' Install them: pip install "polyvox[xtts]"'
    )


async def test_a_licence_not_accepted_keeps_the_engine_from_loading(tmp_path: Path) -> None:
    weights_folder(tmp_path / "model")
    toy = ToyProvider(tmp_path, prewarm=True)
    assert await told(toy) == (
        "The licence of the weights (CPML-1.0, non-commercial) was not accepted. Read it"
        " (https://huggingface.co/coqui/XTTS-v2/blob/main/LICENSE.txt), then accept it:"
        " polyvox models install xtts_v2 --accept-license; what is there is kept."
    )
    assert toy.engines == []


async def test_the_environment_s_word_is_kept(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_folder(tmp_path / "model")
    monkeypatch.setenv("COQUI_TOS_AGREED", "1")
    toy = await started(tmp_path)
    assert toy.availability().state is State.READY
    assert '"by": "COQUI_TOS_AGREED"' in (tmp_path / "licence.json").read_text()
    monkeypatch.delenv("COQUI_TOS_AGREED")
    assert provider(tmp_path).model().accepted


@pytest.mark.parametrize("record", ["", "[]", '{"licence": "MIT", "accepted_at": "x"}'])
def test_a_record_that_says_something_else_accepts_nothing(tmp_path: Path, record: str) -> None:
    (tmp_path / "licence.json").write_text(record)
    assert not provider(tmp_path).model().accepted


async def test_broken_weights_are_told(data: Path) -> None:
    (data / "model/vocab.json").unlink()
    assert await told(provider(data)) == (
        f"The weights in {data}/model cannot be used: vocab.json is missing."
        " Install them anew: polyvox models install xtts_v2 --accept-license"
    )


def test_it_is_not_available_before_it_was_started(data: Path) -> None:
    xtts = provider(data)
    assert xtts.availability().reason == "XTTS v2 is not running."
    assert (xtts.id, xtts.kind) == ("xtts_v2", Kind.LOCAL)


async def test_weights_installed_under_way_are_spoken_with(
    tmp_path: Path, started: Started
) -> None:
    accept(tmp_path)
    toy = await started(tmp_path)
    assert toy.availability().state is State.UNAVAILABLE
    assert toy.revision(None) == ""
    weights_folder(tmp_path / "model")
    assert toy.availability().state is State.READY
    assert (await hear(toy, SAID)).pcm


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
    there = requirements.is_there
    monkeypatch.setattr(claims, "is_there", lambda m: m not in ("cutlet", "pypinyin") and there(m))
    assert not {"ja", "zh"} & set(toy.capabilities().languages)
    assert set(toy.capabilities().needs) == {"ja", "zh"}
    with pytest.raises(UnsupportedLanguage, match=r"speak ja yet.*polyvox\[xtts-ja\]"):
        await hear(toy, replace(SAID, language="ja"))
    monkeypatch.setattr(claims, "is_there", lambda _: True)
    assert {"ja", "zh"} <= set(toy.capabilities().languages)
    await hear(toy, replace(SAID, language="zh-CN"))
    assert toy.jobs[0].language == "zh"


async def test_how_far_the_child_is_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real child, whose engine cannot be loaded."""
    monkeypatch.setattr(host, "ENGINE", "polyvox.no_such_module:create")
    xtts = provider(data, prewarm=True)
    await xtts.start()
    try:
        loading = xtts.availability()
        assert (loading.state, loading.reason) == (State.LOADING, "The model is being loaded.")
        with pytest.raises(ProviderError):
            await hear(xtts, SAID)
        failed = xtts.availability()
        assert failed.state is State.UNAVAILABLE
        assert "xtts_v2" in (failed.reason or "")
        assert failed.remedy
    finally:
        await xtts.stop()
    assert xtts.availability().reason == "XTTS v2 is not running."


def test_the_server_s_process_never_loads_torch(data: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from polyvox.provider.base import ProviderContext
from polyvox.providers.xtts_v2.provider import XttsProvider

async def main():
    provider = XttsProvider(ProviderContext(Path({str(data)!r})))
    await provider.start()
    assert provider.availability().state == "ready", provider.availability()
    assert len(await provider.voices("de")) == 2
    provider.capabilities(), provider.revision("Ana Paper"), provider.model()
    await provider.stop()

asyncio.run(main())
print([m for m in ("torch", "TTS", "transformers", "numpy", "aiohttp") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr

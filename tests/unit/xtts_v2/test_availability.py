from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from polyvox.domain.capabilities import Kind, State
from polyvox.errors import (
    ProviderError,
    Unavailable,
)
from polyvox.provider.packages import Packages
from polyvox.provider.trial import hear
from polyvox.providers.xtts_v2.provider import XttsProvider
from tests.support.xtts_files import weights_folder

from .stage import SAID, Started, ToyProvider, accept, provider


async def told(xtts: XttsProvider) -> str:
    """Why it is unavailable, and what to do; the same as whoever asks it to speak is told."""
    await xtts.start()
    try:
        await xtts.warm_up()
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
    missing = Packages({"no_such_module": "coqui-tts"}, extra="xtts")
    kind = replace(XttsProvider.model_kind, packages=missing)
    monkeypatch.setattr(XttsProvider, "model_kind", kind)
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


@pytest.mark.heavy
async def test_how_far_the_child_is_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real child, whose engine cannot be loaded."""
    monkeypatch.setattr(XttsProvider, "engine_factory", "polyvox.no_such_module:create")
    xtts = provider(data, prewarm=True)
    await xtts.start()
    try:
        assert xtts.availability().state is State.READY  # who only looks loads nothing
        await xtts.warm_up()
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


@pytest.mark.heavy
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

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyvox.providers.xtts_v2 import published
from polyvox.providers.xtts_v2.provider import XttsProvider
from tests.support import hub
from tests.support.hub import Hub
from tests.support.toy_model import starting
from tests.support.xtts_files import weights_folder

from .stage import Started, ToyProvider, accept, provider

if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    """A tiny checkpoint, to be read only."""
    from tests.support.xtts_checkpoint import made_once

    return made_once()


@pytest.fixture(scope="session")
def stock(checkpoint: Path) -> Xtts:
    """The tiny checkpoint as coqui-tts itself loads it, to be asked only."""
    from polyvox.providers.xtts_v2 import torchaudio_standin

    torchaudio_standin.install()
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models.xtts import Xtts

    config = XttsConfig()
    config.load_json(str(checkpoint / "config.json"))
    model = Xtts(config)
    model.load_checkpoint(config, checkpoint_dir=str(checkpoint), eval=True)
    return model


@pytest.fixture(autouse=True)
def nothing_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Of an installation where the licence was accepted and weights are there."""
    weights_folder(tmp_path / "model")
    accept(tmp_path)
    return tmp_path


@pytest.fixture
async def started() -> AsyncIterator[Started]:
    """Makes toy providers, started; they are stopped in the end."""
    async with starting(ToyProvider) as start:
        yield start


@pytest.fixture
async def toy(data: Path, started: Started) -> ToyProvider:
    return await started(data)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub.running(weights_folder(tmp_path / "published")) as site:
        monkeypatch.setattr(published, "PUBLISHED", site.published)
        yield site


@pytest.fixture
def xtts(site: Hub, tmp_path: Path) -> XttsProvider:
    return provider(tmp_path / "data", base_url=site.url)

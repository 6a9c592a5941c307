from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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

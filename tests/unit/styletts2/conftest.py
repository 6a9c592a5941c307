from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    import torch

    from polyvox.providers.styletts2.network.model import StyleTTS2

DATA = Path(__file__).parents[2] / "data/styletts2"


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    """A tiny multi-speaker checkpoint with HiFi-GAN, to be read only."""
    from tests.support.styletts2_checkpoint import made_once

    return made_once()


@pytest.fixture(scope="session")
def golden() -> Mapping[str, torch.Tensor]:
    """What the original gave, stage by stage; see the README beside the file."""
    import torch

    with np.load(DATA / "styletts2.npz") as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


@pytest.fixture(scope="session")
def net() -> Mapping[str, Mapping[str, torch.Tensor]]:
    """The weights with which the golden vectors were recorded, 0.65 GB, as in a checkpoint."""
    from tests.support.styletts2_checkpoint import full_dimensions, weights

    return weights(full_dimensions())


@pytest.fixture(scope="session")
def model(net: Mapping[str, Mapping[str, torch.Tensor]]) -> StyleTTS2:
    """The model of ``net``, to be asked only."""
    from polyvox.providers.styletts2.checkpoint import assemble
    from polyvox.providers.styletts2.model_files import PLBERT
    from tests.support.styletts2_checkpoint import config, full_dimensions

    return assemble(net, config(full_dimensions())["model_params"], PLBERT)


@pytest.fixture(scope="session")
def saved(checkpoint: Path) -> Mapping[str, Any]:
    """What is in the file of ``checkpoint``, to be read only."""
    import torch

    from tests.support.styletts2_checkpoint import CHECKPOINT

    content: Mapping[str, Any] = torch.load(checkpoint / CHECKPOINT, weights_only=True)
    return content


@pytest.fixture(scope="session")
def loaded(checkpoint: Path) -> StyleTTS2:
    """``checkpoint`` as it is loaded, to be asked only."""
    from polyvox.providers.styletts2.checkpoint import load_model

    return load_model(checkpoint)


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a checkpoint of one's own, with ``content`` for its weights, or the same."""
    import torch

    from tests.support.styletts2_checkpoint import CHECKPOINT

    def made(content: Any = None, name: str = CHECKPOINT, **how: Any) -> Path:
        for file in checkpoint.iterdir():
            if file.name != CHECKPOINT or content is None:
                shutil.copy(file, tmp_path)
        if content is not None:
            torch.save(content, tmp_path / name, **how)
        return tmp_path

    return made

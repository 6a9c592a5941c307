from __future__ import annotations

from pathlib import Path

import pytest

from polyvox.providers.piper.provider import PARTS_FOLDER

from .stage import speaker_voice


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A provider's folder; the parts of voices are kept in it from test to test."""
    return tmp_path_factory.mktemp("piper")


@pytest.fixture(scope="session")
def parts(data_dir: Path) -> Path:
    return data_dir / PARTS_FOLDER


@pytest.fixture(scope="session")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of a voice with several speakers, alone in its folder."""
    return speaker_voice(tmp_path_factory.mktemp("trio"))

from __future__ import annotations

from collections.abc import Iterator

import pytest

from polyvox.providers.google_tts.settings import VARIABLES
from tests.emulators.google import Emulator, running_google


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_google() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine sets is not what the test says."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)

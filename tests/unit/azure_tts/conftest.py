from __future__ import annotations

from collections.abc import Iterator

import pytest

from polyvox.providers.azure_tts.settings import VARIABLES
from tests.emulators.azure import AzureEmulator, running_azure


@pytest.fixture
def emulator() -> Iterator[AzureEmulator]:
    with running_azure() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine sets is not what the test says."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)

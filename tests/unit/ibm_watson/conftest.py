from __future__ import annotations

from collections.abc import Iterator

import pytest

from polyvox.providers.ibm_watson.settings import VARIABLES
from tests.emulators.watson import Watson, running_watson


@pytest.fixture
def emulator() -> Iterator[Watson]:
    with running_watson() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine sets is not what the test says."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)

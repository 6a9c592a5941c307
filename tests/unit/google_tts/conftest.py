from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from polyvox.providers.google_tts.settings import VARIABLES

if TYPE_CHECKING:
    from tests.emulators.google import Emulator

collect_ignore_glob = [] if find_spec("grpc") else ["test_*.py"]
"""Without the extra `google` there is nothing to test here."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    from tests.emulators.google import running_google

    with running_google() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine sets is not what the test says."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)

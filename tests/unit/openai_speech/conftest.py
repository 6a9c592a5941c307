from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.openai import OpenAIEmulator, running_openai


@pytest.fixture
def emulator() -> Iterator[OpenAIEmulator]:
    with running_openai() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine sets is not what the test says."""
    for option in ("BASE_URL", "API_KEY", "MODEL", "VOICES", "LANGUAGES"):
        monkeypatch.delenv(f"OPENAI_SPEECH_{option}", raising=False)

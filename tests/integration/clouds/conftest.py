"""What tests of chains with clouds share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from polyvox.providers.piper.loaded import LoadedVoice


@pytest.fixture
def spelled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Piper's voice is given to say, and says."""
    seen: list[str] = []
    says = LoadedVoice.sentences

    def watched(voice: LoadedVoice, text: str) -> Iterator[list[int]]:
        seen.append(text)
        return says(voice, text)

    monkeypatch.setattr(LoadedVoice, "sentences", watched)
    return seen

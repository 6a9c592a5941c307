"""Every provider of ours keeps the promises that plugins are held to. A new one is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.conformance import CHECKS, Check, Subject
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings

SENTENCE = "The old man looked on from the porch of his house while the fox ran by."


def piper(folder: Path) -> Subject:
    utterance = Utterance(SENTENCE, "en-US", "en_US-joe-medium", PiperSettings())
    return Subject(lambda: PiperProvider(ProviderContext(folder)), utterance)


SUBJECTS: dict[str, Callable[[Path], Subject]] = {"piper": piper}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("providers")


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_keeps_its_promises(check: Check, name: str, folder: Path) -> None:
    await check(SUBJECTS[name](folder / name))

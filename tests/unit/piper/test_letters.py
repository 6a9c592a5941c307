"""Voices that read letters lose none in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyvox.errors import Refused
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.trial import hear
from polyvox.providers.piper.cores import Cores
from polyvox.providers.piper.loading import Loader
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from polyvox.providers.piper.spelling import Speller
from polyvox.providers.piper.voices import read_voice

from .text_stage import VOICE, text_voice


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return text_voice(tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="module")
def speller(model: Path) -> Speller:
    return Speller(model.with_name(f"{VOICE}.onnx.json"))


def ids(speller: Speller, text: str) -> list[list[int]]:
    return list(speller.sentences(text))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Привіт, як справи?", "привіт, як справи?"),
        ("ПРИВІТ", "привіт"),
        ("Їжак і Йосип", "їжак і йосип"),
        ("п\u2019ять", "п'ять"),
        ("п\u02bcять", "п'ять"),
        ("«так»", "так"),
        ("Слово 世界 тут", "слово тут"),
    ],
)
def test_what_sounds_the_same_is_spelled_the_same(speller: Speller, text: str, same: str) -> None:
    assert ids(speller, text) == ids(speller, same) != []


@pytest.mark.parametrize("text", ["OK, Google «так»", "Мені 25 років.", "ы", "½"])
def test_a_text_that_would_lose_letters_is_refused(speller: Speller, text: str) -> None:
    with pytest.raises(Refused, match="letters or digits"):
        ids(speller, text)


def test_such_a_voice_is_measured_with_its_own_letters(model: Path, tmp_path: Path) -> None:
    voice = Loader(tmp_path, Cores(1, 1)).load(read_voice(model))
    assert voice.windowed
    assert voice.gain != 1.0


async def test_letters_that_are_lost_leave_the_text_to_the_next(
    model: Path, tmp_path: Path
) -> None:
    provider = PiperProvider(ProviderContext(tmp_path, {"voice_dirs": [str(model.parent)]}))
    await provider.start()
    try:
        said = await hear(provider, Utterance("Привіт.", "uk-UA", VOICE, PiperSettings()))
        assert said.peak > 0
        with pytest.raises(Refused):
            await hear(provider, Utterance("Google", "uk-UA", VOICE, PiperSettings()))
    finally:
        await provider.stop()

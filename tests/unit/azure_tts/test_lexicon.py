"""Words of a lexicon at Azure: by their sounds, by a substitute, and by letters where sounds are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from polyvox.domain.written import Pronunciation
from polyvox.errors import Refused
from polyvox.provider.trial import hear
from polyvox.providers.azure_tts.ssml import billed_characters
from tests.emulators.azure import AzureEmulator
from tests.emulators.faults import Fault
from tests.unit.azure_tts.stage import HD, options_for, started, utterance

SOUNDS = Pronunciation("Xiaomi", "shao mee", "ʃaʊˈmiː")
LETTERS = Pronunciation("R&D", "are and dee", None)
SAID = utterance("A shao mee for are and dee.")
BOTH = replace(SAID, parts=("A ", SOUNDS, " for ", LETTERS, "."))
SSML = (
    'A <phoneme alphabet="ipa" ph="ʃaʊˈmiː">Xiaomi</phoneme>'
    ' for <sub alias="are and dee">R&amp;D</sub>.'
)


async def test_sounds_are_phonemes_and_letters_a_substitute(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, BOTH)
        charge = provider.charge(BOTH)
    assert f">{SSML}</voice>" in emulator.behaviour.synthesized[0]
    assert charge is not None
    assert charge.characters == billed_characters(SSML)


async def test_refused_sounds_are_spoken_by_letters(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.REFUSED)
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, BOTH)
    first, second = emulator.behaviour.synthesized
    assert "<phoneme" in first
    assert ">A shao mee for are and dee.</voice>" in second


async def test_what_has_no_sounds_in_it_is_asked_for_once(
    emulator: AzureEmulator, tmp_path: Path
) -> None:
    emulator.behaviour.script.append(Fault.REFUSED)
    async with started(tmp_path, **options_for(emulator)) as provider:
        with pytest.raises(Refused):
            await hear(provider, replace(SAID, parts=("A shao mee for ", LETTERS, ".")))
    assert len(emulator.behaviour.synthesized) == 1


async def test_an_hd_voice_reads_the_letters(emulator: AzureEmulator, tmp_path: Path) -> None:
    async with started(tmp_path, **options_for(emulator)) as provider:
        await hear(provider, replace(BOTH, voice=HD))
    assert "A shao mee for are and dee." in emulator.behaviour.synthesized[0]

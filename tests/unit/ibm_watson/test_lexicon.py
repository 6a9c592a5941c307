"""Words of a lexicon at IBM Watson: in SSML, and by letters where sounds are refused or too long."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from polyvox.domain.written import Pause, Pronunciation
from tests.emulators.faults import Fault
from tests.emulators.watson import Watson
from tests.unit.ibm_watson.stage import hear, options_for, started, utterance

SOUNDS = Pronunciation("Xiaomi", "shao mee", "ʃaʊˈmiː")
PARTS = ("A ", SOUNDS, " for ", Pronunciation("R&D", "are and dee"), Pause(500), ".")
SAID = replace(utterance("A shao mee for are and dee."), parts=PARTS)
SSML = (
    'A <phoneme alphabet="ipa" ph="ʃaʊˈmiː">Xiaomi</phoneme>'
    ' for <sub alias="are and dee">R&amp;D</sub><break time="500ms"/>.'
)


def sent(emulator: Watson) -> list[str]:
    return [json.loads(body)["text"] for body in emulator.behaviour.synthesized]


async def test_sounds_are_phonemes_and_letters_a_substitute(
    emulator: Watson, tmp_path: Path
) -> None:
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, SAID)
        assert provider.charge(SAID).characters == len(SSML)
    assert sent(emulator) == [SSML]


async def test_refused_sounds_are_spoken_by_letters(emulator: Watson, tmp_path: Path) -> None:
    emulator.behaviour.script.append(Fault.REFUSED)
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, SAID)
    assert sent(emulator) == [SSML, 'A shao mee for are and dee<break time="500ms"/>.']


async def test_what_has_no_room_for_tags_goes_without(emulator: Watson, tmp_path: Path) -> None:
    many = tuple(part for _ in range(100) for part in (SOUNDS, " "))
    text = "shao mee " * 100
    async with started(tmp_path, options_for(emulator)) as provider:
        await hear(provider, replace(utterance(text), parts=many))
    assert sent(emulator) == [text]

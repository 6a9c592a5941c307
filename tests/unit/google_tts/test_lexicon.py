"""Words of a lexicon at Google: in SSML where the voice takes it, else by letters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from polyvox.domain.quota import Charge
from polyvox.domain.written import Pronunciation
from tests.emulators.faults import Fault
from tests.emulators.google import Emulator
from tests.unit.google_tts.stage import STREAMED, WHOLE, before, heard, utterance

SOUNDS = Pronunciation("Xiaomi", "shao mee", "ʃaʊˈmiː")
TEXT = "A shao mee for are and dee."
PARTS = ("A ", SOUNDS, " for ", Pronunciation("R&D", "are and dee"), ".")
SSML = (
    '<speak>A <phoneme alphabet="ipa" ph="ʃaʊˈmiː">Xiaomi</phoneme>'
    ' for <sub alias="are and dee">R&amp;D</sub>.</speak>'
)


async def test_sounds_are_phonemes_and_letters_a_substitute(
    emulator: Emulator, tmp_path: Path
) -> None:
    said = replace(utterance(WHOLE, TEXT), parts=PARTS)
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, said)
        assert provider.charge(said) == Charge("neural2", len(SSML))
    assert emulator.behaviour.synthesized == [SSML]


async def test_refused_sounds_are_spoken_by_letters(emulator: Emulator, tmp_path: Path) -> None:
    emulator.behaviour.script.append(Fault.REFUSED)
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, replace(utterance(WHOLE, TEXT), parts=PARTS))
    assert emulator.behaviour.synthesized == [SSML, TEXT]


async def test_a_voice_without_ssml_reads_the_letters(emulator: Emulator, tmp_path: Path) -> None:
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, replace(utterance(STREAMED, TEXT), parts=PARTS))
    assert emulator.behaviour.synthesized == [TEXT]


async def test_what_has_no_room_for_tags_is_sent_as_text(
    emulator: Emulator, tmp_path: Path
) -> None:
    many = tuple(part for _ in range(100) for part in (SOUNDS, " "))
    text = "shao mee " * 100
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, replace(utterance(WHOLE, text.strip()), parts=many))
    assert all("phoneme" not in sent for sent in emulator.behaviour.synthesized)

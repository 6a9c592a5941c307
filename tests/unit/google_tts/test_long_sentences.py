"""Sentences that Google finds too long, and pauses where a voice takes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from polyvox.domain.quota import Charge
from polyvox.domain.written import Pause
from polyvox.errors import Refused
from polyvox.providers.google_tts.voices import FAMILIES
from tests.emulators.google import Emulator
from tests.unit.google_tts.stage import BOTH, STREAMED, WHOLE, before, heard, utterance

LONG = "She walked along the river, past the mill and the old stone bridge that nobody used"
PARTS = ("Wait & see,", Pause(500), "then go.")


@pytest.mark.parametrize("voice", BOTH)
async def test_a_sentence_that_is_refused_is_asked_for_in_two(
    voice: str, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.longest_sentence = 60
    async with before(emulator, tmp_path) as provider:
        said = utterance(voice, LONG)
        assert await heard(provider, said)
        assert provider.charge(said) == Charge(
            "chirp3_hd" if voice == STREAMED else "neural2", len(LONG)
        )
    whole, *halves = emulator.behaviour.synthesized
    assert whole == LONG
    assert len(halves) == 2
    assert " ".join(halves) == LONG


async def test_it_is_asked_for_once_more_and_not_for_ever(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.longest_sentence = 10
    async with before(emulator, tmp_path) as provider:
        with pytest.raises(Refused):
            await heard(provider, utterance(WHOLE, LONG))
    assert len(emulator.behaviour.synthesized) == 2


async def test_a_sentence_over_its_familys_limit_is_cut_before_it_is_sent(
    emulator: Emulator, tmp_path: Path
) -> None:
    most = FAMILIES["Chirp3-HD"].longest_sentence
    text = " and ".join([LONG] * 5)
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, utterance(STREAMED, text))
        sent = emulator.behaviour.synthesized
        assert all(len(piece) <= most for piece in sent)
        assert " ".join(sent) == text
        counted = provider.charge(utterance(STREAMED, text))
        assert counted == Charge("chirp3_hd", sum(map(len, sent)))


async def test_pauses_are_breaks_where_the_voice_takes_ssml(
    emulator: Emulator, tmp_path: Path
) -> None:
    said = replace(utterance(WHOLE, "Wait & see... then go."), parts=PARTS)
    sent = '<speak>Wait &amp; see,<break time="500ms"/>then go.</speak>'
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, said)
        assert emulator.behaviour.synthesized == [sent]
        assert provider.charge(said) == Charge("neural2", len(sent))


async def test_a_voice_without_ssml_gets_the_punctuation(
    emulator: Emulator, tmp_path: Path
) -> None:
    said = replace(utterance(STREAMED, "Wait & see... then go."), parts=PARTS)
    async with before(emulator, tmp_path) as provider:
        assert await heard(provider, said)
    assert emulator.behaviour.synthesized == ["Wait & see... then go."]

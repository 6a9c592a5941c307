"""Checks of what a provider lets one hear; see ``conformance``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from polyvox.domain.audio import AudioChunk
from polyvox.domain.speech import MAX_INSTRUCTIONS
from polyvox.errors import InvalidSetting, UnknownVoice
from polyvox.provider.base import VoiceSettings
from polyvox.provider.trial import ContractBroken, Heard, Subject, hear, promise, quickly, started

SILENCE = 100
"""Peak, of 32767, below which audio counts as silent."""
SPEED_SLACK = 0.35
"""At twice the speed a text lasts half as long, give or take this share of the half."""
INSTRUCTIONS = ("Whisper slowly, as if somebody slept. " * MAX_INSTRUCTIONS)[:MAX_INSTRUCTIONS]
NO_SUCH_VOICE = "no-such-voice-0"


async def speaks(subject: Subject) -> None:
    async with started(subject) as provider:
        async with provider.speak(subject.utterance) as stream:
            first = _at_once(anext(stream))
            rest = [chunk async for chunk in stream]
        promise(bool(first.pcm), "the first chunk holds audio")
        heard = Heard((first, *rest))
        rates = {chunk.sample_rate for chunk in heard.chunks}
        promise(rates == {stream.sample_rate}, "all chunks have the stream's sample rate")
        promise(heard.peak > SILENCE, "the audio is not silent")


def _at_once(waiting: Awaitable[AudioChunk]) -> AudioChunk:
    """What ``waiting`` gives without waiting."""
    try:
        waiting.__await__().send(None)
    except StopIteration as done:
        chunk: AudioChunk = done.value
        return chunk
    raise ContractBroken("speak is entered with the first audio in hand")


async def says_what_it_is_given(subject: Subject) -> None:
    async with started(subject) as provider:
        one = await hear(provider, subject.utterance)
        other = await hear(provider, replace(subject.utterance, text=subject.other_text))
        promise(one.pcm != other.pcm, "another text sounds different")


async def speaks_the_longest_text(subject: Subject) -> None:
    async with started(subject) as provider:
        limit = quickly(provider.capabilities, "capabilities").limit_for(subject.utterance.language)
        room = min(limit.characters or 2_000, (limit.bytes or 8_000) // 4)
        short = subject.utterance.text
        longest = (f"{short} " * (room // len(short) + 1))[:room].strip()
        heard = await hear(provider, replace(subject.utterance, text=longest))
        once = await hear(provider, subject.utterance)
        enough = 0.5 * once.duration_ms * (len(longest) // len(short))
        promise(heard.duration_ms >= enough, "the longest text allowed is spoken whole")


async def keeps_two_listeners_apart(subject: Subject) -> None:
    async with started(subject) as provider:
        texts = (subject.utterance.text, subject.other_text)
        utterances = [replace(subject.utterance, text=text) for text in texts]
        alone = [await hear(provider, utterance) for utterance in utterances]
        both = await asyncio.gather(*(hear(provider, utterance) for utterance in utterances))
        for single, shared in zip(alone, both, strict=True):
            near = abs(shared.duration_ms - single.duration_ms) <= 0.3 * single.duration_ms
            promise(near, "two at once each get their own audio")


async def refuses_an_unknown_voice(subject: Subject) -> None:
    async with started(subject) as provider:
        if not await provider.voices():
            return
        try:
            await hear(provider, replace(subject.utterance, voice=NO_SUCH_VOICE))
        except UnknownVoice:
            return
        raise ContractBroken("an unknown voice raises UnknownVoice")


async def changes_its_speed_or_says_it_cannot(subject: Subject) -> None:
    async with started(subject) as provider:
        settings: VoiceSettings = subject.utterance.settings
        promise(settings.at_speed(1.0) == settings, "at_speed(1) changes nothing")
        try:
            quicker = settings.at_speed(2.0)
        except InvalidSetting:
            return
        slow = await hear(provider, subject.utterance)
        quick = await hear(provider, replace(subject.utterance, settings=quicker))
        half = slow.duration_ms / 2
        near = abs(quick.duration_ms - half) <= SPEED_SLACK * half
        promise(near, "at twice the speed a text lasts about half as long")


async def follows_instructions_or_claims_none(subject: Subject) -> None:
    async with started(subject) as provider:
        if not quickly(provider.capabilities, "capabilities").takes_instructions:
            return
        plain = await hear(provider, subject.utterance)
        told = await hear(provider, replace(subject.utterance, instructions=INSTRUCTIONS))
        promise(told.pcm != plain.pcm, "instructions change how it sounds")

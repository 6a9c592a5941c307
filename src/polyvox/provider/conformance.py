"""What every provider promises, as checks to run on yours.

With pytest, say::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_keeps_its_promises(check: Check, tmp_path: Path) -> None:
        await check(Subject(lambda: MyProvider(ProviderContext(tmp_path)), my_utterance))

or, without it, ``await run_all(subject)``. A broken promise raises ContractBroken, which says which.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import langcodes
from pydantic import ValidationError

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Availability, Kind, State
from polyvox.domain.language import normalize
from polyvox.errors import InvalidSetting, PolyvoxError, UnknownVoice
from polyvox.provider.base import ProviderContext, VoiceSettings
from polyvox.provider.trial import (
    AnyProvider,
    ContractBroken,
    Heard,
    Subject,
    hear,
    promise,
    started,
)

__all__ = ["CHECKS", "Check", "ContractBroken", "Subject", "run_all"]

CANCEL_S = 0.1
"""How soon leaving ``speak`` returns, and the work of those who left has ended."""
QUICK_S = 0.05
"""How long ``availability`` and ``capabilities`` may take."""
TRIES = 3
"""A busy machine delays now this, now that: the best of so many is what counts."""
PATIENCE_S = 5.0
SILENCE = 100
"""Peak, of 32767, below which audio counts as silent."""
SPEED_SLACK = 0.35
"""At twice the speed a text lasts half as long, give or take this share of the half."""
NO_SUCH_VOICE = "no-such-voice-0"


Check = Callable[[Subject], Awaitable[None]]
Told = TypeVar("Told")


async def says_who_it_is(subject: Subject) -> None:
    provider = subject.make()
    promise(provider.id.isidentifier() and provider.id.islower(), "id is a lower-case identifier")
    promise(isinstance(provider.kind, Kind), "kind is a Kind")
    promise(isinstance(provider.context, ProviderContext), "the constructor keeps its context")


async def describes_every_setting(subject: Subject) -> None:
    settings_type = subject.make().settings_type
    promise(issubclass(settings_type, VoiceSettings), "settings_type is a VoiceSettings")
    fields = settings_type.model_json_schema().get("properties", {})
    for name, field in fields.items():
        promise("description" in field, f"the setting {name} has a description")
        promise("default" in field, f"the setting {name} has a default")


async def refuses_unknown_settings(subject: Subject) -> None:
    try:
        subject.make().settings_type.model_validate({"no_such_setting": 1})
    except ValidationError:
        return
    raise ContractBroken("an unknown setting is refused")


async def tells_its_availability_at_any_time(subject: Subject) -> None:
    provider = subject.make()
    _tells(provider)
    try:
        await provider.start()
        promise(_tells(provider).state is State.READY, "it is ready once started")
    finally:
        await provider.stop()
    promise(_tells(provider).state is not State.READY, "it is not ready once stopped")


def _tells(provider: AnyProvider) -> Availability:
    availability = _quickly(provider.availability, "availability")
    unready = availability.state is State.UNAVAILABLE
    told = availability.reason and availability.remedy
    promise(bool(told) or not unready, "an unavailable provider gives reason and remedy")
    return availability


def _quickly(told: Callable[[], Told], name: str) -> Told:
    took = []
    for _ in range(TRIES):
        began = time.monotonic()
        result = told()
        took.append(time.monotonic() - began)
    promise(min(took) < QUICK_S, f"{name} is told quickly")
    return result


async def claims_real_languages(subject: Subject) -> None:
    async with started(subject) as provider:
        capabilities = _quickly(provider.capabilities, "capabilities")
        promise(bool(capabilities.languages), "it has a language")
        for tag in capabilities.languages:
            promise(langcodes.tag_is_valid(tag), f"{tag} is a BCP 47 tag")
            promise(normalize(tag) == tag, f"{tag} is in its standard spelling")
        licence = capabilities.licence
        promise(bool(licence.code and licence.weights), "it states the licences")


async def lists_voices_of_its_languages(subject: Subject) -> None:
    async with started(subject) as provider:
        capabilities, voices = (
            _quickly(provider.capabilities, "capabilities"),
            await provider.voices(),
        )
        ids = [voice.id for voice in voices]
        promise(len(ids) == len(set(ids)), "voices have ids of their own")
        for voice in voices:
            promise(bool(voice.id and voice.name), "a voice has an id and a name")
            promise(voice.provider == provider.id, f"{voice.id} names its provider")
            known = set(voice.languages) <= set(capabilities.languages)
            promise(bool(voice.languages) and known, f"the languages of {voice.id} are claimed")
        for language in capabilities.languages if voices else ():
            promise(bool(await provider.voices(language)), f"a voice speaks {language}")
        nobody = await provider.voices("tlh")
        promise("tlh" in capabilities.languages or not nobody, "no voice speaks Klingon")


async def keeps_its_revision(subject: Subject) -> None:
    async with started(subject) as one, started(subject) as two:
        voice = subject.utterance.voice
        promise(one.revision(voice) == two.revision(voice), "the same voice has the same revision")


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
        promise(heard.peak <= 32_767, "the audio is 16-bit")


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
        limit = _quickly(provider.capabilities, "capabilities").limit_for(
            subject.utterance.language
        )
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


async def stops_when_the_listener_leaves(subject: Subject) -> None:
    async with started(subject) as provider:
        took = [await _leave(provider, subject) for _ in range(TRIES)]
        promise(min(took) < CANCEL_S + subject.lag, "leaving early ends the work in time")
        promise(bool((await hear(provider, subject.utterance)).pcm), "the next is served")


async def _leave(provider: AnyProvider, subject: Subject) -> float:
    before = asyncio.all_tasks()
    async with provider.speak(subject.utterance):
        left = time.monotonic()
    return await _gone(before, left)


async def stops_when_cancelled_before_audio(subject: Subject) -> None:
    async with started(subject) as provider:
        took = [await _cancel(provider, subject, after=turns) for turns in range(TRIES)]
        promise(min(took) < CANCEL_S + subject.lag, "cancelling ends the work in time")
        promise(bool((await hear(provider, subject.utterance)).pcm), "the next is served")


async def _cancel(provider: AnyProvider, subject: Subject, *, after: int) -> float:
    before = asyncio.all_tasks()
    entering = asyncio.create_task(hear(provider, subject.utterance))
    for _ in range(after):
        await asyncio.sleep(0)
    entering.cancel()
    left = time.monotonic()
    await asyncio.wait([entering])
    return await _gone(before, left)


async def _gone(before: set[asyncio.Task[Any]], left: float) -> float:
    """Seconds since ``left`` until no task is there that was not ``before``."""
    while asyncio.all_tasks() - before:
        promise(time.monotonic() - left < PATIENCE_S, "leaving leaves no task behind")
        await asyncio.sleep(0.001)
    return time.monotonic() - left


async def leaves_nothing_running(subject: Subject) -> None:
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    async with started(subject) as provider:
        await hear(provider, subject.utterance)
        async with provider.speak(subject.utterance):
            pass
    promise(not asyncio.all_tasks() - tasks, "no task is left after stop")
    ours = [t.name for t in set(threading.enumerate()) - threads if not _of_the_loop(t)]
    promise(not ours, f"no thread is left after stop, but there is {', '.join(ours)}")


def _of_the_loop(thread: threading.Thread) -> bool:
    """``asyncio.to_thread`` keeps its threads until the loop ends."""
    return thread.name.startswith("asyncio_")


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


async def may_be_stopped_at_any_time(subject: Subject) -> None:
    never = subject.make()
    await never.stop()
    cut_short = subject.make()
    starting = asyncio.create_task(cut_short.start())
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    await cut_short.stop()
    twice = subject.make()
    await twice.start()
    await twice.stop()
    await twice.stop()
    try:
        await hear(twice, subject.utterance)
    except PolyvoxError:
        return
    raise ContractBroken("a stopped provider raises an error of Polyvox")


CHECKS: tuple[Check, ...] = (
    says_who_it_is,
    describes_every_setting,
    refuses_unknown_settings,
    tells_its_availability_at_any_time,
    claims_real_languages,
    lists_voices_of_its_languages,
    keeps_its_revision,
    speaks,
    says_what_it_is_given,
    speaks_the_longest_text,
    keeps_two_listeners_apart,
    stops_when_the_listener_leaves,
    stops_when_cancelled_before_audio,
    leaves_nothing_running,
    refuses_an_unknown_voice,
    changes_its_speed_or_says_it_cannot,
    may_be_stopped_at_any_time,
)


async def run_all(subject: Subject) -> None:
    """Every check in turn. Raises ContractBroken at the first promise not kept."""
    for check in CHECKS:
        await check(subject)

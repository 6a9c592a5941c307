"""What a provider makes of the words of a lexicon."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace

from polyvox.domain.written import Part, Pronunciation
from polyvox.errors import Refused
from polyvox.provider.base import AudioStream, SettingsT, Utterance

Speak = Callable[[Utterance[SettingsT]], AbstractAsyncContextManager[AudioStream]]


@asynccontextmanager
async def respelled_if_refused(
    speak: Speak[SettingsT], utterance: Utterance[SettingsT]
) -> AsyncIterator[AudioStream]:
    """What ``speak`` gives for ``utterance``; where the service refuses it, and it has IPA in it, for the
    same in letters: a service may take other sounds than a lexicon has. Raises what ``speak`` raises."""
    async with AsyncExitStack() as stack:
        try:
            stream = await stack.enter_async_context(speak(utterance))
        except Refused:
            if not any(isinstance(part, Pronunciation) and part.ipa for part in utterance.parts):
                raise
            in_letters = replace(utterance, parts=respelled(utterance.parts))
            stream = await stack.enter_async_context(speak(in_letters))
        yield stream


def respelled(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Text, pauses and styles; () where there is nothing but text."""
    said: list[Part] = []
    for part in parts:
        part = part.spoken if isinstance(part, Pronunciation) else part
        if isinstance(part, str) and said and isinstance(said[-1], str):
            said[-1] += part
        else:
            said.append(part)
    return tuple(said) if any(not isinstance(part, str) for part in said) else ()

"""One provider asked for one segment: deadlines, silence, foreign exceptions, breaker, recall.

What comes out is either audible audio to its natural end, or a PolyvoxError that says whether it
came before the first audio (ProviderError, RequestError) or after it (Interrupted).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

from polyvox.audio.pcm import is_silent
from polyvox.domain.audio import AudioChunk
from polyvox.errors import (
    BadOutput,
    Crashed,
    Interrupted,
    PolyvoxError,
    ProviderError,
    RequestError,
    TimedOut,
)
from polyvox.provider.base import AudioStream
from polyvox.routing.breaker import Breaker
from polyvox.routing.recall import Recall

CLOSE_S = 5.0
"""How long a provider may take to let go before it is abandoned."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In seconds: to the first audible audio, and between two chunks after it."""

    first_audio_s: float = 15.0
    stall_s: float = 10.0


async def attempt(
    speak: Callable[[], AbstractAsyncContextManager[AudioStream]],
    *,
    provider: str,
    deadlines: Deadlines,
    breaker: Breaker,
    recall: Recall,
) -> AsyncGenerator[AudioChunk, None]:
    """Yield the segment's audio. Raises as the module says; close it to cancel the provider."""
    sent_ms = 0.0
    with breaker.trial():
        stack = AsyncExitStack()
        try:
            async with recall.heeded():
                stream, held = await _first_audio(stack, speak, deadlines)
            for chunk in held:
                sent_ms += chunk.duration_ms
                yield chunk
            while (chunk_ := await _next(stream, deadlines, recall)) is not None:
                sent_ms += chunk_.duration_ms
                yield chunk_
        except Exception as error:
            raise _translated(error, provider, sent_ms) from error
        finally:
            await _close(stack)


async def _first_audio(
    stack: AsyncExitStack,
    speak: Callable[[], AbstractAsyncContextManager[AudioStream]],
    deadlines: Deadlines,
) -> tuple[AudioStream, list[AudioChunk]]:
    """The stream, and its chunks up to the first audible one. Leading silence is held back: it may
    turn out to be all there is."""
    held: list[AudioChunk] = []
    try:
        async with asyncio.timeout(deadlines.first_audio_s) as limit:
            stream = await stack.enter_async_context(speak())
            async for chunk in stream:
                held.append(chunk)
                if not is_silent(chunk.pcm):
                    return stream, held
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TimedOut(f"No audio within {deadlines.first_audio_s:g} s.") from error
    raise BadOutput("The provider returned only silence." if held else "It returned no audio.")


async def _next(stream: AudioStream, deadlines: Deadlines, recall: Recall) -> AudioChunk | None:
    try:
        async with recall.heeded(), asyncio.timeout(deadlines.stall_s) as limit:
            chunk = await anext(stream, None)
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise Interrupted(f"The audio stalled for {deadlines.stall_s:g} s.") from error
    if chunk is not None and chunk.sample_rate != stream.sample_rate:
        raise Interrupted("The sample rate changed in the middle of the audio.")
    return chunk


def _translated(error: Exception, provider: str, sent_ms: float) -> PolyvoxError:
    """``error`` as one of ours, naming the provider; after the first audio always Interrupted."""
    if sent_ms:
        if isinstance(error, Interrupted):
            error.provider, error.sent_ms = error.provider or provider, sent_ms
            return error
        said = error.message if isinstance(error, PolyvoxError) else _named(error)
        return Interrupted(f"The audio broke off: {said}", sent_ms=sent_ms, provider=provider)
    if isinstance(error, Interrupted) and isinstance(error.__cause__, ProviderError):
        error = error.__cause__  # nothing was heard yet but its leading silence
    if isinstance(error, ProviderError):
        error.provider = error.provider or provider
        return error
    if isinstance(error, RequestError):
        return error
    said = error.message if isinstance(error, PolyvoxError) else _named(error)
    return Crashed(f"The provider failed: {said}", provider=provider)


def _named(error: Exception) -> str:
    """The kind of a foreign exception. Its message stays out: it may quote the user's text."""
    return f"{type(error).__module__}.{type(error).__qualname__}."


async def _close(stack: AsyncExitStack) -> None:
    """Leave the provider. What it says on leaving changes nothing about the audio it gave."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await stack.aclose()
    except Exception:  # noqa: BLE001, S110 - a provider that fails to tidy up has still spoken
        pass

"""What the checks of ``conformance`` share: a provider on trial, and an ear."""

from __future__ import annotations

import array
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from polyvox.domain.audio import AudioChunk
from polyvox.provider.base import Provider, Utterance

AnyProvider = Provider[Any]
Told = TypeVar("Told")

QUICK_S = 0.05
"""How long ``availability`` and ``capabilities`` may take."""
TRIES = 3
"""A busy machine delays now this, now that: the best of so many is what counts."""


class ContractBroken(AssertionError):
    """A promise that the provider does not keep."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A provider to check: how to make one, not yet started, and something it can say.

    ``utterance`` takes some seconds to speak; ``other_text`` is another text in its language.
    ``lag`` (s) is added to the time in which work must end, for those that cannot end it at once.
    """

    make: Callable[[], AnyProvider]
    utterance: Utterance[Any]
    other_text: str = "7, 8, 9."
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance as a listener gets it."""

    chunks: tuple[AudioChunk, ...]

    @property
    def pcm(self) -> bytes:
        return b"".join(chunk.pcm for chunk in self.chunks)

    @property
    def duration_ms(self) -> float:
        return sum(chunk.duration_ms for chunk in self.chunks)

    @property
    def peak(self) -> int:
        samples = array.array("h", self.pcm)
        return max((abs(sample) for sample in samples), default=0)


def promise(kept: bool, words: str) -> None:
    """Raises ContractBroken with ``words``, the promise, where it is not kept."""
    if not kept:
        raise ContractBroken(words)


@asynccontextmanager
async def started(subject: Subject) -> AsyncIterator[AnyProvider]:
    """A started provider, stopped again in the end."""
    provider = subject.make()
    try:
        await provider.start()
        yield provider
    finally:
        await provider.stop()


async def hear(provider: AnyProvider, utterance: Utterance[Any]) -> Heard:
    async with provider.speak(utterance) as stream:
        return Heard(tuple([chunk async for chunk in stream]))


def quickly(told: Callable[[], Told], name: str) -> Told:
    """What ``told`` says; raises ContractBroken where it takes long."""
    took = []
    for _ in range(TRIES):
        began = time.monotonic()
        result = told()
        took.append(time.monotonic() - began)
    promise(min(took) < QUICK_S, f"{name} is told quickly")
    return result

"""Providers whose audio spells the text, so that a test can read exactly what was heard.

One sample per character: START, the characters' code points (up to U+7918), END. A chunk is one word.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pydantic import Field

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    Kind,
    Licence,
    TextForm,
    TextLimit,
    Voice,
)
from polyvox.domain.speech import REPLY_SAMPLE_RATE
from polyvox.errors import InvalidSetting
from polyvox.provider import AudioStream, Provider, Utterance, VoiceSettings, audio_stream
from polyvox_faulty.faults import Fault, inject

START, END = 32_000, -32_000
OFFSET = 1_000
"""Lifts code points over the threshold of silence."""


class WrittenSettings(VoiceSettings):
    speed: float = Field(default=1.0, ge=0.5, le=2.0, description="Kept, without effect.")

    def at_speed(self, factor: float) -> WrittenSettings:
        if not 0.5 <= self.speed * factor <= 2.0:
            raise InvalidSetting("The speed must lie between 0.5 and 2.", param="speed")
        return self.model_copy(update={"speed": self.speed * factor})


class Written(Provider[WrittenSettings]):
    """``script`` holds the fault of each coming call; healthy once it is used up."""

    kind = Kind.LOCAL
    settings_type = WrittenSettings
    languages: tuple[str, ...] = ("en", "de")
    limit = TextLimit(characters=200)
    carries_style = False
    takes_instructions = False
    text = TextForm.WRITTEN

    script: list[Fault]
    calls: list[Fault]
    told: list[tuple[str, ...]]
    """What came before, by each call."""
    instructed: list[str | None]
    """How it was told to speak, by each call."""
    received: list[str]
    """The text of each call, in the form that is wanted."""
    running = 0

    async def start(self) -> None:
        self.script = [Fault(name) for name in self.context.options.get("script", [])]
        self.calls, self.told, self.instructed, self.received = [], [], [], []

    def availability(self) -> Availability:
        return Availability.ready()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            name=f"Written {self.id}",
            languages=self.languages,
            licence=Licence("Apache-2.0", "none", commercial_use=True),
            streaming=True,
            limits={"*": self.limit},
            carries_style=self.carries_style,
            takes_instructions=self.takes_instructions,
            text=self.text,
        )

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return [Voice(f"{self.id}-voice", self.id, self.id, self.languages)]

    @asynccontextmanager
    async def speak(self, utterance: Utterance[WrittenSettings]) -> AsyncIterator[AudioStream]:
        fault = self.script.pop(0) if self.script else Fault.NONE
        self.calls.append(fault)
        self.told.append(utterance.before)
        self.instructed.append(utterance.instructions)
        self.received.append(utterance.text)
        self.running += 1
        try:
            async with inject(fault, audio_stream(_spell(utterance.text))) as stream:
                yield stream
        finally:
            self.running -= 1


class FaultA(Written):
    id = "fault_a"


class FaultB(Written):
    id = "fault_b"


class FaultC(Written):
    id = "fault_c"


async def _spell(text: str) -> AsyncGenerator[AudioChunk, None]:
    words = re.findall(r"\s*\S+", text)
    for place, word in enumerate(words):
        samples = array("h", [START] if place == 0 else [])
        samples.extend(min(ord(character) + OFFSET, START - 1) for character in word)
        if place == len(words) - 1:
            samples.append(END)
        yield AudioChunk(samples.tobytes(), REPLY_SAMPLE_RATE)


def heard(pcm: bytes) -> tuple[list[str], list[str]]:
    """(texts heard whole, texts broken off), each in order of hearing."""
    samples = array("h")
    samples.frombytes(pcm)
    whole: list[str] = []
    broken: list[str] = []
    current: list[str] | None = None
    for sample in samples:
        if sample == START:
            if current is not None:
                broken.append("".join(current))
            current = []
        elif sample == END:
            assert current is not None, "an end without a start"
            whole.append("".join(current))
            current = None
        elif current is not None:
            current.append(chr(sample - OFFSET))
    if current is not None:
        broken.append("".join(current))
    return whole, broken

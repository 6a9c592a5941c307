"""A provider that shows when it is asked and when it is let go."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import Enum, auto

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Availability, Capabilities, Kind, Licence, Voice
from polyvox.provider import AudioStream, Provider, Utterance, VoiceSettings, audio_stream

RATE = 24_000
NOISE = b"\x00\x20\x00\xe0" * (RATE // 20)
"""100 ms of a tone nobody would mistake for silence."""


class Mode(Enum):
    MUTE = auto()  # never any audio
    LIVE = auto()  # 100 ms of audio every 10 ms, without end
    FLOOD = auto()  # as fast as it is taken, without end


class Gated(Provider[VoiceSettings]):
    """Never ends by itself. ``entered`` and ``left`` may be waited for in any thread."""

    id = "gated"
    kind = Kind.LOCAL
    settings_type = VoiceSettings

    async def start(self) -> None:
        self.reset()

    def reset(self, mode: Mode = Mode.LIVE) -> None:
        self.mode = mode
        self.entered, self.left = threading.Event(), threading.Event()
        self.left_at = 0.0
        self.made = 0

    def wait_until_idle(self) -> None:
        """Until nobody takes any audio: every buffer on the way is full."""
        made = -1
        while made != self.made:
            made = self.made
            time.sleep(0.1)

    def availability(self) -> Availability:
        return Availability.ready()

    def capabilities(self) -> Capabilities:
        licence = Licence("Apache-2.0", "none", commercial_use=True)
        return Capabilities(name="Gated", languages=("en",), licence=licence, streaming=True)

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return [Voice("gate", self.id, "Gate", ("en",))]

    @asynccontextmanager
    async def speak(self, utterance: Utterance[VoiceSettings]) -> AsyncIterator[AudioStream]:
        left = self.left
        self.entered.set()
        try:
            async with audio_stream(self._audio()) as stream:
                yield stream
        finally:
            self.left_at = time.perf_counter()
            left.set()

    async def _audio(self) -> AsyncGenerator[AudioChunk, None]:
        if self.mode is Mode.MUTE:
            await asyncio.Event().wait()
        while True:
            self.made += 1
            yield AudioChunk(NOISE, RATE)
            await asyncio.sleep(0.01 if self.mode is Mode.LIVE else 0)

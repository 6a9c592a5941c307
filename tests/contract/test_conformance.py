"""The contract suite itself: it passes a sound provider and catches each broken promise."""

from __future__ import annotations

import asyncio
import math
import threading
from array import array
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Availability, Capabilities, Kind, Licence, TextLimit, Voice
from polyvox.errors import Unavailable, UnknownVoice
from polyvox.provider.base import (
    AudioStream,
    Provider,
    ProviderContext,
    Utterance,
    VoiceSettings,
    audio_stream,
)
from polyvox.provider.conformance import ContractBroken, Subject, run_all

RATE = 8_000


class ToneSettings(VoiceSettings):
    pitch: int = Field(default=200, ge=50, le=2_000, description="Hz.")


class Tone(Provider[ToneSettings]):
    """A tone of 100 ms per character, higher from text to text."""

    id: ClassVar[str] = "tone"
    kind: ClassVar[Kind] = Kind.LOCAL
    settings_type: ClassVar[type[VoiceSettings]] = ToneSettings
    running = False

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False

    def availability(self) -> Availability:
        if self.running:
            return Availability.ready()
        return Availability.unavailable("It is stopped.", "Start it.")

    def capabilities(self) -> Capabilities:
        licence = Licence(code="MIT", weights="MIT", commercial_use=True)
        limits = {"*": TextLimit(characters=100)}
        return Capabilities("Tone", ("en",), licence, streaming=True, limits=limits)

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return [Voice("sine", self.id, "Sine", ("en",))] if language in {None, "en"} else []

    @asynccontextmanager
    async def speak(self, utterance: Utterance[ToneSettings]) -> AsyncIterator[AudioStream]:
        if not self.running:
            raise Unavailable("It is stopped.")
        if utterance.voice != "sine":
            raise UnknownVoice("Only sine.")
        async with audio_stream(self.sound(utterance)) as stream:
            yield stream

    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        step = 2 * math.pi * (utterance.settings.pitch + len(utterance.text)) / RATE
        for start in range(0, len(utterance.text) * RATE // 10, RATE // 10):
            wave = (int(9_000 * math.sin(step * i)) for i in range(start, start + RATE // 10))
            yield AudioChunk(array("h", wave).tobytes(), RATE)
            await asyncio.sleep(0)


class Silent(Tone):
    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        yield AudioChunk(bytes(RATE), RATE)


class Deaf(Tone):
    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        yield AudioChunk(b"\x00\x10" * RATE, RATE)


class ChangesItsRate(Tone):
    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        async for chunk in super().sound(utterance):
            yield chunk
        yield AudioChunk(b"\x00\x10" * RATE, RATE * 2)


class CutsShort(Tone):
    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        shorter = Utterance(utterance.text[:20], "en", "sine", utterance.settings)
        async for chunk in super().sound(shorter):
            yield chunk


class TakesAnyVoice(Tone):
    @asynccontextmanager
    async def speak(self, utterance: Utterance[ToneSettings]) -> AsyncIterator[AudioStream]:
        sine = Utterance(utterance.text, "en", "sine", utterance.settings)
        async with super().speak(sine) as stream:
            yield stream


class LeavesATask(Tone):
    _tasks: ClassVar[list[asyncio.Task[None]]] = []

    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        self._tasks.append(asyncio.create_task(asyncio.sleep(6)))
        async for chunk in super().sound(utterance):
            yield chunk


class LeavesAThread(Tone):
    async def start(self) -> None:
        await super().start()
        threading.Thread(target=threading.Event().wait, args=(5,), daemon=True).start()


class SaysNoRemedy(Tone):
    def availability(self) -> Availability:
        return Availability.ready() if self.running else Availability.unavailable("No.", "")


class AlwaysReady(Tone):
    def availability(self) -> Availability:
        return Availability.ready()


class ClaimsNothing(Tone):
    def capabilities(self) -> Capabilities:
        return Capabilities("Tone", (), Licence("MIT", "MIT", True), streaming=True)


class SpeaksAllTongues(Tone):
    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return [Voice("sine", self.id, "Sine", ("en",))]


class SaysNothingOfASetting(Tone):
    class Settings(VoiceSettings):
        pitch: int = 200

    settings_type: ClassVar[type[VoiceSettings]] = Settings


class TakesAnySetting(Tone):
    class Settings(ToneSettings, extra="ignore"):
        pass

    settings_type: ClassVar[type[VoiceSettings]] = Settings


class TakesInstructions(Tone):
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), takes_instructions=True)

    async def sound(self, utterance: Utterance[ToneSettings]) -> AsyncGenerator[AudioChunk, None]:
        pitch = utterance.settings.pitch * (2 if utterance.instructions else 1)
        told = replace(utterance, settings=ToneSettings(pitch=pitch))
        async for chunk in super().sound(told):
            yield chunk


class IgnoresInstructions(Tone):
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), takes_instructions=True)


def subject(kind: type[Tone], folder: Path) -> Subject:
    utterance = Utterance("A tone of some length is this.", "en", "sine", ToneSettings())
    return Subject(lambda: kind(ProviderContext(folder)), utterance)


@pytest.mark.parametrize("kind", [Tone, TakesInstructions])
async def test_a_sound_provider_passes(kind: type[Tone], tmp_path: Path) -> None:
    await run_all(subject(kind, tmp_path))


@pytest.mark.parametrize(
    ("kind", "promise"),
    [
        (Silent, "not silent"),
        (Deaf, "another text sounds different"),
        (ChangesItsRate, "sample rate"),
        (CutsShort, "longest text"),
        (TakesAnyVoice, "unknown voice"),
        (LeavesATask, "no task behind"),
        (LeavesAThread, "no thread is left"),
        (SaysNoRemedy, "remedy"),
        (AlwaysReady, "not ready once stopped"),
        (ClaimsNothing, "has a language"),
        (SpeaksAllTongues, "Klingon"),
        (SaysNothingOfASetting, "has a description"),
        (TakesAnySetting, "unknown setting is refused"),
        (IgnoresInstructions, "instructions change how it sounds"),
    ],
)
async def test_a_broken_promise_is_caught(
    kind: type[Tone], promise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyvox.provider.conformance_leaving.PATIENCE_S", 0.2)
    with pytest.raises(ContractBroken, match=promise):
        await run_all(subject(kind, tmp_path))
    for task in LeavesATask._tasks:
        task.cancel()
    LeavesATask._tasks.clear()

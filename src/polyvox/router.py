"""The library's front door, in the specification's own terms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self, TypedDict

import structlog

from polyvox.audio.containers import encode
from polyvox.bootstrap import Embedded
from polyvox.config import Settings
from polyvox.domain.audio import AudioFormat
from polyvox.domain.capabilities import VoiceProvider
from polyvox.domain.speech import SpeechReport, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import PolyvoxError
from polyvox.services.speech import Speech
from polyvox.telemetry import configure_logging


class SpeechResult(TypedDict):
    """``audio`` is a whole file of ``format``; ``sample_rate`` in Hz, times in ms."""

    audio: bytes
    format: str
    sample_rate: int
    duration_ms: float
    provider: str | None
    latency_ms: float
    ttfa_ms: float | None
    cached: bool
    speech_id: str
    report: SpeechReport


class VoiceModelRouter:
    """Speaks with the personality's active model, and with its fallback chain when that fails.

    Keeps no database: personalities are the caller's documents, statistics last as long as the
    router. Voices and the cache live in the home folder (``POLYVOX_HOME``). Use it as an async
    context manager, or call :meth:`initialize` and :meth:`close`.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings
        self._embedded: Embedded | None = None
        self._active: str | None = None

    async def initialize(self) -> dict[str, str | None]:
        """Start all providers side by side. What each lacks, by id; None for one that is ready."""
        if not structlog.is_configured():
            configure_logging("WARNING")  # structlog's own default would write to standard output
        if self._embedded is None:
            embedded = Embedded(self._settings or Settings.load())
            await embedded.start()
            self._embedded = embedded
            await embedded.providers.warm_up()
        return {found.id: found.availability().reason for found in self._embedded.providers.all()}

    async def close(self) -> None:
        if self._embedded is not None:
            await self._embedded.stop()
            self._embedded = None

    async def __aenter__(self) -> Self:
        await self.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def generate_speech(
        self,
        text: str,
        personality_config: Mapping[str, Any] | VoiceConfig,
        language: str | None = "en",
        force_provider: VoiceProvider | str | None = None,
        *,
        response_format: AudioFormat | str = AudioFormat.WAV,
        instructions: str | None = None,
    ) -> SpeechResult:
        """Speak ``text`` whole. ``language`` is a BCP 47 tag, "auto" where the text chooses among the
        personality's languages, or None for what its document says. ``instructions`` say how to speak,
        in words, to the providers that take them.

        Raises RequestError for what the caller got wrong, NoVoiceLeft when nobody could speak,
        Interrupted when the last candidate broke off.
        """
        async with self.stream(
            text,
            personality_config,
            language=language,
            force_provider=force_provider,
            instructions=instructions,
        ) as speech:
            pcm = await speech.read()
        report = speech.report
        kind = AudioFormat(response_format)
        return SpeechResult(
            audio=await asyncio.to_thread(encode, kind, pcm, speech.sample_rate),
            format=kind.value,
            sample_rate=speech.sample_rate,
            duration_ms=report.audio_ms,
            provider=report.provider,
            latency_ms=report.latency_ms,
            ttfa_ms=report.ttfa_ms,
            cached=report.cached,
            speech_id=report.id,
            report=report,
        )

    @asynccontextmanager
    async def stream(
        self,
        text: str,
        personality_config: Mapping[str, Any] | VoiceConfig,
        *,
        language: str | None = "en",
        force_provider: VoiceProvider | str | None = None,
        fallback: bool = True,
        instructions: str | None = None,
    ) -> AsyncIterator[Speech]:
        """Speech while it is made: entered with the first audio in hand, iterates over AudioChunk."""
        if self._embedded is None:
            raise PolyvoxError("The router is not started.", remedy="Await initialize() first.")
        config = VoiceConfig.parse(personality_config)
        self._active = str(force_provider or config.active_provider)
        request = SpeechRequest(
            text=text,
            voice_config=config,
            language=language,
            provider=str(force_provider) if force_provider else None,
            fallback=fallback,
            instructions=instructions,
        )
        async with await self._embedded.speak.speak(request) as speech:
            yield speech

    async def get_stats(self) -> dict[str, Any]:
        """Per provider since the start: requests, failures, latency, characters, cache hits."""
        providers = self._embedded.tally.stats() if self._embedded else {}
        return {"providers": providers, "active_provider": self._active}

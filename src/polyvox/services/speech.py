"""A reply being spoken: audio at one sample rate for the listener, and the report of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from itertools import chain
from types import TracebackType
from typing import Self

from polyvox.audio.pcm import silence
from polyvox.audio.resample import StreamResampler
from polyvox.domain.audio import AudioChunk
from polyvox.domain.speech import Outcome, SegmentReport, SpeechReport
from polyvox.errors import Interrupted, NoVoiceLeft, PolyvoxError
from polyvox.routing.failover import Chain, Failover
from polyvox.routing.segment_buffer import SegmentBuffer
from polyvox.services.ensemble import Ensemble
from polyvox.text.spoken import Role, Segment

AHEAD = 1
"""Segments made before the listener reaches them."""
NOTHING_TO_SAY_MS = 200.0
"""Length of the silence that answers a text without anything to say."""


class Speech:
    """Enter it to speak: entering returns with the first audio in hand, or raises why there is none.

    Iterating gives chunks of ``sample_rate`` Hz. Leaving early stops the work down to the engine.
    ``report`` grows while the reply is made and is whole after leaving.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        *,
        ensemble: Ensemble,
        failover: Failover,
        report: SpeechReport,
        on_close: Callable[[SpeechReport], None],
    ) -> None:
        self.report = report
        self._ensemble = ensemble
        self._failover = failover
        self._on_close = on_close
        self._begin_chains()
        self._patient = False
        self._playing = 0
        self._moved = asyncio.Event()
        self._maker: asyncio.Task[None] | None = None
        self._begun = asyncio.get_running_loop().time()
        self._closed = False
        self._audio = self._play()
        self._segments: list[SegmentBuffer] = []
        self._plan_segments(0, segments)

    @property
    def id(self) -> str:
        return self.report.id

    @property
    def sample_rate(self) -> int:
        return self.report.sample_rate

    async def __aenter__(self) -> Self:
        try:
            if self._segments:
                self._start_making(0)
                await self._first_audio()
        except BaseException as error:
            await self._close(error)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close(error)

    def __aiter__(self) -> AsyncIterator[AudioChunk]:
        return self._audio

    def patiently(self) -> AsyncIterator[AudioChunk]:
        """The chunks, each segment's once it is whole: what an interrupted attempt left is not heard."""
        self._patient = True
        return self._audio

    async def read(self) -> bytes:
        """The whole reply as s16le mono PCM, made patiently."""
        return b"".join([chunk.pcm async for chunk in self.patiently()])

    async def _play(self) -> AsyncGenerator[AudioChunk, None]:
        try:
            async with aclosing(self._resampled()) as chunks:
                async for chunk in chunks:
                    if self.report.ttfa_ms is None:
                        self.report.ttfa_ms = self._elapsed_ms()
                    self.report.audio_ms += chunk.duration_ms
                    yield chunk
        except NoVoiceLeft as error:
            self._note(error)
            error.speech_id = self.id
            if not self.report.audio_ms:
                raise
            raise Interrupted(str(error), sent_ms=self.report.audio_ms) from error
        except PolyvoxError as error:
            self._note(error)
            raise
        self.report.outcome = Outcome.OK

    async def _resampled(self) -> AsyncGenerator[AudioChunk, None]:
        if not self._segments:
            yield silence(NOTHING_TO_SAY_MS, self.sample_rate)
            return
        resampler = StreamResampler(self.sample_rate)
        async with aclosing(self._heard()) as heard:
            async for chunk in heard:
                if (ready := resampler.push(chunk)) is not None:
                    yield ready
        if (rest := resampler.flush()) is not None:
            yield rest

    async def _heard(self) -> AsyncGenerator[AudioChunk, None]:
        index = 0
        while index < len(self._segments):
            await self._reach(index)
            segment = self._segments[index]
            if self._patient:
                await segment.ended()
            while (chunk := await segment.take()) is not None:
                yield chunk
            if self._segments[index] is segment:
                index += 1

    async def _first_audio(self) -> None:
        """Wait for it; segments that nobody can read have none."""
        index = 0
        while index < len(self._segments):
            segment = self._segments[index]
            if await segment.ready():
                return
            if self._segments[index] is segment:
                index += 1
                self._playing = index
                self._moved.set()

    async def _reach(self, index: int) -> None:
        """The listener has come to this segment: let the next be made; mind a switch by hand."""
        self._playing = index
        self._moved.set()
        if not index:
            return  # the plan was made a moment ago
        await self._ensemble.refresh()
        if self._segments[index].cast not in (0, self._ensemble.version):
            await self._stop_making()
            self._recast(index)
            self._start_making(index)

    async def _make(self, index: int) -> None:
        while index < len(self._segments):
            while index > self._playing + AHEAD:
                self._moved.clear()
                await self._moved.wait()
            if index:
                await self._ensemble.refresh()
            if self._cast != self._ensemble.version:
                self._recast(index)
            segment = self._segments[index]
            segment.cast = self._cast
            try:
                await self._speak(segment)
            except Exception as error:  # noqa: BLE001 - carried to the listener, who raises it
                segment.end(error)
                return
            segment.end()
            index += 1

    def _begin_chains(self) -> None:
        """One for each role, which stays with whoever took over."""
        self._cast = self._ensemble.version
        self._chains = {role: Chain() for role in Role}

    async def _speak(self, segment: SegmentBuffer) -> None:
        """By who can read it; a line in a script that nobody here reads is passed over."""
        piece = segment.segment
        plan = self._ensemble.plan_for(piece)
        cast = self._ensemble.own.plans[piece.language]
        segment.report.out.extend(plan.out[len(cast.out) :])
        if plan.candidates:
            await self._failover.make(segment, plan, self._chains[piece.role])

    def _recast(self, index: int) -> None:
        """Start the chains anew and cut the rest of the text to the new candidates' limits."""
        self._begin_chains()
        self.report.candidates = self._ensemble.own.candidates
        self.report.out = self._ensemble.own.out
        unheard = self._segments[index:]
        again = (
            self._ensemble.again(old.segment, first=not place)
            for place, old in enumerate(unheard, start=index)
        )
        self._plan_segments(index, list(chain.from_iterable(again)))
        for old, new in zip(unheard, self._segments[index:], strict=False):
            for attempt in old.report.attempts:
                if attempt.outcome is Outcome.OK:
                    attempt.outcome = Outcome.CANCELLED
                    attempt.message = "The personality was switched before this was heard."
            new.report.attempts[:0] = old.report.attempts

    def _plan_segments(self, index: int, segments: Sequence[Segment]) -> None:
        for replaced in self._segments[index:]:
            replaced.end()  # a listener waiting on it looks again
        del self._segments[index:], self.report.segments[index:]
        for number, piece in enumerate(segments, start=index):
            characters = len(piece.text)
            report = SegmentReport(index=number, characters=characters, language=piece.language)
            self.report.segments.append(report)
            earlier = (segment.segment for segment in self._segments)
            before = tuple(each for each in earlier if each.role is piece.role)
            self._segments.append(SegmentBuffer(piece, report, before))

    def _start_making(self, index: int) -> None:
        self._maker = asyncio.create_task(self._make(index), name=f"speech {self.id}")

    async def _stop_making(self) -> None:
        if self._maker is not None:
            self._maker.cancel()
            await asyncio.wait([self._maker])
            self._maker = None

    async def _close(self, error: BaseException | None) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._audio.aclose()
            await self._stop_making()
        finally:
            if isinstance(error, PolyvoxError) and self.report.error is None:
                self._note(error)
            if isinstance(error, NoVoiceLeft):
                error.speech_id = self.id
            if self.report.outcome is Outcome.RUNNING:
                self.report.outcome = Outcome.CANCELLED
            self.report.latency_ms = self._elapsed_ms()
            self._on_close(self.report)

    def _note(self, error: PolyvoxError) -> None:
        heard = self.report.audio_ms > 0
        self.report.outcome = Outcome.INTERRUPTED if heard else Outcome.FAILED
        self.report.error = error.code

    def _elapsed_ms(self) -> float:
        return 1000.0 * (asyncio.get_running_loop().time() - self._begun)

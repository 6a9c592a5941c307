"""The use case everything else serves: a request becomes speech."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from weakref import WeakValueDictionary

import structlog

from polyvox.cache.segments import SegmentCache
from polyvox.domain.speech import (
    MAX_INSTRUCTIONS,
    ExclusionCode,
    Outcome,
    SpeechReport,
    SpeechRequest,
)
from polyvox.errors import (
    InvalidSetting,
    NoVoiceLeft,
    PolyvoxError,
    TextTooLong,
    UnsupportedLanguage,
)
from polyvox.routing.attempt import Deadlines
from polyvox.routing.failover import Failover, nobody_left
from polyvox.routing.plan import Plan
from polyvox.services.casting import Casting
from polyvox.services.ensemble import Ensemble, Part
from polyvox.services.lexicon import ServerLexicon
from polyvox.services.ports import PersonalityReader
from polyvox.services.providers import Providers
from polyvox.services.quota import QuotaService
from polyvox.services.samples import SampleService
from polyvox.services.segment_source import SegmentSource
from polyvox.services.speech import Speech
from polyvox.text.passages import Passage, passages
from polyvox.text.roles import divided
from polyvox.text.spoken import Segment

log = structlog.get_logger(__name__)
CLEANED_INLINE = 2_000
"""Characters that are cleaned without leaving the event loop."""
UNREAD = {ExclusionCode.LANGUAGE, ExclusionCode.UNSUPPORTED_LANGUAGE}
ReportObserver = Callable[[SpeechReport], None]


def new_id() -> str:
    """Of a speech; nobody can guess it."""
    return f"sp_{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class SpeakLimits:
    """``deadlines`` gives a provider's, by id."""

    text_max_characters: int = 20_000
    deadlines: Callable[[str], Deadlines] = field(default=lambda _: Deadlines())


@dataclass(eq=False, repr=False, kw_only=True)
class SpeakService:
    """Turns requests into Speech. ``observers`` are told every finished report, once."""

    providers: Providers
    cache: SegmentCache
    personalities: PersonalityReader | None = None
    quota: QuotaService | None = None
    samples: SampleService | None = None
    lexicon: ServerLexicon | None = None
    limits: SpeakLimits = SpeakLimits()
    observers: Sequence[ReportObserver] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    # Weak, since a speech that is never entered is never closed either.
    _running: WeakValueDictionary[str, SpeechReport] = field(
        default_factory=WeakValueDictionary, init=False
    )

    async def speak(self, request: SpeechRequest, *, speech_id: str | None = None) -> Speech:
        """The speech, not yet begun: enter it. ``speech_id`` is one of ``new_id``'s.

        Raises TextTooLong, UnknownPersonality, UnknownProvider, UnknownVoice,
        UnsupportedLanguage, InvalidSetting, and NoVoiceLeft when no candidate may be tried at all.
        """
        limit = self.limits.text_max_characters
        if len(request.text) > limit:
            raise TextTooLong(
                f"The text has {len(request.text)} characters; the limit is {limit} "
                "(text_max_characters).",
                param="input",
                remedy="Send it in parts.",
            )
        if request.instructions and len(request.instructions) > MAX_INSTRUCTIONS:
            raise TextTooLong(
                f"The instructions have {len(request.instructions)} characters; the limit is "
                f"{MAX_INSTRUCTIONS}.",
                param="instructions",
                remedy="Say it in fewer words.",
            )
        casting = await self.cast(request)
        ensemble = Ensemble(casting)
        segments = await _segments_of(request.text, ensemble)
        report = self._new_report(speech_id or new_id(), request, ensemble)
        for segment in segments:
            if not ensemble.plan(segment.language, segment.role).candidates:
                self._refuse(segment.language, casting.plans[segment.language], report)
        self._running[report.id] = report
        deadlines = self.limits.deadlines
        source = SegmentSource(
            request, self.providers, self.cache, deadlines, self.quota, self.samples
        )
        return Speech(
            segments,
            ensemble=ensemble,
            failover=Failover(source),
            report=report,
            on_close=self._finish,
        )

    async def cast(self, request: SpeechRequest) -> Casting:
        """Who would speak ``request``, in which order, and why each other one would not.

        Raises UnknownPersonality, UnknownProvider, UnknownVoice.
        """
        casting = self._casting(request)
        await casting.start()
        return casting

    async def cast_each(self, request: SpeechRequest, providers: Sequence[str]) -> dict[str, Plan]:
        """Whether each of ``providers`` would speak ``request``, were it the only one asked.

        Raises UnknownPersonality.
        """
        return await self._casting(request).each(providers)

    def _casting(self, request: SpeechRequest) -> Casting:
        spent = self.quota.spent if self.quota else None
        references = self.samples.references if self.samples else None
        return Casting(request, self.providers, self.personalities, spent, references, self.lexicon)

    def running(self, speech_id: str) -> SpeechReport | None:
        """The report, still growing, of a reply under way."""
        return self._running.get(speech_id)

    def _new_report(self, speech_id: str, request: SpeechRequest, cast: Ensemble) -> SpeechReport:
        return SpeechReport(
            id=speech_id,
            created_at=self.now().isoformat(),
            personality=None if request.voice_config else request.personality,
            language=cast.language,
            outcome=Outcome.RUNNING,
            characters=len(request.text),
            candidates=cast.own.candidates,
            out=cast.own.out,
            segments=[],
            narrator=cast.report,
        )

    def _refuse(self, language: str, plan: Plan, report: SpeechReport) -> None:
        """Nobody may be asked: the caller's mistake where the same wish stands in everybody's way."""
        told = " ".join(f"{out.provider}: {out.reason}" for out in plan.out)
        error: PolyvoxError
        match {out.code for out in plan.out}:
            case codes if codes == {ExclusionCode.LANGUAGE}:
                message = f"Nobody speaks '{language}'. {told}"
                error = UnsupportedLanguage(message, param="language")
            case codes if codes and codes <= UNREAD:
                error = UnsupportedLanguage(
                    f"Nobody can read the text. {told}",
                    param="language",
                    remedy="Name the language it is in, or add somebody who speaks it.",
                )
            case codes if codes == {ExclusionCode.SETTING}:
                error = InvalidSetting(told, param="speed")
            case _:
                error = nobody_left(list(plan.out), [])
        if isinstance(error, NoVoiceLeft):
            error.speech_id = report.id
        report.outcome, report.error = Outcome.FAILED, error.code
        self._finish(report)
        raise error

    def _finish(self, report: SpeechReport) -> None:
        self._running.pop(report.id, None)
        log.info(
            "speech",
            speech_id=report.id,
            personality=report.personality,
            provider=report.provider,
            outcome=report.outcome.value,
            segments=len(report.segments),
            characters=report.characters,
            cached=report.cached,
            ttfa_ms=round(report.ttfa_ms, 1) if report.ttfa_ms is not None else None,
        )
        for observe in self.observers:
            observe(report)


async def _segments_of(text: str, ensemble: Ensemble) -> list[Segment]:
    """What to say, by whom. Long texts are cleaned and cut in a thread: 1,000 characters take up to
    20 ms; and so is the language chosen, whose model takes half a second to load."""
    own = ensemble.own
    aside = len(text) > CLEANED_INLINE or len(own.choices) > 1

    def cleaned() -> list[Part]:
        return [
            (role, Passage(part, passage.language))
            for passage in passages(text, own.language, own.choices)
            for role, part in divided(passage.written, own.config.actions)
        ]

    parts = await asyncio.to_thread(cleaned) if aside else cleaned()
    await ensemble.start(role for role, _ in parts)

    def prepared() -> list[Segment]:
        ensemble.read(parts)
        segments: list[Segment] = []
        for role, passage in parts:
            segments += ensemble.segments(passage, role, first=not segments)
        return segments

    return await asyncio.to_thread(prepared) if aside else prepared()

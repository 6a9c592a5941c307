"""A reply as its timeline tells it, in words. Pure functions of the report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from polyvox.domain.speech import Attempt, Exclusion, Outcome, SegmentReport, SpeechReport
from polyvox.services.failures import Named, did

ENDINGS = {
    Outcome.RUNNING: "Speaking …",
    Outcome.OK: "Spoken.",
    Outcome.FAILED: "Nobody could speak.",
    Outcome.INTERRUPTED: "It broke off: nobody could go on.",
    Outcome.CANCELLED: "Stopped.",
}


class Kind(StrEnum):
    """How a step ended. The values are names of Material icons, so that colour is not the only sign."""

    SPOKE = "check_circle"
    REPLAYED = "history"
    FAILED = "error"
    STOPPED = "do_not_disturb_on"
    RUNNING = "pending"
    PASSED = "skip_next"


@dataclass(frozen=True, slots=True)
class Step:
    """One provider's part in a segment; ``ms`` of it are drawn, ``detail`` is said in small. ``out`` is
    why it was not asked."""

    kind: Kind
    said: str
    ms: float = 0.0
    detail: str = ""
    out: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    steps: tuple[Step, ...]

    @property
    def ms(self) -> float:
        return sum(step.ms for step in self.steps)


def summary(report: SpeechReport) -> str:
    """A line about the whole: how it stands, when audio began, what came from the cache."""
    parts = [ENDINGS[report.outcome]]
    if report.ttfa_ms is not None:
        parts.append(f"First audio after {duration(report.ttfa_ms)}.")
    if report.outcome is Outcome.OK:
        spoken = [a for segment in report.segments if (a := segment.spoken_by)]
        stored = sum(a.cached for a in spoken)
        parts.append(f"{duration(report.audio_ms)} of audio.")
        parts.append(f"{stored} of {counted(len(spoken), 'segment')} came from the cache.")
    return " ".join(parts)


def row(segment: SegmentReport, name: Named) -> Row:
    passed = [_passed(out, name) for out in segment.out]
    tried = [_step(attempt, name) for attempt in segment.attempts]
    title = f"Segment {segment.index + 1}, {counted(segment.characters, 'character')}"
    return Row(title, (*passed, *tried))


def others(report: SpeechReport, name: Named) -> list[Step]:
    """Who was not asked at all, and why."""
    return [_passed(out, name) for out in report.out]


def _passed(out: Exclusion, name: Named) -> Step:
    detail = " ".join(filter(None, (out.reason, out.remedy)))
    return Step(Kind.PASSED, f"{name(out.provider)} was not asked.", detail=detail, out=out)


def _step(attempt: Attempt, name: Named) -> Step:
    who, took = name(attempt.provider), attempt.latency_ms
    match attempt.outcome:
        case Outcome.RUNNING:
            return Step(Kind.RUNNING, f"{who} is at it …")
        case Outcome.CANCELLED:
            return Step(Kind.STOPPED, f"{who} was stopped.", took, attempt.message or "")
        case Outcome.OK if attempt.cached:
            said = f"{who}, from the cache: {duration(attempt.audio_ms)} of audio."
            return Step(Kind.REPLAYED, said, took, _voice(attempt))
        case Outcome.OK:
            return Step(Kind.SPOKE, _spoke(who, attempt), took, _voice(attempt))
        case _:
            said = f"{did(attempt.provider, attempt.error, name)}, after {duration(took)}."
            return Step(Kind.FAILED, said, took, attempt.message or "")


def _spoke(who: str, attempt: Attempt) -> str:
    begun = f"first audio after {duration(attempt.ttfa_ms)}, " if attempt.ttfa_ms else ""
    made = f"{duration(attempt.audio_ms)} of audio in {duration(attempt.latency_ms)}"
    return f"{who} spoke: {begun}{made}."


def _voice(attempt: Attempt) -> str:
    if attempt.stand_in_for:
        return f"Voice {attempt.voice}, instead of {attempt.stand_in_for}, which is missing."
    return f"Voice {attempt.voice}." if attempt.voice else ""


def duration(ms: float) -> str:
    """As people say it: "85 ms", "2.3 s"."""
    return f"{ms:.0f} ms" if round(ms) < 1000 else f"{ms / 1000:.1f} s"


def counted(number: int, one: str, many: str = "") -> str:
    """As "1 segment", "2 segments"; ``many`` where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"

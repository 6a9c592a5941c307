"""What went wrong in a reply, in words for people. Pure functions of its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from polyvox.domain.speech import Outcome, SegmentReport, SpeechReport

WORDS = {
    "unavailable": "could not be reached",
    "timed_out": "took too long",
    "crashed": "broke down",
    "throttled": "was asked too often",
    "misconfigured": "is not set up correctly",
    "quota_exhausted": "has no characters left this month",
    "refused": "would not speak this text",
    "bad_output": "gave nothing that can be heard",
    "interrupted": "broke off while it spoke",
    "unsupported_language": "does not speak this language",
    "unknown_voice": "does not have the voice",
    "invalid_setting": "cannot follow the settings",
}
"""What a provider did, by the error's code."""
FAILED = (Outcome.FAILED, Outcome.INTERRUPTED)
Named = Callable[[str], str]
"""A provider's name, by its id."""


@dataclass(frozen=True, slots=True)
class Failure:
    """``provider`` failed ``times`` times in a reply, for the same reason.

    ``provider`` is None where nobody could be asked. ``message`` is the last one's, with what to do.
    ``instead`` are those who spoke the segments: none where nobody did; with ``provider`` itself
    where it could when it was asked again.
    """

    speech_id: str
    at: datetime
    personality: str | None
    provider: str | None
    code: str
    message: str | None
    times: int
    instead: tuple[str, ...]


def failures_of(report: SpeechReport) -> list[Failure]:
    """In the order of their first occurrence."""
    segments: dict[tuple[str, str], list[SegmentReport]] = {}
    messages: dict[tuple[str, str], str | None] = {}
    for segment in report.segments:
        for attempt in segment.attempts:
            if attempt.outcome in FAILED:
                key = (attempt.provider, attempt.error or "error")
                segments.setdefault(key, []).append(segment)
                messages[key] = attempt.message
    found = [
        _failure(report, provider, code, messages[provider, code], concerned)
        for (provider, code), concerned in segments.items()
    ]
    if not found and report.outcome in FAILED:
        reasons = " ".join(f"{out.provider}: {out.reason}" for out in report.out)
        found = [_failure(report, None, report.error or "error", reasons or None, [])]
    return found


def _failure(
    report: SpeechReport,
    provider: str | None,
    code: str,
    message: str | None,
    concerned: Sequence[SegmentReport],
) -> Failure:
    speakers = [segment.spoken_by for segment in concerned]
    whole = bool(speakers) and None not in speakers
    return Failure(
        speech_id=report.id,
        at=datetime.fromisoformat(report.created_at),
        personality=report.personality,
        provider=provider,
        code=code,
        message=message,
        times=max(len(concerned), 1),
        instead=tuple(dict.fromkeys(s.provider for s in speakers if s)) if whole else (),
    )


def told(failure: Failure, name: Named) -> str:
    """Sentences: who did what, and what came of it."""
    if failure.provider is None:
        return "Nobody could be asked to speak."
    times = f", {failure.times} times" if failure.times > 1 else ""
    return f"{did(failure.provider, failure.code, name)}{times}. {_after(failure, name)}"


def did(provider: str, code: str | None, name: Named) -> str:
    """As "Piper took too long"."""
    return f"{name(provider)} {WORDS.get(code or '', 'failed')}"


def _after(failure: Failure, name: Named) -> str:
    match failure.instead:
        case ():
            return "Nobody spoke in its place."
        case (only,) if only == failure.provider:
            return "It spoke when it was asked again."
        case speakers:
            return f"{' and '.join(name(s) for s in speakers)} spoke instead."

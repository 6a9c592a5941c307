from __future__ import annotations

import pytest

from polyvox.console.timeline_view import Kind, counted, duration, others, row, summary
from polyvox.domain.speech import Attempt, Exclusion, Outcome, SegmentReport, SpeechReport

NAMES = {"a": "Alpha", "b": "Beta"}.__getitem__


def attempt(provider: str, outcome: Outcome, **more: object) -> Attempt:
    given = {"provider": provider, "outcome": outcome, "latency_ms": 120.0, **more}
    return Attempt.model_validate(given)


def report(*segments: SegmentReport, outcome: Outcome = Outcome.OK) -> SpeechReport:
    return SpeechReport(
        id="sp_1",
        created_at="2026-11-23T06:00:00+00:00",
        personality=None,
        language="en",
        outcome=outcome,
        characters=10,
        candidates=["a"],
        out=[Exclusion(provider="b", code="disabled", reason="Off.", remedy="Switch it on.")],
        segments=list(segments),
        ttfa_ms=85.4,
        audio_ms=2310.0,
    )


def test_a_segment_tells_who_was_passed_over_who_failed_and_who_spoke() -> None:
    resting = Exclusion(provider="b", code="resting", reason="It rests for 3 s.")
    tried = [
        attempt("a", Outcome.FAILED, error="timed_out", message="No audio in 10 s."),
        attempt("b", Outcome.OK, ttfa_ms=80.0, audio_ms=1500.0, voice="v", stand_in_for="w"),
        attempt("a", Outcome.OK, cached=True, audio_ms=900.0),
        attempt("a", Outcome.RUNNING),
        attempt("a", Outcome.CANCELLED),
    ]
    told = row(SegmentReport(index=1, characters=1, attempts=tried, out=[resting]), NAMES)
    assert told.title == "Segment 2, 1 character"
    assert [(step.kind, step.said, step.detail) for step in told.steps] == [
        (Kind.PASSED, "Beta was not asked.", "It rests for 3 s."),
        (Kind.FAILED, "Alpha took too long, after 120 ms.", "No audio in 10 s."),
        (
            Kind.SPOKE,
            "Beta spoke: first audio after 80 ms, 1.5 s of audio in 120 ms.",
            "Voice v, instead of w, which is missing.",
        ),
        (Kind.REPLAYED, "Alpha, from the cache: 900 ms of audio.", ""),
        (Kind.RUNNING, "Alpha is at it …", ""),
        (Kind.STOPPED, "Alpha was stopped.", ""),
    ]
    assert told.ms == 480.0  # what still runs has no length yet


def test_the_summary_counts_what_came_from_the_cache() -> None:
    cached = SegmentReport(index=0, characters=5, attempts=[attempt("a", Outcome.OK, cached=True)])
    made = SegmentReport(index=1, characters=5, attempts=[attempt("a", Outcome.OK)])
    assert summary(report(cached, made)) == (
        "Spoken. First audio after 85 ms. 2.3 s of audio. 1 of 2 segments came from the cache."
    )
    assert summary(report(outcome=Outcome.RUNNING)) == "Speaking … First audio after 85 ms."


def test_who_was_not_asked_has_a_reason_and_a_remedy() -> None:
    [step] = others(report(), NAMES)
    assert (step.said, step.detail) == ("Beta was not asked.", "Off. Switch it on.")


@pytest.mark.parametrize(
    ("ms", "said"), [(0.4, "0 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (2310, "2.3 s")]
)
def test_durations_are_told_as_people_do(ms: float, said: str) -> None:
    assert duration(ms) == said


def test_numbers_agree_with_their_nouns() -> None:
    assert counted(1, "reply", "replies") == "1 reply"
    assert counted(1200, "reply", "replies") == "1,200 replies"
    assert counted(0, "segment") == "0 segments"

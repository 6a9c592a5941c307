from __future__ import annotations

from polyvox.domain.speech import Attempt, Exclusion, Outcome, SegmentReport, SpeechReport
from polyvox.services.failures import failures_of, told

NAMES = {"a": "Ada's box", "b": "The other"}


def attempt(provider: str, error: str | None = None) -> Attempt:
    outcome = Outcome.FAILED if error else Outcome.OK
    return Attempt(provider=provider, outcome=outcome, latency_ms=5.0, error=error, message=error)


def report(*segments: list[Attempt], outcome: Outcome = Outcome.OK) -> SpeechReport:
    made = [SegmentReport(index=n, characters=9, attempts=a) for n, a in enumerate(segments)]
    return SpeechReport(
        id="sp_1",
        created_at="2026-11-23T06:00:00+00:00",
        personality="joe",
        language="en",
        outcome=outcome,
        characters=18,
        candidates=["a", "b"],
        segments=made,
    )


def sentences(of: SpeechReport) -> list[str]:
    return [told(failure, NAMES.__getitem__) for failure in failures_of(of)]


def test_a_takeover_names_who_failed_how_often_and_who_spoke() -> None:
    taken_over = [attempt("a", "timed_out"), attempt("b")]
    assert sentences(report(taken_over, taken_over)) == [
        "Ada's box took too long, 2 times. The other spoke instead."
    ]
    assert report(taken_over).troubled


def test_one_that_spoke_when_asked_again_is_said_to_have() -> None:
    assert sentences(report([attempt("a", "throttled"), attempt("a")])) == [
        "Ada's box was asked too often. It spoke when it was asked again."
    ]


def test_each_reason_is_told_by_itself_and_a_lost_segment_as_such() -> None:
    lost = report([attempt("a", "crashed"), attempt("b", "surprise")], outcome=Outcome.FAILED)
    assert sentences(lost) == [
        "Ada's box broke down. Nobody spoke in its place.",
        "The other failed. Nobody spoke in its place.",
    ]


def test_a_reply_that_nobody_could_be_asked_for_says_why() -> None:
    refused = report(outcome=Outcome.FAILED)
    refused.out = [Exclusion(provider="a", code="disabled", reason="Switched off.")]
    [failure] = failures_of(refused)
    assert told(failure, NAMES.__getitem__) == "Nobody could be asked to speak."
    assert failure.message == "a: Switched off."


def test_where_nothing_failed_there_is_nothing_to_tell() -> None:
    assert not failures_of(report([attempt("a")]))
    assert not report([attempt("a")]).troubled

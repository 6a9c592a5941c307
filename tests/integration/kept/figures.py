"""Scene: statistics over reports that were written by hand, so that every figure is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from polyvox.domain.speech import Attempt, Exclusion, Outcome, SegmentReport, SpeechReport
from tests.integration.kept.recorder import Recorder
from tests.integration.kept.scenes import scene
from tests.support.server import RunningServer

NOON = datetime(2025, 11, 15, 12, 0, tzinfo=UTC)


def attempt(provider: str, ms: float, **fields: object) -> Attempt:
    return Attempt.model_validate(
        {
            "provider": provider,
            "voice": f"{provider}-voice",
            "outcome": Outcome.OK,
            "ttfa_ms": ms,
            "latency_ms": 4 * ms,
            "audio_ms": 1500.0,
            "heard_ms": 1500.0,
            **fields,
        }
    )


def failed(provider: str, code: str, **fields: object) -> Attempt:
    fields = {
        "outcome": Outcome.FAILED,
        "ttfa_ms": None,
        "audio_ms": 0.0,
        "heard_ms": 0.0,
        **fields,
    }
    return attempt(provider, 90.0, error=code, message=f"Told of {code}.", **fields)


def report(number: int, *segments: list[Attempt], **fields: object) -> SpeechReport:
    """The segments' attempts; an hour after the one before it."""
    parts = [
        SegmentReport(index=i, characters=40 + i, attempts=each) for i, each in enumerate(segments)
    ]
    return SpeechReport.model_validate(
        {
            "id": f"sp_kept{number}",
            "created_at": (NOON + timedelta(hours=number)).isoformat(),
            "personality": "ada",
            "language": "en",
            "outcome": Outcome.OK,
            "characters": sum(part.characters for part in parts),
            "candidates": ["fault_a", "fault_b"],
            "segments": parts,
            "ttfa_ms": 120.0,
            "latency_ms": 800.0,
            "audio_ms": 1500.0 * len(parts),
            **fields,
        }
    )


def reports() -> Iterator[SpeechReport]:
    out = Exclusion(
        provider="gone", code="not_installed", reason="It is not there.", remedy="Install it."
    )
    yield report(0, [attempt("fault_a", 40.0)], [attempt("fault_a", 60.0, cached=True)])
    yield report(1, [failed("fault_a", "timed_out"), attempt("fault_b", 700.0)], out=[out])
    yield report(1, [attempt("fault_b", 350.0)], id="sp_other", personality="bob")
    yield report(
        2,
        [failed("fault_a", "refused"), failed("fault_b", "unavailable")],
        outcome=Outcome.FAILED,
        error="no_voice_left",
    )
    cut = failed("fault_b", "interrupted", outcome=Outcome.INTERRUPTED, heard_ms=400.0)
    yield report(3, [cut, attempt("fault_b", 80.0)], [cut, attempt("fault_a", 90.0, shared=True)])
    yield report(4, outcome=Outcome.FAILED, error="no_voice_left", candidates=[], out=[out])
    yield report(5, [attempt("fault_a", 30_000.0)], personality=None)
    yield report(6, [attempt("fault_a", 30.0, outcome=Outcome.CANCELLED)])


WAYS = {
    "": "per provider",
    "?by_personality=true": "by personality",
    "?by_hour=true": "by hour",
    "?by_hour=true&by_personality=true": "by hour and personality",
    "?personality=ada": "of a personality",
    "?provider=fault_b&by_personality=true": "of a provider",
    "?since=2025-11-15T13:30:00Z&until=2025-11-15T15:00:00": "of a time",
    "?personality=nobody": "of nobody",
}


@scene("statistics", exact=True)
async def statistics(record: Recorder, server: RunningServer) -> None:
    for written in reports():
        server.application.services.usage.record(written)
    for query, name in WAYS.items():
        await record.get(f"stats {name}", f"/v1/stats{query}")
        await record.get(f"csv {name}", f"/v1/stats.csv{query}")
    await record.get("stats: a bad time", "/v1/stats?since=yesterday")
    await record.get("failures", "/v1/failures")
    await record.get("failures, some", "/v1/failures?limit=1&personality=ada")
    await record.get("failures: a bad limit", "/v1/failures?limit=0")
    for written in reports():
        await record.get(f"report {written.id}", f"/v1/speech/{written.id}")
    document = {"active_provider": "fault_a", "fallback_chain": ["fault_b"]}
    body = {"id": "ada", "name": "Ada", "voice_config": document}
    await record.post("create", "/v1/personalities", json=body)
    await record.get("a personality with statistics", "/v1/personalities/ada")

"""Samples as storage and ranking know them, without a recording."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from polyvox.domain.sample_reference import new_sample_id
from polyvox.domain.samples import (
    Consent,
    Grade,
    Mark,
    MarkKind,
    Measure,
    Readiness,
    SampleMeta,
    SampleReport,
    Verdict,
)
from polyvox.providers.styletts2.claims import capabilities_of as styletts2
from polyvox.providers.xtts_v2.claims import capabilities_of as xtts_v2
from polyvox.services.sample_ports import StoredSample

NEEDS = {
    name: needs
    for name, claims in (("xtts_v2", xtts_v2(None)), ("styletts2", styletts2(None)))
    if (needs := claims.cloning) is not None
}
"""What our engines clone from."""
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
CONSENT = Consent(who="Ada – ☕", when=NOON, statement="I agree to be cloned.")
REPORT = SampleReport(
    duration_s=12.5,
    speech_s=10.25,
    format="wav",
    codec="pcm_s16le",
    sample_rate=48_000,
    channels=1,
    bit_depth=16,
    measures=(
        Measure(
            name="snr",
            value=31.5,
            unit="dB",
            threshold="above 20 dB",
            verdict=Grade.GOOD,
            advice=".",
        ),
    ),
    quality_score=0.875,
    verdicts={"xtts_v2": Verdict(engine="xtts_v2", state=Readiness.READY)},
    marks=(Mark(start_s=0.5, end_s=1.0, kind=MarkKind.SILENT),),
)


def stored(owner: str = "joe", content: int = 1, **changes: Any) -> StoredSample:
    """``content`` stands for what is recorded."""
    source_url = changes.pop("source_url", None)
    meta = {
        "id": new_sample_id(),
        "personality_id": owner,
        "sha256": f"{content:064x}",
        "size": 1000 + content,
        "uploaded_at": NOON,
        **changes,
    }
    return StoredSample(SampleMeta.model_validate(meta), REPORT, source_url)

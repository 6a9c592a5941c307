"""All measures of a recording, its score, and what each engine can do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from polyvox.audio.measure import (
    bandwidth,
    bursts,
    clipping,
    facts,
    level,
    noise,
    offset,
    reverberation,
    speakers,
)
from polyvox.audio.measure.grading import Rule, quality_score
from polyvox.audio.measure.take import Take
from polyvox.audio.measure.verdicts import verdict
from polyvox.audio.measure.voice import gaps
from polyvox.audio.recording import Recording
from polyvox.domain.capabilities import SampleNeeds
from polyvox.domain.samples import Mark, MarkKind, SampleReport, Span
from polyvox.errors import BadSample

MEASURES: Final[tuple[tuple[Rule, Callable[[Take], float | None]], ...]] = (
    (facts.SPEECH, facts.speech),
    (noise.RULE, noise.figure),
    (clipping.RULE, clipping.figure),
    (reverberation.RULE, reverberation.figure),
    (bandwidth.RULE, bandwidth.figure),
    (speakers.RULE, speakers.figure),
    (level.LOUDNESS, level.loudness),
    (level.EVENNESS, level.evenness),
    (level.PEAK, level.true_peak),
    (offset.RULE, offset.figure),
    (bursts.POPS, bursts.pops_per_minute),
    (bursts.BREATHS, bursts.breaths_per_minute),
    (facts.RATE, facts.rate),
    (facts.DEPTH, facts.depth),
)
"""In the order in which they are shown: what matters most comes first."""
_SILENCE_S: Final = 0.5
"""A shorter pause belongs to speaking, and is not marked."""


def measure_recording(recording: Recording, needs: Mapping[str, SampleNeeds]) -> SampleReport:
    """What the recording is worth as a sample, and to each engine of ``needs``, by its id.

    Blocks: about 50 ms a second of audio. The score is 0 where nobody speaks. Raises BadSample
    for a recording without samples.
    """
    if not recording.samples.size:
        raise BadSample("The recording is empty.", remedy="Record at least 6 s of speech.")
    take = Take.of(recording)
    figures = [(rule, figure(take)) for rule, figure in MEASURES]
    measures = tuple(rule.measure(value) for rule, value in figures)
    marks = _marks(take)
    return SampleReport(
        duration_s=recording.seconds,
        speech_s=take.speech_s,
        format=recording.container,
        codec=recording.codec,
        sample_rate=recording.sample_rate,
        channels=len(recording.samples),
        bit_depth=recording.bit_depth,
        measures=measures,
        quality_score=round(quality_score(figures), 3) if take.spans else 0.0,
        verdicts={
            engine: verdict(engine, need, measures, take.speech, marks, recording.seconds)
            for engine, need in needs.items()
        },
        marks=marks,
    )


def _marks(take: Take) -> tuple[Mark, ...]:
    silent = [
        gap for gap in gaps(take.speech, take.recording.seconds) if gap.length_s >= _SILENCE_S
    ]
    found: tuple[tuple[MarkKind, Iterable[Span]], ...] = (
        (MarkKind.CLIPPED, clipping.clipped(take)),
        (MarkKind.NOISY, noise.noisy(take)),
        (MarkKind.POP, bursts.pops(take)),
        (MarkKind.SILENT, silent),
    )
    end = take.recording.seconds
    marks = [
        Mark(kind=kind, start_s=round(span.start_s, 3), end_s=round(min(span.end_s, end), 3))
        for kind, spans in found
        for span in spans
        if span.start_s < end
    ]
    return tuple(sorted(marks, key=lambda mark: mark.start_s))

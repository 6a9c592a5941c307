"""Whether an engine can clone from a sample, after what preparation, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from polyvox.audio.measure.voice import gaps
from polyvox.domain.capabilities import SampleNeeds
from polyvox.domain.samples import Grade, Mark, MarkKind, Measure, Readiness, Span, Verdict

_HOPELESS: Final = ("snr", "bandwidth", "reverberation", "one_speaker", "bit_depth")
"""Bad ones of these stay bad: what is lost or mixed in cannot be taken out honestly."""
_AVOIDABLE: Final = {"clipping": MarkKind.CLIPPED, "pops": MarkKind.POP}
"""A stretch without them is cut out, where one is long enough."""
_REMOVABLE: Final = {"dc_offset": "The offset from zero is taken out."}
_LONG_SILENCE_S: Final = 1.0


def verdict(
    engine: str,
    needs: SampleNeeds,
    measures: Sequence[Measure],
    speech: Sequence[Span],
    marks: Sequence[Mark],
    duration_s: float,
) -> Verdict:
    """Unusable for one reason is unusable; else repairable for one repair; else ready.

    ``because`` has all reasons; a ready sample's are what a better one would not have.
    """
    speech_s = sum(span.length_s for span in speech)
    graded = {measure.name: measure for measure in measures}
    against, repairs = _by_measure(graded, needs, marks, duration_s)
    if speech_s < needs.min_s:
        against.insert(
            0, f"It has {speech_s:.1f} s of speech; {needs.min_s:g} s are the least for {engine}."
        )
    repairs += _cuts(needs, speech, duration_s)
    fair = [_sentence(measure) for measure in measures if measure.verdict is Grade.FAIR]
    if needs.min_s <= speech_s < needs.best_min_s:
        fair.append(f"{needs.best_min_s:g} to {needs.best_max_s:g} s of speech are best.")
    if against:
        return Verdict(engine=engine, state=Readiness.UNUSABLE, because=tuple(against))
    state = Readiness.REPAIRABLE if repairs else Readiness.READY
    return Verdict(engine=engine, state=state, because=(*repairs, *fair))


def _by_measure(
    graded: Mapping[str, Measure], needs: SampleNeeds, marks: Sequence[Mark], duration_s: float
) -> tuple[list[str], list[str]]:
    bad = {name for name, measure in graded.items() if measure.verdict is Grade.BAD}
    against = [_sentence(graded[name]) for name in _HOPELESS if name in bad]
    repairs = [
        text for name, text in _REMOVABLE.items() if graded[name].verdict in (Grade.FAIR, Grade.BAD)
    ]
    for name, kind in _AVOIDABLE.items():
        if name not in bad:
            continue
        marked = tuple(mark for mark in marks if mark.kind is kind)
        longest = max((gap.length_s for gap in gaps(marked, duration_s)), default=0.0)
        if longest >= needs.min_s:
            repairs.append(f"A stretch without {name} is cut out.")
        elif name == "clipping":
            against.append(_sentence(graded[name]))
    return against, repairs


def _cuts(needs: SampleNeeds, speech: Sequence[Span], duration_s: float) -> list[str]:
    if not speech:
        return []
    cuts = []
    if speech[-1].end_s - speech[0].start_s > needs.max_s:
        cuts.append(f"The best {needs.best_min_s:g} to {needs.best_max_s:g} s are cut out.")
    silences = gaps(tuple(speech), duration_s)
    if max((gap.length_s for gap in silences), default=0.0) > _LONG_SILENCE_S:
        cuts.append("Long silence is cut out.")
    return cuts


def _sentence(measure: Measure) -> str:
    name = measure.name.replace("_", " ").replace("snr", "signal-to-noise ratio")
    return f"The {name} is {measure.told}; {measure.threshold} is good."

"""What the file says of itself, graded: sample rate, bit depth, and how much speech there is."""

from __future__ import annotations

from typing import Final

from polyvox.audio.measure.grading import Rule, Scale
from polyvox.audio.measure.take import Take

SPEECH: Final = Rule(
    name="speech",
    unit="s",
    threshold="above 6 s",
    scale=Scale(full=15, good=6, bad=3, zero=0),
    weight=1.5,
    well="There is enough speech.",
    advice="There is too little speech: read two moods of the recording script, about 15 s.",
)
RATE: Final = Rule(
    name="sample_rate",
    unit="Hz",
    threshold="at least 22050 Hz",
    scale=Scale(full=24_000, good=22_050, bad=15_999, zero=8_000),
    weight=0.5,
    well="The sample rate is high enough.",
    advice="The sample rate is low: record at 48000 Hz, or 22050 Hz at least.",
)
DEPTH: Final = Rule(
    name="bit_depth",
    unit="bit",
    threshold="at least 16 bit",
    scale=Scale(full=17, good=16, bad=8, zero=4),
    weight=0.25,
    well="The bit depth is high enough.",
    advice="The bit depth is low, which is heard as hiss: record with 16 bit or more.",
    unknown="A lossy codec has no bit depth.",
)


def speech(take: Take) -> float:
    """Seconds of speech; gaps below 0.3 s belong to it."""
    return take.speech_s


def rate(take: Take) -> float:
    return float(take.recording.sample_rate)


def depth(take: Take) -> float | None:
    depth = take.recording.bit_depth
    return None if depth is None else float(depth)

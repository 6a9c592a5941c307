"""From a recording, as it was measured, to what an engine is given to hear."""

from __future__ import annotations

from typing import Final

import numpy as np

from polyvox.audio.measure import clipping, offset
from polyvox.audio.measure.bursts import POPS
from polyvox.audio.measure.level import integrated_loudness, oversampled_peak
from polyvox.audio.measure.take import to_mono
from polyvox.audio.recording import Recording
from polyvox.audio.repair.denoising import denoised, noise_of
from polyvox.audio.repair.result import Floats, Prepared, Repair, Target
from polyvox.audio.repair.silence import fade, without_silence
from polyvox.audio.repair.stretch import best_stretch
from polyvox.domain.samples import Grade, Mark, SampleReport
from polyvox.errors import BadSample

MAX_PEAK: Final = 10 ** (-1 / 20)
"""Of full scale (-1 dBTP): nothing is clipped by what follows."""
_SAME_DB: Final = 0.5
"""A smaller change of level is not worth one."""


def prepare(
    recording: Recording, report: SampleReport, target: Target, *, denoise: bool = False
) -> Prepared:
    """One channel at the target's rate and loudness, trimmed, and cut to its best stretch where it
    is too long or has defects elsewhere. Noise is only lowered with ``denoise``.

    ``report`` is what was measured of ``recording``. Blocks: some 10 ms a second of audio. Raises
    BadSample for one that is shorter than ``min_s`` without its silence, and for noise that cannot
    be told from the voice.
    """
    done: list[Repair] = []
    samples = _one_channel(recording, done)
    samples = _at_rest(samples, report, done)
    noise = noise_of(samples, recording.sample_rate, report.marks) if denoise else None
    samples = _cut(samples, recording, report, target, done)
    samples = _resampled(samples, recording.sample_rate, target, done)
    if noise is not None:
        heard = _at_rate(noise, recording.sample_rate, target.rate)
        samples = _quietened(samples, heard, target.rate, done)
    return Prepared(_levelled(samples, target, done), tuple(done))


def _one_channel(recording: Recording, done: list[Repair]) -> Floats:
    channels = len(recording.samples)
    if channels > 1:
        done.append(Repair("mono", channels, "channels", f"Its {channels} channels were made one."))
    return to_mono(recording.samples)


def _at_rest(samples: Floats, report: SampleReport, done: list[Repair]) -> Floats:
    """Without its mean, where that was found to matter."""
    if report.measure(offset.RULE.name).verdict is Grade.GOOD:
        return samples
    mean = samples.mean(dtype=np.float64)
    said = f"It rested {100 * abs(mean):.1f} % of full scale off zero; it was brought there."
    done.append(Repair("dc_offset", round(100 * float(mean), 2), "%", said))
    return samples - np.float32(mean)


def _cut(
    samples: Floats,
    recording: Recording,
    report: SampleReport,
    target: Target,
    done: list[Repair],
) -> Floats:
    rate = recording.sample_rate
    kept, repairs = without_silence(report.marks, recording.seconds)
    if kept.seconds < target.min_s:
        raise BadSample(
            f"Without silence it has {kept.seconds:.1f} s; {target.min_s:g} s are the least.",
            remedy="Record a longer one.",
        )
    done += repairs
    samples, marks = kept.of(samples, rate), kept.moved(report.marks)
    if kept.seconds <= target.max_s and not _has_defects(report):
        return samples
    return _best(samples, rate, marks, target, done)


def _has_defects(report: SampleReport) -> bool:
    """Such as may be in one part of it and not in another."""
    return any(report.measure(rule.name).verdict is Grade.BAD for rule in (clipping.RULE, POPS))


def _best(
    samples: Floats, rate: int, marks: list[Mark], target: Target, done: list[Repair]
) -> Floats:
    span = best_stretch(samples, rate, marks, target)
    start, end = round(span.start_s * rate), round(span.end_s * rate)
    if (start, end) == (0, len(samples)):
        return samples
    best = samples[start:end].copy()
    fade(best, rate, begin=start > 0, end=end < len(samples))
    said = f"The best {span.length_s:.1f} s of {len(samples) / rate:.1f} s were cut out."
    done.append(Repair("cut", round(span.length_s, 2), "s", said))
    return best


def _quietened(samples: Floats, noise: Floats, rate: int, done: list[Repair]) -> Floats:
    quieter = denoised(samples, rate, noise)
    lowered = 10 * np.log10(_power(noise) / _power(denoised(noise, rate, noise)))
    said = f"Steady noise was lowered by {lowered:.0f} dB, as was asked for; a little of the voice goes with it."
    done.append(Repair("denoise", round(float(lowered), 1), "dB", said))
    return quieter


def _resampled(samples: Floats, rate: int, target: Target, done: list[Repair]) -> Floats:
    if rate != target.rate:
        said = f"Its sample rate was changed from {rate} to {target.rate} Hz."
        done.append(Repair("resample", target.rate, "Hz", said))
    return _at_rate(samples, rate, target.rate)


def _at_rate(samples: Floats, rate: int, wanted: int) -> Floats:
    import soxr

    if rate == wanted:
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality="VHQ"), dtype=np.float32)


def _levelled(samples: Floats, target: Target, done: list[Repair]) -> Floats:
    """At the target's loudness, or as near to it as its peaks allow: they are not limited."""
    loudness = integrated_loudness(samples, target.rate)
    peak = oversampled_peak(samples)
    if loudness is None or not peak:
        return samples
    wanted = target.loudness - loudness
    gain = min(wanted, 20 * float(np.log10(MAX_PEAK / peak)))
    if abs(gain) < _SAME_DB and peak <= 1:
        return samples
    said = f"Its level was {'raised' if gain > 0 else 'lowered'} by {abs(gain):.1f} dB"
    less = ", as far as its peaks allow" if gain < wanted - _SAME_DB else ""
    done.append(Repair("level", round(gain, 1), "dB", f"{said}{less}."))
    return np.asarray(samples * 10 ** (gain / 20), dtype=np.float32)


def _power(samples: Floats) -> float:
    return float(np.mean(samples.astype(np.float64) ** 2)) + 1e-12

"""What is done with samples in the workshop: paths and plain values in, plain values out.

``services.samples`` calls these by name. All block, and raise BadSample.
"""

from __future__ import annotations

import wave
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.recording import decode
from polyvox.domain.capabilities import SampleNeeds


def check(path: str, needs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A SampleReport, with a verdict for each provider of ``needs``: SampleNeeds' fields, by its id."""
    from polyvox.audio.measure import measure_recording

    wanted = {provider: SampleNeeds(**fields) for provider, fields in needs.items()}
    return measure_recording(decode(Path(path)), wanted).model_dump(mode="json")


def prepare(
    path: str, into: str, target: Mapping[str, float], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Write what the provider is to hear, mono 16-bit WAV; ``done`` tells what was changed."""
    from polyvox.audio.measure import measure_recording
    from polyvox.audio.repair import Target
    from polyvox.audio.repair import prepare as repaired

    recording = decode(Path(path))
    aim = Target(int(target["rate"]), target["min_s"], target["max_s"], target["best_s"])
    prepared = repaired(recording, measure_recording(recording, {}), aim, **options)
    _write_wav(Path(into), prepared.samples, aim.rate)
    return {
        "duration_s": len(prepared.samples) / aim.rate,
        "done": [asdict(repair) for repair in prepared.done],
    }


def waveform(path: str, points: int) -> dict[str, Any]:
    """The lowest and highest value (full scale is 1) of each of ``points`` stretches of equal length."""
    from polyvox.audio.peaks import peaks

    recording = decode(Path(path))
    low, high = peaks(recording.samples, points)
    return {"duration_s": recording.seconds, "low": low.tolist(), "high": high.tolist()}


def _write_wav(path: Path, samples: NDArray[np.float32], rate: int) -> None:
    scaled = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(scaled.tobytes())

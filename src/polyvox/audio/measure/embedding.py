"""Who speaks, as a direction in 256 dimensions: Resemblyzer's encoder (GE2E, Wan et al., 2018).

Its weights (Apache-2.0) in a recurrent network of numpy. Neither torch nor librosa is needed: of
their parts, this uses so few that importing them would take longer than everything here.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polyvox.audio.measure.speaker_weights import Weights, speaker_weights
from polyvox.audio.measure.voice import VOICE_RATE

_MELS: Final = 40
_FFT: Final = 400
_HOP: Final = 160
WINDOW: Final = 160
"""Frames of 10 ms that one embedding is taken of."""
_STEP: Final = 80
_LAYERS: Final = 3
_LEVEL: Final = 10 ** (-30 / 20)
"""RMS that quiet samples are raised to, as in the encoder's training."""

Floats = NDArray[np.float32]


def embeddings(samples: Floats) -> Floats | None:
    """[windows, 256], each of length 1, of mono ``samples`` [n] at VOICE_RATE without long pauses.

    A window of 1.6 s every 0.8 s; shorter audio is one window, filled up with silence. The cosine
    of two is their likeness. None where the encoder is not installed.
    """
    weights = speaker_weights()
    if weights is None or not len(samples):
        return None
    rms = float(np.sqrt(np.mean(samples**2)))
    mel = mel_spectrogram(samples * max(1.0, _LEVEL / max(rms, 1e-9)))
    mel = np.pad(mel, ((0, max(0, WINDOW - len(mel))), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(mel, WINDOW, axis=0)[::_STEP]
    return _encoded(windows.transpose(2, 0, 1), weights)


def embedding(samples: Floats) -> Floats | None:
    """[256] of the whole: the mean of its windows, of length 1."""
    windows = embeddings(samples)
    if windows is None:
        return None
    mean = windows.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def mel_spectrogram(samples: Floats) -> Floats:
    """Power [frames, 40] of 25 ms every 10 ms, centred, on Slaney's mel scale up to 8 kHz."""
    padded = np.pad(samples, _FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)
    power = np.abs(np.fft.rfft(frames * window.astype(np.float32))) ** 2
    return np.asarray(power @ _filters().T, dtype=np.float32)


@cache
def _filters() -> Floats:
    """[mels, bins]: triangles between neighbours on the mel scale, each of area 1 in Hz."""
    edges = _mel_to_hz(np.linspace(0, _hz_to_mel(VOICE_RATE / 2), _MELS + 2))
    at = np.fft.rfftfreq(_FFT, 1 / VOICE_RATE)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.minimum((at - low) / (centre - low), (high - at) / (high - centre))
    return np.asarray(np.maximum(triangles, 0) * 2 / (high - low), dtype=np.float32)


def _hz_to_mel(hz: float) -> float:
    """Slaney's scale: linear (200/3 Hz a mel) to 1 kHz, 27 mels for a factor of 6.4 above."""
    return 15 + 27 * float(np.log(hz / 1000) / np.log(6.4))


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def _encoded(inputs: Floats, weights: Weights) -> Floats:
    """[steps, windows, mels] to [windows, 256] of length 1."""
    for layer in range(_LAYERS):
        inputs = _lstm(inputs, weights, layer)
    out = inputs[-1] @ weights["linear.weight"].T + weights["linear.bias"]
    positive = np.maximum(out, 0)
    norm = np.linalg.norm(positive, axis=1, keepdims=True)
    return np.asarray(positive / np.maximum(norm, 1e-9), dtype=np.float32)


def _lstm(inputs: Floats, weights: Weights, layer: int) -> Floats:
    """One layer of long short-term memory, [steps, windows, ·]; gates in torch's order i, f, g, o."""
    into, back = weights[f"lstm.weight_ih_l{layer}"].T, weights[f"lstm.weight_hh_l{layer}"].T
    bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
    driven = inputs @ into + bias
    hidden = cell = np.zeros((inputs.shape[1], len(back)), dtype=np.float32)
    outputs = []
    for step in driven:
        take_in, forget, new, out = np.split(step + hidden @ back, 4, axis=1)
        cell = _sigmoid(forget) * cell + _sigmoid(take_in) * np.tanh(new)
        hidden = _sigmoid(out) * np.tanh(cell)
        outputs.append(hidden)
    return np.stack(outputs)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))

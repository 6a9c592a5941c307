"""What XTTS needs of torchaudio, for where the real one does not load.

Published torchaudio and torchcodec need the CUDA build of torch, or FFmpeg's libraries; coqui-tts
will not import without either. Of them, XTTS uses a loader, a resampler and a spectrogram: these.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import Tensor, nn

LOWPASS_WIDTH = 6
"""Zero crossings of the sinc on each side."""
ROLLOFF = 0.99
"""The filter's cut-off, as a share of the lower rate's Nyquist frequency."""


def install() -> None:
    """Have ``torchaudio`` and ``torchcodec`` import: the real ones where they work."""
    if not _imports("torchaudio"):
        _put_torchaudio()
    if not _imports("torchcodec"):
        _put("torchcodec")


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:  # noqa: BLE001 - a library that does not load raises OSError, RuntimeError, …
        for left in [module for module in sys.modules if module.split(".")[0] == name]:
            del sys.modules[left]  # a failed import leaves its submodules behind
        return False
    return True


def _put_torchaudio() -> None:
    package = _put("torchaudio", load=load)
    package.functional = _put("torchaudio.functional", resample=resample)  # type: ignore[attr-defined]
    package.transforms = _put("torchaudio.transforms", MelSpectrogram=MelSpectrogram)  # type: ignore[attr-defined]


def _put(name: str, **contents: object) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, loader=None)  # find_spec raises where it is None
    vars(module).update(contents)
    sys.modules[name] = module
    return module


def load(path: str | Path) -> tuple[Tensor, int]:
    """A recording as float samples [channels, frames] in ±1, and its rate (Hz)."""
    import soundfile  # type: ignore[import-untyped]

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return torch.from_numpy(np.ascontiguousarray(samples.T)), rate


def resample(waveform: Tensor, orig_freq: int, new_freq: int) -> Tensor:
    """``waveform`` [..., frames] at ``new_freq`` (Hz), through a sinc under a squared cosine."""
    if orig_freq == new_freq:
        return waveform
    divisor = math.gcd(orig_freq, new_freq)
    old, new = orig_freq // divisor, new_freq // divisor
    filters, reach = _filters(old, new)
    frames = waveform.shape[-1]
    flat = nn.functional.pad(waveform.reshape(-1, 1, frames), (reach, reach + old))
    # One filter for each of the `new` phases, all applied once every `old` frames.
    phases = nn.functional.conv1d(flat, filters.to(waveform), stride=old)
    samples = phases.transpose(1, 2).reshape(*waveform.shape[:-1], -1)
    return samples[..., : math.ceil(new * frames / old)]


@lru_cache(maxsize=16)
def _filters(old: int, new: int) -> tuple[Tensor, int]:
    """One filter per output phase [new, 1, taps], and how far it reaches back (frames)."""
    cutoff = min(old, new) * ROLLOFF
    reach = math.ceil(LOWPASS_WIDTH * old / cutoff)
    taps = torch.arange(-reach, reach + old) / old  # in fp32, as torchaudio has them
    phases = torch.arange(new) / new
    time = ((taps[None, :] - phases[:, None]) * cutoff).clamp(-LOWPASS_WIDTH, LOWPASS_WIDTH)
    window = torch.cos(time * math.pi / LOWPASS_WIDTH / 2) ** 2
    filters = torch.sinc(time) * window * (cutoff / old)
    return filters[:, None], reach


class _Spectrogram(nn.Module):
    """Power (magnitude ** ``power``) of a centred short-time Fourier transform."""

    window: Tensor

    def __init__(
        self, n_fft: int, win_length: int, hop_length: int, power: float, window: Tensor
    ) -> None:
        super().__init__()
        self.n_fft, self.win_length, self.hop_length = n_fft, win_length, hop_length
        self.power = power
        self.register_buffer("window", window)

    def forward(self, waveform: Tensor) -> Tensor:
        frames = waveform.shape[-1]
        spectrum = torch.stft(
            waveform.reshape(-1, frames),
            self.n_fft,
            self.hop_length,
            self.win_length,
            self.window,
            pad_mode="reflect",
            return_complex=True,
        )
        spectrum = spectrum.reshape(*waveform.shape[:-1], *spectrum.shape[-2:])
        return spectrum.abs() ** self.power


class _MelScale(nn.Module):
    fb: Tensor

    def __init__(self, filters: Tensor) -> None:
        super().__init__()
        self.register_buffer("fb", filters)

    def forward(self, spectrum: Tensor) -> Tensor:
        return torch.matmul(spectrum.transpose(-1, -2), self.fb).transpose(-1, -2)


class MelSpectrogram(nn.Sequential):
    """Energies [..., n_mels, frames] of a waveform [..., samples], on the HTK mel scale.

    Takes what XTTS passes; its buffers bear torchaudio's names, since checkpoints hold them.
    """

    spectrogram: _Spectrogram
    mel_scale: _MelScale

    def __init__(
        self,
        sample_rate: int,
        n_fft: int,
        win_length: int,
        hop_length: int,
        n_mels: int,
        *,
        f_min: float = 0.0,
        f_max: float | None = None,
        window_fn: Callable[[int], Tensor] = torch.hann_window,
        power: float = 2.0,
        normalized: bool = False,
        norm: str | None = None,
    ) -> None:
        if normalized:
            raise NotImplementedError("This stand-in for torchaudio normalizes no spectrograms.")
        super().__init__()
        window = window_fn(win_length)
        high = sample_rate / 2 if f_max is None else f_max
        filters = _triangles(n_fft // 2 + 1, sample_rate, f_min, high, n_mels, equal=bool(norm))
        self.spectrogram = _Spectrogram(n_fft, win_length, hop_length, power, window)
        self.mel_scale = _MelScale(filters)


def _triangles(
    bins: int, sample_rate: int, low: float, high: float, mels: int, *, equal: bool
) -> Tensor:
    """Triangular filters [bins, mels], evenly spaced in mel; ``equal``: of one area each."""
    mel = torch.linspace(_mel(low), _mel(high), mels + 2)
    edges = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    hertz = torch.linspace(0, sample_rate // 2, bins)
    rising = (hertz[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    filters = torch.minimum(rising, falling).clamp(min=0.0)
    return filters * (2.0 / (edges[2:] - edges[:-2])) if equal else filters


def _mel(hertz: float) -> float:
    return 2595.0 * math.log10(1.0 + hertz / 700.0)

"""Styles of recorded voices. One takes up to a second to make, so they are kept: in memory, and in
files named by what they were made of, which is the recording's contents alone."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from polyvox.audio.recording import AudioUnreadable, read_audio
from polyvox.errors import BadSample
from polyvox.hosting.kept import KeptInFiles
from polyvox.provider.recordings import kept_name, read_sample
from polyvox.providers.styletts2.network.model import StyleTTS2

LONGEST_S = 10.0
"""Of a sample; the rest of it is not heard. More changes little, and takes long."""
SILENCE = 1e-3
"""Full scale is 1: where nothing is louder, nobody speaks (−60 dB)."""
IN_MEMORY = 1024
"""Styles, of 1 kB each."""
RECIPE = "1"
"""Changes with how styles are made here, so that those made before are made again."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file as it was read. ``name`` is for errors, ``digest`` of its contents."""

    name: str
    data: bytes = field(repr=False)
    digest: str

    @classmethod
    def read(cls, path: Path) -> Sample:
        """Raises BadSample."""
        data = read_sample(path)
        return cls(path.name, data, hashlib.sha256(data).hexdigest())


class Voices:
    """To be asked from one thread: that of the model.

    ``revision`` is the checkpoint's. ``cache`` is a folder for this alone; None: no files.
    """

    def __init__(self, model: StyleTTS2, device: torch.device, revision: str, cache: Path | None):
        self._model = model
        self._device = device
        self._revision = revision
        self._kept: KeptInFiles[Tensor] = KeptInFiles(
            cache, IN_MEMORY, dump=_dumped, load=self._loaded
        )

    def style(self, samples: Sequence[Sample]) -> Tensor | None:
        """The mean of their styles [256]; None without any. Raises BadSample."""
        if not samples:
            return None
        return torch.stack([self._style(sample) for sample in samples]).mean(dim=0)

    def _style(self, sample: Sample) -> Tensor:
        key = hashlib.sha256(f"{RECIPE},{self._revision},{sample.digest}".encode()).hexdigest()
        return self._kept.get(kept_name(key, [sample.digest]), lambda: self._made(sample))

    def _made(self, sample: Sample) -> Tensor:
        rate = self._model.sample_rate
        try:
            heard = read_audio(sample.data, rate=rate, longest_s=LONGEST_S)
        except AudioUnreadable as error:
            raise BadSample(
                f"The sample {sample.name} cannot be used. {error}",
                param="voice_samples",
                remedy="Upload it again, as WAV, FLAC, MP3, OGG or M4A.",
            ) from error
        if np.abs(heard).max(initial=0.0) < SILENCE:
            raise BadSample(
                f"Nothing can be heard in the sample {sample.name}.", param="voice_samples"
            )
        try:
            return self._model.style(torch.from_numpy(heard).to(self._device))
        except BadSample as error:
            raise BadSample(
                f"{sample.name}: {error.message}", param=error.param, remedy=error.remedy
            ) from error

    def _loaded(self, data: bytes) -> Tensor | None:
        try:
            style = np.load(io.BytesIO(data), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if style.dtype != np.float32 or style.ndim != 1 or not np.isfinite(style).all():
            return None
        return torch.from_numpy(style).to(self._device)


def _dumped(style: Tensor) -> bytes:
    file = io.BytesIO()
    np.save(file, style.cpu().numpy())
    return file.getvalue()

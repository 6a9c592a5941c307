"""Styles of recorded voices. One takes up to a second to make, so they are kept: in memory, and in
files named by what they were made of, which is the recording's contents alone."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from polyvox.audio.recording import AudioUnreadable, read_audio
from polyvox.errors import BadSample
from polyvox.provider.recordings import kept_name
from polyvox.providers.styletts2.network.model import StyleTTS2

_log = logging.getLogger(__name__)
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
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadSample(
                f"The sample {path.name} cannot be read: {error.strerror}.", param="voice_samples"
            ) from error
        return cls(path.name, data, hashlib.sha256(data).hexdigest())


class Voices:
    """To be asked from one thread: that of the model.

    ``revision`` is the checkpoint's. ``cache`` is a folder for this alone; None: no files.
    """

    def __init__(self, model: StyleTTS2, device: torch.device, revision: str, cache: Path | None):
        self._model = model
        self._device = device
        self._revision = revision
        self._cache = cache
        self._known: OrderedDict[str, Tensor] = OrderedDict()

    def style(self, samples: Sequence[Sample]) -> Tensor | None:
        """The mean of their styles [256]; None without any. Raises BadSample."""
        if not samples:
            return None
        return torch.stack([self._style(sample) for sample in samples]).mean(dim=0)

    def _style(self, sample: Sample) -> Tensor:
        style = self._known.get(sample.digest)
        if style is None:
            key = hashlib.sha256(f"{RECIPE},{self._revision},{sample.digest}".encode()).hexdigest()
            name = kept_name(key, [sample.digest])
            style = self._stored(name)
            if style is None:
                style = self._made(sample)
                self._store(name, style)
        self._known[sample.digest] = style
        self._known.move_to_end(sample.digest)
        if len(self._known) > IN_MEMORY:
            self._known.popitem(last=False)
        return style

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

    def _stored(self, name: str) -> Tensor | None:
        """None also where the file is damaged: it is then made again."""
        if self._cache is None:
            return None
        try:
            style = np.load(self._cache / name, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if style.dtype != np.float32 or style.ndim != 1 or not np.isfinite(style).all():
            return None
        return torch.from_numpy(style).to(self._device)

    def _store(self, name: str, style: Tensor) -> None:
        """A folder that cannot be written to costs time at the next start, nothing else."""
        if self._cache is None:
            return
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._cache, delete=False) as file:
                np.save(file, style.cpu().numpy())
            os.replace(file.name, self._cache / name)
        except OSError as error:
            _log.warning("The style of a sample cannot be kept: %s.", error.strerror)

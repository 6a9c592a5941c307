"""What tells XTTS whose voice it has: latents of a studio speaker, or of samples of somebody.

Those of samples take about a second to make, so they are kept: in memory, and in files named by
what they were made of. They are made of the recordings' contents alone, in the order given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from polyvox.errors import Misconfigured, UnknownVoice
from polyvox.hosting.kept import KeptInFiles
from polyvox.provider.recordings import kept_name, read_sample
from polyvox.providers.xtts_v2.checkpoint import read_tensors
from polyvox.providers.xtts_v2.recording import RATE, read_recording
from polyvox.providers.xtts_v2.weights import SPEAKERS, read_weights

if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts

IN_MEMORY = 256
"""Voices; one has 133 kB."""
RECIPE = b"1"
"""Changes with how latents are made here, so that those made before are made again."""


@dataclass(frozen=True, slots=True)
class Latents:
    """``prefix`` [1, 32, channels] tells the GPT, ``speaker`` [1, 512, 1] the vocoder. fp32, CPU."""

    prefix: Tensor
    speaker: Tensor


class Conditioning:
    """Latents by voice. May be asked from any thread; they are made one voice at a time.

    Of ``model`` it uses the conditioning encoder and perceiver of the GPT, the speaker encoder
    and ``mel_stats``, on the CPU in fp32. ``cache`` is a folder for this alone; None: no files.
    """

    def __init__(self, model: Xtts, folder: Path, cache: Path | None = None) -> None:
        self._model = model
        self._revision = read_weights(folder).revision
        self._studio = _studio(folder / SPEAKERS)
        self._kept: KeptInFiles[Latents] = KeptInFiles(cache, IN_MEMORY, dump=_dumped, load=_loaded)

    def of(self, voice: str | None, samples: Sequence[str] = ()) -> Latents:
        """Of the files in ``samples``, else of the studio speaker ``voice``. Blocks.

        Raises UnknownVoice, BadSample.
        """
        if samples:
            return self._cloned([Path(sample) for sample in samples])
        studio = self._studio.get(voice or "")
        if studio is None:
            raise UnknownVoice("This checkpoint has no such studio speaker.", param="voice")
        return studio

    def _cloned(self, paths: Sequence[Path]) -> Latents:
        recordings = [(path.name, read_sample(path)) for path in paths]
        key = self._key(data for _, data in recordings)
        return self._kept.get(key, lambda: self._made(recordings))

    def _key(self, contents: Iterable[bytes]) -> str:
        digests = [hashlib.sha256(data) for data in contents]
        key = hashlib.sha256(RECIPE + self._revision.encode())
        for digest in digests:
            key.update(digest.digest())
        return kept_name(key.hexdigest(), [digest.hexdigest() for digest in digests])

    @torch.inference_mode()
    def _made(self, recordings: Sequence[tuple[str, bytes]]) -> Latents:
        """As coqui combines samples: the GPT hears them one after another, the vocoder's view of
        the speaker is the mean of each one's. How much of them is the checkpoint's to say."""
        config = self._model.config
        heard = [read_recording(data, name, config.max_ref_len) for name, data in recordings]
        if config.sound_norm_refs:
            heard = [audio / audio.abs().max() * 0.75 for audio in heard]
        speakers = [self._model.get_speaker_embedding(audio, RATE) for audio in heard]
        prefix = self._model.get_gpt_cond_latents(
            torch.cat(heard, dim=-1), RATE, config.gpt_cond_len, config.gpt_cond_chunk_len
        )
        return Latents(prefix, torch.stack(speakers).mean(dim=0))


def _dumped(latents: Latents) -> bytes:
    return safetensors.torch.save(
        {"prefix": latents.prefix.contiguous(), "speaker": latents.speaker.contiguous()}
    )


def _loaded(data: bytes) -> Latents | None:
    try:
        return Latents(**safetensors.torch.load(data))
    except (SafetensorError, TypeError):
        return None


def _studio(path: Path) -> Mapping[str, Latents]:
    """The speakers that come with the checkpoint, mapped from their file; fine-tuned ones often
    come without. Raises Misconfigured."""
    if not path.is_file():
        return {}
    try:
        return {
            name: Latents(latents["gpt_cond_latent"].float(), latents["speaker_embedding"].float())
            for name, latents in read_tensors(path).items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise Misconfigured(
            f"{path} holds no speakers' latents.",
            remedy="Fetch it again from where it was published.",
        ) from error

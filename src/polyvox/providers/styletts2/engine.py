"""StyleTTS 2 as an engine: the model loaded once, what its requests have in common done together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyvox.errors import BadOutput, BadSample, Misconfigured, UnsupportedLanguage
from polyvox.hosting.device import CPU, device_for
from polyvox.hosting.engine import EngineJob
from polyvox.hosting.model_engine import ModelEngine
from polyvox.provider.model_options import EngineStart
from polyvox.providers.styletts2.batching import Batch
from polyvox.providers.styletts2.checkpoint import load_model
from polyvox.providers.styletts2.phonemes import Phonemizer
from polyvox.providers.styletts2.reading import Order, Part, Reader
from polyvox.providers.styletts2.settings import StyleTTS2Options
from polyvox.providers.styletts2.speaking import Speaker
from polyvox.providers.styletts2.styles import CARRIED, HALF, Manner, Styles, contexts, noise_seed
from polyvox.providers.styletts2.voices import Sample, Voices
from polyvox.providers.styletts2.weights import read_weights

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
WARM_UP = 2
"""Symbols; each may be a second of audio, and the decoder slower than that."""


def create(told: Mapping[str, Any]) -> StyleTTS2Engine:
    """``told``: an EngineStart as JSON. Called in the child process; loads no weights yet."""
    start = EngineStart.of(told, StyleTTS2Options)
    return StyleTTS2Engine(lambda: StyleTTS2Model(start), start.options.threads)


class StyleTTS2Model:
    """Speaks as somebody does in samples, or with the one voice of a single-speaker checkpoint.

    Of a job's settings it reads those of ``styles.Manner``, and ``speed``. A text sounds after those
    ``before`` it as if the engine had spoken them, be it so or not. Cancellation stops the model
    between two operations of torch: how soon that is depends on the longest convolution of the text
    that is being spoken.
    """

    def __init__(self, start: EngineStart[StyleTTS2Options]) -> None:
        """Loads it, and speaks a little, so that the first request finds all ready. Raises
        Misconfigured."""
        options = start.options
        device = device_for(options.device, "styletts2")
        self._model = load_model(start.folder, device, _decoder_dtype(options.decoder, device))
        weights = read_weights(start.folder)
        self._phonemizers = {
            tag: Phonemizer(voice, quotes=self._model.multispeaker)
            for tag, voice in weights.languages.items()
        }
        self._styles = Styles()
        voices = Voices(self._model, device, weights.revision, start.cache)
        reader = Reader(self._model, device, self._styles, options.max_batch)
        speaker = Speaker(self._model, device)
        reference = torch.zeros(2 * HALF, device=device) if self._model.multispeaker else None
        _warm_up(reader, speaker, reference)
        self.batch = Batch(voices, reader, speaker, options.max_batch)

    def orders(self, job: EngineJob) -> Iterator[Order]:
        """One. Raises BadSample and UnsupportedLanguage; BadOutput where there is nothing to say."""
        samples = [Sample.read(Path(path)) for path in job.samples]
        if bool(samples) != self._model.multispeaker:
            told = "takes no sample" if samples else "needs a sample"
            raise BadSample(f"This checkpoint of StyleTTS 2 {told}.", param="voice_samples")
        if job.language not in self._phonemizers:
            raise UnsupportedLanguage(
                f"These weights of StyleTTS 2 do not speak {job.language}.", param="language"
            )
        manner = job.settings_as(Manner)
        parts, previous = self._parts(job, manner, [sample.digest for sample in samples])
        if not any(part.spoken for part in parts):
            raise BadOutput("The text has nothing that espeak-ng would say.")
        yield Order(parts, samples, manner, previous, float(job.settings.get("speed", 1.0)))

    def _parts(
        self, job: EngineJob, manner: Manner, voice: Sequence[str]
    ) -> tuple[list[Part], Tensor | None]:
        """What is to be spoken, behind what it has its style from: the style of the text before, or
        as many texts as it takes to make that anew."""
        carries = manner.carry > 0 and (manner.follows_text or not self._model.multispeaker)
        before = job.before if carries else ()
        names = contexts(job.language, (*before, job.text))
        anew: list[Part] = []
        for text, context in list(zip(before, names, strict=False))[: -CARRIED - 1 : -1]:
            name = self._styles.name(context, voice, manner)
            known = self._styles.get(name)
            if known is not None:
                break
            anew[:0] = self._pieces(text, job.language, context, manner, name, spoken=False)
        else:
            known = None
        name = self._styles.name(names[-1], voice, manner)
        said = str(job.parts[0]) if job.parts else job.text
        spoken = self._pieces(said, job.language, names[-1], manner, name, spoken=True)
        return [*anew, *spoken], known

    def _pieces(
        self,
        text: str,
        language: str,
        context: bytes,
        manner: Manner,
        name: str,
        *,
        spoken: bool,
    ) -> list[Part]:
        """The last one's style is the text's."""
        pieces = self._phonemizers[language].pieces(text, self._model.longest_ids)
        return [
            Part(
                ids,
                noise_seed(manner.seed, context, number),
                name if number == len(pieces) - 1 else None,
                spoken,
            )
            for number, ids in enumerate(pieces)
        ]


StyleTTS2Engine = ModelEngine[StyleTTS2Model]


def _decoder_dtype(asked: str, device: torch.device) -> torch.dtype:
    if asked == "fp16" and device == CPU:
        raise Misconfigured(
            "CPUs do not decode in fp16.", remedy="Set the decoder of styletts2 to auto or bf16."
        )
    default = torch.float32 if device == CPU else torch.float16
    return PRECISIONS.get(asked, default)


def _warm_up(reader: Reader, speaker: Speaker, reference: Tensor | None) -> None:
    """Through all stages: memory and kernels are then as a first request needs them."""
    part = Part([0] * WARM_UP, seed=0)
    order = Order([part], samples=(), manner=Manner(diffusion_steps=2))
    [[line]] = reader.read([(order, reference)])
    speaker.speak(line)

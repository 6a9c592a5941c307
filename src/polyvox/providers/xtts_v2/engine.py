"""XTTS v2 as an engine: the model loaded once, all its requests spoken in shared batches."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from polyvox.hosting.aside import aside
from polyvox.hosting.device import CPU, device_for
from polyvox.hosting.engine import EngineJob
from polyvox.hosting.model_engine import ModelEngine
from polyvox.provider.model_options import EngineStart
from polyvox.providers.xtts_v2.batching import Batch, Order
from polyvox.providers.xtts_v2.checkpoint import load_model
from polyvox.providers.xtts_v2.conditioning import Conditioning
from polyvox.providers.xtts_v2.decoding import Decoder
from polyvox.providers.xtts_v2.graphs import GraphDecoder
from polyvox.providers.xtts_v2.precision import Plan, plan
from polyvox.providers.xtts_v2.quantizing import small_weights
from polyvox.providers.xtts_v2.sampling import Sampling
from polyvox.providers.xtts_v2.settings import XttsOptions
from polyvox.providers.xtts_v2.tokens import pieces
from polyvox.providers.xtts_v2.vocoder import FIRST_TOKENS, Vocoder
from polyvox.providers.xtts_v2.weights import read_weights

INT8_FOLDER = "int8"
"""In the cache folder."""


def create(told: Mapping[str, Any]) -> XttsEngine:
    """``told``: an EngineStart as JSON. Called in the child process; loads no weights yet."""
    start = EngineStart.of(told, XttsOptions)
    return XttsEngine(lambda: XttsModel(start), start.options.threads)


class XttsModel:
    """Speaks with the studio speakers of a checkpoint, or as somebody does in samples.

    Of a job's settings it reads those of ``sampling.Sampling``, ``speed``, and ``max_tokens`` (46 ms
    each). ``length_penalty`` changes nothing, as in coqui: it ranks the results of a beam search.
    """

    def __init__(self, start: EngineStart[XttsOptions]) -> None:
        """Loads it, and speaks a little, so that the first request finds all ready. Raises
        Misconfigured."""
        # int8 has no other operators as quick; precision.py has what to do once these are gone.
        warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
        options = start.options
        device = device_for(options.device, "xtts_v2")
        chosen = plan(options.precision, device)
        model: Any = load_model(start.folder)
        self._tokenizer = model.tokenizer
        self._conditioning = Conditioning(model, start.folder, start.cache)
        decoder = _decoder(model.gpt, chosen, device, start)
        model.gpt.gpt.h = torch.nn.ModuleList()  # the decoder keeps what it needs of them
        model.hifigan_decoder.waveform_decoder.to(device)
        vocoder = Vocoder(model.hifigan_decoder, chosen.vocoder)
        _warm_up(decoder, vocoder, model.args)
        self.batch = Batch(decoder, vocoder, options.max_batch)

    def orders(self, job: EngineJob) -> Iterator[Order]:
        """One; more where numbers, spelled out, make the text too long for the model. Raises
        UnknownVoice and BadSample; BadOutput where the model has nothing to say."""
        latents = aside(lambda: self._conditioning.of(job.voice, job.samples))
        for text in pieces(self._tokenizer, job.text, job.language):
            yield Order(
                text=text,
                conditioning=latents.prefix,
                speaker=latents.speaker,
                sampling=job.settings_as(Sampling),
                speed=float(job.settings.get("speed", 1.0)),
                most=job.settings.get("max_tokens"),
            )


XttsEngine = ModelEngine[XttsModel]


def _decoder(
    gpt: Any, chosen: Plan, device: torch.device, start: EngineStart[XttsOptions]
) -> Decoder:
    if chosen.gpt == "int8":
        kept = start.cache / INT8_FOLDER if start.cache else None
        small = small_weights(gpt.gpt.h, kept, read_weights(start.folder).revision)
        return Decoder(gpt, chosen, small=small)
    if device == CPU:
        return Decoder(gpt, chosen)
    room = gpt.max_prompt_tokens + gpt.max_text_tokens + gpt.max_mel_tokens
    return GraphDecoder(gpt, chosen, device, slots=start.options.max_batch, room=room)


def _warm_up(decoder: Decoder, vocoder: Vocoder, sizes: Any) -> None:
    """Up to a first window of audio: memory and kernels are then as a first request needs them."""
    voice = torch.zeros(1, 1, sizes.gpt_n_model_channels)
    stream = vocoder.stream(torch.zeros(1, sizes.d_vector_dim, 1))
    row, step = decoder.join(voice, [0], FIRST_TOKENS)
    for _ in range(FIRST_TOKENS):
        stream.add(step.latents[0])
        step = decoder.step([row], [0])
    stream.take()
    decoder.leave(row)

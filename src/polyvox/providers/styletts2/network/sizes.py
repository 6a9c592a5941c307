"""The dimensions of a checkpoint, read from the shapes of its weights.

Only what no shape tells comes from its ``config.yml``: how many heads share a projection, how far
an upsampling goes, and the spread of the styles that the diffusion was trained on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

SAMPLE_RATE = 24_000
"""Hz."""
HOP = 300
"""Samples (12.5 ms) for each value of the pitch and energy curves, and each column of a mel
spectrogram. A frame of the text's features has two of them."""

State = Mapping[str, Tensor]
"""Weights of one part, folded, by their names in it."""


@dataclass(frozen=True, slots=True)
class BertSizes:
    symbols: int
    embedding: int
    hidden: int
    middle: int
    positions: int
    """Tokens of the longest text."""
    layers: int
    heads: int


@dataclass(frozen=True, slots=True)
class DiffusionSizes:
    style: int
    """Both halves of a style: 256."""
    text: int
    """PL-BERT's channels."""
    blocks: int
    heads: int
    attended: int
    """Channels of queries, of all heads together."""
    middle: int
    positions: int
    multispeaker: bool
    """Whether the networks are told of a reference, too."""
    sigma_data: float


@dataclass(frozen=True, slots=True)
class DecoderSizes:
    """Of the decoder's own blocks; ``vocoder`` makes samples of what they give."""

    text: int
    style: int
    width: int
    """Channels of ``encode`` and of all ``decode`` blocks but the last, which doubles the rate."""
    blocks: int
    """How many ``decode`` blocks there are."""
    residual: int
    """Channels of ``asr_res``."""
    vocoder: VocoderSizes


@dataclass(frozen=True, slots=True)
class VocoderSizes:
    kind: Literal["hifigan", "istftnet"]
    style: int
    channels: int
    """Of what comes in; every upsampling halves them."""
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    """Of the upsamplings."""
    block_kernels: tuple[int, ...]
    """Of the residual blocks after each upsampling, whose results are averaged."""
    block_dilations: tuple[tuple[int, ...], ...]
    """Of each of those blocks."""
    harmonics: int
    """Sines of the source, the fundamental included."""
    hop: int
    """Samples for each value of the pitch."""
    fft: int
    """Points of iSTFTNet's Fourier transform; 0 for HiFi-GAN."""
    fft_hop: int
    """Samples between its transforms; 1 for HiFi-GAN."""


@dataclass(frozen=True, slots=True)
class Sizes:
    symbols: int
    hidden: int
    """Channels of the text's features."""
    style: int
    """Channels of half a style: 128."""
    layers: int
    """Of the text encoder, and of the prosody predictor's own."""
    kernel: int
    """Of the text encoder's convolutions."""
    durations: int
    """Frames of the longest token."""
    style_channels: tuple[int, ...]
    """Of the style encoders, after the first convolution and after each block."""
    bert: BertSizes
    diffusion: DiffusionSizes
    decoder: DecoderSizes


def read_sizes(
    net: Mapping[str, State], config: Mapping[str, Any], plbert: Mapping[str, Any]
) -> Sizes:
    """``net`` holds the folded weights of each part, ``config`` is ``model_params`` of the
    checkpoint's ``config.yml``, ``plbert`` that of PL-BERT's.

    Raises ValueError in plain words for a decoder that we do not know; KeyError, IndexError or
    TypeError where one of the three has not what the others ask for.
    """
    text, style, predictor = net["text_encoder"], net["style_encoder"], net["predictor"]
    symbols, hidden = text["embedding.weight"].shape
    return Sizes(
        symbols=symbols,
        hidden=hidden,
        style=style["unshared.weight"].shape[0],
        layers=_count(text, "cnn.{}.0.weight"),
        kernel=text["cnn.0.0.weight"].shape[-1],
        durations=predictor["duration_proj.linear_layer.weight"].shape[0],
        style_channels=(
            style["shared.0.weight"].shape[0],
            *_widths(style, "shared.{}.conv2.weight", start=1),
        ),
        bert=_bert(net["bert"], plbert),
        diffusion=_diffusion(net["diffusion"], config),
        decoder=_decoder(net["decoder"], config["decoder"]),
    )


def _bert(state: State, config: Mapping[str, Any]) -> BertSizes:
    symbols, embedding = state["embeddings.word_embeddings.weight"].shape
    layer = state["encoder.albert_layer_groups.0.albert_layers.0.ffn.weight"]
    return BertSizes(
        symbols=symbols,
        embedding=embedding,
        hidden=layer.shape[1],
        middle=layer.shape[0],
        positions=state["embeddings.position_embeddings.weight"].shape[0],
        layers=_whole(config["num_hidden_layers"]),
        heads=_whole(config["num_attention_heads"]),
    )


def _diffusion(state: State, config: Mapping[str, Any]) -> DiffusionSizes:
    positions, text = state["fixed_embedding.embedding.weight"].shape
    multispeaker = "to_features.0.weight" in state
    heads = _whole(config["diffusion"]["transformer"]["num_heads"])
    attended = state["blocks.0.attention.to_q.weight"].shape[0]
    sigma_data = config["diffusion"]["dist"]["sigma_data"]
    if attended % heads or not sigma_data > 0 or multispeaker != bool(config["multispeaker"]):
        raise TypeError("no such network can be")
    return DiffusionSizes(
        style=state["to_out.1.weight"].shape[0],
        text=text,
        blocks=_count(state, "blocks.{}.attention.to_q.weight"),
        heads=heads,
        attended=attended,
        middle=state["blocks.0.feed_forward.0.weight"].shape[0],
        positions=positions,
        multispeaker=multispeaker,
        sigma_data=float(sigma_data),
    )


def _decoder(state: State, config: Mapping[str, Any]) -> DecoderSizes:
    residual, text = state["asr_res.0.weight"].shape[:2]
    return DecoderSizes(
        text=text,
        style=state["encode.norm1.fc.weight"].shape[1],
        width=state["encode.conv1.weight"].shape[0],
        blocks=_count(state, "decode.{}.conv1.weight"),
        residual=residual,
        vocoder=_vocoder(state, config),
    )


def _vocoder(state: State, config: Mapping[str, Any]) -> VocoderSizes:
    kind, ups = config["type"], "generator.ups.{}.weight"
    if kind not in ("hifigan", "istftnet"):
        raise ValueError("its decoder is neither hifigan nor istftnet")
    rates, kernels = _integers(config["upsample_rates"]), _widths(state, ups, axis=2)
    dilations = tuple(_integers(each) for each in config["resblock_dilation_sizes"])
    fft, fft_hop = 0, 1
    if kind == "istftnet":
        fft, fft_hop = _whole(config["gen_istft_n_fft"]), _whole(config["gen_istft_hop_size"])
    if len(rates) != len(kernels) or math.prod(rates) * fft_hop != HOP:
        raise ValueError(f"its decoder does not make {HOP} samples for each value of the pitch")
    return VocoderSizes(
        kind=kind,
        style=state["encode.norm1.fc.weight"].shape[1],
        channels=state[ups.format(0)].shape[0],
        rates=rates,
        kernels=kernels,
        block_kernels=_widths(state, "generator.resblocks.{}.convs1.0.weight", axis=2)[
            : len(dilations)
        ],
        block_dilations=dilations,
        harmonics=state["generator.m_source.l_linear.weight"].shape[1],
        hop=HOP,
        fft=fft,
        fft_hop=fft_hop,
    )


def _widths(state: State, name: str, *, axis: int = 0, start: int = 0) -> tuple[int, ...]:
    """The sizes of one axis, of each weight that ``name`` gives with a number in it."""
    numbers = range(start, start + _count(state, name, start))
    return tuple(state[name.format(number)].shape[axis] for number in numbers)


def _count(state: State, name: str, start: int = 0) -> int:
    number = start
    while name.format(number) in state:
        number += 1
    return number - start


def _integers(values: Sequence[Any]) -> tuple[int, ...]:
    return tuple(_whole(value) for value in values)


def _whole(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise TypeError("not a number of anything")
    return value

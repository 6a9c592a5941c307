"""The names and shapes of the tensors in a checkpoint of StyleTTS 2, for any dimensions.

Written down from the checkpoints, not from our own modules: it holds these to the true layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Shape = list[int]
Named = Iterator[tuple[str, Shape]]

PARTS = (
    "bert",
    "bert_encoder",
    "predictor",
    "decoder",
    "text_encoder",
    "predictor_encoder",
    "style_encoder",
    "diffusion",
)
STYLE = 128
"""Channels of half a style, in every checkpoint here."""
DILATIONS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Those of the published checkpoints, but for what is given."""

    symbols: int = 178
    hidden: int = 512
    layers: int = 3
    durations: int = 50
    first: int = 64
    """Channels of the style encoders' first convolution."""
    bert: int = 768
    bert_embedding: int = 128
    bert_middle: int = 2048
    bert_layers: int = 12
    bert_heads: int = 12
    positions: int = 512
    blocks: int = 3
    """Of the diffusion network."""
    heads: int = 8
    head: int = 64
    multiplier: int = 2
    width: int = 1024
    residual: int = 64
    upsampled: int = 512
    """Channels that the vocoder begins with."""
    rates: tuple[int, ...] = (10, 5, 3, 2)
    kernels: tuple[int, ...] = (20, 10, 6, 4)
    fft: int = 0
    fft_hop: int = 1
    block_kernels: tuple[int, ...] = (3, 7, 11)
    multispeaker: bool = True

    @property
    def decoder(self) -> str:
        return "istftnet" if self.fft else "hifigan"


ISTFTNET: dict[str, Any] = {"rates": (10, 6), "kernels": (20, 12), "fft": 20, "fft_hop": 5}


def layout(d: Dimensions) -> dict[str, dict[str, Shape]]:
    """{part: {key: shape}}, with the prefix ``module.`` of published files."""
    described = (
        _bert(d),
        _linear("", d.hidden, d.bert),
        _predictor(d),
        _decoder(d),
        _text_encoder(d),
        _style_encoder(d),
        _style_encoder(d),
        _diffusion(d),
    )
    return {
        part: {f"module.{key.lstrip('.')}": shape for key, shape in keys}
        for part, keys in zip(PARTS, described, strict=True)
    }


def _linear(name: str, out: int, into: int) -> Named:
    yield f"{name}.weight", [out, into]
    yield f"{name}.bias", [out]


def _norm(name: str, channels: int) -> Named:
    yield f"{name}.weight", [channels]
    yield f"{name}.bias", [channels]


def _weight_normed(name: str, shape: Shape, *, bias: int | None = None) -> Named:
    """``bias``: how many, where they are not as many as the weight's first axis has; 0: none."""
    count = shape[0] if bias is None else bias
    if count:
        yield f"{name}.bias", [count]
    yield f"{name}.weight_g", [shape[0], *[1] * (len(shape) - 1)]
    yield f"{name}.weight_v", shape


def _spectral_normed(name: str, shape: Shape, *, bias: bool = True) -> Named:
    if bias:
        yield f"{name}.bias", [shape[0]]
    yield f"{name}.weight_orig", shape
    yield f"{name}.weight_u", [shape[0]]
    yield f"{name}.weight_v", [shape[1] * shape[2] * shape[3]]


def _lstm(name: str, into: int, out: int) -> Named:
    half = out // 2
    for direction in ("", "_reverse"):
        yield f"{name}.weight_ih_l0{direction}", [4 * half, into]
        yield f"{name}.weight_hh_l0{direction}", [4 * half, half]
        yield f"{name}.bias_ih_l0{direction}", [4 * half]
        yield f"{name}.bias_hh_l0{direction}", [4 * half]


def _bert(d: Dimensions) -> Named:
    for name, count in (("word", d.symbols), ("position", d.positions), ("token_type", 2)):
        yield f"embeddings.{name}_embeddings.weight", [count, d.bert_embedding]
    yield from _norm("embeddings.LayerNorm", d.bert_embedding)
    yield from _linear("encoder.embedding_hidden_mapping_in", d.bert, d.bert_embedding)
    layer = "encoder.albert_layer_groups.0.albert_layers.0."
    yield from _norm(layer + "full_layer_layer_norm", d.bert)
    for name in ("query", "key", "value", "dense"):
        yield from _linear(f"{layer}attention.{name}", d.bert, d.bert)
    yield from _norm(layer + "attention.LayerNorm", d.bert)
    yield from _linear(layer + "ffn", d.bert_middle, d.bert)
    yield from _linear(layer + "ffn_output", d.bert, d.bert_middle)
    yield from _linear("pooler", d.bert, d.bert)


def _text_encoder(d: Dimensions) -> Named:
    yield "embedding.weight", [d.symbols, d.hidden]
    for layer in range(d.layers):
        yield from _weight_normed(f"cnn.{layer}.0", [d.hidden, d.hidden, 5])
        yield f"cnn.{layer}.1.gamma", [d.hidden]
        yield f"cnn.{layer}.1.beta", [d.hidden]
    yield from _lstm("lstm", d.hidden, d.hidden)


def _style_encoder(d: Dimensions) -> Named:
    yield from _spectral_normed("shared.0", [d.first, 1, 3, 3])
    into = d.first
    for block in range(1, 5):
        out, name = min(2 * into, d.hidden), f"shared.{block}."
        yield from _spectral_normed(name + "downsample_res.conv", [into, 1, 3, 3])
        yield from _spectral_normed(name + "conv1", [into, into, 3, 3])
        yield from _spectral_normed(name + "conv2", [out, into, 3, 3])
        if into != out:
            yield from _spectral_normed(name + "conv1x1", [out, into, 1, 1], bias=False)
        into = out
    yield from _spectral_normed("shared.6", [into, into, 5, 5])
    yield from _linear("unshared", STYLE, into)


def _adain_block(name: str, into: int, out: int, *, upsample: bool = False) -> Named:
    yield from _weight_normed(f"{name}.conv1", [out, into, 3])
    yield from _weight_normed(f"{name}.conv2", [out, out, 3])
    yield from _linear(f"{name}.norm1.fc", 2 * into, STYLE)
    yield from _linear(f"{name}.norm2.fc", 2 * out, STYLE)
    if into != out:
        yield from _weight_normed(f"{name}.conv1x1", [out, into, 1], bias=0)
    if upsample:
        yield from _weight_normed(f"{name}.pool", [into, 1, 3])


def _predictor(d: Dimensions) -> Named:
    styled, half = d.hidden + STYLE, d.hidden // 2
    for layer in range(d.layers):
        yield from _lstm(f"text_encoder.lstms.{2 * layer}", styled, d.hidden)
        yield from _linear(f"text_encoder.lstms.{2 * layer + 1}.fc", 2 * d.hidden, STYLE)
    yield from _lstm("lstm", styled, d.hidden)
    yield from _linear("duration_proj.linear_layer", d.durations, d.hidden)
    yield from _lstm("shared", styled, d.hidden)
    for curve in ("F0", "N"):
        yield from _adain_block(f"{curve}.0", d.hidden, d.hidden)
        yield from _adain_block(f"{curve}.1", d.hidden, half, upsample=True)
        yield from _adain_block(f"{curve}.2", half, half)
    for curve in ("F0", "N"):
        yield f"{curve}_proj.weight", [1, half, 1]
        yield f"{curve}_proj.bias", [1]


def _decoder(d: Dimensions) -> Named:
    joined = d.width + 2 + d.residual
    for block in range(3):
        yield from _adain_block(f"decode.{block}", joined, d.width)
    yield from _adain_block("decode.3", joined, d.upsampled, upsample=True)
    yield from _adain_block("encode", d.hidden + 2, d.width)
    for curve in ("F0", "N"):
        yield from _weight_normed(f"{curve}_conv", [1, 1, 3])
    yield from _weight_normed("asr_res.0", [d.residual, d.hidden, 1])
    yield from _generator(d)


def _generator(d: Dimensions) -> Named:
    name, heard = "generator.", d.fft + 2 if d.fft else 1
    channels = [d.upsampled >> stage for stage in range(len(d.rates) + 1)]
    yield from _linear(name + "m_source.l_linear", 1, 9)
    for stage, kernel in enumerate(d.kernels):
        into, out = channels[stage : stage + 2]
        last = stage == len(d.rates) - 1
        yield f"{name}noise_convs.{stage}.weight", [out, heard, 1 if last else 2 * _after(d, stage)]
        yield f"{name}noise_convs.{stage}.bias", [out]
        yield from _weight_normed(f"{name}ups.{stage}", [into, out, kernel], bias=out)
        yield from _snake_block(f"{name}noise_res.{stage}", out, 11 if last else 7)
        for number, size in enumerate(d.block_kernels, stage * len(d.block_kernels)):
            yield from _snake_block(f"{name}resblocks.{number}", out, size)
    if not d.fft:
        for number, count in enumerate(channels):
            yield f"{name}alphas.{number}", [1, count, 1]
    yield from _weight_normed(name + "conv_post", [d.fft + 2 if d.fft else 1, channels[-1], 7])


def _after(d: Dimensions, stage: int) -> int:
    """Steps that come of one, after the upsampling of ``stage``."""
    steps = 1
    for rate in d.rates[stage + 1 :]:
        steps *= rate
    return steps


def _snake_block(name: str, channels: int, kernel: int) -> Named:
    for number in range(len(DILATIONS)):
        for half in ("1", "2"):
            shape = [channels, channels, kernel]
            yield from _weight_normed(f"{name}.convs{half}.{number}", shape)
            yield from _linear(f"{name}.adain{half}.{number}.fc", 2 * channels, STYLE)
            yield f"{name}.alpha{half}.{number}", [1, channels, 1]


def _diffusion(d: Dimensions) -> Named:
    """The network is in the file twice."""
    network = list(_transformer(d))
    for name in ("diffusion.net.", "unet."):
        yield from ((name + key, shape) for key, shape in network)


def _transformer(d: Dimensions) -> Iterable[tuple[str, Shape]]:
    wide, attended = 2 * STYLE + d.bert, d.heads * d.head
    for number in range(d.blocks):
        block = f"blocks.{number}."
        for norm in ("norm", "norm_context"):
            if d.multispeaker:
                yield from _linear(f"{block}attention.{norm}.fc", 2 * wide, 2 * STYLE)
            else:
                yield from _norm(f"{block}attention.{norm}", wide)
        yield block + "attention.to_q.weight", [attended, wide]
        yield block + "attention.to_kv.weight", [2 * attended, wide]
        yield from _linear(block + "attention.attention.to_out", wide, attended)
        yield from _linear(block + "feed_forward.0", d.multiplier * wide, wide)
        yield from _linear(block + "feed_forward.2", wide, d.multiplier * wide)
    yield "to_out.1.weight", [2 * STYLE, wide, 1]
    yield "to_out.1.bias", [2 * STYLE]
    yield from _linear("to_mapping.0", wide, wide)
    yield from _linear("to_mapping.2", wide, wide)
    yield "to_time.0.0.weights", [STYLE]
    yield from _linear("to_time.0.1", wide, 2 * STYLE + 1)
    if d.multispeaker:
        yield from _linear("to_features.0", wide, 2 * STYLE)
    yield "fixed_embedding.embedding.weight", [d.positions, d.bert]

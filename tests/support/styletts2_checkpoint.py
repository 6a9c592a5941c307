"""Folders with StyleTTS 2 checkpoints of made-up weights, in the true file layout.

They hum rather than speak, but as the real one does: tokens of 50 to 150 ms, pitch and energy that
follow the text and the style.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
import yaml
from torch import Tensor

from tests.support.styletts2_layout import DILATIONS, ISTFTNET, STYLE, Dimensions, layout
from tests.support.styletts2_weights import fill

Decoder = Literal["hifigan", "istftnet"]
CHECKPOINT = "epochs_2nd_00020.pth"
TINY: dict[str, Any] = {
    "hidden": 32,
    "layers": 2,
    "first": 4,
    "bert": 32,
    "bert_embedding": 16,
    "bert_middle": 64,
    "bert_layers": 2,
    "bert_heads": 2,
    "blocks": 2,
    "heads": 2,
    "head": 16,
    "multiplier": 1,
    "width": 32,
    "residual": 8,
    "upsampled": 32,
}


@cache
def made_once(*, multispeaker: bool = True, decoder: Decoder = "hifigan", seed: int = 0) -> Path:
    """A tiny checkpoint that lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="polyvox-styletts2-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return tiny(folder, multispeaker=multispeaker, decoder=decoder, seed=seed)


def tiny(
    folder: Path, *, multispeaker: bool = True, decoder: Decoder = "hifigan", seed: int = 0
) -> Path:
    """5 MB, made in a tenth of a second (after the imports). Returns ``folder``."""
    return _write(folder, tiny_dimensions(multispeaker=multispeaker, decoder=decoder), seed)


def full_size(folder: Path, decoder: Decoder = "hifigan") -> Path:
    """0.5 GB with the published dimensions: of LibriTTS with hifigan, of LJSpeech with istftnet,
    which knows one speaker. Returns ``folder``."""
    return _write(folder, full_dimensions(decoder), seed=0)


def tiny_dimensions(*, multispeaker: bool = True, decoder: Decoder = "hifigan") -> Dimensions:
    vocoder = ISTFTNET if decoder == "istftnet" else {}
    return Dimensions(multispeaker=multispeaker, **TINY, **vocoder)


def full_dimensions(decoder: Decoder = "hifigan") -> Dimensions:
    return Dimensions(multispeaker=False, **ISTFTNET) if decoder == "istftnet" else Dimensions()


def weights(d: Dimensions, seed: int = 0) -> dict[str, dict[str, Tensor]]:
    """{part: {key: tensor}}, as under ``net`` in a file."""
    parts = layout(d)
    drawn = fill({f"{part}.{key}": at for part in parts for key, at in parts[part].items()}, seed)
    net = {part: {key: drawn[f"{part}.{key}"] for key in keys} for part, keys in parts.items()}
    diffusion = net["diffusion"]
    for key in diffusion:  # one network, though under two names
        diffusion[key] = diffusion[key.replace("module.diffusion.net.", "module.unet.")]
    return net


def save(path: Path, net: Mapping[str, Mapping[str, Tensor]]) -> None:
    """As training does, which keeps more in the file than the weights."""
    torch.save({"net": net, "epoch": 20, "iters": 1000, "val_loss": 0.25, "optimizer": {}}, path)


def config(d: Dimensions) -> dict[str, Any]:
    """``config.yml`` as it is published, as far as it tells of the model."""
    decoder: dict[str, Any] = {
        "type": d.decoder,
        "resblock_kernel_sizes": list(d.block_kernels),
        "upsample_rates": list(d.rates),
        "upsample_initial_channel": d.upsampled,
        "resblock_dilation_sizes": [list(DILATIONS)] * len(d.block_kernels),
        "upsample_kernel_sizes": list(d.kernels),
    }
    if d.fft:
        decoder |= {"gen_istft_n_fft": d.fft, "gen_istft_hop_size": d.fft_hop}
    spectrogram = {"n_fft": 2048, "win_length": 1200, "hop_length": 300}
    return {
        "PLBERT_dir": "Utils/PLBERT/",
        "preprocess_params": {"sr": 24_000, "spect_params": spectrogram},
        "model_params": {
            "multispeaker": d.multispeaker,
            "dim_in": d.first,
            "hidden_dim": d.hidden,
            "max_conv_dim": d.hidden,
            "n_layer": d.layers,
            "n_mels": 80,
            "n_token": d.symbols,
            "max_dur": d.durations,
            "style_dim": STYLE,
            "dropout": 0.2,
            "decoder": decoder,
            "diffusion": {
                "embedding_mask_proba": 0.1,
                "transformer": {
                    "num_layers": d.blocks,
                    "num_heads": d.heads,
                    "head_features": d.head,
                    "multiplier": d.multiplier,
                },
                "dist": {"sigma_data": 0.2, "estimate_sigma_data": True, "mean": -3.0, "std": 1.0},
            },
        },
    }


def plbert_config(d: Dimensions) -> dict[str, Any]:
    return {
        "model_params": {
            "vocab_size": d.symbols,
            "hidden_size": d.bert,
            "num_attention_heads": d.bert_heads,
            "intermediate_size": d.bert_middle,
            "max_position_embeddings": d.positions,
            "num_hidden_layers": d.bert_layers,
            "dropout": 0.1,
        }
    }


def _write(folder: Path, d: Dimensions, seed: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(yaml.safe_dump(config(d), sort_keys=False))
    (folder / "plbert_config.yml").write_text(yaml.safe_dump(plbert_config(d), sort_keys=False))
    save(folder / CHECKPOINT, weights(d, seed))
    return folder

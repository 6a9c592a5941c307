"""XTTS checkpoints with random weights, in the true file layout.

They speak noise, but as the real one does: clips end by themselves, sooner or later by chance.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from polyvox.providers.xtts_v2 import torchaudio_standin
from polyvox.providers.xtts_v2.languages import LANGUAGES

SPEAKERS = ("Ana Tiny", "Bo Tiny")
SCRIPTS = ((0x21, 0x17F), (0x400, 0x460), (0x600, 0x670), (0x900, 0x980))
"""Ranges of characters with a token of their own."""
TINY = {"gpt_layers": 2, "gpt_n_model_channels": 64, "gpt_n_heads": 2, "decoder_input_dim": 64}
TINY_ENDS_AT = 15
"""Tokens after which a clip is as likely to end as not; 21.5 are one second."""
FULL_ENDS_AT = 108
FULL_TEXT_TOKENS = 6681
SHARED_FROM = 10_000
"""Weights of the tiny vocoder and speaker encoder with as many values are stored once per shape."""


@cache
def made_once(seed: int = 0) -> Path:
    """A tiny checkpoint that lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="polyvox-xtts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return tiny(folder, seed)


def tiny(folder: Path, seed: int = 0) -> Path:
    """40 MB, made in a second (after the imports); clips of 0.5 to 2 s. Returns ``folder``."""
    _vocabulary(folder)
    model = _model(folder, TINY, seed, ends_at=TINY_ENDS_AT)
    _write(folder, model, _shared(model.state_dict()))
    return folder


def full_size(folder: Path, seed: int = 0) -> Path:
    """1.9 GB with the published dimensions; clips of about 4 s. Returns ``folder``."""
    _vocabulary(folder, FULL_TEXT_TOKENS)
    model = _model(folder, {}, seed, ends_at=FULL_ENDS_AT)
    _write(folder, model, model.state_dict())
    return folder


def _vocabulary(folder: Path, size: int = 0) -> None:
    special = [
        "[STOP]",
        "[UNK]",
        "[SPACE]",
        "[START]",
        *(f"[{spoken.name}]" for spoken in LANGUAGES.values()),
    ]
    tokens = [*special, *(chr(code) for low, high in SCRIPTS for code in range(low, high))]
    tokens += [f"[filler {number}]" for number in range(size - len(tokens))]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(special)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "vocab.json"))


def _model(folder: Path, sizes: dict[str, int], seed: int, *, ends_at: int) -> Any:
    torchaudio_standin.install()
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer
    from TTS.tts.models.xtts import Xtts

    config = XttsConfig()
    # As in the published config.json, where it differs from the defaults.
    config.model_args.gpt_num_audio_tokens = 1026
    config.model_args.gpt_start_audio_token = 1024
    config.model_args.gpt_stop_audio_token = 1025
    config.model_args.gpt_use_perceiver_resampler = True
    config.temperature, config.repetition_penalty = 0.75, 5.0
    config.gpt_cond_len, config.max_ref_len = 30, 30
    for name, value in sizes.items():
        setattr(config.model_args, name, value)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Xtts(config)
        model.tokenizer = VoiceBpeTokenizer(str(folder / "vocab.json"))
        model.init_models()
        config.save_json(str(folder / "config.json"))
        _listen(model.gpt)
        _end_by_chance(model.gpt, ends_at)
        _be_heard(model.hifigan_decoder)
        torch.save(_speakers(config.model_args.gpt_n_model_channels), folder / "speakers_xtts.pth")
    return model


@torch.no_grad()
def _listen(gpt: Any) -> None:
    """Attend sharply, so that every token depends on the text, the speaker and those before it."""
    together = (2 / len(gpt.gpt.h)) ** 0.5  # however many layers, they say as much in all
    for block in gpt.gpt.h:
        for layer, share in ((block.attn.c_attn, 1.0), (block.attn.c_proj, together)):
            torch.nn.init.normal_(layer.weight, std=1.5 * share / layer.weight.shape[0] ** 0.5)
        block.attn.c_proj.weight[:, 0] = 0.0  # the first channel is kept for the position


@torch.no_grad()
def _end_by_chance(gpt: Any, ends_at: int) -> None:
    """The first channel counts: it rises with the position, and the stop token rises with it."""
    positions = gpt.mel_pos_embedding.emb.weight
    scale = ends_at / 4
    positions[:, 0] = (torch.arange(len(positions)) - ends_at).clamp(-3 * scale, 3 * scale) / scale
    gpt.mel_embedding.weight[:, 0] *= 0.5
    gpt.mel_head.weight[gpt.stop_audio_token, 0] = 4.0
    gpt.mel_head.bias[gpt.stop_audio_token] = 2.0


@torch.no_grad()
def _be_heard(decoder: Any) -> None:
    """Scale the last layer, so that the noise is about as loud as speech."""
    latents = torch.randn(1, 20, decoder.waveform_decoder.conv_pre.in_channels)
    speaker = torch.nn.functional.normalize(torch.randn(1, 512, 1), dim=1)
    loud = torch.atanh(decoder(latents, g=speaker)).std()
    decoder.waveform_decoder.conv_post.weight *= 0.2 / loud


def _speakers(channels: int) -> dict[str, dict[str, torch.Tensor]]:
    return {
        name: {
            "gpt_cond_latent": torch.randn(1, 32, channels),
            "speaker_embedding": torch.nn.functional.normalize(torch.randn(1, 512, 1), dim=1),
        }
        for name in SPEAKERS
    }


def _shared(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The dimensions of vocoder and speaker encoder are fixed; equal weights take no more room."""
    first: dict[torch.Size, torch.Tensor] = {}
    return {
        name: first.setdefault(value.shape, value)
        if name.startswith("hifigan_decoder.") and value.numel() >= SHARED_FROM
        else value
        for name, value in state.items()
    }


def _write(folder: Path, model: Any, state: dict[str, torch.Tensor]) -> None:
    torch.save({"model": state, "step": 0}, folder / "model.pth")

"""The decoder gives what the original gives, stage by stage, each fed with the original's input.

The limits are those of the README beside the vectors.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from polyvox.providers.styletts2.network import hifigan, layout
from polyvox.providers.styletts2.network.decoder import Decoder
from polyvox.providers.styletts2.network.model import StyleTTS2

pytestmark = pytest.mark.heavy
Arrays = Mapping[str, Tensor]

FEATURES, SOURCE, VOCODER, AUDIO = 1e-4, 1e-3, 2e-5, 5e-3
"""Largest differences. The last adds to the vocoder's what the phase of the source may be off."""
STAGE = 1e-4
"""Of a stage's standard deviation, relatively."""
BF16_SNR = 20.0
"""dB, of the whole decoder in bf16 on these weights."""


@pytest.fixture(scope="module")
def decoder(model: StyleTTS2) -> Decoder:
    return model.decoder


def difference(found: Tensor, golden: Tensor) -> float:
    assert found.numel() == golden.numel()
    return float((found.flatten() - golden.flatten()).abs().max())


@torch.inference_mode()
def decoded(decoder: Decoder, golden: Arrays, noise: Tensor | None = None) -> Tensor:
    inputs = (golden[name] for name in ("asr", "F0", "N", "mixed_acoustic"))
    wave: Tensor = decoder(*inputs, noise)
    return wave


@torch.inference_mode()
def vocoded(decoder: Decoder, golden: Arrays) -> Tensor:
    given = golden["generator_in"], golden["mixed_acoustic"], golden["source"][None]
    wave: Tensor = decoder.generator(*given)
    return wave


def noise(golden: Arrays) -> Tensor:
    """That with which ``audio_noise`` was recorded."""
    draws = np.random.Generator(np.random.PCG64(zlib.crc32(b"golden/A/source/sine_noise")))
    shape = 1, len(golden["audio_noise"]), 9
    return torch.from_numpy(draws.standard_normal(shape, dtype=np.float32))


@torch.inference_mode()
def test_features_are_the_originals(decoder: Decoder, golden: Arrays) -> None:
    inputs = (golden[name] for name in ("asr", "F0", "N", "mixed_acoustic"))
    assert difference(decoder.features(*inputs), golden["generator_in"]) < FEATURES


@torch.inference_mode()
def test_the_source_is_the_originals(decoder: Decoder, golden: Arrays) -> None:
    silent = decoder.generator.m_source(golden["F0"], None)
    noisy = decoder.generator.m_source(golden["F0"], noise(golden))
    assert difference(silent, golden["source"]) < SOURCE
    assert difference(noisy, golden["source_noise"]) < SOURCE


def test_each_upsampling_is_the_originals(
    decoder: Decoder, golden: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    deviations: list[float] = []

    def recorded(conv: nn.Module, x: Tensor) -> Tensor:
        made = layout.convolved(conv, x)
        if isinstance(conv, nn.ConvTranspose1d):
            deviations.append(float(made.std()))
        return made

    monkeypatch.setattr(hifigan, "convolved", recorded)
    wave = vocoded(decoder, golden)
    assert deviations == pytest.approx(golden["ups_std"].tolist(), rel=STAGE)
    assert difference(wave, golden["audio"]) < VOCODER


def test_audio_is_the_originals(decoder: Decoder, golden: Arrays) -> None:
    assert difference(decoded(decoder, golden), golden["audio"]) < AUDIO


def test_audio_with_noise_is_the_originals(decoder: Decoder, golden: Arrays) -> None:
    assert difference(decoded(decoder, golden, noise(golden)), golden["audio_noise"]) < AUDIO


def test_in_bf16_it_stays_close_and_gives_fp32(decoder: Decoder, golden: Arrays) -> None:
    small = copy.deepcopy(decoder).in_precision(torch.bfloat16)
    wave = decoded(small, golden)
    error = (wave[0] - golden["audio"]).square().mean()
    snr = 10 * torch.log10(golden["audio"].square().mean() / error)
    assert wave.dtype == torch.float32
    assert small.generator.conv_post.weight.dtype == torch.float32
    assert small.encode.conv1.weight.dtype == torch.bfloat16
    assert snr > BF16_SNR, f"{snr:.1f} dB"

"""The vocoders against slow ones that are written from their papers alone, in float64."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor, nn

from polyvox.providers.styletts2.network import resblock
from polyvox.providers.styletts2.network.adain import AdainResBlk1d, doubled
from polyvox.providers.styletts2.network.hifigan import HiFiGAN
from polyvox.providers.styletts2.network.istftnet import ISTFTNet
from polyvox.providers.styletts2.network.resblock import SnakeResBlock, snake
from polyvox.providers.styletts2.network.sizes import VocoderSizes

pytestmark = pytest.mark.heavy
STYLE, FRAMES, FFT, FFT_HOP = 8, 7, 20, 5
KERNELS, DILATIONS = (3, 7, 11), ((1, 3, 5),) * 3
ISTFT = VocoderSizes(
    "istftnet", STYLE, 32, (10, 6), (20, 12), KERNELS, DILATIONS, 9, 300, FFT, FFT_HOP
)
HIFI = VocoderSizes(
    "hifigan", STYLE, 32, (10, 5, 3, 2), (20, 10, 6, 4), KERNELS, DILATIONS, 9, 300, 0, 1
)
NEAR = 1e-4
"""Relative to the largest sample; fp32 against float64."""


class Weights:
    """A module's, in float64, by their names."""

    def __init__(self, module: nn.Module) -> None:
        self._state: Mapping[str, Tensor] = {n: w.double() for n, w in module.state_dict().items()}

    def __call__(self, name: str) -> Tensor:
        return self._state[name]

    def conv(self, x: Tensor, name: str, stride: int = 1, dilation: int = 1) -> Tensor:
        """As many steps as there are strides in ``x``."""
        weight = self(f"{name}.weight")
        kernel = weight.shape[2]
        padding = (stride + 1) // 2 if stride > 1 else dilation * (kernel - 1) // 2
        return F.conv1d(x, weight, self(f"{name}.bias"), stride, padding, dilation)

    def adain(self, x: Tensor, name: str, style: Tensor) -> Tensor:
        scale, offset = F.linear(style, self(f"{name}.fc.weight"), self(f"{name}.fc.bias")).chunk(
            2, 1
        )
        centred = x - x.mean(2, keepdim=True)
        deviation = (centred.square().mean(2, keepdim=True) + 1e-5).sqrt()
        return (1 + scale[..., None]) * centred / deviation + offset[..., None]

    def block(self, x: Tensor, name: str, dilations: tuple[int, ...], style: Tensor) -> Tensor:
        for at, dilation in enumerate(dilations):
            y = self.adain(x, f"{name}adain1.{at}", style)
            y = self.conv(snaked(y, self(f"{name}alpha1.{at}")), f"{name}convs1.{at}", 1, dilation)
            y = self.adain(y, f"{name}adain2.{at}", style)
            x = x + self.conv(snaked(y, self(f"{name}alpha2.{at}")), f"{name}convs2.{at}")
        return x

    def stage(self, at: int, x: Tensor, source: Tensor, stride: int, style: Tensor) -> Tensor:
        heard = self.conv(source, f"noise_convs.{at}", stride)
        x = x + self.block(heard, f"noise_res.{at}.", (1, 3, 5), style)
        blocks = range(3 * at, 3 * at + 3)
        return sum(self.block(x, f"resblocks.{b}.", (1, 3, 5), style) for b in blocks) / 3  # type: ignore[return-value]


def snaked(x: Tensor, alpha: Tensor) -> Tensor:
    return x + (alpha * x).sin() ** 2 / alpha


def spectrum(wave: Tensor) -> Tensor:
    """[1, 22, n]: magnitudes and phases by the definition of the transform."""
    half, bins = FFT // 2, FFT // 2 + 1
    padded = torch.cat([wave[1 : half + 1].flip(0), wave, wave[-half - 1 : -1].flip(0)])
    at = torch.arange(FFT, dtype=torch.float64)
    window = 0.5 - 0.5 * torch.cos(2 * math.pi * at / FFT)
    angles = -2 * math.pi * torch.arange(bins, dtype=torch.float64)[:, None] * at / FFT
    frames = padded.unfold(0, FFT, FFT_HOP) * window
    real, imaginary = frames @ angles.cos().T, frames @ angles.sin().T
    imaginary[:, [0, -1]] = 0.0  # of a real wave, exactly
    found = torch.cat([torch.hypot(real, imaginary), torch.atan2(imaginary, real)], dim=1)
    return found.T[None]


def wave_of(magnitudes: Tensor, phases: Tensor) -> Tensor:
    """Overlapping windows of sines, added and divided by the windows' squares: [bins, n] each."""
    count, at = magnitudes.shape[1], torch.arange(FFT, dtype=torch.float64)
    window = 0.5 - 0.5 * torch.cos(2 * math.pi * at / FFT)
    mixed = torch.zeros((count - 1) * FFT_HOP + FFT, dtype=torch.float64)
    weight = torch.zeros_like(mixed)
    for frame in range(count):
        samples = torch.zeros(FFT, dtype=torch.float64)
        for k in range(FFT // 2 + 1):
            twice = 1 if k in (0, FFT // 2) else 2
            phase = phases[k, frame]
            # Of the ends of the spectrum only the real part counts.
            turn = phase.cos() * torch.cos(2 * math.pi * k * at / FFT)
            if twice == 2:
                turn = torch.cos(2 * math.pi * k * at / FFT + phase)
            samples += twice * magnitudes[k, frame] * turn / FFT
        place = slice(frame * FFT_HOP, frame * FFT_HOP + FFT)
        mixed[place] += samples * window
        weight[place] += window**2
    inside = slice(FFT // 2, -(FFT // 2))
    return mixed[inside] / weight[inside]


def slow_istftnet(net: ISTFTNet, x: Tensor, style: Tensor, source: Tensor) -> Tensor:
    weights, heard = Weights(net), spectrum(source[0].double())
    x, style = x.double(), style.double()
    for at, (rate, kernel, stride) in enumerate(((10, 20, 6), (6, 12, 1))):
        x = F.leaky_relu(x, 0.1)
        name = f"ups.{at}"
        padding = (kernel - rate) // 2
        x = F.conv_transpose1d(x, weights(f"{name}.weight"), weights(f"{name}.bias"), rate, padding)
        if at == 1:
            x = F.pad(x, (1, 0), mode="reflect")
        x = weights.stage(at, x, heard, stride, style)
    x = weights.conv(F.leaky_relu(x, 0.01), "conv_post")[0]
    return wave_of(x[:11].exp(), x[11:].sin())


def slow_hifigan(net: HiFiGAN, x: Tensor, style: Tensor, source: Tensor) -> Tensor:
    weights, heard = Weights(net), source.double()[None]
    x, style = x.double(), style.double()
    for at, (rate, stride) in enumerate(((10, 30), (5, 6), (3, 2), (2, 1))):
        x = snaked(x, weights(f"alphas.{at}"))
        name, odd = f"ups.{at}", rate % 2
        padding = rate // 2 + odd
        x = F.conv_transpose1d(
            x, weights(f"{name}.weight"), weights(f"{name}.bias"), rate, padding, odd
        )
        x = weights.stage(at, x, heard, stride, style)
    return weights.conv(snaked(x, weights("alphas.4")), "conv_post").tanh().flatten()


def random(module: nn.Module, seed: int = 3) -> None:
    """Weights of such a size that the signal neither dies nor explodes."""
    draws = torch.Generator().manual_seed(seed)
    for name, weight in module.named_parameters():
        drawn = torch.randn(weight.shape, generator=draws)
        if "alpha" in name:
            weight.copy_(1 + 0.5 * drawn.clamp(-1, 1))
        else:
            gain = 0.2 if name.startswith("conv_post") else 1.0  # iSTFTNet's are logarithms
            weight.copy_(drawn * (0.1 if weight.ndim == 1 else gain * weight[0].numel() ** -0.5))


@torch.inference_mode()
def test_istftnet_is_what_its_definition_gives() -> None:
    net = ISTFTNet(ISTFT)
    random(net)
    draws = torch.Generator().manual_seed(1)
    x, style = torch.randn(1, 32, FRAMES, generator=draws), torch.randn(1, STYLE, generator=draws)
    source = torch.randn(1, 300 * FRAMES, generator=draws).tanh()
    source[:, : FFT // 2 + 1] = 0.0  # else rounding decides between π and −π in the first frame
    slow = slow_istftnet(net, x, style, source)
    assert slow.shape == (300 * FRAMES,)
    assert slow.std() > 0.01
    torch.testing.assert_close(
        net(x, style, source)[0].double(), slow, rtol=0, atol=NEAR * float(slow.abs().max())
    )


@torch.inference_mode()
def test_hifigan_is_what_its_definition_gives() -> None:
    net = HiFiGAN(HIFI)
    random(net)
    draws = torch.Generator().manual_seed(1)
    x, style = torch.randn(1, 32, FRAMES, generator=draws), torch.randn(1, STYLE, generator=draws)
    source = torch.randn(1, 300 * FRAMES, generator=draws).tanh()
    slow = slow_hifigan(net, x, style, source)
    assert slow.shape == (300 * FRAMES,)
    assert slow.std() > 0.01
    torch.testing.assert_close(
        net(x, style, source)[0].double(), slow, rtol=0, atol=NEAR * float(slow.abs().max())
    )


@pytest.mark.parametrize("steps", [1, 9001, 9008], ids=["one", "prime", "even"])
@torch.inference_mode()
def test_a_block_is_the_same_in_however_many_parts(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resblock, "CACHED", 1 << 17)
    block = SnakeResBlock(32, 7, (1, 3, 5), STYLE)
    random(block)
    draws = torch.Generator().manual_seed(2)
    x, style = 3 + torch.randn(1, 32, steps, generator=draws), torch.ones(1, STYLE)
    slow = Weights(block).block(x.double(), "", (1, 3, 5), style.double())
    laid_out = x[:, :, None].contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(block(laid_out, style)[:, :, 0].double(), slow, rtol=0, atol=1e-4)


@torch.inference_mode()
def test_snake_of_a_few_channels() -> None:
    x = torch.linspace(-4, 4, 60).view(1, 3, 1, 20).contiguous(memory_format=torch.channels_last)
    alpha = torch.tensor([0.3, 1.0, 4.0]).view(1, 3, 1)
    torch.testing.assert_close(snake(x, alpha), snaked(x, alpha[..., None]), rtol=0, atol=1e-5)


@pytest.mark.parametrize("upsample", [False, True])
@torch.inference_mode()
def test_a_padded_row_gives_what_it_gives_alone(upsample: bool) -> None:
    block = AdainResBlk1d(6, 4, STYLE, upsample=upsample)
    random(block)
    draws = torch.Generator().manual_seed(4)
    x, style = torch.randn(2, 6, 9, generator=draws), torch.randn(2, STYLE, generator=draws)
    mask = torch.ones(2, 1, 9)
    mask[0, :, 5:] = 0
    together, inside = block(x, style, mask), doubled(mask) if upsample else mask
    assert inside is not None
    for row, length in enumerate((5, 9)):
        alone = block(x[row : row + 1, :, :length], style[row : row + 1])
        kept = together[row : row + 1, :, : alone.shape[2]]
        assert int(inside[row].sum()) == alone.shape[2]
        torch.testing.assert_close(kept, alone, rtol=0, atol=1e-5)

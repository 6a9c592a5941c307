"""Everything before the decoder gives what the original gives, stage by stage.

Each stage is fed with what the original's stage was fed with, alone and in a batch with a longer
text. The limits are those of the README beside the vectors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from polyvox.providers.styletts2.network.mel import filterbank, log_mel, trim
from polyvox.providers.styletts2.network.model import Embedded, StyleTTS2
from polyvox.providers.styletts2.network.sampling import DiffusionNoise, ladder, levels
from tests.support.styletts2_layout import Dimensions, layout

pytestmark = pytest.mark.heavy
DATA = Path(__file__).parents[2] / "data/styletts2"
STEPS = 5
Arrays = Mapping[str, Tensor]

LIMITS = {
    "mel_fb": 5e-5,
    "mel": 2e-4,
    "style_acoustic": 1e-5,
    "style_prosodic": 1e-5,
    "text_encoder": 3e-5,
    "bert": 1e-5,
    "bert_encoder": 1e-5,
    "diff_net_time": 1e-6,
    "diff_net_in_scale1": 3e-5,
    "diff_net_out_scale1": 3e-5,
    "diff_style_scale1": 1e-5,
    "diff_net_in_scale2": 3e-5,
    "diff_net_out_scale2": 3e-5,
    "diff_style_scale2": 1e-5,
    "d": 2e-4,
    "duration_logits": 1e-4,
    "duration_sum": 2e-4,
    "durations": 0.0,
    "asr": 2e-4,
    "F0": 5e-3,
    "N": 1e-4,
}


def test_the_layout_is_that_of_a_checkpoint() -> None:
    assert layout(Dimensions()) == json.loads((DATA / "keys.json").read_text())


def test_the_weights_are_those_of_the_recording(
    golden: Arrays, net: Mapping[str, Mapping[str, Tensor]]
) -> None:
    parts = json.loads((DATA / "keys.json").read_text())
    sums = [
        sum(float(net[part][key].double().abs().sum()) for key in parts[part]) for part in parts
    ]

    expected = golden["weights_abs_sum"]
    torch.testing.assert_close(expected.new_tensor(sums), expected, rtol=1e-9, atol=0)


def test_silence_is_trimmed(golden: Arrays) -> None:
    kept = trim(golden["ref_wave"])

    assert [kept.start, kept.stop] == golden["trim_index"].tolist()


def test_noise_levels(golden: Arrays) -> None:
    expected = golden["diff_sigmas"].double()[:-1]  # the last was never reached
    torch.testing.assert_close(expected.new_tensor(levels(STEPS)), expected, rtol=2e-6, atol=0)
    steps = [[step.added, step.low, step.middle] for step in ladder(STEPS)]
    # Squares are subtracted, which fp32, in which it was recorded, does not do exactly.
    expected = golden["diff_step_sigmas"].double()
    torch.testing.assert_close(expected.new_tensor(steps), expected, rtol=5e-6, atol=1e-9)


@pytest.fixture(scope="module", params=["alone", "in a batch"])
def ours(request: pytest.FixtureRequest, golden: Arrays, model: StyleTTS2) -> Arrays:
    """What our stages give, under the names of the golden vectors."""
    return run_stages(model, golden, batched=request.param == "in a batch")


@pytest.mark.parametrize("name", LIMITS)
def test_a_stage_is_as_the_original(ours: Arrays, golden: Arrays, name: str) -> None:
    assert ours[name].shape == golden[name].shape
    error = float((ours[name].double() - golden[name].double()).abs().max())
    assert error <= LIMITS[name], f"{name} is off by {error:.1e}"


@torch.inference_mode()
def run_stages(model: StyleTTS2, golden: Arrays, *, batched: bool) -> dict[str, Tensor]:
    wave = golden["ref_wave"]
    style = model.style(wave)[None]
    given: dict[str, Tensor] = {
        "mel_fb": filterbank(),
        "mel": log_mel(wave[trim(wave)])[None],
        "style_acoustic": style[:, :128],
        "style_prosodic": style[:, 128:],
    }
    ids, lengths = golden["tokens"], torch.tensor([golden["tokens"].shape[1]])
    if batched:
        longer = torch.cat([ids, ids.flip(1)], dim=1)
        ids = torch.cat([torch.nn.functional.pad(ids, (0, ids.shape[1]), value=7), longer])
        lengths = torch.tensor([lengths[0], longer.shape[1]])
    embedded = model.embed(ids, lengths)
    reference = torch.cat([golden["style_acoustic"], golden["style_prosodic"]], dim=1)
    count = golden["tokens"].shape[1]
    given["text_encoder"] = embedded.text[:1, :, :count]
    given["bert"] = embedded.bert[:1, :count]
    given["bert_encoder"] = embedded.encoded[:1, :, :count]
    for scale in (1, 2):
        given |= diffuse(model, golden, embedded, reference.expand(len(ids), -1), scale)
    return given | predict(model, golden, embedded)


def diffuse(
    model: StyleTTS2, golden: Arrays, embedded: Embedded, reference: Tensor, scale: int
) -> dict[str, Tensor]:
    rows = len(reference)
    noise = DiffusionNoise(
        golden["diff_init_noise"].expand(rows, -1, -1),
        golden["diff_step_noise"].expand(-1, rows, -1, -1),
    )
    with watched(model) as calls:
        style = model.diffuse(embedded, reference, STEPS, float(scale), noise)
    each = calls[::scale]  # guidance asks twice: with the text, which is told, and without
    if scale == 2:
        answers = [
            blank + 2 * (told - blank)
            for (*_, told), (*_, blank) in zip(calls[::2], calls[1::2], strict=True)
        ]
    else:
        answers = [answer for *_, answer in each]
    return {
        "diff_net_time": torch.tensor([time for _, time, _ in each]),
        f"diff_net_in_scale{scale}": torch.cat([told[:1] for told, _, _ in each]),
        f"diff_net_out_scale{scale}": torch.cat([answer[:1] for answer in answers]),
        f"diff_style_scale{scale}": style[:1],
    }


@contextmanager
def watched(model: StyleTTS2) -> Iterator[list[tuple[Tensor, float, Tensor]]]:
    """What the diffusion's network was asked and told: style, time and answer of each call."""
    calls: list[tuple[Tensor, float, Tensor]] = []

    def see(_: Any, asked: tuple[Any, ...], answer: Tensor) -> None:
        calls.append((asked[0], asked[1], answer))

    handle = model.diffusion.register_forward_hook(see)
    try:
        yield calls
    finally:
        handle.remove()


def predict(model: StyleTTS2, golden: Arrays, embedded: Embedded) -> dict[str, Tensor]:
    rows, count = len(embedded.lengths), golden["tokens"].shape[1]
    style = golden["mixed_prosodic"].expand(rows, -1)
    styled = model.predictor.encode(embedded.encoded, style, embedded.lengths)
    logits = model.predictor.duration_logits(styled, embedded.lengths)
    prosody = model.predict(embedded, style, torch.ones(rows))
    frames = int(prosody.frames[0])
    return {
        "d": styled[:1, :count],
        "duration_logits": logits[:1, :count],
        "duration_sum": logits[:1, :count].sigmoid().sum(dim=2),
        "durations": prosody.durations[0, :count],
        "asr": prosody.features[:1, :, :frames],
        "F0": prosody.f0[:1, : 2 * frames],
        "N": prosody.energy[:1, : 2 * frames],
    }


def test_all_stages_together_speak_as_the_original(golden: Arrays, model: StyleTTS2) -> None:
    """The phase of the source is thousands of radians in fp32: from its small differences come most
    of these."""
    embedded = model.embed(golden["tokens"], torch.tensor([golden["tokens"].shape[1]]))
    reference = model.style(golden["ref_wave"])[None]
    noise = DiffusionNoise(golden["diff_init_noise"], golden["diff_step_noise"])
    diffused = model.diffuse(embedded, reference, STEPS, 1.0, noise)
    timbre = torch.lerp(reference[:, :128], diffused[:, :128], 0.3)
    prosodic = torch.lerp(reference[:, 128:], diffused[:, 128:], 0.7)
    for name, mixed in (("mixed_acoustic", timbre), ("mixed_prosodic", prosodic)):
        torch.testing.assert_close(mixed, golden[name], rtol=0, atol=1e-5)

    prosody = model.predict(embedded, prosodic, torch.ones(1))
    wave = model.decode(prosody.features, prosody.f0, prosody.energy, timbre, None)

    error = wave - golden["audio"]
    assert error.abs().max() < 5e-2
    assert error.square().mean().sqrt() < 3e-2 * golden["audio"].square().mean().sqrt()

"""What the golden vectors do not show: batches, paces, single-speaker checkpoints, samples."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from polyvox.errors import BadSample
from polyvox.providers.styletts2.checkpoint import assemble, load_model
from polyvox.providers.styletts2.model_files import read_config, read_plbert
from polyvox.providers.styletts2.network.mel import trim
from polyvox.providers.styletts2.network.model import LINGERING, Embedded, Prosody, StyleTTS2
from polyvox.providers.styletts2.network.sampling import DiffusionNoise, levels
from tests.support.styletts2_checkpoint import made_once, tiny_dimensions, weights

pytestmark = pytest.mark.heavy
LENGTHS = torch.tensor([21, 7, 1, 33])
STEPS = 4
RATE = 24_000


@pytest.fixture(scope="module", params=[True, False], ids=["multispeaker", "single speaker"])
def speaking(request: pytest.FixtureRequest) -> StyleTTS2:
    return load_model(made_once(multispeaker=request.param))


@pytest.fixture(scope="module")
def exact(speaking: StyleTTS2) -> StyleTTS2:
    """In double precision: what rounding does to made-up weights depends on the processor."""
    return deepcopy(speaking).double()


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def texts() -> Tensor:
    """[4, 33], of which LENGTHS count; beyond them stands what must not be heard."""
    return torch.randint(1, 178, (len(LENGTHS), int(LENGTHS.max())), generator=seeded(1))


def noise(rows: int = len(LENGTHS)) -> DiffusionNoise:
    generator = seeded(2)
    return DiffusionNoise(
        torch.randn(rows, 1, 256, generator=generator),
        torch.randn(STEPS - 1, rows, 1, 256, generator=generator),
    )


def styles(rows: int = len(LENGTHS)) -> Tensor:
    return 0.3 * torch.randn(rows, 256, generator=seeded(3))


def whole(model: StyleTTS2, ids: Tensor, lengths: Tensor) -> tuple[Embedded, Prosody]:
    embedded = model.embed(ids, lengths)
    return embedded, model.predict(embedded, styles(len(ids))[:, 128:], torch.ones(len(ids)))


def close(ours: Tensor, theirs: Tensor, *, limit: float = 1e-4) -> None:
    torch.testing.assert_close(ours, theirs, rtol=0, atol=limit)


@pytest.mark.parametrize("row", range(len(LENGTHS)))
def test_a_row_of_a_batch_is_what_it_is_alone(exact: StyleTTS2, row: int) -> None:
    count, one = int(LENGTHS[row]), slice(row, row + 1)
    together = exact.embed(texts(), LENGTHS)
    alone = exact.embed(texts()[one, :count], LENGTHS[one])
    close(together.text[one, :, :count], alone.text)
    close(together.bert[one, :count], alone.bert)
    close(together.encoded[one, :, :count], alone.encoded)

    style = styles().double()
    told = style if exact.multispeaker else None
    its = style[one] if exact.multispeaker else None
    all_noise = DiffusionNoise(noise().initial.double(), noise().steps.double())
    mine = DiffusionNoise(all_noise.initial[one], all_noise.steps[:, one])
    for scale in (1.0, 1.5):
        close(
            exact.diffuse(together, told, STEPS, scale, all_noise)[one],
            exact.diffuse(alone, its, STEPS, scale, mine),
        )

    speed = torch.tensor([1.0, 0.5, 1.0, 1.25], dtype=torch.float64)
    batch = exact.predict(together, style[:, 128:], speed)
    single = exact.predict(alone, style[one, 128:], speed[one])
    frames = int(single.frames[0])
    assert int(batch.frames[row]) == frames
    assert torch.equal(batch.durations[one, :count], single.durations)
    close(batch.features[one, :, :frames], single.features)
    close(batch.f0[one, : 2 * frames], single.f0, limit=2e-3)  # Hz
    close(batch.energy[one, : 2 * frames], single.energy)


def test_nothing_stands_past_a_row(speaking: StyleTTS2) -> None:
    embedded, prosody = whole(speaking, texts(), LENGTHS)

    for row, (count, frames) in enumerate(zip(LENGTHS, prosody.frames, strict=True)):
        assert not embedded.text[row, :, count:].any()
        assert not prosody.durations[row, count:].any()
        assert not prosody.features[row, :, frames:].any()
        assert not prosody.f0[row, 2 * frames :].any()
        assert not prosody.energy[row, 2 * frames :].any()
    assert prosody.features.shape[2] == prosody.frames.max()
    assert torch.equal(prosody.durations.sum(dim=1), prosody.frames)


def test_the_text_the_style_and_the_noise_are_heard(speaking: StyleTTS2) -> None:
    ids = texts()[3:]
    other = ids.clone()
    other[0, 20] = ids[0, 20] % 177 + 1
    embedded, changed = (speaking.embed(each, LENGTHS[3:]) for each in (ids, other))
    for name in ("text", "bert", "encoded"):
        assert (getattr(embedded, name) - getattr(changed, name)).abs().max() > 1e-3, name
    told = styles(1) if speaking.multispeaker else None
    found = speaking.diffuse(embedded, told, STEPS, 1.0, noise(1))
    fresh = replace(noise(1), steps=noise(1).steps.flip(0))
    assert (found - speaking.diffuse(changed, told, STEPS, 1.0, noise(1))).abs().max() > 1e-4
    assert (found - speaking.diffuse(embedded, told, STEPS, 2.0, noise(1))).abs().max() > 1e-4
    assert (found - speaking.diffuse(embedded, told, STEPS, 1.0, fresh)).abs().max() > 1e-4
    if speaking.multispeaker:
        reference = -styles(1)
        another = speaking.diffuse(embedded, reference, STEPS, 1.0, noise(1))
        assert (found - another).abs().max() > 1e-4


def test_speed_divides_durations(speaking: StyleTTS2) -> None:
    embedded = speaking.embed(texts(), LENGTHS)
    frames = {
        speed: speaking.predict(embedded, styles()[:, 128:], torch.full((4,), speed)).frames[3]
        for speed in (0.5, 1.0, 1_000.0)
    }

    assert 1.8 < frames[0.5] / frames[1.0] < 2.2
    extra = 0 if speaking.multispeaker else LINGERING
    assert frames[1_000.0] == LENGTHS[3] + extra  # no token goes unheard


def test_the_last_token_of_a_single_speaker_lingers() -> None:
    """As in the inference published with the checkpoint; nothing else differs here."""
    single = load_model(made_once(multispeaker=False))
    _, prosody = whole(single, texts(), LENGTHS)
    embedded = single.embed(texts(), LENGTHS)
    styled = single.predictor.encode(embedded.encoded, styles()[:, 128:], LENGTHS)
    sums = single.predictor.duration_logits(styled, LENGTHS).sigmoid().sum(dim=2)

    for row, count in enumerate(LENGTHS.tolist()):
        expected = sums[row, :count].round().clamp_min(1).long()
        expected[-1] += 5
        assert torch.equal(prosody.durations[row, :count], expected)


@pytest.mark.parametrize("decoder", ["hifigan", "istftnet"])
def test_features_come_a_frame_late_with_hifigan_only(decoder: str) -> None:
    """As in the published inference."""
    model = load_model(made_once(decoder="istftnet" if decoder == "istftnet" else "hifigan"))
    embedded, prosody = whole(model, texts()[:1, :21], LENGTHS[:1])
    token_of_frame = torch.arange(21).repeat_interleave(prosody.durations[0])
    if decoder == "hifigan":
        token_of_frame = torch.cat([token_of_frame[:1], token_of_frame[:-1]])

    assert torch.equal(prosody.features[0], embedded.text[0][:, token_of_frame])


def test_a_single_speaker_diffuses_as_one_whose_reference_says_nothing() -> None:
    """The golden vectors are of a multi-speaker network. Here is one that ignores its reference: it
    must find the same styles as a single-speaker network with its norms."""
    single, multi = (weights(tiny_dimensions(multispeaker=many)) for many in (False, True))
    mute = dict(multi["diffusion"])
    for key, value in single["diffusion"].items():
        if key in mute:
            mute[key] = value
        elif ".norm" in key:
            base, last = key.rsplit(".", 1)
            mute[f"{base}.fc.weight"] = torch.zeros_like(mute[f"{base}.fc.weight"])
            if last == "bias":
                scale = single["diffusion"][f"{base}.weight"] - 1
                mute[f"{base}.fc.bias"] = torch.cat([scale, value])
    for last in ("weight", "bias"):
        key = f"module.unet.to_features.0.{last}"
        mute[key] = torch.zeros_like(mute[key])
    folder = made_once(multispeaker=False)
    config, plbert = read_config(folder), read_plbert(folder)
    alone = assemble(single, config, plbert)
    deaf = assemble({**single, "diffusion": mute}, {**config, "multispeaker": True}, plbert)

    assert (alone.multispeaker, deaf.multispeaker) == (False, True)
    embedded = alone.embed(texts(), LENGTHS)
    close(
        alone.diffuse(embedded, None, STEPS, 1.5, noise()),
        deaf.diffuse(embedded, styles(), STEPS, 1.5, noise()),
        limit=1e-5,
    )


def test_diffusion_takes_two_steps_at_least() -> None:
    assert levels(2) == pytest.approx([3.0, 1e-4])
    with pytest.raises(ValueError, match="at least 2 steps"):
        levels(1)


def tone(seconds: float) -> Tensor:
    times = torch.arange(round(seconds * RATE)) / RATE
    return 0.4 * torch.sin(2 * torch.pi * 200 * times)


def silence(seconds: float) -> Tensor:
    return torch.zeros(round(seconds * RATE))


def test_a_style_is_of_what_is_heard(speaking: StyleTTS2) -> None:
    """As little as 0.8 s will do; silence at the ends makes no difference but for the edges."""
    shortest = speaking.style(tone(0.8))
    assert shortest.shape == (256,)
    assert shortest.isfinite().all()

    wave = torch.cat([silence(1.0), tone(2.0), silence(0.7)])
    assert torch.equal(speaking.style(wave), speaking.style(wave[trim(wave)]))
    assert not torch.equal(speaking.style(wave), speaking.style(0.1 * wave))


@pytest.mark.parametrize(
    "wave",
    [
        lambda: tone(0.79),
        lambda: torch.cat([silence(2.0), tone(0.5), silence(2.0)]),
        lambda: tone(0.0),
    ],
    ids=["too short", "mostly silent", "empty"],
)
def test_too_little_of_a_voice_is_refused(speaking: StyleTTS2, wave: Callable[[], Tensor]) -> None:
    with pytest.raises(BadSample, match=r"at least 0\.8 s are needed") as caught:
        speaking.style(wave())

    assert caught.value.param == "voice_samples"


def test_total_silence_is_not_cut() -> None:
    assert trim(silence(1.0)) == slice(0, RATE)


def test_what_a_model_tells_of_itself(checkpoint: Path) -> None:
    model = load_model(checkpoint)

    assert (model.multispeaker, model.sample_rate, model.longest_ids) == (True, RATE, 512)

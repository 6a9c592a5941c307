"""Checkpoints of every kind are loaded, as they are."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from polyvox.providers.styletts2.checkpoint import load_model
from polyvox.providers.styletts2.model_files import checkpoint_in, read_plbert
from polyvox.providers.styletts2.network.model import StyleTTS2
from tests.support.styletts2_checkpoint import CHECKPOINT, Decoder, made_once
from tests.unit.styletts2.loading_stage import same

pytestmark = pytest.mark.heavy
Copy = Callable[..., Path]


def changed(saved: Mapping[str, Any], change: Callable[[str, Tensor], tuple[str, Tensor]]) -> Any:
    net = {
        part: dict(change(key, value) for key, value in state.items())
        for part, state in saved["net"].items()
    }
    return {**saved, "net": net}


@pytest.mark.parametrize("decoder", ["hifigan", "istftnet"])
@pytest.mark.parametrize("multispeaker", [True, False])
def test_both_kinds_of_both_parts_load(decoder: Decoder, *, multispeaker: bool) -> None:
    model = load_model(made_once(multispeaker=multispeaker, decoder=decoder))

    assert model.multispeaker == multispeaker
    assert model.sizes.decoder.vocoder.kind == decoder
    assert not any(module.training for module in model.modules())
    for name, value in (*model.named_parameters(), *model.named_buffers()):
        assert not value.is_meta, name
        assert not value.requires_grad, name
        assert value.dtype in (torch.float32, torch.int64), name


@pytest.mark.filterwarnings("ignore:.*_norm. is deprecated")  # checkpoints are of the older kind
def test_the_norms_of_training_are_folded(loaded: StyleTTS2, saved: Mapping[str, Any]) -> None:
    """As torch's own modules compute them, spectral norm with the vectors in the file."""
    part, key = saved["net"]["decoder"], "module.generator.ups.1."
    original = torch.nn.utils.weight_norm(nn.ConvTranspose1d(16, 8, 10, 5, bias=False))
    original.load_state_dict({at: part[key + at] for at in ("weight_g", "weight_v")})
    original(torch.zeros(1, 16, 3))  # it makes the weight
    ours = loaded.decoder.generator.ups[1].weight
    torch.testing.assert_close(ours, original.weight.detach())

    part, key = saved["net"]["style_encoder"], "module.shared.2.conv1."
    normed = torch.nn.utils.spectral_norm(nn.Conv2d(8, 8, 3, padding=1))
    normed.load_state_dict(
        {at: part[key + at] for at in ("bias", "weight_orig", "weight_u", "weight_v")}
    )
    normed.eval()(torch.zeros(1, 8, 3, 3))
    folded = loaded.get_parameter("style_encoder.shared.2.conv1.weight")
    torch.testing.assert_close(folded, normed.weight.detach())


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
        for file in folder.iterdir()
    }


def test_a_folder_that_is_only_read_loads(copy: Copy, loaded: StyleTTS2) -> None:
    folder = copy()
    before = digests(folder)
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        same(load_model(folder), loaded)
    finally:
        folder.chmod(0o755)

    assert digests(folder) == before


class Trained(list[int]):
    """Some class of the training's, which is not installed here."""

    def method(self) -> None: ...


def test_what_training_left_in_the_file_is_passed_over(
    copy: Copy, saved: Mapping[str, Any], loaded: StyleTTS2
) -> None:
    """Numbers of numpy, schedulers with bound methods, modules that only training needs."""
    trained = Trained([1, 2])
    left = {
        "val_loss": np.float32(0.25),
        "optimizer": {"param_groups": [{"lr": np.float64(1e-4), "scheduler": trained.method}]},
        "scheduler": {"anneal": trained, "counted": {1, 2}, "device": torch.device("cpu")},
    }
    net = {**saved["net"], "text_aligner": {"module.weight": torch.zeros(2)}, "msd": {}}
    folder = copy({**saved, **left, "net": net})
    with zipfile.ZipFile(folder / CHECKPOINT) as archive:
        assert b"getattr" in archive.read(f"{Path(CHECKPOINT).stem}/data.pkl")

    same(load_model(folder), loaded)


def test_weights_of_one_gpu_load(copy: Copy, saved: Mapping[str, Any], loaded: StyleTTS2) -> None:
    plain = changed(saved, lambda key, value: (key.removeprefix("module."), value))

    same(load_model(copy(plain)), loaded)


def test_counted_positions_are_no_weights(
    copy: Copy, saved: Mapping[str, Any], loaded: StyleTTS2
) -> None:
    bert = saved["net"]["bert"] | {"module.embeddings.position_ids": torch.arange(512)[None]}

    same(load_model(copy({**saved, "net": {**saved["net"], "bert": bert}})), loaded)


def test_half_precision_is_widened(copy: Copy, saved: Mapping[str, Any]) -> None:
    halves = changed(saved, lambda key, value: (key, value.half()))
    state = load_model(copy(halves)).state_dict()

    key = "predictor.lstm.weight_ih_l0"
    assert state[key].dtype == torch.float32
    half = halves["net"]["predictor"]["module.lstm.weight_ih_l0"]
    assert torch.equal(state[key], half.float())


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")  # torch's own, within torch
def test_the_format_before_zip_loads(
    copy: Copy, saved: Mapping[str, Any], loaded: StyleTTS2
) -> None:
    same(load_model(copy(saved, _use_new_zipfile_serialization=False)), loaded)


def test_only_the_decoder_is_of_another_precision(checkpoint: Path) -> None:
    model = load_model(checkpoint, "cpu", torch.bfloat16)

    others = {name: value for name, value in model.state_dict().items() if "decoder." not in name}
    assert {value.dtype for value in others.values()} == {torch.float32}
    assert model.get_parameter("decoder.encode.conv1.weight").dtype == torch.bfloat16


def test_the_last_epoch_counts(copy: Copy, saved: Mapping[str, Any], loaded: StyleTTS2) -> None:
    folder = copy(saved, "epoch_2nd_00100.pth")  # as training on one speaker names it
    for name in ("epochs_2nd_00099.pth", "epochs_1st_00200.pth", "best.pth"):
        (folder / name).write_bytes(b"older")

    assert checkpoint_in(folder).name == "epoch_2nd_00100.pth"
    same(load_model(folder), loaded)


def test_the_configuration_of_plbert_may_lie_elsewhere_or_nowhere(
    copy: Copy, loaded: StyleTTS2
) -> None:
    folder = copy()
    (folder / "Utils/PLBERT").mkdir(parents=True)
    shutil.move(folder / "plbert_config.yml", folder / "Utils/PLBERT/config.yml")
    same(load_model(folder), loaded)

    shutil.rmtree(folder / "Utils")
    assert read_plbert(folder) == {"num_hidden_layers": 12, "num_attention_heads": 12}

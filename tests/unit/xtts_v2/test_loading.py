from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor

from polyvox.errors import Misconfigured
from polyvox.providers.xtts_v2.checkpoint import load_model, read_tensors

pytestmark = pytest.mark.heavy
if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts

Copy = Callable[..., Path]


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Copy:
    """Makes a checkpoint of one's own, with ``saved`` for a model, or the same."""

    def made(saved: Any = None, **how: Any) -> Path:
        for file in checkpoint.iterdir():
            if file.name != "model.pth" or saved is None:
                shutil.copy(file, tmp_path)
        if saved is not None:
            torch.save(saved, tmp_path / "model.pth", **how)
        return tmp_path

    return made


@pytest.fixture(scope="module")
def weights(checkpoint: Path) -> Mapping[str, Tensor]:
    saved: Mapping[str, Mapping[str, Tensor]] = torch.load(
        checkpoint / "model.pth", weights_only=True
    )
    return saved["model"]


def same_weights(ours: Xtts, theirs: Xtts) -> None:
    mine, other = ours.state_dict(), theirs.state_dict()
    assert mine.keys() == other.keys()
    for name, value in other.items():
        assert mine[name].dtype == value.dtype, name
        assert torch.equal(mine[name], value), name


def test_loads_what_coqui_loads(checkpoint: Path, stock: Xtts) -> None:
    model = load_model(checkpoint)

    same_weights(model, stock)
    buffers = dict(model.named_buffers())
    for name, value in stock.named_buffers():  # also those that no checkpoint holds
        assert torch.equal(buffers[name], value), name
    assert not any(value.is_meta for value in (*model.parameters(), *buffers.values()))
    parts, theirs = (sorted(type(m).__name__ for m in whole.modules()) for whole in (model, stock))
    assert parts == theirs
    assert not any(module.training for module in model.modules())


def test_says_what_coqui_says(checkpoint: Path, stock: Xtts) -> None:
    model = load_model(checkpoint)
    ids = torch.tensor([model.tokenizer.encode("as one wishes", "en")])
    prefix = torch.zeros(1, 32, model.args.gpt_n_model_channels)

    def tokens(speaking: Xtts) -> list[int]:
        said = speaking.gpt.generate(prefix, ids, do_sample=False, num_beams=1)
        spoken: list[int] = said[0].tolist()
        return spoken

    assert tokens(model) == tokens(stock)


def digests(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
        for file in folder.iterdir()
    }


def configured(weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """As the published file: with the configuration as objects, of classes that have moved since."""
    from TTS.config.shared_configs import BaseDatasetConfig
    from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig, XttsConfig

    config = XttsConfig(datasets=[BaseDatasetConfig()])
    config.best_loss = np.float64(0.5)
    for moved in (XttsArgs, XttsAudioConfig):
        moved.__module__ = "TTS.tts.models.xtts"
    return {"config": config, "model": weights, "loss": np.float32(0.5)}


@pytest.fixture
def put_back() -> Any:
    from TTS.tts.configs.xtts_config import XttsArgs, XttsAudioConfig

    yield
    for moved in (XttsArgs, XttsAudioConfig):
        moved.__module__ = "TTS.tts.configs.xtts_config"


@pytest.mark.usefixtures("put_back")
def test_a_checkpoint_with_objects_is_read_and_left_as_it_is(
    copy: Copy, weights: Mapping[str, Tensor], stock: Xtts
) -> None:
    folder = copy(configured(weights))
    named = torch.serialization.get_unsafe_globals_in_checkpoint(folder / "model.pth")
    assert any(name.startswith("TTS.") for name in named)
    before = digests(folder)
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        model = load_model(folder)
    finally:
        folder.chmod(0o755)

    same_weights(model, stock)
    assert digests(folder) == before


def test_a_fine_tuned_checkpoint_loads(
    copy: Copy, weights: Mapping[str, Tensor], stock: Xtts
) -> None:
    extra = {
        "xtts.dvae.codebook": torch.zeros(2),
        "xtts.torch_mel_spectrogram_dvae.mel_stft.window": torch.zeros(2),
        "xtts.gpt.gpt_inference.lm_head.1.weight": weights["gpt.mel_head.weight"],
        "xtts.gpt.gpt.wte.weight": weights["gpt.mel_embedding.weight"],
    }
    trained = {f"xtts.{name}": value for name, value in weights.items()} | extra

    same_weights(load_model(copy({"model": trained, "step": 7})), stock)


def test_old_names_of_weight_norm_are_understood(
    copy: Copy, weights: Mapping[str, Tensor], stock: Xtts
) -> None:
    """The published file was saved by a torch that had others."""
    new = (".parametrizations.weight.original0", ".parametrizations.weight.original1")
    old = {
        name.replace(new[0], ".weight_g").replace(new[1], ".weight_v"): value
        for name, value in weights.items()
    }
    assert old.keys() != weights.keys()

    same_weights(load_model(copy({"model": old})), stock)


def test_half_precision_is_widened(copy: Copy, weights: Mapping[str, Tensor]) -> None:
    halves = {
        name: value.half() if value.is_floating_point() else value
        for name, value in weights.items()
    }
    state = load_model(copy({"model": halves})).state_dict()

    name = "gpt.final_norm.weight"
    assert state[name].dtype == torch.float32
    assert torch.equal(state[name], halves[name].float())


def test_the_format_before_zip_loads(
    copy: Copy, weights: Mapping[str, Tensor], stock: Xtts
) -> None:
    folder = copy({"model": dict(weights)}, _use_new_zipfile_serialization=False)

    same_weights(load_model(folder), stock)


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._mark),)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_malicious_file_is_refused_unrun(tmp_path: Path, protocol: int, *, zipped: bool) -> None:
    path, mark = tmp_path / "speakers_xtts.pth", tmp_path / "pwned"
    torch.save(
        {"Ana": Evil(mark)},
        path,
        pickle_protocol=protocol,
        _use_new_zipfile_serialization=zipped,
    )

    named = r"speakers_xtts\.pth would run \w+\.mkdir, which no checkpoint needs"
    told = named if (zipped, protocol) == (True, 2) else "holds more than a checkpoint does"
    with pytest.raises(Misconfigured, match=told):
        read_tensors(path)

    assert not mark.exists()


def test_classes_of_checkpoints_are_never_called(tmp_path: Path) -> None:
    """Even by a name out of a package that checkpoints name."""
    path = tmp_path / "model.pth"

    class Sly:
        def __reduce__(self) -> Any:
            return np.save, (str(tmp_path / "written.npy"), 1)

    torch.save({"model": {}, "config": Sly()}, path)

    assert "config" in read_tensors(path)
    assert not (tmp_path / "written.npy").exists()


def lose(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def halve(name: str) -> Callable[[Path], object]:
    def cut(folder: Path) -> None:
        os.truncate(folder / name, (folder / name).stat().st_size // 2)

    return cut


def rewrite(name: str, old: str, new: str) -> Callable[[Path], object]:
    def changed(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return changed


def resave(saved: Any) -> Callable[[Path], object]:
    return lambda folder: torch.save(saved, folder / "model.pth")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose("model.pth"), r"model\.pth is missing"),
        (lose("config.json"), r"config\.json is missing"),
        (lose("vocab.json"), r"vocab\.json is missing"),
        (halve("model.pth"), r"model\.pth is not a file of torch, or not a whole one"),
        (halve("vocab.json"), r"vocab\.json is not JSON"),
        (rewrite("vocab.json", '"BPE"', '"ABC"'), r"vocab\.json describes no model"),
        (rewrite("config.json", '"gpt_layers": 2', '"gpt_layers": "x"'), r"config\.json describes"),
        (rewrite("config.json", '"gpt_layers": 2', '"gpt_layers": 3'), r"model\.pth are not those"),
        (resave({"step": 3}), r"model\.pth holds no weights under `model`"),
        (resave({"model": {"a": torch.zeros(1)}}), r"model\.pth are not those"),
        (resave({"model": {"a": 1.0}}), r"model\.pth holds no weights"),
        (resave([1]), r"model\.pth is not a checkpoint"),
    ],
)
def test_what_is_wrong_is_named(copy: Copy, spoil: Callable[[Path], object], said: str) -> None:
    folder = copy()
    spoil(folder)

    with pytest.raises(Misconfigured, match=said) as caught:
        load_model(folder)

    assert str(folder) in caught.value.message
    assert caught.value.remedy == "Fetch the files again from where they were published."

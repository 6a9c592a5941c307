"""No checkpoint runs anything; of one that cannot be loaded it is said why."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from polyvox.errors import Misconfigured
from polyvox.providers.styletts2.checkpoint import REMEDY, load_model
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.providers.styletts2.unpickling import read_tensors
from tests.support.styletts2_checkpoint import CHECKPOINT
from tests.unit.styletts2.loading_stage import same

pytestmark = pytest.mark.heavy
Copy = Callable[..., Path]


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, mark: Path, do: Any = os.mkdir) -> None:
        self._mark, self._do = mark, do

    def __reduce__(self) -> Any:
        return self._do, (str(self._mark),)


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")
@pytest.mark.parametrize(
    ("zipped", "protocol"), [(True, 2), (True, 4), (False, 2)], ids=["zip", "zip 4", "legacy"]
)
@pytest.mark.parametrize(
    "do", [os.mkdir, eval, Path.touch, pickle.loads], ids=lambda do: do.__name__
)
def test_a_malicious_file_runs_nothing(
    copy: Copy, saved: Mapping[str, Any], loaded: StyleTTS2, do: Any, protocol: int, *, zipped: bool
) -> None:
    mark = copy() / "pwned"
    content = {"first": Evil(mark, do), **saved, "last": [Evil(mark, do)]}
    folder = copy(content, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)

    same(load_model(folder), loaded)

    assert not mark.exists()


def test_a_program_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "epochs_2nd_00001.pth", "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py"):
            archive.writestr(f"archive/{name}", pickle.dumps({}, 2))

    with pytest.raises(ValueError, match=r"epochs_2nd_00001\.pth is a program"):
        read_tensors(tmp_path / "epochs_2nd_00001.pth")


def lose(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def halve(name: str) -> Callable[[Path], object]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def rewrite(name: str, old: str, new: str) -> Callable[[Path], object]:
    def changed(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return changed


def resave(content: Any) -> Callable[[Path], object]:
    return lambda folder: torch.save(content, folder / CHECKPOINT)


def without(part: str) -> Callable[[Path], object]:
    def dropped(folder: Path) -> None:
        content = torch.load(folder / CHECKPOINT, weights_only=True)
        del content["net"][part]
        torch.save(content, folder / CHECKPOINT)

    return dropped


def other_shape(folder: Path) -> None:
    content = torch.load(folder / CHECKPOINT, weights_only=True)
    content["net"]["predictor"]["module.F0_proj.weight"] = torch.zeros(2)
    torch.save(content, folder / CHECKPOINT)


FOREIGN = rf"the weights in {CHECKPOINT} are not those that config\.yml describes"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose("config.yml"), r"config\.yml is missing"),
        (lose(CHECKPOINT), "weights are missing"),
        (lose("plbert_config.yml"), FOREIGN),  # those of the published one do not fit
        (halve(CHECKPOINT), "is not a file of torch, or not a whole one"),
        (rewrite("config.yml", "model_params", "["), r"config\.yml is not YAML"),
        (rewrite("config.yml", "model_params", "model"), r"config\.yml describes no model"),
        (rewrite("config.yml", "  diffusion:", "  other:"), r"config\.yml describes no diffusion"),
        (rewrite("config.yml", "sr: 24000", "sr: 22050"), "another sample rate than 24000 Hz"),
        (rewrite("config.yml", "hop_length: 300", "hop_length: 256"), "other spectrograms"),
        (rewrite("config.yml", "type: hifigan", "type: vocos"), "neither hifigan nor istftnet"),
        (rewrite("config.yml", "- 10\n", "- 7\n"), "does not make 300 samples"),
        (rewrite("config.yml", "num_heads: 2", "num_heads: 3"), FOREIGN),
        (rewrite("config.yml", "num_heads: 2", "num_heads: two"), FOREIGN),
        (rewrite("config.yml", "sigma_data: 0.2", "sigma_data: 0"), FOREIGN),
        (rewrite("config.yml", "multispeaker: true", "multispeaker: false"), FOREIGN),
        (rewrite("plbert_config.yml", "_layers: 2", "_layers: -1"), FOREIGN),
        (rewrite("plbert_config.yml", "_heads: 2", "_heads: 5"), FOREIGN),
        (rewrite("plbert_config.yml", "model_params", "params"), r"plbert_config\.yml describes"),
        (without("decoder"), "holds no decoder"),
        (other_shape, FOREIGN),
        (resave({"epoch": 3}), "holds no weights under `net`"),
        (resave({"net": {"bert": 1}}), "holds no bert_encoder and no predictor"),
        (resave([1]), "is not a checkpoint"),
    ],
)
def test_what_is_wrong_is_named(copy: Copy, spoil: Callable[[Path], object], said: str) -> None:
    folder = copy()
    spoil(folder)

    with pytest.raises(Misconfigured, match=said) as caught:
        load_model(folder)

    assert str(folder) in caught.value.message
    assert caught.value.remedy == REMEDY


def test_a_part_that_holds_more_than_tensors_is_refused(
    copy: Copy, saved: Mapping[str, Any]
) -> None:
    for odd in ({"module.weight": 1.0}, [1], 5):
        with pytest.raises(Misconfigured, match=FOREIGN):
            load_model(copy({"net": {**saved["net"], "bert_encoder": odd}}))

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from polyvox.errors import (
    ConfigError,
    RequestError,
)
from polyvox.provider.installing import InstallProgress, ModelState
from polyvox.providers.xtts_v2.speaker_names import read_speaker_names
from tests.support.hub import Hub
from tests.support.installing import silent, visible
from tests.support.xtts_files import archive, weights_folder

from .stage import NAMES, part, provider


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_a_folder_is_added_without_a_second_copy_and_stays_as_it_is(
    tmp_path: Path, data: Path
) -> None:
    source = weights_folder(tmp_path / "mine")
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in source.iterdir()}
    steps: list[InstallProgress] = []

    model = await provider(data).add_model(source, steps.append, accept_license=True)

    assert model.state is ModelState.INSTALLED
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in source.iterdir()} == before
    assert all((data / "model" / name).samefile(source / name) for name in NAMES)
    assert {step.file for step in steps if step.done_bytes == step.total_bytes} == set(NAMES)
    shutil.rmtree(source)
    assert provider(data).model().state is ModelState.INSTALLED


async def test_a_folder_on_another_disk_is_copied(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    source = weights_folder(tmp_path / "mine")
    monkeypatch.setattr(os, "link", no_link)
    await provider(data).add_model(source, silent, accept_license=True)
    for name in NAMES:
        assert (data / "model" / name).read_bytes() == (source / name).read_bytes()
        assert not (data / "model" / name).samefile(source / name)


async def test_the_symbolic_links_of_a_hub_s_cache_are_followed(tmp_path: Path, data: Path) -> None:
    blobs = weights_folder(tmp_path / "blobs")
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    for name in NAMES:
        (snapshot / name).symlink_to(blobs / name)
    await provider(data).add_model(snapshot, silent, accept_license=True)
    assert not any(path.is_symlink() for path in (data / "model").iterdir())


BAD = {
    "config.json is missing": ("config.json", None),
    "model.pth is missing": ("model.pth", None),
    "config.json is not JSON": ("config.json", b"{"),
    "config.json is not that of an XTTS model": ("config.json", b'{"model": "vits"}'),
    "vocab.json holds no vocabulary": ("vocab.json", b"{}"),
    "model.pth is not a file of torch, or not a whole one": ("model.pth", b"PK\3\4 cut off"),
    "speakers_xtts.pth is not a file of torch": ("speakers_xtts.pth", b"\x80\x02}."),
}


@pytest.mark.parametrize("reason", BAD)
async def test_a_folder_without_sound_weights_is_refused_and_what_was_there_stays(
    tmp_path: Path, data: Path, reason: str
) -> None:
    xtts = provider(data)
    await xtts.add_model(weights_folder(tmp_path / "old"), silent, accept_license=True)
    source = weights_folder(tmp_path / "new")
    name, content = BAD[reason]
    (source / name).unlink()
    if content is not None:
        (source / name).write_bytes(content)
    with pytest.raises(RequestError, match=f"cannot be added: {reason}") as caught:
        await xtts.add_model(source, silent, accept_license=True)
    assert caught.value.param == "folder"
    assert visible(data) == ["licence.json", "model"]
    assert xtts.model().state is ModelState.INSTALLED


async def test_adding_replaces_what_was_there_and_what_a_download_left(
    tmp_path: Path, data: Path
) -> None:
    xtts = provider(data)
    await xtts.add_model(weights_folder(tmp_path / "old"), silent, accept_license=True)
    part(data).parent.mkdir()
    part(data).write_bytes(b"half a model")
    new = weights_folder(tmp_path / "new", speakers=())
    await xtts.add_model(new, silent, accept_license=True)
    assert visible(data / "model") == ["config.json", "model.pth", "vocab.json"]
    assert not part(data).parent.exists()
    await xtts.add_model(data / "model", silent, accept_license=True)
    assert visible(data / "model") == ["config.json", "model.pth", "vocab.json"]


async def test_a_failed_copy_leaves_nothing_behind(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    def full(step: InstallProgress) -> None:
        if step.file == "model.pth" and step.done_bytes:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_link)
    with pytest.raises(ConfigError, match="No space left on device"):
        await provider(data).add_model(weights_folder(tmp_path / "a"), full, accept_license=True)
    assert visible(data) == ["licence.json"]
    assert not part(data).parent.exists()


async def test_weights_are_removed_and_the_licence_stays_accepted(
    tmp_path: Path, data: Path
) -> None:
    xtts = provider(data)
    with pytest.raises(RequestError, match="No weights of XTTS v2 are installed"):
        await xtts.remove_model()
    source = weights_folder(tmp_path / "mine")
    await xtts.add_model(source, silent, accept_license=True)
    (data / "cache").mkdir()  # what the engine made of them
    model = await xtts.remove_model()
    assert (model.state, model.accepted) == (ModelState.ABSENT, True)
    assert visible(data) == ["licence.json"]
    assert visible(source) == NAMES


async def test_the_operator_s_own_folder_is_used_where_it_lies_and_never_changed(
    tmp_path: Path, data: Path, site: Hub
) -> None:
    source = weights_folder(tmp_path / "mine")
    xtts = provider(data, model_dir=source, base_url=site.url)
    assert (xtts.model().state, xtts.model().folder) == (ModelState.INSTALLED, source)
    await xtts.install_model(silent, accept_license=True)
    assert site.asked == []
    for change in (xtts.add_model(source, silent, accept_license=True), xtts.remove_model()):
        with pytest.raises(ConfigError, match=r"model_dir.*nothing is changed there"):
            await change
    (source / "model.pth").unlink()
    assert xtts.model().state is ModelState.BROKEN
    with pytest.raises(ConfigError, match="model_dir"):
        await xtts.install_model(silent, accept_license=True)


def test_a_pickle_that_would_run_something_runs_nothing(tmp_path: Path) -> None:
    source = weights_folder(tmp_path / "mine")
    archive(source / "speakers_xtts.pth", {"Ana": Evil(tmp_path / "ran")})
    model = provider(tmp_path / "data", model_dir=source).model()
    assert model.state is ModelState.INSTALLED
    assert not (tmp_path / "ran").exists()


class Evil:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.heavy
@pytest.mark.parametrize("zipped", [True, False])
def test_the_names_of_speakers_are_read_as_torch_wrote_them(tmp_path: Path, zipped: bool) -> None:
    torch = pytest.importorskip("torch")
    speakers = {name: {"speaker_embedding": torch.zeros(2, 3)} for name in ("Ana Č.", "Bo")}
    path = tmp_path / "speakers_xtts.pth"
    torch.save(speakers, path, _use_new_zipfile_serialization=zipped)
    assert read_speaker_names(path) == ("Ana Č.", "Bo")

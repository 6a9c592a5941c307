from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from polyvox.errors import BadOutput, ConfigError, Conflict, RequestError, Unavailable
from polyvox.provider.installing import InstallProgress, ModelInstaller, ModelState
from polyvox.providers.xtts_v2 import published
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.speaker_names import read_speaker_names
from tests.support import hub
from tests.support.hub import Hub
from tests.support.xtts_files import archive, weights_folder

from .stage import provider, visible

NAMES = ["config.json", "model.pth", "speakers_xtts.pth", "vocab.json"]


@pytest.fixture(autouse=True)
def nothing_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COQUI_TOS_AGREED", raising=False)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub.running(weights_folder(tmp_path / "published")) as site:
        monkeypatch.setattr(published, "PUBLISHED", site.published)
        yield site


@pytest.fixture
def xtts(site: Hub, tmp_path: Path) -> XttsProvider:
    return provider(tmp_path / "data", base_url=site.url)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def part(data: Path) -> Path:
    return data / ".model.partial" / "model.pth.part"


def silent(_: InstallProgress) -> None: ...


async def test_the_published_files_are_installed_whole_with_progress(
    xtts: XttsProvider, site: Hub, data: Path
) -> None:
    assert isinstance(xtts, ModelInstaller)
    steps: list[InstallProgress] = []

    model = await xtts.install_model(steps.append, accept_license=True)

    assert (model.state, model.accepted, model.reason) == (ModelState.INSTALLED, True, None)
    assert model.size_bytes == sum(map(len, site.files.values()))
    assert visible(data / "model") == NAMES
    assert all((data / "model" / n).read_bytes() == body for n, body in site.files.items())
    of_model = [step for step in steps if step.file == "model.pth"]
    size = len(site.files["model.pth"])
    assert (of_model[0].done_bytes, of_model[-1].done_bytes, of_model[-1].total_bytes) == (
        *(0, size),
        size,
    )


async def test_nothing_is_fetched_before_the_licence_is_accepted(
    xtts: XttsProvider, site: Hub, data: Path, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=r"non-commercial.*--accept-license") as caught:
        await xtts.install_model(silent, accept_license=False)
    assert caught.value.param == "accept_license"
    with pytest.raises(RequestError, match="--accept-license"):
        await xtts.add_model(tmp_path / "published", silent, accept_license=False)
    assert site.asked == []
    assert visible(data.parent) == ["published"]


async def test_the_licence_is_accepted_once_and_kept_with_date_and_name(
    xtts: XttsProvider, data: Path
) -> None:
    await xtts.install_model(silent, accept_license=True)
    record = json.loads((data / "licence.json").read_text())
    assert record["licence"] == "CPML-1.0"
    assert record["accepted_at"].endswith("+00:00")
    await xtts.remove_model()
    assert (await xtts.install_model(silent, accept_license=False)).accepted
    assert json.loads((data / "licence.json").read_text()) == record


async def test_the_environment_accepts_as_it_does_for_coqui(
    xtts: XttsProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COQUI_TOS_AGREED", "1")
    assert (await xtts.install_model(silent, accept_license=False)).reason is None


async def test_a_connection_cut_in_the_middle_is_resumed(
    xtts: XttsProvider, site: Hub, data: Path
) -> None:
    site.cuts = [200_000, 100_000]
    await xtts.install_model(site.progress, accept_license=True)
    first, *later = site.asked_for("model.pth")
    assert first is None
    assert len(later) == 2
    assert all(wanted and wanted != "bytes=0-" for wanted in later)
    assert (data / "model/model.pth").read_bytes() == site.files["model.pth"]


async def test_a_broken_off_install_goes_on_with_the_next_call(
    xtts: XttsProvider, site: Hub, data: Path
) -> None:
    site.cuts = [200_000, 0, 0, 0]
    with pytest.raises(Unavailable, match=r"broke off.*Run the same command again"):
        await xtts.install_model(site.progress, accept_license=True)
    assert visible(data) == ["licence.json"]
    assert xtts.model().state is ModelState.ABSENT
    got = part(data).stat().st_size
    site.cuts = []
    await xtts.install_model(site.progress, accept_license=True)
    assert site.asked_for("model.pth")[-1] == f"bytes={got}-"
    assert (data / "model/model.pth").read_bytes() == site.files["model.pth"]
    assert not part(data).parent.exists()


async def test_a_server_without_ranges_is_asked_for_all_of_it(
    xtts: XttsProvider, site: Hub, data: Path
) -> None:
    site.ranges, site.cuts = False, [200_000]
    await xtts.install_model(site.progress, accept_license=True)
    assert (data / "model/model.pth").read_bytes() == site.files["model.pth"]


async def test_a_file_with_another_digest_is_not_installed(
    xtts: XttsProvider, site: Hub, data: Path
) -> None:
    body = site.files["model.pth"]
    site.files["model.pth"] = body[:-1] + bytes([body[-1] ^ 1])
    with pytest.raises(BadOutput, match=r"model\.pth arrived damaged"):
        await xtts.install_model(silent, accept_license=True)
    assert not part(data).exists()
    assert xtts.model().state is ModelState.ABSENT


@pytest.mark.parametrize("change", [lambda body: body + b"x", lambda body: body[:-1]])
async def test_a_file_of_another_size_is_not_installed(
    xtts: XttsProvider, site: Hub, change: Callable[[bytes], bytes]
) -> None:
    site.files["model.pth"] = change(site.files["model.pth"])
    with pytest.raises((BadOutput, Unavailable)):
        await xtts.install_model(silent, accept_license=True)
    assert xtts.model().state is ModelState.ABSENT


@pytest.mark.parametrize("status", [404, 403, 500])
async def test_a_refusal_of_the_server_is_told(xtts: XttsProvider, site: Hub, status: int) -> None:
    site.status = status
    with pytest.raises(Unavailable, match=rf"config\.json answered with status {status}"):
        await xtts.install_model(silent, accept_license=True)
    assert xtts.model().state is ModelState.ABSENT


async def test_a_full_disk_is_told_before_anything_is_fetched(
    xtts: XttsProvider, site: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    with pytest.raises(ConfigError, match=r"too full for XTTS v2.*needs 16 MB, and 0 MB are free"):
        await xtts.install_model(silent, accept_license=True)
    assert site.asked == []


async def test_what_was_fetched_before_needs_no_room_again(
    xtts: XttsProvider, site: Hub, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = data / ".model.partial"
    staging.mkdir(parents=True)
    (staging / "model.pth").write_bytes(site.files["model.pth"])
    rest = sum(len(body) for name, body in site.files.items() if name != "model.pth")
    free = SimpleNamespace(free=16 * 1024**2 + rest)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    await xtts.install_model(silent, accept_license=True)
    assert site.asked_for("model.pth") == []


async def test_weights_that_are_there_are_not_fetched_again(xtts: XttsProvider, site: Hub) -> None:
    await xtts.install_model(silent, accept_license=True)
    await xtts.install_model(silent, accept_license=True)
    assert len(site.asked_for("model.pth")) == 1


async def test_damaged_weights_are_told_and_installed_anew(
    xtts: XttsProvider, site: Hub, data: Path
) -> None:
    await xtts.install_model(silent, accept_license=True)
    (data / "model/model.pth").write_bytes(site.files["model.pth"][:-100])
    broken = xtts.model()
    assert broken.state is ModelState.BROKEN
    assert "model.pth is not a file of torch, or not a whole one" in (broken.reason or "")
    await xtts.install_model(silent, accept_license=True)
    assert xtts.model().state is ModelState.INSTALLED


async def test_two_installs_at_once_do_not_meet(xtts: XttsProvider, site: Hub) -> None:
    site.gate.clear()
    first = asyncio.create_task(xtts.install_model(silent, accept_license=True))
    async with asyncio.timeout(5):
        while not site.asked:  # noqa: ASYNC110 - the hub is no part of the test's loop
            await asyncio.sleep(0.001)
    with pytest.raises(Conflict, match="being installed already"):
        await xtts.install_model(silent, accept_license=True)
    with pytest.raises(Conflict, match="being installed just now"):
        await xtts.remove_model()
    site.gate.set()
    assert (await first).state is ModelState.INSTALLED


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


@pytest.mark.parametrize("zipped", [True, False])
def test_the_names_of_speakers_are_read_as_torch_wrote_them(tmp_path: Path, zipped: bool) -> None:
    torch = pytest.importorskip("torch")
    speakers = {name: {"speaker_embedding": torch.zeros(2, 3)} for name in ("Ana Č.", "Bo")}
    path = tmp_path / "speakers_xtts.pth"
    torch.save(speakers, path, _use_new_zipfile_serialization=zipped)
    assert read_speaker_names(path) == ("Ana Č.", "Bo")

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from polyvox.errors import (
    BadOutput,
    ConfigError,
    Conflict,
    RequestError,
    Unavailable,
)
from polyvox.provider.installing import InstallProgress, ModelInstaller, ModelState
from polyvox.providers.xtts_v2.provider import XttsProvider
from tests.support.hub import Hub
from tests.support.installing import silent, visible

from .stage import NAMES, part


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


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

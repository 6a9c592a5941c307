from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from polyvox.errors import BadOutput, ConfigError, Conflict, Unavailable, UnknownVoice
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.installing import InstallProgress, VoiceInspector, VoiceInstaller
from polyvox.provider.trial import hear
from polyvox.providers.piper.install import install_voice
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from polyvox.providers.piper.voices import InstalledVoice
from tests.support.transcribe import likeness

from .stage import JOE_CONFIG, JOE_MODEL

RYAN = "en_US-ryan-medium"
FOLDER = "en/en_US/ryan/medium"
MODEL = bytes(range(256)) * 2_000
FULL = Path("/dev/full")
CARD = b"* License: CC0\n"


class Site:
    """A small copy of the published catalogue on the loopback, and the faults it can have."""

    def __init__(self) -> None:
        self.files = {
            f"{FOLDER}/{RYAN}.onnx": MODEL,
            f"{FOLDER}/{RYAN}.onnx.json": JOE_CONFIG.read_bytes(),
            f"{FOLDER}/MODEL_CARD": CARD,
        }
        self.url = ""
        self.cut_after: list[int] = []
        self.received = 0
        self.ranges = True
        self.status = 200
        self.stalled = asyncio.Event()
        self.stall = False
        self.asked: list[tuple[str, str | None]] = []
        self.entry_changes: dict[str, Any] = {}
        self.key = RYAN

    @property
    def catalogue(self) -> bytes:
        files = {
            path: {"size_bytes": len(body), "md5_digest": hashlib.md5(body).hexdigest()}  # noqa: S324
            for path, body in self.files.items()
        }
        entry = {"key": self.key, "files": files, "aliases": ["en-us-ryan-medium"]}
        return json.dumps({self.key: {**entry, **self.entry_changes}}).encode()

    def models_asked(self) -> list[str | None]:
        """The Range of every request for the model."""
        return [wanted for path, wanted in self.asked if path.endswith(".onnx")]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path, wanted = request.match_info["path"], request.headers.get("Range")
        self.asked.append((path, wanted))
        if path == "voices.json":
            return web.Response(body=self.catalogue)
        if self.status != 200 or path not in self.files:
            return web.Response(status=self.status if self.status != 200 else 404)
        body = self.files[path]
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if not self.ranges:
            start = 0
        elif start >= len(body):
            return web.Response(status=416)
        response = web.StreamResponse(status=206 if start else 200)
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        response.content_length = len(body) - start
        await response.prepare(request)
        return await self._send(request, response, body[start:], path)

    async def _send(
        self, request: web.Request, response: web.StreamResponse, body: bytes, path: str
    ) -> web.StreamResponse:
        if path.endswith(".onnx") and (self.cut_after or self.stall):
            await response.write(body[: self.cut_after[0] if self.cut_after else 1])
            if self.stall:
                await self.stalled.wait()
            elif self.cut_after[0]:
                await self._until_received()
            self.cut_after = self.cut_after[1:]
            if request.transport is not None:
                request.transport.close()
            return response
        await response.write(body)
        await response.write_eof()
        return response

    async def _until_received(self) -> None:
        """A cut loses what is under way; the tests are about what has arrived."""
        before = self.received
        while self.received == before:  # noqa: ASYNC110 - what arrives is told by a callback
            await asyncio.sleep(0.001)

    def progress(self, step: InstallProgress) -> None:
        self.received += bool(step.done_bytes)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_get("/piper/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/piper/voices.json"
    yield site
    site.stalled.set()
    await runner.cleanup()


async def install(
    site: Site, target: Path, voice: str = RYAN, *, stall_s: float = 5.0
) -> InstalledVoice:
    return await install_voice(
        voice,
        target_dir=target,
        catalogue_url=site.url,
        progress=site.progress,
        stall_s=stall_s,
    )


def visible(target: Path) -> list[str]:
    return sorted(p.name for p in target.iterdir() if not p.name.startswith("."))


def everything(target: Path) -> list[Path]:
    return list(target.iterdir())


def part(target: Path) -> Path:
    return target / f".{RYAN}.partial" / f"{RYAN}.onnx.part"


async def test_a_voice_is_installed_whole_with_its_progress(site: Site, tmp_path: Path) -> None:
    steps: list[InstallProgress] = []
    installed = await install_voice(
        RYAN, target_dir=tmp_path, catalogue_url=site.url, progress=steps.append
    )
    assert installed.id == RYAN
    assert installed.licence == "CC0"
    assert visible(tmp_path) == [RYAN]
    assert visible(tmp_path / RYAN) == ["MODEL_CARD", f"{RYAN}.onnx", f"{RYAN}.onnx.json"]
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL
    of_model = [step for step in steps if step.file == f"{RYAN}.onnx"]
    assert of_model[0] == InstallProgress(f"{RYAN}.onnx", 0, len(MODEL))
    assert of_model[-1] == InstallProgress(f"{RYAN}.onnx", len(MODEL), len(MODEL))
    done = [step.done_bytes for step in of_model]
    assert done == sorted(done)


async def test_an_installed_voice_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    await install(site, tmp_path)
    await install(site, tmp_path)
    assert len(site.models_asked()) == 1


async def test_a_voice_that_was_damaged_is_installed_anew(site: Site, tmp_path: Path) -> None:
    await install(site, tmp_path)
    (tmp_path / RYAN / f"{RYAN}.onnx").write_bytes(b"short")
    await install(site, tmp_path)
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL


async def test_an_alias_names_its_voice(site: Site, tmp_path: Path) -> None:
    assert (await install(site, tmp_path, "en-us-ryan-medium")).id == RYAN


async def test_an_unknown_voice_is_told_with_near_names(site: Site, tmp_path: Path) -> None:
    with pytest.raises(UnknownVoice, match=f"'en_US-rian-medium'.*{RYAN}"):
        await install(site, tmp_path, "en_US-rian-medium")
    assert everything(tmp_path) == []


async def test_a_connection_cut_in_the_middle_is_resumed(site: Site, tmp_path: Path) -> None:
    site.cut_after = [200_000, 100_000]
    await install(site, tmp_path)
    first, *later = site.models_asked()
    assert first is None
    assert len(later) == 2
    assert all(wanted and wanted != "bytes=0-" for wanted in later)
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL


async def test_a_broken_off_install_goes_on_with_the_next_call(site: Site, tmp_path: Path) -> None:
    site.cut_after = [200_000, 0, 0, 0]
    with pytest.raises(Unavailable, match=r"broke off.*Run the same command again"):
        await install(site, tmp_path)
    assert visible(tmp_path) == []
    got = part(tmp_path).stat().st_size
    assert got > 0
    site.cut_after = []
    await install(site, tmp_path)
    assert site.models_asked()[-1] == f"bytes={got}-"
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL
    assert not part(tmp_path).parent.exists()


async def test_a_server_without_ranges_is_asked_for_all_of_it(site: Site, tmp_path: Path) -> None:
    site.ranges, site.cut_after = False, [200_000]
    await install(site, tmp_path)
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL


@pytest.mark.parametrize("stale", [b"other" * 1_000, b"x" * (len(MODEL) + 9), b"x" * len(MODEL)])
async def test_the_part_of_another_version_is_thrown_away(
    site: Site, tmp_path: Path, stale: bytes
) -> None:
    part(tmp_path).parent.mkdir()
    part(tmp_path).write_bytes(stale)
    await install(site, tmp_path)
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL


async def test_a_wrong_digest_installs_nothing(site: Site, tmp_path: Path) -> None:
    files = json.loads(site.catalogue)[RYAN]["files"]
    files[f"{FOLDER}/{RYAN}.onnx"]["md5_digest"] = "0" * 32
    site.entry_changes = {"files": files}
    with pytest.raises(BadOutput, match="arrived damaged"):
        await install(site, tmp_path)
    assert visible(tmp_path) == []
    assert not part(tmp_path).exists()


@pytest.mark.parametrize("longer", [1, -1])
async def test_another_size_than_stated_installs_nothing(
    site: Site, tmp_path: Path, longer: int
) -> None:
    files = json.loads(site.catalogue)[RYAN]["files"]
    files[f"{FOLDER}/{RYAN}.onnx"]["size_bytes"] -= longer
    site.entry_changes = {"files": files}
    with pytest.raises((BadOutput, Unavailable)):
        await install(site, tmp_path)
    assert visible(tmp_path) == []


@pytest.mark.parametrize("status", [404, 500, 403])
async def test_a_refusal_of_the_server_is_told(site: Site, tmp_path: Path, status: int) -> None:
    site.status = status
    with pytest.raises(Unavailable, match=f"status {status}"):
        await install(site, tmp_path)
    assert visible(tmp_path) == []


async def test_a_server_that_stalls_is_told(site: Site, tmp_path: Path) -> None:
    site.stall = True
    with pytest.raises(Unavailable, match="nothing for too long"):
        await install(site, tmp_path, stall_s=0.1)


async def test_no_server_at_all_is_told(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="broke off"):
        await install_voice(RYAN, target_dir=tmp_path, catalogue_url="http://127.0.0.1:9/v.json")


@pytest.mark.parametrize(
    "path",
    [
        f"../{RYAN}.onnx",
        f"/etc/{RYAN}.onnx",
        f"en/../../{RYAN}.onnx",
        f"en//{RYAN}.onnx",
        f"./{RYAN}.onnx",
    ],
)
async def test_a_path_out_of_the_catalogue_is_not_trusted(
    site: Site, tmp_path: Path, path: str
) -> None:
    site.files[path] = site.files.pop(f"{FOLDER}/{RYAN}.onnx")
    with pytest.raises(BadOutput, match="not to be trusted"):
        await install(site, tmp_path)
    assert site.models_asked() == []


@pytest.mark.parametrize("key", ["../evil", "a/b", ".hidden", "en\\x", "", "a\nb"])
async def test_a_key_that_is_no_plain_name_is_not_trusted(
    site: Site, tmp_path: Path, key: str
) -> None:
    site.key = key
    with pytest.raises(BadOutput, match="not to be trusted"):
        await install(site, tmp_path, key)
    assert everything(tmp_path) == []


async def test_files_that_belong_to_no_voice_are_not_fetched(site: Site, tmp_path: Path) -> None:
    site.files[f"{FOLDER}/setup.py"] = b"import os"
    await install(site, tmp_path)
    assert "setup.py" not in visible(tmp_path / RYAN)


@pytest.mark.parametrize("entry", [{"files": {}}, {"files": None}, {"files": {f"{RYAN}.onnx": 1}}])
async def test_an_entry_without_its_files_is_not_trusted(
    site: Site, tmp_path: Path, entry: dict[str, Any]
) -> None:
    site.entry_changes = entry
    with pytest.raises(BadOutput, match="not to be trusted"):
        await install(site, tmp_path)


async def test_a_file_that_is_no_voice_installs_nothing(site: Site, tmp_path: Path) -> None:
    site.files[f"{FOLDER}/{RYAN}.onnx.json"] = b"{}"
    with pytest.raises(BadOutput, match="cannot be used"):
        await install(site, tmp_path)
    assert visible(tmp_path) == []


async def test_a_full_disk_is_told_before_anything_is_fetched(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=100, used=99, free=1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ConfigError, match="too full"):
        await install(site, tmp_path)
    assert site.models_asked() == []


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
async def test_a_disk_that_fills_up_is_told_and_the_part_kept(site: Site, tmp_path: Path) -> None:
    part(tmp_path).parent.mkdir()
    part(tmp_path).symlink_to(FULL)
    with pytest.raises(ConfigError, match="The disk is full"):
        await install(site, tmp_path)
    assert visible(tmp_path) == []


async def test_two_installs_at_once_do_not_meet(site: Site, tmp_path: Path) -> None:
    site.stall = True
    first = asyncio.create_task(install(site, tmp_path))
    async with asyncio.timeout(5):
        while not site.models_asked():  # noqa: ASYNC110 - the server is no part of the test's loop
            await asyncio.sleep(0.001)
    with pytest.raises(Conflict, match="being installed already"):
        await install(site, tmp_path)
    site.stall = False
    site.stalled.set()
    assert (await first).id == RYAN
    assert (tmp_path / RYAN / f"{RYAN}.onnx").read_bytes() == MODEL


async def test_an_installed_voice_speaks(site: Site, tmp_path: Path) -> None:
    site.files[f"{FOLDER}/{RYAN}.onnx"] = JOE_MODEL.read_bytes()
    context = ProviderContext(tmp_path, {"catalogue_url": site.url})
    provider = PiperProvider(context)
    assert isinstance(provider, VoiceInstaller)
    assert isinstance(provider, VoiceInspector)
    assert await provider.catalogue() == [RYAN]
    voice = await provider.install_voice(RYAN, lambda _: None)
    assert voice.languages == ("en-US",)
    await provider.start()
    try:
        said = Utterance("Good morning to you all.", "en-US", RYAN, PiperSettings())
        heard = await hear(provider, said)
    finally:
        await provider.stop()
    assert likeness(heard.pcm, 22_050, said.text) >= 0.8

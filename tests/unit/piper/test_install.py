from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from polyvox.errors import BadOutput, ConfigError, Conflict, Unavailable, UnknownVoice
from polyvox.provider.base import ProviderContext, Utterance
from polyvox.provider.installing import (
    InstallProgress,
    VoiceCatalogue,
    VoiceInspector,
    VoiceInstaller,
)
from polyvox.provider.trial import hear
from polyvox.providers.piper.install import install_voice
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from tests.support.installing import visible
from tests.support.transcribe import likeness

from .install_stage import FOLDER, MODEL, RYAN, Site, everything, install, part
from .stage import JOE_MODEL, joe_config

FULL = Path("/dev/full")


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


async def test_near_names_have_the_letters_whatever_their_accents(
    site: Site, tmp_path: Path
) -> None:
    site.key = "pt_PT-tugão-medium"
    with pytest.raises(UnknownVoice, match=r"Near it: pt_PT-tugão-medium\."):
        await install(site, tmp_path, "tug")
    with pytest.raises(UnknownVoice, match=r"Near it: pt_PT-tugão-medium\."):
        await install(site, tmp_path, "TUGAO")


async def test_the_catalogue_tells_what_it_knows_of_each_voice(site: Site, tmp_path: Path) -> None:
    site.entry_changes = {
        "language": {"code": "en_US"},
        "quality": "medium",
        "num_speakers": 2,
        "phoneme_type": "thai",
    }
    provider = PiperProvider(ProviderContext(tmp_path, {"catalogue_url": site.url}))
    assert isinstance(provider, VoiceCatalogue)
    (voice,) = await provider.offered_voices()
    assert (voice.id, voice.languages, voice.quality, voice.speakers) == (
        RYAN,
        ("en-US",),
        "medium",
        2,
    )
    assert voice.size_bytes == sum(map(len, site.files.values()))
    assert voice.unusable == "Its phonemes are of the type 'thai', which is not supported."


async def test_an_entry_that_tells_nothing_is_listed_by_its_id(site: Site, tmp_path: Path) -> None:
    site.key = "zh_CN-chaowen-medium"
    provider = PiperProvider(ProviderContext(tmp_path, {"catalogue_url": site.url}))
    (voice,) = await provider.offered_voices()
    assert (voice.languages, voice.quality, voice.speakers) == (("zh-CN",), None, None)
    assert "'pinyin'" in (voice.unusable or "")


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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"phoneme_type": "thai"}, "of the type 'thai', which is not supported"),
        ({"phoneme_id_map": {}}, "no phoneme_id_map"),
    ],
)
async def test_an_unusable_voice_is_refused_before_its_model_is_fetched(
    site: Site, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    config = json.dumps(joe_config(**changes)).encode()
    site.files[f"{FOLDER}/{RYAN}.onnx.json"] = config
    with pytest.raises(BadOutput, match=f"{RYAN} cannot be used: .*{reason}"):
        await install(site, tmp_path)
    assert site.models_asked() == []
    assert visible(tmp_path) == []
    assert not part(tmp_path).parent.exists()


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

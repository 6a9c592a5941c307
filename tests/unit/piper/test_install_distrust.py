"""What a catalogue says and what it sends is not taken on trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from polyvox.errors import BadOutput, Unavailable
from tests.support.installing import visible

from .install_stage import FOLDER, RYAN, Site, everything, install, part


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

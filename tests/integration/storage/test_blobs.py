"""Files in a folder, and in a store that is elsewhere: fsspec's ``memory://`` stands for those."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]  # it has no types
import pytest
from fsspec.implementations.memory import MemoryFileSystem  # type: ignore[import-untyped]  # as above

from polyvox.errors import BadSample, ConfigError, PolyvoxError
from polyvox.storage.blobs import FsspecBlobs

OWNER, OTHER = "smp_" + "a" * 32, "smp_" + "b" * 32


@pytest.fixture(params=["folder", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    folder = str(tmp_path / "store" / "samples")
    return folder if request.param == "folder" else f"memory://{secrets.token_hex(8)}/samples"


@pytest.fixture
def blobs(root: str, tmp_path: Path) -> FsspecBlobs:
    return FsspecBlobs(root, tmp_path / "cache")


def recording(folder: Path, content: bytes = b"RIFF") -> Path:
    path = folder / f"source-{hashlib.sha256(content).hexdigest()[:8]}"
    path.write_bytes(content)
    return path


def listed(root: str) -> list[str]:
    system, place = fsspec.url_to_fs(root)
    return sorted(str(path).removeprefix(place) for path in system.find(place))


async def test_what_was_put_is_local_again(blobs: FsspecBlobs, tmp_path: Path, root: str) -> None:
    content = b"a voice" * 1000
    ref = await blobs.put(OWNER, recording(tmp_path, content))
    assert (ref.sha256, ref.size) == (hashlib.sha256(content).hexdigest(), len(content))
    for _ in range(2):
        path = await blobs.local(OWNER, ref.sha256)
        assert path.read_bytes() == content
    assert listed(root) == [f"/{OWNER}/{ref.sha256}"]


async def test_another_process_reads_it(blobs: FsspecBlobs, tmp_path: Path, root: str) -> None:
    ref = await blobs.put(OWNER, recording(tmp_path))
    other = FsspecBlobs(root, tmp_path / "other machine")
    assert (await other.local(OWNER, ref.sha256)).read_bytes() == b"RIFF"


async def test_the_same_content_is_stored_once_however_many_put_it(
    blobs: FsspecBlobs, tmp_path: Path, root: str
) -> None:
    source = recording(tmp_path)
    refs = await asyncio.gather(*(blobs.put(OWNER, source) for _ in range(8)))
    assert len(set(refs)) == len(listed(root)) == 1


async def test_owners_share_nothing(blobs: FsspecBlobs, tmp_path: Path, root: str) -> None:
    source = recording(tmp_path)
    ref = await blobs.put(OWNER, source)
    await blobs.put(OTHER, source)
    await blobs.local(OWNER, ref.sha256)
    await blobs.delete(OWNER)
    assert listed(root) == [f"/{OTHER}/{ref.sha256}"]
    with pytest.raises(BadSample, match="not in the store"):
        await blobs.local(OWNER, ref.sha256)
    assert (await blobs.local(OTHER, ref.sha256)).read_bytes() == b"RIFF"
    assert not (tmp_path / "cache" / OWNER).exists()
    await blobs.delete(OWNER)


async def test_one_file_of_an_owner_can_go(blobs: FsspecBlobs, tmp_path: Path) -> None:
    kept = await blobs.put(OWNER, recording(tmp_path, b"kept"))
    gone = await blobs.put(OWNER, recording(tmp_path, b"gone"))
    for ref in (kept, gone):
        await blobs.local(OWNER, ref.sha256)
    await blobs.delete(OWNER, gone.sha256)
    assert (await blobs.local(OWNER, kept.sha256)).read_bytes() == b"kept"
    with pytest.raises(BadSample):
        await blobs.local(OWNER, gone.sha256)


async def test_a_file_that_cannot_be_written_whole_is_not_there(
    blobs: FsspecBlobs, tmp_path: Path, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, _ = fsspec.url_to_fs(root)
    whole = type(system).put_file

    def broken(self: Any, source: str, target: str, **options: Any) -> None:
        part = tmp_path / "half"
        part.write_bytes(Path(source).read_bytes()[:2])
        whole(self, str(part), target, **options)
        raise OSError("no room, s3://key:secret@bucket")

    monkeypatch.setattr(type(system), "put_file", broken)
    with pytest.raises(PolyvoxError, match="cannot be reached") as caught:
        await blobs.put(OWNER, recording(tmp_path))
    assert "secret" not in str(caught.value)
    assert listed(root) == []


async def test_a_damaged_copy_is_never_handed_out(tmp_path: Path) -> None:
    root = f"memory://{secrets.token_hex(8)}"
    blobs = FsspecBlobs(root, tmp_path / "cache")
    ref = await blobs.put(OWNER, recording(tmp_path))
    system, place = fsspec.url_to_fs(root)
    assert isinstance(system, MemoryFileSystem)
    system.pipe_file(f"{place}/{OWNER}/{ref.sha256}", b"RIFX")
    with pytest.raises(BadSample, match="damaged"):
        await blobs.local(OWNER, ref.sha256)
    assert list((tmp_path / "cache").iterdir()) == []


async def test_copies_of_what_others_deleted_are_dropped(tmp_path: Path) -> None:
    blobs = FsspecBlobs(f"memory://{secrets.token_hex(8)}", tmp_path / "cache")
    await blobs.prune([])
    for owner in (OWNER, OTHER):
        ref = await blobs.put(owner, recording(tmp_path))
        await blobs.local(owner, ref.sha256)
    await blobs.prune([OTHER])
    assert os.listdir(tmp_path / "cache") == [OTHER]


@pytest.mark.parametrize(
    ("owner", "sha256"),
    [
        ("..", "a" * 64),
        ("../smp_x", "a" * 64),
        ("/etc", "a" * 64),
        ("", "a" * 64),
        (OWNER, "../passwd"),
        (OWNER, "A" * 64),
        (OWNER, "a" * 63),
        (OWNER, ""),
    ],
)
async def test_no_name_leads_elsewhere(blobs: FsspecBlobs, owner: str, sha256: str) -> None:
    with pytest.raises(ValueError, match="Neither an owner nor a digest"):
        await blobs.local(owner, sha256)
    with pytest.raises(ValueError, match="Neither an owner nor a digest"):
        await blobs.delete(owner, sha256)


@pytest.mark.parametrize("root", ["nope://x", "gs://bucket/key"])
async def test_a_store_that_cannot_be_used_is_told_at_the_start(root: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"store cannot be used.*samples\.store"):
        await FsspecBlobs(root, tmp_path).start()

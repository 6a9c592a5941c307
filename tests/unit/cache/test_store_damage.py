from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyvox.cache.folder import STALE_TEMP_NS, EntryFolder
from polyvox.cache.store import FileStore

from .store_stage import CAP, ENTRY, ENTRY_BYTES, files, held, key, store_in, ticks


async def test_a_truncated_entry_is_a_miss_and_is_removed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await store.put(key(1), ENTRY)
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    for length in (0, 1, 43, 55, 56, len(whole) - 1, len(whole) - 2):
        path.write_bytes(whole[:length])
        assert await store.get(key(1)) is None
        assert not path.exists()
        await store.put(key(1), ENTRY)
    assert await store.get(key(1)) == ENTRY
    assert (store.entries, store.size_bytes) == (1, ENTRY_BYTES)


async def test_an_entry_under_a_wrong_name_is_a_miss(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await store.put(key(1), ENTRY)
    (path,) = files(tmp_path)
    other = EntryFolder(tmp_path).path_of(key(2))
    other.parent.mkdir(exist_ok=True)
    path.rename(other)
    assert await held(store, range(3)) == []


@settings(max_examples=150, deadline=None)
@given(st.data())
async def test_damage_anywhere_is_a_miss_and_is_removed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = EntryFolder(tmp_path_factory.getbasetemp() / "damage")
    folder.write(key(1), ENTRY)
    path = folder.path_of(key(1))
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 80))
    damaged = whole[:start] + data.draw(st.binary(max_size=80)) + whole[start + length :]
    path.write_bytes(damaged)

    audio = await FileStore(path.parents[1], CAP).get(key(1))

    assert audio == (ENTRY if damaged == whole else None)
    assert path.exists() is (damaged == whole)


async def test_what_a_crashed_writer_left_is_removed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await store.put(key(1), ENTRY)
    left, fresh = (files(tmp_path)[0].with_name(name) for name in ("left.tmp", "fresh.tmp"))
    now = ticks()
    for path, age in ((left, STALE_TEMP_NS), (fresh, 0)):
        path.write_bytes(b"half")
        os.utime(path, ns=(now - age, now - age))
    await store_in(tmp_path).start()
    assert not left.exists()
    assert fresh.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's always-full device")
async def test_a_full_disk_is_logged_once_and_is_nobodys_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_full(suffix: str, dir: Path) -> tuple[int, str]:
        path = dir / f"full{suffix}"
        path.touch()
        return os.open("/dev/full", os.O_WRONLY), str(path)

    monkeypatch.setattr("polyvox.cache.folder.tempfile.mkstemp", open_full)
    store = store_in(tmp_path)
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            await store.put(key(number), ENTRY)
    assert [record.getMessage() for record in caplog.records] == [
        f"The audio cache cannot be written: {os.strerror(errno.ENOSPC)}."
    ]
    assert files(tmp_path) == []
    assert store.entries == 0


async def test_a_folder_that_cannot_be_used_is_logged_once_and_is_a_miss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    store = store_in(tmp_path / "cache")
    await store.start()
    await store.put(key(1), ENTRY)
    assert await store.get(key(1)) is None
    assert len(caplog.records) == 1
    assert "cache" not in caplog.records[0].getMessage().replace("audio cache", "")

from __future__ import annotations

import asyncio
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from polyvox.cache.store import FileStore
from polyvox.domain.audio import AudioChunk

from .stage import tone
from .store_stage import CAP, ENTRY, ENTRY_BYTES, files, held, key, store_in


async def test_what_was_put_comes_back(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert await store.get(key(1)) is None
    audio = AudioChunk(bytes(range(256)), 22_050)
    await store.put(key(1), audio)
    assert await store.get(key(1)) == audio
    assert await store.get(key(2)) is None
    assert (store.entries, store.size_bytes) == (1, 56 + 256)


async def test_an_entry_is_a_wav_that_anyone_can_play(tmp_path: Path) -> None:
    await store_in(tmp_path).put(key(1), AudioChunk(b"\1\2\3\4", 24_000))
    (path,) = files(tmp_path)
    assert path.suffix == ".wav"
    with wave.open(str(path)) as reader:
        assert reader.getparams()[:4] == (1, 2, 24_000, 2)
        assert reader.readframes(2) == b"\1\2\3\4"


async def test_putting_again_replaces(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await store.put(key(1), tone(1))
    await store.put(key(1), tone(2, samples=20))
    assert await store.get(key(1)) == tone(2, samples=20)
    assert (store.entries, store.size_bytes) == (1, 56 + 40)


async def test_entries_outlive_a_restart(tmp_path: Path) -> None:
    await store_in(tmp_path).put(key(1), ENTRY)
    again = store_in(tmp_path)
    assert await again.get(key(1)) == ENTRY
    await again.start()
    assert (again.entries, again.size_bytes) == (1, ENTRY_BYTES)


async def test_the_cap_holds_and_the_oldest_use_goes_first(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(10):
        await store.put(key(number), ENTRY)
    assert await held(store, range(10)) == list(range(10))
    await store.get(key(0))  # 1 is the oldest now
    await store.put(key(10), ENTRY)
    assert store.size_bytes == sum(path.stat().st_size for path in files(tmp_path)) <= CAP
    assert await held(store, range(11)) == [0, *range(3, 11)]


async def test_the_order_of_use_outlives_a_restart(tmp_path: Path) -> None:
    first = store_in(tmp_path)
    for number in range(10):
        await first.put(key(number), ENTRY)
    await held(first, range(5))  # used again: 5 is the oldest now
    again = store_in(tmp_path)
    await again.put(key(10), ENTRY)
    assert await held(again, range(11)) == [*range(5), *range(7, 11)]


async def test_a_lowered_cap_holds_from_the_start(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(10):
        await store.put(key(number), ENTRY)
    lower = store_in(tmp_path, max_bytes=5 * ENTRY_BYTES)
    await lower.start()
    assert lower.size_bytes <= 5 * ENTRY_BYTES
    assert await held(lower, range(10)) == [6, 7, 8, 9]


async def test_an_oversize_entry_is_not_stored_and_pushes_nothing_out(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await store.put(key(1), ENTRY)
    await store.put(key(2), tone(2, samples=CAP // 2))
    assert await held(store, range(3)) == [1]


async def test_a_cap_of_zero_switches_it_off(tmp_path: Path) -> None:
    await store_in(tmp_path).put(key(1), ENTRY)
    off = store_in(tmp_path, max_bytes=0)
    await off.start()
    await off.put(key(2), ENTRY)
    assert await off.get(key(1)) is None
    assert len(files(tmp_path)) == 1
    assert await off.clear() == 1
    assert files(tmp_path) == []


async def test_a_negative_cap_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="negative"):
        FileStore(tmp_path, -1)


async def test_clear_removes_every_entry_and_nothing_else(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(3):
        await store.put(key(number), ENTRY)
    strangers = [
        tmp_path / "notes.txt",
        tmp_path / "ab" / "notes.wav",
        tmp_path / "music" / f"{key(1)}.wav",
    ]
    for stranger in strangers:
        stranger.parent.mkdir(exist_ok=True)
        stranger.write_bytes(b"not ours")
    assert await store.clear() == 3
    assert (store.entries, store.size_bytes) == (0, 0)
    assert files(tmp_path) == sorted(strangers)
    await store.put(key(1), ENTRY)
    assert await held(store, range(3)) == [1]


async def test_only_a_digest_is_a_key(tmp_path: Path) -> None:
    store = store_in(tmp_path / "cache")
    escape = "../" * 3 + "etc/passwd"
    for bad in ("", "abc", escape, escape.ljust(64, "a"), key(1).upper() + "A", key(1) + "\n"):
        with pytest.raises(ValueError, match="64 lower-case hex"):
            await store.get(bad)
        with pytest.raises(ValueError, match="64 lower-case hex"):
            await store.put(bad, ENTRY)
    assert files(tmp_path) == []


async def test_an_entry_removed_by_somebody_else_is_a_miss(tmp_path: Path) -> None:
    one, other = store_in(tmp_path), store_in(tmp_path)
    await one.put(key(1), ENTRY)
    assert await other.get(key(1)) == ENTRY
    assert await other.clear() == 1
    assert await one.get(key(1)) is None


async def test_two_stores_keep_one_cap_within_an_eighth_each(tmp_path: Path) -> None:
    cap = 40 * ENTRY_BYTES
    stores = [store_in(tmp_path, cap) for _ in range(2)]
    for number in range(200):
        await stores[number % 2].put(key(number), ENTRY)
        assert sum(path.stat().st_size for path in files(tmp_path)) <= cap * 1.25
    assert await stores[0].get(key(199)) == ENTRY


async def test_many_tasks_on_one_store_keep_its_count_right(tmp_path: Path) -> None:
    store = store_in(tmp_path)

    async def work(number: int) -> None:
        await store.put(key(number % 20), ENTRY)
        assert await store.get(key(number % 20)) in (ENTRY, None)

    await asyncio.gather(*(work(number) for number in range(100)))
    found = files(tmp_path)
    assert store.entries == len(found)
    assert store.size_bytes == sum(path.stat().st_size for path in found) <= CAP


_WORKER = """
import asyncio, sys
from pathlib import Path
from polyvox.cache.store import FileStore
from polyvox.domain.audio import AudioChunk

async def main(folder, cap, seed):
    store = FileStore(Path(folder), cap)
    for step in range(300):
        number = (step * seed) % 30
        key = f"{number:064x}"
        audio = AudioChunk(number.to_bytes(2, "little") * 500, 1000)
        found = await store.get(key)
        assert found in (None, audio), "somebody else's audio"
        if found is None:
            await store.put(key, audio)

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.heavy
async def test_processes_share_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", _WORKER, str(tmp_path), str(CAP)]
    workers = [
        await asyncio.create_subprocess_exec(*command, seed, stderr=subprocess.PIPE)
        for seed in ("7", "11")
    ]
    for worker in workers:
        _, errors = await worker.communicate()
        assert (worker.returncode, errors) == (0, b"")
    assert [path for path in files(tmp_path) if path.suffix != ".wav"] == []
    store = store_in(tmp_path)
    await store.start()
    assert 0 < store.size_bytes <= CAP

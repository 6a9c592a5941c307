"""The list of voices: kept in a file, renewed in the background, never lost to a silent service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.capabilities import State, Voice
from polyvox.errors import BadOutput, Misconfigured, Unavailable
from polyvox.provider.voice_list import ASK_S, DAY_S, MISCONFIGURED_RETRY_S, RETRY_S, VoiceListCache
from tests.support import virtual_time

EPOCH = 1_700_000_000.0
ADA = Voice("ada", "tone", "Ada", ("en", "de"), gender="female", speakers={"a": 0}, tier="neural")
BEA = Voice("bea", "tone", "Béa 😀 \ud800", ("fr",))


class AtOnce(ThreadPoolExecutor):
    """Runs what it is given on the spot: virtual time does not wait for threads."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Service:
    """What it ``lists``: voices, an exception to raise, or None to be silent for ever."""

    def __init__(self, lists: Sequence[Voice] | Exception | None = (ADA,)) -> None:
        self.lists = lists
        self.asked: list[float] = []
        """When, by the loop's clock."""

    async def ask(self) -> Sequence[Voice]:
        self.asked.append(asyncio.get_running_loop().time())
        if isinstance(self.lists, Exception):
            raise self.lists
        if self.lists is None:
            await asyncio.get_running_loop().create_future()  # for ever
        return self.lists or ()


def clock() -> float:
    """The wall clock of these tests: it moves with the loop's."""
    return EPOCH + asyncio.get_running_loop().time()


def book_of(service: Service, file: Path, now: Callable[[], float] = clock) -> VoiceListCache:
    return VoiceListCache(file, service.ask, now=now)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Virtual time for ``main``. Fails when a task is left over."""

    async def with_threads_at_once() -> None:
        asyncio.get_running_loop().set_default_executor(AtOnce())
        await main

    virtual_time.run(with_threads_at_once(), most_s=30 * DAY_S)


async def listed(file: Path, *voices: Voice) -> None:
    """Leave a list of ``voices`` in ``file``, as old as now."""
    book = book_of(Service(voices), file)
    await book.open()
    await book.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tone" / "voices.json"


def test_the_first_list_is_waited_for(file: Path) -> None:
    async def main() -> None:
        service = Service((ADA, BEA))
        book = book_of(service, file)
        assert book.availability().state is State.LOADING
        await book.open()
        assert book.voices == (ADA, BEA)
        assert book.availability().state is State.READY
        await asyncio.sleep(100.0)
        assert book.age_s == 100.0
        await book.close()

    run(main())


def test_a_kept_list_is_used_as_it_was_and_nobody_is_asked(file: Path) -> None:
    async def main() -> None:
        await listed(file, ADA, BEA)
        await asyncio.sleep(DAY_S / 2)
        service = Service(Unavailable("Down."))
        book = book_of(service, file)
        await book.open()
        assert book.voices == (ADA, BEA)
        assert book.age_s == DAY_S / 2
        await asyncio.sleep(DAY_S / 2 - 1)
        assert service.asked == []
        await book.close()

    run(main())


@pytest.mark.parametrize("age", [DAY_S, 3 * DAY_S])
def test_a_stale_list_is_used_while_it_is_renewed(file: Path, age: float) -> None:
    async def main() -> None:
        await listed(file, ADA)
        await asyncio.sleep(age)
        service = Service((BEA,))
        book = book_of(service, file)
        await book.open()
        assert book.voices == (ADA,), "open does not wait"
        await asyncio.sleep(0.1)
        assert book.voices == (BEA,)
        await asyncio.sleep(2 * DAY_S)
        assert [at - service.asked[0] for at in service.asked] == [0, DAY_S, 2 * DAY_S]
        await book.close()
        again = book_of(Service(Unavailable("Down.")), file)
        await again.open()
        assert again.voices == (BEA,), "the new list was kept"
        await again.close()

    run(main())


def test_a_list_from_the_future_is_not_young(file: Path) -> None:
    async def main() -> None:
        await listed(file, ADA)
        service = Service((BEA,))
        book = book_of(service, file, now=lambda: clock() - 2 * DAY_S)
        await book.open()
        await asyncio.sleep(1.0)
        assert book.voices == (BEA,)
        await book.close()

    run(main())


def test_a_silent_service_keeps_the_old_list(file: Path) -> None:
    async def main() -> None:
        await listed(file, ADA)
        await asyncio.sleep(2 * DAY_S)
        service = Service(None)
        book = book_of(service, file)
        await book.open()
        await asyncio.sleep(ASK_S + 1)
        fault = book.fault
        assert isinstance(fault, Unavailable)
        assert book.voices == (ADA,)
        assert book.availability().state is State.READY
        service.lists = (BEA,)
        await asyncio.sleep(RETRY_S)
        assert book.voices == (BEA,)
        assert book.fault is None
        await book.close()

    run(main())


@pytest.mark.parametrize(
    ("lists", "kind", "pause"),
    [
        (Unavailable("Down.", remedy="Start it."), Unavailable, RETRY_S),
        (
            Misconfigured("The key is wrong.", remedy="Set it."),
            Misconfigured,
            MISCONFIGURED_RETRY_S,
        ),
        (None, Unavailable, RETRY_S + ASK_S),
        ((), BadOutput, RETRY_S),
        (KeyError("private"), BadOutput, RETRY_S),
    ],
)
def test_a_fault_is_told_and_the_service_asked_again(
    file: Path, lists: Sequence[Voice] | Exception | None, kind: type[Exception], pause: float
) -> None:
    async def main() -> None:
        service = Service(lists)
        book = book_of(service, file)
        await book.open()
        assert type(book.fault) is kind
        availability = book.availability()
        assert availability.state is State.UNAVAILABLE
        assert availability.reason
        assert availability.remedy
        assert "private" not in availability.reason
        await asyncio.sleep(2.5 * pause)
        assert [at - service.asked[0] for at in service.asked] == [0, pause, 2 * pause]
        service.lists = (ADA,)
        await asyncio.sleep(pause)
        assert book.availability().state is State.READY
        await book.close()

    run(main())


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff\xfe",
        b'{"format": 0, "listed_at": 0, "voices": []}',
        b'{"format": 1, "listed_at": "x", "voices": []}',
        b'{"format": 1, "listed_at": 0, "voices": {"id": "a"}}',
        b'{"format": 1, "listed_at": 0, "voices": [{"id": "a", "languages": []}]}',
        b'{"format": 1, "listed_at": 0, "voices": [{"id": "a", "new_field": 1, "languages": []}]}',
        b'{"format": 1, "listed_at": 0, "voices": [{"languages": 7}]}',
        b'{"format": 1, "listed_at": NaN, "voices": []}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_as_good_as_none(file: Path, damage: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(damage)

    async def main() -> None:
        service = Service((ADA,))
        book = book_of(service, file)
        await book.open()
        assert book.voices == (ADA,)
        assert book.fault is None
        assert service.asked == [0]
        await book.close()

    run(main())
    assert json.loads(file.read_bytes())["voices"][0]["id"] == "ada", "and it is mended"


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_file(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "taken").write_text("no folder")
        book = book_of(Service((ADA,)), tmp_path / "taken" / "voices.json")
        await book.open()
        assert book.availability().state is State.READY
        await book.close()

    run(main())


def test_it_may_be_closed_at_any_time(file: Path) -> None:
    async def main() -> None:
        never = book_of(Service(), file)
        assert never.age_s is None
        await never.close()
        asking = book_of(Service(None), file)
        opening = asyncio.create_task(asking.open())
        await asyncio.sleep(1.0)
        opening.cancel()
        await asyncio.wait([opening])
        await asking.close()
        twice = book_of(Service(), file)
        await twice.open()
        await twice.close()
        await twice.close()

    run(main())


def test_closing_stops_an_asking_under_way(file: Path) -> None:
    async def main() -> None:
        await listed(file, ADA)
        await asyncio.sleep(2 * DAY_S)
        service = Service(None)
        book = book_of(service, file)
        await book.open()
        await asyncio.sleep(1.0)
        assert len(service.asked) == 1
        await book.close()

    run(main())


async def test_real_threads_keep_it_too(file: Path) -> None:
    """As above, without virtual time."""
    before = asyncio.all_tasks()
    book = VoiceListCache(file, Service((ADA,)).ask)
    await book.open()
    await book.close()
    again = VoiceListCache(file, Service(Unavailable("Down.")).ask)
    await again.open()
    assert again.voices == (ADA,)
    assert again.age_s is not None
    assert again.age_s < 60.0
    await again.close()
    assert asyncio.all_tasks() == before

"""The pipe between those who make audio and those who hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyvox.errors import Interrupted, NoVoiceLeft, Unavailable
from polyvox.pipe import Pipe


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def read(pipe: Pipe[int], pauses: Sequence[int] = ()) -> list[int]:
    """All items from the first on; ``pauses`` are turns of the loop to wait before each."""
    got: list[int] = []
    while await pipe.reaches(len(got)):
        await turns(pauses[len(got)] if len(got) < len(pauses) else 0)
        got.append(pipe.items[len(got)])
    return got


pauses = st.lists(st.integers(0, 3), max_size=8)


@given(st.lists(st.lists(st.integers(), max_size=3), max_size=6), st.lists(pauses, max_size=4))
def test_every_reader_gets_all_items_in_order_at_its_own_pace(
    batches: list[list[int]], readers: list[list[int]]
) -> None:
    async def scenario() -> None:
        pipe = Pipe[int]()
        reading = [asyncio.create_task(read(pipe, pauses)) for pauses in readers]
        for number, batch in enumerate(batches):
            pipe.extend(batch)
            await turns(number % 3)
        pipe.end()
        whole = [item for batch in batches for item in batch]
        assert await asyncio.gather(*reading) == [whole] * len(readers)
        assert await read(pipe) == whole, "also by who comes afterwards"

    asyncio.run(scenario())


async def test_a_reader_waits_no_longer_than_for_its_item() -> None:
    pipe = Pipe[int]()
    first, third = (asyncio.create_task(pipe.reaches(place)) for place in (0, 2))
    await turns(2)
    assert not first.done()
    pipe.extend([1, 2])
    await turns(2)
    assert first.done()
    assert not third.done()
    pipe.end()
    assert (await first, await third) == (True, False)


async def test_what_was_put_in_is_read_before_the_error() -> None:
    pipe = Pipe[int]()
    pipe.extend([1, 2])
    pipe.end(Interrupted("It broke off.", sent_ms=20.0))
    assert await pipe.reaches(1)
    with pytest.raises(Interrupted, match="It broke off") as caught:
        await pipe.reaches(2)
    assert caught.value.sent_ms == 20.0


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("Nobody is there.", provider="piper", remedy="Wait."),
        NoVoiceLeft("No voice is left.", [Unavailable("Away."), RuntimeError("Broken.")]),
        RuntimeError("Foreign."),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_each_reader_gets_an_error_of_its_own(error: BaseException) -> None:
    error.__cause__ = OSError("Deeper down.")
    error.add_note("Noted before.")
    pipe = Pipe[int]()
    pipe.end(error)
    copies: list[BaseException] = []
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            await pipe.reaches()
        copies.append(caught.value)
    for copy in copies:
        assert copy is not error
        assert (str(copy), copy.args, vars(copy)) == (str(error), error.args, vars(error))
        assert copy.__cause__ is error.__cause__
    copies[0].add_note("By the first reader.")
    assert copies[1].__notes__ == ["Noted before."]


async def test_only_the_first_end_counts() -> None:
    broken, whole = Pipe[int](), Pipe[int]()
    broken.end(Unavailable("First."))
    broken.end()
    with pytest.raises(Unavailable, match="First"):
        await broken.reaches()
    whole.end()
    whole.end(Unavailable("Too late."))
    assert not await whole.reaches()


async def test_waiting_for_the_end_raises_nothing() -> None:
    pipe = Pipe[int]()
    waiting = asyncio.create_task(pipe.wait_ended())
    pipe.extend([1])
    await turns(2)
    assert not waiting.done()
    pipe.end(Unavailable("Broken."))
    await waiting
    await pipe.wait_ended()


async def test_a_reader_that_leaves_takes_nobody_along() -> None:
    pipe = Pipe[int]()
    leaving, staying = (asyncio.create_task(read(pipe)) for _ in range(2))
    await turns(2)
    leaving.cancel()
    pipe.extend([1])
    pipe.end()
    assert await staying == [1]
    assert leaving.cancelled()


async def test_a_single_reader_may_take_items_out() -> None:
    pipe = Pipe[int]()
    pipe.extend([1, 2])
    assert await pipe.reaches()
    assert pipe.items.pop(0) == 1
    pipe.items.clear()
    waiting = asyncio.create_task(pipe.reaches())
    await turns(2)
    assert not waiting.done()
    pipe.extend([3])
    assert await waiting
    assert list(pipe.items) == [3]


async def test_bytes_are_kept_as_bytes() -> None:
    pipe: Pipe[int] = Pipe(bytearray())
    pipe.extend(b"abc")
    pipe.extend(b"def")
    assert await pipe.reaches(5)
    assert bytes(pipe.items[1:4]) == b"bcd"
    assert isinstance(pipe.items, bytearray)

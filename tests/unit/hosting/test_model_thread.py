"""A model that says the numbers of each row, one row at a time, as slowly as a test wants it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from polyvox.domain.audio import AudioChunk
from polyvox.errors import BadOutput, Crashed, Unavailable
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.model_thread import ModelThread
from polyvox.hosting.outbox import Outbox

from .stage import PATIENCE_S, tone

Step = Callable[[Sequence["Speaking"]], None]


class Speaking:
    """To say ``levels``, each for ``ms``."""

    def __init__(self, outbox: Outbox, levels: Sequence[int], ms: int) -> None:
        self.outbox = outbox
        self.due = deque(tone(ms, level) for level in levels)


class Model:
    """``steps``: what it does the next times it works, instead of saying one level of each row."""

    def __init__(self) -> None:
        self.thread = ModelThread[Speaking]("toy", self._work, self._release)
        self.steps: deque[Step] = deque()
        self.seen: list[int] = []
        """Rows, each time that it worked."""
        self.names: set[str] = set()
        """Of the threads it worked on."""
        self.released: list[Speaking] = []
        self.reached, self.go_on = threading.Event(), threading.Event()

    def speaking(self, *levels: int, ms: int = 100) -> Speaking:
        row = Speaking(self.thread.outbox(), levels, ms)
        self.thread.add(row)
        return row

    def held(self, rows: Sequence[Speaking]) -> None:
        """A step that takes until the test says so."""
        self.reached.set()
        assert self.go_on.wait(PATIENCE_S)
        self.say(rows)

    def say(self, rows: Sequence[Speaking]) -> None:
        for row in rows:
            row.outbox.put(row.due.popleft())
            if not row.due:
                self.thread.end(row)

    def _work(self, rows: Sequence[Speaking]) -> None:
        self.seen.append(len(rows))
        self.names.add(threading.current_thread().name)
        (self.steps.popleft() if self.steps else self.say)(rows)

    def _release(self, row: Speaking) -> None:
        self.names.add(threading.current_thread().name)
        self.released.append(row)


@pytest.fixture
def model() -> Iterator[Model]:
    """Started by the test, so that all that comes before is there at once."""
    model = Model()
    yield model
    model.go_on.set()
    model.thread.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def heard(row: Speaking) -> list[AudioChunk]:
    return list(row.outbox.listen(CancelToken()))


def said(*levels: int, ms: int = 100) -> list[AudioChunk]:
    return [tone(ms, level) for level in levels]


def failing(error: Exception) -> Step:
    def fail(_: Sequence[Speaking]) -> None:
        raise error

    return fail


def test_each_listener_hears_their_row_and_all_is_done_on_the_one_thread(model: Model) -> None:
    first, second = model.speaking(1, 2, 3), model.speaking(4)
    assert model.thread.under_way == 2
    model.thread.start()
    assert heard(first) == said(1, 2, 3)
    assert heard(second) == said(4)
    assert model.thread.under_way == 0
    assert model.released == [second, first]
    assert (model.seen, model.names) == ([2, 1, 1], {"toy"})


def test_a_row_that_comes_later_joins(model: Model) -> None:
    model.steps.append(model.held)
    model.thread.start()
    first = model.speaking(1, 2)
    assert model.reached.wait(PATIENCE_S)
    second = model.speaking(3)
    model.go_on.set()
    assert (heard(first), heard(second)) == (said(1, 2), said(3))
    assert model.seen == [1, 2]


def test_it_sleeps_while_there_is_no_row_and_goes_on_when_one_comes(model: Model) -> None:
    model.thread.start()
    for _ in range(2):
        assert heard(model.speaking(1, 2, 3)) == said(1, 2, 3)
    assert model.seen == [1] * 6, "never called in vain"


def test_a_listener_who_takes_nothing_holds_nobody_up_and_hears_all_later(model: Model) -> None:
    paused, other = model.speaking(*range(1, 101), ms=1_000), model.speaking(1, 2)
    model.thread.start()
    assert heard(other) == said(1, 2)
    with paused.outbox._changed:
        assert paused.outbox._changed.wait_for(lambda: not paused.due, PATIENCE_S)
    assert heard(paused) == said(*range(1, 101), ms=1_000)


def test_who_leaves_is_out_at_the_next_step_and_costs_the_others_nothing(
    model: Model, pool: ThreadPoolExecutor
) -> None:
    staying, leaving = model.speaking(1, 2, 3), model.speaking(*range(100))
    model.steps.append(model.held)
    model.thread.start()
    assert model.reached.wait(PATIENCE_S)
    left = pool.submit(leaving.outbox.leave)
    with leaving.outbox._changed:
        assert leaving.outbox._changed.wait_for(lambda: leaving.outbox.abandoned, PATIENCE_S)
    assert not left.done(), "the model still works for it"
    model.go_on.set()
    left.result(PATIENCE_S)
    assert leaving in model.released
    assert heard(staying) == said(1, 2, 3)
    assert model.seen == [2, 1, 1]


def test_what_fails_is_told_to_those_it_concerns(model: Model) -> None:
    failed, fine = model.speaking(1, 2), model.speaking(3, 4)

    def stumble(rows: Sequence[Speaking]) -> None:
        with model.thread.telling(rows[:1]):
            failing(BadOutput("It is mute."))(rows)
        model.say(rows[1:])

    model.steps.extend([model.say, stumble])
    model.thread.start()
    listening = failed.outbox.listen(CancelToken())
    assert next(listening) == tone(100, 1), "what was spoken is heard"
    with pytest.raises(BadOutput, match="mute"):
        next(listening)
    assert heard(fine) == said(3, 4)


def test_what_the_work_itself_raises_is_told_to_all_and_the_next_row_is_spoken(
    model: Model,
) -> None:
    model.steps.append(failing(Crashed("It fell over.")))
    rows = [model.speaking(1), model.speaking(2)]
    model.thread.start()
    for row in rows:
        with pytest.raises(Crashed, match="fell over"):
            heard(row)
    assert model.released == rows
    assert heard(model.speaking(3)) == said(3)


def test_who_is_out_is_neither_told_nor_released_again(model: Model) -> None:
    def end_and_fail(rows: Sequence[Speaking]) -> None:
        model.say(rows)
        raise Crashed("Afterwards.")

    row = model.speaking(1)
    model.steps.append(end_and_fail)
    model.thread.start()
    assert heard(model.speaking(2)) == said(2)
    assert heard(row) == said(1)
    assert model.released.count(row) == 1


def test_closing_tells_who_listens_and_takes_nobody_more(
    model: Model, pool: ThreadPoolExecutor
) -> None:
    row = model.speaking(1, 2)
    model.steps.append(model.held)
    model.thread.start()
    assert model.reached.wait(PATIENCE_S)
    waiting: Future[list[AudioChunk]] = pool.submit(heard, row)
    closing = pool.submit(model.thread.close)
    with row.outbox._changed:
        assert row.outbox._changed.wait_for(lambda: model.thread.closed, PATIENCE_S)
    with pytest.raises(Unavailable, match="stopped"):
        model.speaking(3)
    model.go_on.set()
    closing.result(PATIENCE_S)
    with pytest.raises(Unavailable, match="stopped"):
        waiting.result(PATIENCE_S)
    assert (model.released, model.seen) == ([row], [1])

"""Several requests at once: what they share, what they never share, and who leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from polyvox.errors import BadSample, Unavailable
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.engine import EngineJob
from polyvox.providers.styletts2.batching import Batch
from polyvox.providers.styletts2.engine import StyleTTS2Engine
from polyvox.providers.styletts2.network.model import StyleTTS2
from polyvox.providers.styletts2.reading import Line
from polyvox.providers.styletts2.speaking import Speaker
from tests.unit.styletts2.engine_stage import Audio, alike, batch_of, job, record, running, spoken

pytestmark = pytest.mark.heavy
TEXTS = ("Hello there.", "How are you today, my friend?", "One, two, three.", "Go on, then!")
WAIT_S = 30.0


@pytest.fixture(scope="module")
def engine(checkpoint: Path) -> Iterator[StyleTTS2Engine]:
    with running(checkpoint) as engine:
        yield engine


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("voices")
    return record(folder / "low.wav"), record(folder / "high.wav", hz=260.0)


class Gate:
    """The decoder, held at its next line until it is opened."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self.lines: list[Line] = []
        self.finished = 0
        decode, speak = StyleTTS2.decode, Speaker.speak

        def noted(speaker: Speaker, line: Line) -> bytes:
            self.lines.append(line)
            return speak(speaker, line)

        def held(model: StyleTTS2, *what: Any) -> Any:
            self.reached.set()
            assert self.open.wait(WAIT_S)
            wave = decode(model, *what)
            self.finished += 1
            return wave

        patched.setattr(Speaker, "speak", noted)
        patched.setattr(StyleTTS2, "decode", held)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released by each order that has come in."""
    count, real = threading.Semaphore(0), Batch.submit

    def noted(batch: Batch, *order: Any) -> Any:
        outbox = real(batch, *order)
        count.release()
        return outbox

    monkeypatch.setattr(Batch, "submit", noted)
    return count


def at_once(
    engine: StyleTTS2Engine,
    asked: list[EngineJob],
    gate: Gate,
    submitted: threading.Semaphore,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Future[Audio]]:
    """The first is held in the decoder until all the others have come, in this order."""
    with ThreadPoolExecutor(len(asked)) as pool:
        futures = []
        for each in asked:
            futures.append(pool.submit(spoken, engine, each))
            assert submitted.acquire(timeout=WAIT_S)
            assert gate.reached.wait(WAIT_S)
        meanwhile()
        gate.open.set()
    return futures


def test_requests_at_once_are_read_together_and_never_mix(
    engine: StyleTTS2Engine,
    samples: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    submitted: threading.Semaphore,
) -> None:
    steps = (3, 3, 5, 3)
    asked = [
        job(text, samples[n % 2], seed=n, diffusion_steps=steps[n], speed=1 + n / 4)
        for n, text in enumerate(TEXTS)
    ]
    alone = [spoken(engine, each) for each in asked]
    batch = batch_of(engine)
    begun = batch.readings
    for _ in asked:
        submitted.acquire()
    with monkeypatch.context() as patched:
        together = at_once(engine, asked, Gate(patched), submitted)
    assert batch.readings - begun == 2, "one alone, the three that came meanwhile together"
    assert all(alike(a.result(), b) for a, b in zip(together, alone, strict=True))
    assert len({len(audio) for audio in alone}) == len(asked)


def test_who_comes_first_is_heard_first(
    engine: StyleTTS2Engine, samples: tuple[str, str], gate: Gate, submitted: threading.Semaphore
) -> None:
    asked = [job(text, samples[0], speed=1 + n) for n, text in enumerate(TEXTS)]
    at_once(engine, asked, gate, submitted)
    ahead = [line.seed for line in gate.lines]
    gate.lines.clear()
    for each in asked:
        spoken(engine, each)
    assert ahead == [line.seed for line in gate.lines]
    assert len(set(ahead)) == len(asked)


def test_who_leaves_stops_the_decoder_in_the_midst_of_a_line(
    engine: StyleTTS2Engine, samples: tuple[str, str], gate: Gate, submitted: threading.Semaphore
) -> None:
    cancelled = CancelToken()
    with ThreadPoolExecutor(1) as pool:
        leaving = pool.submit(lambda: list(engine.synthesize(job(TEXTS[1], samples[0]), cancelled)))
        assert gate.reached.wait(WAIT_S)
        cancelled.cancel()
        assert not leaving.done(), "the model still works for it"
        gate.open.set()
        assert leaving.result(WAIT_S) == []
    assert (len(gate.lines), gate.finished) == (1, 0)
    assert len(spoken(engine, job(TEXTS[0], samples[0]))) > 0
    assert (gate.finished, batch_of(engine).thread.under_way) == (1, 0)


def test_who_leaves_while_waiting_costs_the_others_nothing(
    engine: StyleTTS2Engine, samples: tuple[str, str], gate: Gate, submitted: threading.Semaphore
) -> None:
    cancelled = CancelToken()
    first = job(TEXTS[0], samples[0])

    def come_and_go() -> None:
        waiting = pool.submit(lambda: list(engine.synthesize(job(TEXTS[1], samples[1]), cancelled)))
        assert submitted.acquire(timeout=WAIT_S)
        cancelled.cancel()
        gate.open.set()
        assert waiting.result(WAIT_S) == []

    with ThreadPoolExecutor(1) as pool:
        [heard] = at_once(engine, [first], gate, submitted, come_and_go)
    assert len(heard.result()) > 0
    assert gate.finished == len(gate.lines) == 1


def test_who_has_left_before_it_began_is_not_spoken_for(
    engine: StyleTTS2Engine, samples: tuple[str, str], gate: Gate
) -> None:
    cancelled = CancelToken()
    cancelled.cancel()
    assert list(engine.synthesize(job(TEXTS[0], samples[0]), cancelled)) == []
    assert gate.lines == []


def test_what_fails_fails_alone(
    engine: StyleTTS2Engine,
    samples: tuple[str, str],
    tmp_path: Path,
    gate: Gate,
    submitted: threading.Semaphore,
) -> None:
    """Two are read together, of which one has a sample that is none."""
    (tmp_path / "diary.wav").write_bytes(b"Dear diary")
    asked = [
        job(TEXTS[0], samples[0]),
        job(TEXTS[1], str(tmp_path / "diary.wav")),
        job(TEXTS[2], samples[1]),
    ]
    one, failed, other = at_once(engine, asked, gate, submitted)
    assert len(one.result()) > 0
    assert len(other.result()) > 0
    assert isinstance(failed.exception(), BadSample)
    assert batch_of(engine).thread.under_way == 0


def test_a_fault_of_the_model_is_told_and_the_next_request_is_spoken(
    engine: StyleTTS2Engine, samples: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(StyleTTS2, "predict", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            spoken(engine, job(TEXTS[0], samples[0]))
    assert len(spoken(engine, job(TEXTS[0], samples[0]))) > 0


def test_closing_stops_the_decoder_and_tells_who_listens(
    checkpoint: Path, samples: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(checkpoint) as engine, ThreadPoolExecutor(2) as pool:
        gate, thread = Gate(monkeypatch), batch_of(engine).thread
        listening = pool.submit(spoken, engine, job(TEXTS[1], samples[0]))
        assert gate.reached.wait(WAIT_S)
        closing = pool.submit(engine.close)
        with thread._changed:
            assert thread._changed.wait_for(lambda: thread.closed, WAIT_S)
        gate.open.set()
        closing.result(WAIT_S)
        assert isinstance(listening.exception(WAIT_S), Unavailable)
        assert gate.finished == 0

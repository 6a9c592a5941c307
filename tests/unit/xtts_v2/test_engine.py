"""The engine as its host uses it: jobs in, audio out, from several threads at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from polyvox.domain.audio import AudioChunk
from polyvox.errors import BadOutput, Misconfigured, Unavailable, UnknownVoice
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.engine import EngineJob
from polyvox.provider.model_options import EngineStart
from polyvox.providers.xtts_v2 import batching, precision, quantizing
from polyvox.providers.xtts_v2.engine import XttsEngine, create
from polyvox.providers.xtts_v2.sampling import Sampler
from polyvox.providers.xtts_v2.settings import XttsOptions

if TYPE_CHECKING:
    from TTS.tts.models.xtts import Xtts

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning"),
]

TEXTS = ("Hello there.", "How are you today, my friend?", "One, two, three.", "Go on, then!")
SETTINGS = {
    "temperature": 0.75,
    "length_penalty": 1.0,
    "repetition_penalty": 5.0,
    "top_k": 50,
    "top_p": 0.85,
    "speed": 1.0,
}
LONG: dict[str, Any] = {"temperature": 2.0, "top_k": 0, "top_p": 1.0, "repetition_penalty": 20.0}
S16 = 1 / 32_767
WAIT_S = 30.0

Audio = npt.NDArray[np.float64]


def job(text: str = TEXTS[0], voice: str = "Ana Tiny", **settings: Any) -> EngineJob:
    return EngineJob(text, "en", voice, {**SETTINGS, "seed": 3, **settings})


def loaded(checkpoint: Path, cache: Path | None = None, **options: Any) -> XttsEngine:
    start = EngineStart(checkpoint, cache, XttsOptions(threads=1, **options))
    engine = create(start.told())
    engine.load()
    return engine


@pytest.fixture(scope="module")
def engine(checkpoint: Path) -> Iterator[XttsEngine]:
    engine = loaded(checkpoint, precision="fp32", max_batch=3)
    yield engine
    engine.close()


def spoken(engine: XttsEngine, asked: EngineJob) -> Audio:
    return heard(list(engine.synthesize(asked, CancelToken())))


def heard(chunks: list[AudioChunk]) -> Audio:
    assert {chunk.sample_rate for chunk in chunks} <= {24_000}
    return np.frombuffer(b"".join(chunk.pcm for chunk in chunks), "<i2") * S16


def test_it_speaks_as_stock_inference_does(
    stock: Xtts, checkpoint: Path, engine: XttsEngine
) -> None:
    voice = torch.load(checkpoint / "speakers_xtts.pth")["Ana Tiny"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        whole = stock.inference(
            TEXTS[1], "en", voice["gpt_cond_latent"], voice["speaker_embedding"], **SETTINGS
        )
    ours = spoken(engine, job(TEXTS[1]))
    assert len(ours) == len(whole["wav"]) > 12_000
    assert np.abs(ours - whole["wav"]).max() < S16


def test_requests_at_once_share_batches_and_never_mix(engine: XttsEngine) -> None:
    """Four with three places: each is what it is alone, in fewer steps than one by one."""
    voices = ("Ana Tiny", "Bo Tiny") * 2
    asked = [job(text, voice, max_tokens=12) for text, voice in zip(TEXTS, voices, strict=True)]
    batch = engine_batch(engine)
    begun = batch.steps
    alone = [spoken(engine, each) for each in asked]
    one_by_one = batch.steps - begun
    start = threading.Barrier(len(asked))

    def at_once(each: EngineJob) -> Audio:
        start.wait(WAIT_S)
        return spoken(engine, each)

    begun = batch.steps
    with ThreadPoolExecutor(len(asked)) as pool:
        together = list(pool.map(at_once, asked))
    assert batch.steps - begun < one_by_one * 0.8
    for one, other in zip(together, alone, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= 2 * S16
    assert len({audio.tobytes() for audio in alone}) == len(asked)


def engine_batch(engine: XttsEngine) -> batching.Batch:
    assert engine._loaded is not None
    return engine._loaded.batch


def test_the_first_chunk_is_short_and_comes_before_the_last_is_made(engine: XttsEngine) -> None:
    chunks = list(engine.synthesize(job(TEXTS[1], seed=4), CancelToken()))
    assert len(chunks) > 1
    assert 150 < chunks[0].duration_ms < 250


@pytest.mark.parametrize("by", ["cancelling", "closing"])
def test_who_leaves_leaves_the_batch(engine: XttsEngine, by: str) -> None:
    batch, cancelled = engine_batch(engine), CancelToken()
    leaving = engine.synthesize(job(**LONG), cancelled)
    next(leaving)
    if by == "cancelling":
        cancelled.cancel()
        assert next(leaving, None) is None
    else:
        leaving.close()  # type: ignore[attr-defined]
    assert len(spoken(engine, job(max_tokens=3))) > 0  # a few steps later
    assert batch.thread.under_way == 0


def test_who_leaves_waits_for_a_decode_thread_that_is_stuck(
    engine: XttsEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the host, which counts on it, finds out and ends the process."""
    batch, go_on, stuck = engine_batch(engine), threading.Event(), threading.Event()
    step = batch._decoder.step

    def held(*arguments: Any) -> Any:
        stuck.set()
        go_on.wait(WAIT_S)
        return step(*arguments)

    leaving = engine.synthesize(job(**LONG), CancelToken())
    next(leaving)
    monkeypatch.setattr(batch._decoder, "step", held)
    assert stuck.wait(WAIT_S)
    with ThreadPoolExecutor(1) as pool:
        left = pool.submit(leaving.close)  # type: ignore[attr-defined]
        assert not left.done()
        go_on.set()
        left.result(WAIT_S)
    assert batch.thread.under_way == 0


def test_numbers_that_are_too_long_when_spelled_out_are_spoken_in_parts(engine: XttsEngine) -> None:
    batch = engine_batch(engine)
    begun = batch.steps
    assert len(spoken(engine, job("987654 " * 35, max_tokens=3))) > 0
    assert batch.steps - begun > 3  # more than one part


def test_cancelled_while_it_waits_for_its_first_chunk(engine: XttsEngine) -> None:
    cancelled = CancelToken()
    cancelled.cancel()
    assert list(engine.synthesize(job(), cancelled)) == []


def test_a_slow_reader_holds_no_place_and_others_go_on(engine: XttsEngine) -> None:
    """As many pause as there are places, and yet there is one for who comes; they miss nothing."""
    long = job(TEXTS[1], max_tokens=40, **LONG)
    slow = [engine.synthesize(long, CancelToken()) for _ in range(3)]
    first = [next(each) for each in slow]
    assert len(spoken(engine, job(max_tokens=12))) > 0
    audio = [heard([begun, *rest]) for begun, rest in zip(first, slow, strict=True)]
    assert len({len(each) for each in (*audio, spoken(engine, long))}) == 1


def test_who_runs_dry_first_is_vocoded_first(engine: XttsEngine) -> None:
    shared = engine_batch(engine)
    batch = batching.Batch(shared._decoder, shared._vocoder, 2)
    assert engine._loaded is not None
    rows = [
        batching.Speaking(order, batch._decoder, batch._vocoder, batch.thread.outbox())
        for order in engine._loaded.orders(job(max_tokens=30, **LONG))
        for _ in range(2)
    ]
    while not all(row.due for row in rows):
        batch._join(rows)
        batch._step(rows)
    earlier, later = rows
    earlier.outbox.put(AudioChunk(bytes(48_000), 24_000))
    before = earlier.outbox.deadline.dry_at
    batch._vocode(rows)
    assert earlier.outbox.deadline.dry_at == before
    assert later.outbox.take() is not None


def test_a_place_is_free_with_the_last_token(engine: XttsEngine) -> None:
    """Though what was said has still to become audio."""
    shared = engine_batch(engine)
    batch = batching.Batch(shared._decoder, shared._vocoder, 1)
    assert engine._loaded is not None
    [order] = engine._loaded.orders(job(max_tokens=2, **LONG))
    first, second = rows = [
        batching.Speaking(order, batch._decoder, batch._vocoder, batch.thread.outbox())
        for _ in range(2)
    ]
    batch._join(rows)
    batch._join(rows)
    assert (first.row is None, second.row) == (False, None), "there is one place"
    batch._step(rows)
    batch._join(rows)
    assert (first.row, first.over, second.row is None) == (None, False, False)


def test_a_limit_of_tokens_cuts_off(engine: XttsEngine, caplog: pytest.LogCaptureFixture) -> None:
    audio = spoken(engine, job(TEXTS[1], max_tokens=5))
    assert len(audio) == int(20 * 24_000 / 22_050) * 256
    assert "after 5 tokens" in caplog.text
    assert TEXTS[1] not in caplog.text


def test_twice_the_speed_takes_half_the_time(engine: XttsEngine) -> None:
    once, twice = (spoken(engine, job(max_tokens=10, speed=speed)) for speed in (1.0, 2.0))
    assert len(twice) == pytest.approx(len(once) / 2, abs=600)


def test_without_a_seed_no_two_readings_are_alike(engine: XttsEngine) -> None:
    free = [spoken(engine, job(seed=None, max_tokens=9)).tobytes() for _ in range(2)]
    assert free[0] != free[1]


def test_what_fails_fails_alone(engine: XttsEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose weights would say nothing, among others."""
    with pytest.raises(UnknownVoice):
        spoken(engine, job(voice="Nobody"))
    real = Sampler.next
    with monkeypatch.context() as patched:
        patched.setattr(
            Sampler,
            "next",
            lambda self, logits: 1025 if self._sampling.seed == 99 else real(self, logits),
        )
        with ThreadPoolExecutor(2) as pool:
            fine = pool.submit(spoken, engine, job())
            mute = pool.submit(spoken, engine, job(seed=99))
            assert isinstance(mute.exception(WAIT_S), BadOutput)
            assert len(fine.result(WAIT_S)) > 0


def test_the_quick_precision_speaks_too_and_closing_tells_who_listens(checkpoint: Path) -> None:
    engine = loaded(checkpoint, max_batch=1)
    assert len(spoken(engine, job(max_tokens=9))) > 0
    listening = engine.synthesize(job(**LONG), CancelToken())
    next(listening)
    waiting = engine.synthesize(job(), CancelToken())
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(lambda: list(waiting))
        engine.close()
        with pytest.raises(Unavailable):
            list(listening)
        assert isinstance(blocked.exception(WAIT_S), Unavailable | Misconfigured | None)
    with pytest.raises(Misconfigured, match="not been loaded"):
        spoken(engine, job())


def test_int8_weights_are_made_once_and_again_where_the_file_is_damaged(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[torch.Size] = []

    def noted(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        made.append(weight.shape)
        return precision.quantized(weight)

    monkeypatch.setattr(quantizing, "quantized", noted)
    (tmp_path / "int8").mkdir()
    (tmp_path / "int8/0-old.safetensors").write_bytes(b"of weights that were replaced")
    said = []
    for count in (8, 8, 16):
        engine = loaded(checkpoint, precision="int8", cache=tmp_path)
        said.append(spoken(engine, job(max_tokens=4)).tobytes())
        engine.close()
        assert len(made) == count
        (kept,) = (tmp_path / "int8").iterdir()
        if len(said) == 2:
            kept.write_bytes(b"damaged")
    assert said[0] == said[1] == said[2]

"""An engine whose model is loaded once, and speaks all its requests in shared batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

import torch

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Misconfigured
from polyvox.hosting.aside import aside
from polyvox.hosting.engine import Cancelled, EngineJob
from polyvox.hosting.model_thread import ModelThread
from polyvox.hosting.outbox import Outbox


class Batch(Protocol):
    """What speaks the orders of a model, on one thread."""

    @property
    def thread(self) -> ModelThread[Any]: ...

    def submit(self, order: Any) -> Outbox: ...


class Model(Protocol):
    """Weights in memory: what turns a job into orders, and the batch that speaks them."""

    @property
    def batch(self) -> Batch: ...

    def orders(self, job: EngineJob) -> Iterable[Any]: ...


ModelT = TypeVar("ModelT", bound=Model)


class ModelEngine(Generic[ModelT]):
    """Speaks with what ``load_model`` gives, on ``threads`` of torch (None: as torch finds fit)."""

    def __init__(self, load_model: Callable[[], ModelT], threads: int | None) -> None:
        self._load_model = load_model
        self._threads = threads
        self._loaded: ModelT | None = None

    def load(self) -> None:
        """Raises what ``load_model`` raises."""
        if self._threads is not None:
            torch.set_num_threads(self._threads)
        self._loaded = aside(self._load_model)
        self._loaded.batch.thread.start()

    def close(self) -> None:
        """Stop speaking; listeners get Unavailable. The weights go with the engine."""
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.batch.thread.close()

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        """Joins the batch when first asked for a chunk, leaves it on cancellation. Raises what the
        model raises, and Misconfigured before it is loaded."""
        loaded = self._loaded
        if loaded is None:
            raise Misconfigured("The engine has not been loaded.")
        for order in loaded.orders(job):
            if cancelled():
                return
            yield from loaded.batch.submit(order).listen(cancelled)

"""Continuous batching: rows of any request join and leave the one decode thread at any step."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from polyvox.domain.audio import AudioChunk
from polyvox.errors import BadOutput
from polyvox.hosting.model_thread import ModelThread
from polyvox.hosting.outbox import Outbox
from polyvox.providers.xtts_v2.decoding import PLACEHOLDER, Decoder, Row, Step
from polyvox.providers.xtts_v2.sampling import Sampler, Sampling
from polyvox.providers.xtts_v2.vocoder import Vocoder, pcm

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """One segment: its text as ids, and the voice, as ``conditioning.Latents`` has it."""

    text: Sequence[int]
    conditioning: Tensor
    speaker: Tensor
    sampling: Sampling
    speed: float = 1.0
    most: int | None = None
    """Tokens (46 ms) after which speech is cut off; None: as many as the model has positions for."""


class Speaking:
    """One order under way: waiting, then decoding as ``row``, then with all its tokens there."""

    def __init__(self, order: Order, decoder: Decoder, vocoder: Vocoder, outbox: Outbox) -> None:
        self.order = order
        self.outbox = outbox
        self.row: Row | None = None
        self.token = decoder.start
        self.most = min(order.most or decoder.longest, decoder.longest)
        self._stop = decoder.stop
        self._said = 0
        self._stream = vocoder.stream(order.speaker, order.speed)
        self._rate = vocoder.sample_rate
        said = (PLACEHOLDER, decoder.start)
        self._sampler = Sampler(order.sampling, decoder.vocabulary, said)
        self.all_said = False

    @property
    def waits(self) -> bool:
        return not (self.row or self.all_said or self.outbox.abandoned)

    @property
    def due(self) -> bool:
        """Whether a window of its audio can be made."""
        return self._stream.due and not self.outbox.abandoned

    @property
    def over(self) -> bool:
        return self.all_said and not self._stream.due

    def hear(self, latent: Tensor, logits: Tensor) -> None:
        """Take one step's outcome, and choose the token that goes into the next."""
        self.token = self._sampler.next(logits)
        self._stream.add(latent)
        if self.token != self._stop:
            self._said += 1
            if self._said < self.most:
                return
            _log.warning("XTTS v2 cut a segment off after %d tokens without an end.", self._said)
        if not self._said:
            raise BadOutput("XTTS v2 ended before the first sound.")
        self.all_said = True
        self._stream.end()

    def vocode(self) -> None:
        self.outbox.put(AudioChunk(pcm(self._stream.take()), self._rate))


class Batch:
    """Decodes what is submitted, at most ``size`` rows in a step, the earliest first.

    Between two steps one row joins and one window becomes audio, that of the listener who runs dry
    first: whoever joins waits for neither a crowd nor long windows. A row leaves its place to the
    next with its last token, while the rest of it becomes audio.
    """

    def __init__(self, decoder: Decoder, vocoder: Vocoder, size: int) -> None:
        self._decoder, self._vocoder, self._size = decoder, vocoder, size
        self.thread = ModelThread[Speaking]("xtts-decode", self._work, self._leave)
        self.steps = 0
        """Steps made so far, of any number of rows."""

    def submit(self, order: Order) -> Outbox:
        """Audio of ``order`` from now on; ``abandon`` it to leave. Raises Unavailable once closed."""
        outbox = self.thread.outbox()
        self.thread.add(Speaking(order, self._decoder, self._vocoder, outbox))
        return outbox

    def _work(self, rows: Sequence[Speaking]) -> None:
        self._join(rows)
        self._step(rows)
        self._vocode(rows)

    def _join(self, rows: Sequence[Speaking]) -> None:
        waiting = next((s for s in rows if s.waits), None)
        if waiting is None or sum(s.row is not None for s in rows) >= self._size:
            return
        with self.thread.telling([waiting]):
            order = waiting.order
            waiting.row, step = self._decoder.join(order.conditioning, order.text, waiting.most)
            self._hear([waiting], step)

    def _step(self, rows: Sequence[Speaking]) -> None:
        joined = [(s, s.row) for s in rows if s.row and not s.outbox.abandoned]
        if not joined:
            return
        speaking = [s for s, _ in joined]
        with self.thread.telling(speaking):
            step = self._decoder.step([row for _, row in joined], [s.token for s in speaking])
            self.steps += 1
            self._hear(speaking, step)

    def _hear(self, rows: Sequence[Speaking], step: Step) -> None:
        for place, speaking in enumerate(rows):
            with self.thread.telling([speaking]):
                speaking.hear(step.latents[place], step.logits[place])
                if speaking.all_said:
                    self._leave(speaking)

    def _vocode(self, rows: Sequence[Speaking]) -> None:
        due = [s for s in rows if s.due]
        if not due:
            return
        speaking = min(due, key=lambda s: s.outbox.deadline.dry_at)
        with self.thread.telling([speaking]):
            speaking.vocode()
            if speaking.over:
                self.thread.end(speaking)

    def _leave(self, speaking: Speaking) -> None:
        if speaking.row is not None:
            self._decoder.leave(speaking.row)
            speaking.row = None

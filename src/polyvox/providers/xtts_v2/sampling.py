"""Which token comes next: the distribution coqui samples from, with a generator of each row's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a row chooses. ``top_k`` 1 is greedy; ``seed`` None is another outcome each time.

    XTTS's ``length_penalty`` is missing on purpose. It weighs the finished hypotheses of a beam
    search against one another; sampling has a single one, and coqui ignores the value likewise.
    """

    temperature: float = 0.75
    top_k: int = 50
    top_p: float = 0.85
    repetition_penalty: float = 5.0
    seed: int | None = None


class Sampler:
    """Chooses the tokens of one row. ``said`` are the ids that count as repetitions from the start.

    The same seed gives the same tokens for the same logits, and those that coqui draws after
    ``torch.manual_seed(seed)``. The logits themselves differ in their last bits with the number of
    rows in the batch, under int8 in more than those: then a seed repeats a clip only in like company.
    """

    def __init__(self, sampling: Sampling, vocabulary: int, said: Iterable[int]) -> None:
        self._sampling = sampling
        self._said = torch.zeros(vocabulary, dtype=torch.bool)
        self._said[list(said)] = True
        self._generator = torch.Generator()
        if sampling.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(sampling.seed)

    @torch.inference_mode()
    def next(self, logits: Tensor) -> int:
        """``logits`` [vocabulary], fp32, on the CPU."""
        scores = self._penalized(logits) / self._sampling.temperature
        scores = _most_likely(scores, self._sampling.top_k)
        scores = _nucleus(scores, self._sampling.top_p)
        # One row of a batch: torch draws other numbers for a vector than for a matrix.
        probabilities = torch.softmax(scores, dim=-1)[None]
        token = int(torch.multinomial(probabilities, 1, generator=self._generator))
        self._said[token] = True
        return token

    def _penalized(self, logits: Tensor) -> Tensor:
        penalty = self._sampling.repetition_penalty
        rarer = torch.where(logits < 0, logits * penalty, logits / penalty)
        return torch.where(self._said, rarer, logits)


def _most_likely(scores: Tensor, count: int) -> Tensor:
    """All but the ``count`` best ruled out; whatever equals the last of them stays. 0: nothing is."""
    if not 0 < count < len(scores):
        return scores
    return scores.masked_fill(scores < torch.topk(scores, count).values[-1], -torch.inf)


def _nucleus(scores: Tensor, share: float) -> Tensor:
    """All but the best that together have the probability ``share`` ruled out; one always stays."""
    if share >= 1.0:
        return scores
    ordered, places = torch.sort(scores)
    out = ordered.softmax(-1).cumsum(-1) <= 1.0 - share
    out[-1] = False
    return scores.masked_fill(torch.zeros_like(out).scatter(0, places, out), -torch.inf)

"""The same decoder for a GPU: one fixed batch, so that a step is one replay of a CUDA graph.

Decoding on a GPU waits for hundreds of small kernels to be launched one by one; a graph launches
them together, and wants the same memory and shapes each time. **Never run on a GPU yet**: the tests
run the very step that is captured, on the CPU, and nobody has seen it captured.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from polyvox.providers.xtts_v2.decoding import Decoder, Row, Step
from polyvox.providers.xtts_v2.precision import Plan

WARM_UPS = 3
"""Steps before a graph is captured, in which kernels are chosen and workspaces allocated."""


class GraphDecoder(Decoder):
    """``slots`` rows at once, of ``room`` positions each. Empty places are computed along."""

    def __init__(
        self, gpt: Any, plan: Plan, device: torch.device, *, slots: int, room: int
    ) -> None:
        super().__init__(gpt, plan, device)
        shape = len(self._layers), slots, self._heads, room, self._size
        self._keys, self._values = (
            torch.zeros(shape, dtype=plan.cache, device=device) for _ in "kv"
        )
        # Tokens, mel positions and lengths of all rows: what the captured step reads.
        self._inputs = torch.zeros(3, slots, dtype=torch.long, device=device)
        self._free = list(range(slots))
        self._graph: torch.cuda.CUDAGraph | None = None
        self._made: tuple[Tensor, Tensor] | None = None

    def _row(self, begin: int, room: int) -> Row:
        slot = self._free.pop()
        self._inputs[:, slot] = torch.tensor([0, 0, begin + 1], device=self.device)
        return Row(self._keys[:, slot], self._values[:, slot], begin, slot=slot)

    def leave(self, row: Row) -> None:
        self._free.append(row.slot)

    @torch.inference_mode()
    def step(self, rows: Sequence[Row], tokens: Sequence[int]) -> Step:
        slots = [row.slot for row in rows]
        lengths = [row.length for row in rows]
        mel = [row.length - row.begin for row in rows]
        # A row that sits this step out has its last token written once more, to the same place.
        self._inputs[:, slots] = torch.tensor([list(tokens), mel, lengths], device=self.device)
        latents, logits = self._replayed() if self.device.type == "cuda" else self._fixed()
        for row in rows:
            row.length += 1
        return Step(latents[slots].clone(), logits[slots].to("cpu", torch.float32))

    def _replayed(self) -> tuple[Tensor, Tensor]:
        if self._graph is None or self._made is None:
            self._graph, self._made = self._captured()
        self._graph.replay()
        return self._made

    def _captured(self) -> tuple[torch.cuda.CUDAGraph, tuple[Tensor, Tensor]]:
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                self._fixed()
        torch.cuda.current_stream(self.device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            made = self._fixed()
        return graph, made

    def _fixed(self) -> tuple[Tensor, Tensor]:
        """The step of all places, without a look at any value from the CPU's side."""
        tokens, mel, lengths = self._inputs
        slots = torch.arange(len(tokens), device=self.device)
        places = torch.arange(self._keys.shape[3], device=self.device)
        seen = (places <= lengths[:, None])[:, None, None]

        def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            self._keys[layer, slots, :, lengths] = keys.to(self._type)
            self._values[layer, slots, :, lengths] = values.to(self._type)
            heard = F.scaled_dot_product_attention(
                queries[:, :, None].to(self._type), self._keys[layer], self._values[layer], seen
            )
            return heard[:, :, 0].float()

        hidden = self._through(self._embedded(tokens, mel), attend)
        latents = self._last_norm(self._norm(hidden))
        return latents, self._head(latents)

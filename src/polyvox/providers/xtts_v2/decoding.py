"""The GPT's tokens, one for each row of a batch at a time, over keys and values kept per row.

The loop runs coqui's weights itself, for what ``generate`` cannot: rows of different age in one
batch, leaving at any step, and no state on the model. It gives, as coqui's streaming does, the
hidden states that the vocoder reads; coqui's ``inference`` computes them a second time.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own name for it
from torch import Tensor

from polyvox.hosting.device import CPU
from polyvox.providers.xtts_v2.precision import Linear, Plan, int8_linear, linear
from polyvox.providers.xtts_v2.quantizing import PARTS, Small

PLACEHOLDER = 1
"""The id that stands for the prefix in coqui's input; its repetition penalty counts it as said."""

VOICES_KEPT = 8
"""Voices whose prefixes need not be computed again, the latest; one has 8 MB in fp32."""

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""Of a layer, its queries, keys and values [rows, heads, size]: what they attend to, same shape."""


@dataclass(slots=True, eq=False)
class Row:
    """The memory of one row: ``keys`` and ``values`` [layers, heads, room, size], ``length`` of them
    filled; the mel tokens begin at ``begin``. ``slot`` is its place where places are fixed."""

    keys: Tensor
    values: Tensor
    begin: int
    length: int = 0
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    first_norm: torch.nn.Module
    to_attention: Linear
    from_attention: Linear
    second_norm: torch.nn.Module
    to_hidden: Linear
    from_hidden: Linear


@dataclass(frozen=True, slots=True)
class Step:
    """Of each row: ``latents`` [rows, channels] for the vocoder, ``logits`` [rows, vocabulary] for
    the next token; fp32, the logits on the CPU."""

    latents: Tensor
    logits: Tensor


class Decoder:
    """The GPT of coqui's ``Xtts``; its parameters are only read. For one thread at a time."""

    def __init__(
        self, gpt: Any, plan: Plan, device: torch.device = CPU, small: Small | None = None
    ) -> None:
        """``small``: the int8 weights of an int8 plan, where they have been made already."""
        self.device = device
        self.start, self.stop = int(gpt.start_audio_token), int(gpt.stop_audio_token)
        self.vocabulary, self.longest = int(gpt.num_audio_tokens), int(gpt.max_gen_mel_tokens)
        self._text_ends = gpt.start_text_token, gpt.stop_text_token
        self._text = _on(device, gpt.text_embedding)
        self._text_positions = _on(device, gpt.text_pos_embedding.emb)
        self._mel = _on(device, gpt.mel_embedding)
        self._mel_positions = _on(device, gpt.mel_pos_embedding.emb)
        self._norm, self._last_norm = _on(device, gpt.gpt.ln_f), _on(device, gpt.final_norm)
        self._head = _on(device, gpt.mel_head)
        self._heads, self._size = int(gpt.heads), int(gpt.model_dim) // int(gpt.heads)
        self._type = plan.cache
        self._voices: dict[bytes, Tensor] = {}
        with ThreadPoolExecutor(torch.get_num_threads()) as pool:  # one layer keeps one core busy
            made = [
                pool.submit(_layer, number, block, plan.gpt, device, small or {})
                for number, block in enumerate(gpt.gpt.h)
            ]
            self._layers = [layer.result() for layer in made]

    @torch.inference_mode()
    def join(self, conditioning: Tensor, text: Sequence[int], most: int) -> tuple[Row, Step]:
        """A row for ``text``, told the voice by ``conditioning`` [1, n, channels], with room for
        ``most`` tokens; and its first step, which is that of the start token."""
        voice, written = self._voice(conditioning), self._written(text)
        begin, length = voice.shape[-2], voice.shape[-2] + len(written)
        row = self._row(length - 1, length + most)
        row.keys[:, :, :begin], row.values[:, :, :begin] = voice
        row.length = length
        return row, self._ended(self._through(written, self._filling(row, begin))[-1:])

    def _filling(self, row: Row, begin: int) -> Attend:
        """Keys and values go into ``row`` from ``begin`` to its length; each sees those up to it."""
        seen = torch.ones(row.length - begin, row.length, dtype=torch.bool, device=self.device)
        seen = seen.tril(begin)

        def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            q, k, v = (x.to(self._type).transpose(0, 1) for x in (queries, keys, values))
            row.keys[layer, :, begin : row.length], row.values[layer, :, begin : row.length] = k, v
            k, v = row.keys[layer, :, : row.length], row.values[layer, :, : row.length]
            heard = F.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=seen)
            return heard[0].transpose(0, 1).float()

        return attend

    def _voice(self, conditioning: Tensor) -> Tensor:
        """Keys and values [2, layers, heads, n, size] of the prefix that tells the voice: all texts
        of a voice begin with them."""
        told = conditioning[0].to(self.device)
        name = hashlib.sha256(told.cpu().numpy().tobytes()).digest()
        voice = self._voices.pop(name, None)
        if voice is None:
            row = self._blank(len(told))
            row.length = len(told)
            self._through(told, self._filling(row, 0))
            voice = torch.stack([row.keys, row.values])
        self._voices[name] = voice
        if len(self._voices) > VOICES_KEPT:
            del self._voices[next(iter(self._voices))]
        return voice

    @torch.inference_mode()
    def step(self, rows: Sequence[Row], tokens: Sequence[int]) -> Step:
        """Each row's last token in, what it leads to out."""
        positions = torch.tensor([row.length - row.begin for row in rows], device=self.device)
        embedded = self._embedded(torch.tensor(tokens, device=self.device), positions)

        def attend(layer: int, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
            queries = queries.to(self._type)
            heard = torch.empty_like(keys)
            for place, row in enumerate(rows):
                row.keys[layer, :, row.length] = keys[place]
                row.values[layer, :, row.length] = values[place]
                k, v = (x[None, layer, :, : row.length + 1] for x in (row.keys, row.values))
                one = F.scaled_dot_product_attention(queries[place, None, :, None], k, v)
                heard[place] = one[0, :, 0]
            return heard

        hidden = self._through(embedded, attend)
        for row in rows:
            row.length += 1
        return self._ended(hidden)

    def leave(self, row: Row) -> None:
        """The row is done with, and its memory free."""

    def _row(self, begin: int, room: int) -> Row:
        return self._blank(room, begin)

    def _blank(self, room: int, begin: int = 0) -> Row:
        shape = len(self._layers), self._heads, room, self._size
        keys, values = (torch.empty(shape, dtype=self._type, device=self.device) for _ in "kv")
        return Row(keys, values, begin)

    def _written(self, text: Sequence[int]) -> Tensor:
        """[positions, channels]: the text, the start token."""
        first, last = self._text_ends
        ids = torch.tensor([first, *text, last], device=self.device)
        written = self._text(ids) + self._text_positions(torch.arange(len(ids), device=self.device))
        begin = self._embedded(
            torch.tensor([self.start], device=self.device), torch.tensor([0], device=self.device)
        )
        return torch.cat([written, begin])

    def _embedded(self, tokens: Tensor, positions: Tensor) -> Tensor:
        embedded: Tensor = self._mel(tokens) + self._mel_positions(positions)
        return embedded

    def _through(self, x: Tensor, attend: Attend) -> Tensor:
        """All layers over ``x`` [rows, channels], rows being positions of one text or of several."""
        for number, layer in enumerate(self._layers):
            asked = layer.to_attention(layer.first_norm(x))
            queries, keys, values = asked.view(len(x), 3, self._heads, -1).unbind(1)
            heard = attend(number, queries, keys, values).reshape(len(x), -1)
            x = x + layer.from_attention(heard)
            hidden = F.gelu(layer.to_hidden(layer.second_norm(x)), approximate="tanh")
            x = x + layer.from_hidden(hidden)
        return x

    def _ended(self, hidden: Tensor) -> Step:
        latents = self._last_norm(self._norm(hidden))
        return Step(latents, self._head(latents).to("cpu", torch.float32))


def _on(device: torch.device, module: torch.nn.Module) -> torch.nn.Module:
    """The module itself on the CPU, where its parameters stay mapped from the file."""
    return module if device == CPU else copy.deepcopy(module).to(device)


def _layer(number: int, block: Any, kind: str, device: torch.device, small: Small) -> Layer:
    def of(part: str) -> Linear:
        module, name = block.get_submodule(part), f"{number}.{part}"
        bias = module.bias.detach().to(device)
        if f"{name}.weight" in small:
            return int8_linear(small[f"{name}.weight"], small[f"{name}.scale"], bias)
        return linear(module.weight.detach().to(device), bias, kind)

    into, back, wider, narrower = (of(part) for part in PARTS)
    first, second = _on(device, block.ln_1), _on(device, block.ln_2)
    return Layer(first, into, back, second, wider, narrower)

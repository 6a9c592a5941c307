"""Styles of texts: how they are mixed, and carried from a reply's segment to the next.

A style has 256 numbers: the first half is the timbre, the second the prosody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from polyvox.hosting.kept import Recent

CARRIED = 8
"""Earlier texts whose styles are made anew where they are not known. Of the style before those, a
share of at most (carry × beta) ** 9 would be left: 0.2 % with both at 0.7."""
REMEMBERED = 4096
"""Styles, of 1 kB each."""
HALF = 128


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text's style comes about.

    ``alpha`` and ``beta`` are the shares of timbre and prosody that come from the text, by diffusion;
    the rest is the reference's. ``carry`` is the share of the style that the previous text was spoken
    in. ``seed`` None is another style each time.
    """

    alpha: float = 0.7
    beta: float = 0.7
    diffusion_steps: int = 10
    embedding_scale: float = 1.0
    carry: float = 0.7
    seed: int | None = None

    @property
    def follows_text(self) -> bool:
        """If not, the style is the reference's, whatever the text."""
        return self.alpha > 0 or self.beta > 0

    def mix(self, diffused: Tensor, previous: Tensor | None, reference: Tensor | None) -> Tensor:
        """The style [256] to speak in, as in the long-form inference published with the checkpoints.

        ``previous`` is None for a reply's first text, ``reference`` with a single-speaker checkpoint.
        """
        if previous is not None:
            diffused = torch.lerp(diffused, previous, self.carry)
        if reference is None:
            return diffused
        timbre = torch.lerp(reference[:HALF], diffused[:HALF], self.alpha)
        return torch.cat([timbre, torch.lerp(reference[HALF:], diffused[HALF:], self.beta)])


def contexts(language: str, texts: Iterable[str]) -> list[bytes]:
    """A digest for each text, of it and all before it."""

    def further(so_far: bytes, text: str) -> bytes:
        return hashlib.sha256(so_far + text.encode(errors="surrogatepass")).digest()

    start = hashlib.sha256(language.encode()).digest()
    return list(accumulate(texts, further, initial=start))[1:]


def noise_seed(seed: int | None, context: bytes, part: int) -> int:
    """That of the noise for one part of a text: the same whether it is spoken, or only its style is
    made for a later one. Another each time without ``seed``."""
    if seed is None:
        return torch.Generator().seed()
    digest = hashlib.sha256(b"%d,%d," % (seed, part) + context).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Styles(Recent[Tensor]):
    """Those that texts were spoken in, by names that hold nothing of the texts."""

    def __init__(self) -> None:
        super().__init__(REMEMBERED)

    @staticmethod
    def name(context: bytes, voice: Sequence[str], manner: Manner) -> str:
        """``voice`` are the digests of its samples."""
        return hashlib.sha256(context + repr((tuple(voice), manner)).encode()).hexdigest()

"""The three parts of a voice, by the names of the tensors between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the graph: from tensors ``inputs`` (``inputs[0]`` the frames) to ``outputs``.

    ``context`` is how many frames each side of a window change the window's result.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    context: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    text: Part
    flow: Part
    decoder: Part

"""The three parts of a voice, by the names of the tensors between them."""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = 3
"""Of the parts as kept on disk and of what is learnt with them; grows when a voice would sound otherwise."""
PACE = "polyvox.pace"
"""Name of the input that ``pace`` adds to a graph."""
GIVEN = ("input", "input_lengths", "scales", "sid", PACE)
"""Names of a voice's inputs; what else a graph lists as input are weights with values of their own."""


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

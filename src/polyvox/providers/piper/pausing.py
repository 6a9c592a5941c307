"""A job's parts as a Piper voice says them: a text, or silence of some length (ms)."""

from __future__ import annotations

from collections.abc import Iterator

from polyvox.hosting.engine import EngineJob
from polyvox.text.parts import DASH
from polyvox.text.punctuation import CLOSERS

_COMMAS = (",", "、", "，", "،")


def pieces(job: EngineJob) -> Iterator[str | int]:
    """Where a voice makes the pause itself, at a comma, the sentence goes on and keeps its melody."""
    said = ""
    for part in job.parts or (job.text,):
        if isinstance(part, str):
            said += f" {part}" if said else part
        elif part != DASH.ms or not said.rstrip(CLOSERS).endswith(_COMMAS):
            yield said
            yield part
            said = ""
    if said:
        yield said

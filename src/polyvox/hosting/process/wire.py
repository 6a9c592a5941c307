"""Frames between the server and the child: a small JSON header, and audio as it is.

A frame is the lengths of both (two unsigned 32-bit integers, big-endian), the header and the
audio (s16le). Nothing is ever unpickled.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from polyvox.hosting.engine import EngineJob

MAX_HEADER_BYTES = 4 << 20
MAX_AUDIO_BYTES = 1 << 20
"""Of one frame; a longer chunk travels in several."""
WINDOW = 4
"""Audio frames of one job under way that its listener has not taken yet."""

_LENGTHS = struct.Struct("!II")


class Op(StrEnum):
    """What a frame says. All but the first and the last of each side are about one job."""

    # from the server
    START = "start"  # factory, options, name, workers
    JOB = "job"  # the fields of an EngineJob
    TAKEN = "taken"  # the listener has taken one audio frame
    CANCEL = "cancel"
    PING = "ping"
    STOP = "stop"
    # from the child
    LOADED = "loaded"  # error, when it could not be
    AUDIO = "audio"  # rate
    END = "end"  # error, unless all went well; the engine is no longer at work on the job
    PONG = "pong"


class BadFrame(Exception):
    """The other side sent what is not a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``job`` is the number of the job it is about; 0 where it is about none."""

    op: Op
    job: int = 0
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    audio: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """Raises TypeError when ``body`` is not JSON, ValueError when it is too long."""
        header = json.dumps({"op": self.op, "job": self.job, "body": self.body}).encode()
        if len(header) > MAX_HEADER_BYTES or len(self.audio) > MAX_AUDIO_BYTES:
            raise ValueError("the frame is too long")
        return b"".join((_LENGTHS.pack(len(header), len(self.audio)), header, self.audio))


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame; None once the other side is gone. Raises BadFrame."""
    try:
        header_bytes, audio_bytes = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        if header_bytes > MAX_HEADER_BYTES or audio_bytes > MAX_AUDIO_BYTES:
            raise BadFrame("too long")
        header = await reader.readexactly(header_bytes)
        audio = await reader.readexactly(audio_bytes)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    try:
        said = json.loads(header)
        return Frame(Op(said["op"]), int(said["job"]), dict(said["body"]), audio)
    except (ValueError, KeyError, TypeError) as error:
        raise BadFrame(type(error).__name__) from None


def job_body(job: EngineJob) -> dict[str, Any]:
    return {
        "text": job.text,
        "language": job.language,
        "voice": job.voice,
        "settings": dict(job.settings),
        "samples": list(job.samples),
        "before": list(job.before),
        "parts": list(job.parts),
    }

"""The child's side: one engine in an InlineHost, jobs and audio over one socket.

Started as ``python -m polyvox.hosting.process.child NAME`` with the socket as standard input.
It ends when it is told to, and when the server is gone.
"""

from __future__ import annotations

import asyncio
import os
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from polyvox.domain.audio import AudioChunk
from polyvox.errors import PolyvoxError
from polyvox.hosting.engine import Cancelled, Engine, EngineJob
from polyvox.hosting.inline import InlineHost
from polyvox.hosting.process import house
from polyvox.hosting.process.faults import pack
from polyvox.hosting.process.grip import Grip, GrippedJob
from polyvox.hosting.process.spec import EngineSpec
from polyvox.hosting.process.wire import MAX_AUDIO_BYTES, WINDOW, Frame, Op, read_frame

NO_LIMIT = 1 << 30
"""Of jobs waiting here: the server admits them."""


class SpecifiedEngine:
    """The engine of ``spec``, imported, built and loaded by ``load``: all of it on a thread."""

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = spec
        self._engine: Engine | None = None

    def load(self) -> None:
        self._engine = self._spec.build()
        self._engine.load()

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        assert self._engine is not None  # noqa: S101 - a host loads first
        assert isinstance(job, GrippedJob)  # noqa: S101 - all jobs here are
        return job.grip.held_by(partial(self._engine.synthesize, job, cancelled), cancelled)


@dataclass(slots=True)
class Speaking:
    """One job under way: the task that sends its audio, and the one that sees to its end."""

    window: asyncio.Semaphore
    audio: asyncio.Task[None]
    end: asyncio.Task[None]


class Child:
    """Does what the frames of the server ask for."""

    def __init__(self, start: Mapping[str, Any], send: Callable[[Frame], None]) -> None:
        engine = SpecifiedEngine(EngineSpec(start["factory"], start["options"]))
        self._host = InlineHost(
            engine, workers=start["workers"], queue_limit=NO_LIMIT, name=start["name"]
        )
        self._send = send
        self._jobs: dict[int, Speaking] = {}
        self.loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        error: PolyvoxError | None = None
        try:
            await self._host.start()
        except PolyvoxError as raised:
            error = raised
            if raised.__cause__ is not None:  # no text of any user has come here yet
                traceback.print_exception(raised.__cause__)
        self._send(Frame(Op.LOADED, body={"error": pack(error) if error else None}))

    def take(self, frame: Frame) -> None:
        """Any frame but STOP."""
        speaking = self._jobs.get(frame.job)
        if frame.op is Op.PING:
            self._send(Frame(Op.PONG))
        elif frame.op is Op.JOB:
            self._jobs[frame.job] = self._begin(frame)
        elif speaking is not None and frame.op is Op.TAKEN:
            speaking.window.release()
        elif speaking is not None and frame.op is Op.CANCEL:
            speaking.audio.cancel()

    def _begin(self, frame: Frame) -> Speaking:
        lists = {name: tuple(frame.body[name]) for name in ("samples", "before", "parts")}
        job = GrippedJob(**{**frame.body, **lists}, grip=Grip(asyncio.get_running_loop()))
        window = asyncio.Semaphore(WINDOW)
        audio = asyncio.create_task(self._speak(frame.job, job, window))
        return Speaking(window, audio, asyncio.create_task(self._end(frame.job, job.grip, audio)))

    async def _speak(self, number: int, job: GrippedJob, window: asyncio.Semaphore) -> None:
        async with self._host.run(job) as stream:
            async for chunk in stream:
                for piece in _pieces(chunk.pcm):
                    await window.acquire()
                    self._send(Frame(Op.AUDIO, number, {"rate": chunk.sample_rate}, piece))

    async def _end(self, number: int, grip: Grip, audio: asyncio.Task[None]) -> None:
        await asyncio.wait([audio])
        await grip.let_go()
        error = None if audio.cancelled() else audio.exception()
        del self._jobs[number]
        self._send(Frame(Op.END, number, {"error": pack(error) if error else None}))

    async def stop(self) -> None:
        """End all jobs, each with its frame."""
        await self._host.stop()
        ends = [speaking.end for speaking in self._jobs.values()]
        if ends:
            await asyncio.wait(ends)


def _pieces(pcm: bytes) -> Iterator[bytes]:
    for begin in range(0, len(pcm), MAX_AUDIO_BYTES):
        yield pcm[begin : begin + MAX_AUDIO_BYTES]


async def _serve(connection: socket.socket) -> None:
    asyncio.get_running_loop().set_exception_handler(house.tell_of_loop)
    reader, writer = await asyncio.open_connection(sock=connection)
    start = await read_frame(reader)
    if start is None:
        return
    child = Child(start.body, lambda frame: writer.write(frame.encode()))
    while (frame := await read_frame(reader)) is not None:
        if frame.op is Op.STOP and child.loading.done():
            await child.stop()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            return
        if frame.op is Op.STOP:
            break
        child.take(frame)
    # Nobody is left to hear anything, or there is nothing yet to tidy up. A thread of the engine
    # that never ends would keep the interpreter from leaving in order.
    os._exit(0)


def main() -> None:
    asyncio.run(_serve(house.set_up_child()))


if __name__ == "__main__":
    main()

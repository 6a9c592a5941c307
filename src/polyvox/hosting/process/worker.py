"""One child process with an engine as the server sees it: its jobs, and its end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Self

from polyvox.domain.audio import AudioChunk
from polyvox.errors import Crashed
from polyvox.hosting.child_process import ChildProcess, end_in_words
from polyvox.hosting.engine import EngineJob
from polyvox.hosting.process.faults import unpack
from polyvox.hosting.process.reply import Reply
from polyvox.hosting.process.wire import BadFrame, Frame, Op, job_body, read_frame

CHILD = "polyvox.hosting.process.child"
PINGS = 4
"""Unanswered in a row at which a child counts as hung."""
CLOSING_S = 0.5
"""How long the socket and the process of a child that ends may outlive one another."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What a child may take, in seconds, before it is killed.

    ``cancel_s``: to let go of a job whose listener left. ``hang_s``: without a sign of its event
    loop while it has work. Engines hold the GIL for seconds in good health (a function compiled
    at its first call, a tokenizer, a large file); and whoever waits under the router's deadlines
    leaves after 15 s at most, which ``cancel_s`` judges. This is for those who wait longer.
    ``load_s``: from its start to its first job. ``stop_s``: to end when asked to.
    """

    cancel_s: float = 2.0
    hang_s: float = 20.0
    load_s: float = 300.0
    stop_s: float = 5.0


class Worker:
    """A child from its start to its end. ``on_end`` is told once, when it can serve no more."""

    def __init__(
        self,
        name: str,
        patience: Patience,
        on_end: Callable[[Worker], None],
        child: ChildProcess,
    ) -> None:
        self.pid = child.pid
        self.loaded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the engine can speak; the error where it never will."""
        self.served = False
        """Whether it ever made a job to its end."""
        self.said = ""
        """How it ended, as a sentence; empty while it lives."""
        self.closing = False
        self._name = name
        self._patience = patience
        self._on_end = on_end
        self._child = child
        self._replies: dict[int, Reply] = {}
        self._numbers = count(1)
        self._busy = asyncio.Event()
        self._heard = False
        self._force: asyncio.TimerHandle | None = None
        self._life = asyncio.create_task(self._live())

    @classmethod
    async def start(
        cls, name: str, start: Frame, patience: Patience, on_end: Callable[[Worker], None]
    ) -> Self:
        """Raises OSError where the system has no place for another process."""
        child = await ChildProcess.start(CHILD, name, environment=os.environ)
        worker = cls(name, patience, on_end, child)
        worker._send(start)
        return worker

    @contextmanager
    def speaking(self, job: EngineJob) -> Iterator[Reply]:
        """Leaving cancels the job and returns at once. Raises Crashed when the child is gone."""
        if self.said:
            raise Crashed(self.said)
        number = next(self._numbers)
        reply = Reply(lambda: self._send(Frame(Op.TAKEN, number)))
        self._send(Frame(Op.JOB, number, job_body(job)))
        self._replies[number] = reply
        self._busy.set()
        try:
            yield reply
        finally:
            if number in self._replies:
                self._send(Frame(Op.CANCEL, number))
                limit_s = self._patience.cancel_s
                why = f"hung: it did not let go of a cancelled job within {limit_s:g} s"
                reply.leave(limit_s, lambda: self.kill(why))

    def kill(self, why: str) -> None:
        """Now. Every job is told so; ``why`` goes on from "The process of NAME"."""
        self._child.kill()
        self._end(why)

    def dismiss(self) -> None:
        """Have it end, by force after ``stop_s``."""
        if not self.closing:
            self.closing = True
            self._send(Frame(Op.STOP))
            loop = asyncio.get_running_loop()
            self._force = loop.call_later(self._patience.stop_s, self.kill, "was stopped")

    async def gone(self) -> None:
        """Wait until nothing of it is left."""
        await asyncio.wait([self._life])

    def _send(self, frame: Frame) -> None:
        if not self._child.writer.is_closing():
            self._child.writer.write(frame.encode())

    async def _live(self) -> None:
        reading = asyncio.create_task(self._read())
        exiting = asyncio.create_task(self._child.wait())
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({reading, exiting}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({reading, exiting}, timeout=CLOSING_S)
            if not (exiting.done() or self.closing):
                self.kill("closed its connection")
            code = await exiting
            self._end("was stopped" if self.closing else end_in_words(code))
        finally:
            self._child.kill()
            if self._force is not None:
                self._force.cancel()
            for task in (reading, exiting, watching):
                task.cancel()
            await asyncio.wait({reading, exiting, watching})
            await self._child.close()

    async def _read(self) -> None:
        try:
            while (frame := await read_frame(self._child.reader)) is not None:
                self._heard = True
                self._take(frame)
        except (BadFrame, KeyError, TypeError, ValueError):
            self.kill("sent what cannot be understood")

    def _take(self, frame: Frame) -> None:
        error = frame.body.get("error")
        if frame.op is Op.LOADED and not self.loaded.done():
            if error:
                self.loaded.set_exception(unpack(error))
            else:
                self.loaded.set_result(None)
        elif frame.op is Op.AUDIO and frame.job in self._replies:
            self._replies[frame.job].put(AudioChunk(frame.audio, frame.body["rate"]))
        elif frame.op is Op.END and frame.job in self._replies:
            reply = self._replies.pop(frame.job)
            self.served = self.served or not (error or reply.left)
            reply.end(unpack(error) if error else None)
            if not self._replies:
                self._busy.clear()

    async def _watch(self) -> None:
        """Kill a child that is silent over its work. A server that was itself held up has sent no
        ping meanwhile, so that it blames nobody."""
        missed = 0
        while missed < PINGS:
            await self._busy.wait()
            self._heard = False
            self._send(Frame(Op.PING))
            await asyncio.sleep(self._patience.hang_s / PINGS)
            missed = 0 if self._heard or not self._busy.is_set() else missed + 1
        self.kill(f"hung: it gave no sign of life for {self._patience.hang_s:g} s")

    def _end(self, why: str) -> None:
        """The first reason is the one that counts."""
        if self.said:
            return
        self.said = f"The process of {self._name} {why}."
        if not self.loaded.done():
            self.loaded.set_exception(Crashed(self.said))
            self.loaded.exception()  # known here, also where nobody waits for it
        for reply in self._replies.values():
            reply.break_off(self.said)
        self._replies.clear()
        self._busy.clear()
        self._on_end(self)

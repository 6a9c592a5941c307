"""Engines for the child process. What a job does is said by its settings, so that both sides know."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import polyvox.errors
from polyvox.domain.audio import AudioChunk
from polyvox.hosting.engine import Cancelled, EngineJob, Host
from polyvox.hosting.process.host import ProcessHost
from polyvox.hosting.process.spec import JSON, EngineSpec
from polyvox.hosting.process.worker import Patience

from .stage import PATIENCE_S, tone

FACTORY = f"{__name__}:create"
SECRET = "the user's own words"
EVER_S = 1_000.0


class StageEngine:
    """``journal`` is a file that it tells what it does, ``load`` how loading goes."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options

    def _note(self, line: str) -> None:
        with Path(self._options["journal"]).open("a") as journal:
            journal.write(f"{line}\n")

    def load(self) -> None:
        self._note("load")
        match self._options.get("load"):
            case "refuse":
                raise polyvox.errors.Misconfigured("No weights.", remedy="Install them.")
            case "fail":
                raise OSError("no such folder")
            case "die":
                os._exit(7)
            case "hang":
                time.sleep(EVER_S)
            case "to exit slowly":
                atexit.register(self._note, "exit")
                if Path(self._options["journal"]).read_text() == "load\n":  # the first
                    atexit.register(time.sleep, 1.0)
            case "at the word":
                while not Path(self._options["word"]).exists():
                    time.sleep(0.005)

    def synthesize(self, job: EngineJob, cancelled: Cancelled) -> Iterator[AudioChunk]:
        script = job.settings
        self._note(f"begin {ascii(job.text)[1:-1]}")
        for number in range(script.get("chunks", 3)):
            if cancelled():
                self._note(f"cancelled {job.text}")
                return
            self._note(f"chunk {ascii(job.text)[1:-1]}")
            yield tone(script.get("ms", 100), script.get("level", number + 1))
        getattr(self, f"_{script.get('then', 'end')}")(job, cancelled)

    def _end(self, job: EngineJob, cancelled: Cancelled) -> None:
        self._note(f"end {job.text}")

    def _recite(self, job: EngineJob, cancelled: Cancelled) -> None:
        self._note(f"recite {Stage.fields(job)}")

    def _wait(self, job: EngineJob, cancelled: Cancelled) -> None:
        """One long step that only ``when`` can end."""
        told = threading.Event()
        cancelled.when(told.set)
        self._note(f"wait {job.text}")
        assert told.wait(EVER_S)
        self._note(f"cancelled {job.text}")

    def _ignore(self, job: EngineJob, cancelled: Cancelled) -> None:
        self._note(f"wait {job.text}")
        threading.Event().wait(EVER_S)

    def _hold_the_gil(self, job: EngineJob, cancelled: Cancelled) -> None:
        self._note(f"wait {job.text}")
        ctypes.PyDLL(None).sleep(int(EVER_S))

    def _exit(self, job: EngineJob, cancelled: Cancelled) -> None:
        os._exit(job.settings["code"])

    def _signal(self, job: EngineJob, cancelled: Cancelled) -> None:
        os.kill(os.getpid(), job.settings["signal"])
        time.sleep(EVER_S)

    def _raise(self, job: EngineJob, cancelled: Cancelled) -> None:
        raise getattr(polyvox.errors, job.settings["error"])("Not so.", **job.settings["with"])

    def _crash(self, job: EngineJob, cancelled: Cancelled) -> None:
        raise ZeroDivisionError(job.text)

    def _talk(self, job: EngineJob, cancelled: Cancelled) -> None:
        sys.stdout.write(f"speaking: {job.text}\n")
        sys.stderr.write("\x1b[31mfirst\n" + "x" * 200_000 + "\nlast\n")

        def fail() -> None:
            raise ValueError(job.text)

        thread = threading.Thread(target=fail, name="decoder")
        thread.start()
        thread.join()


def create(options: Mapping[str, JSON]) -> StageEngine:
    return StageEngine(options)


class Stage:
    """A folder in which engines tell what they do."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "journal"
        self.journal.touch()
        self.word = folder / "word"

    def spec(self, **options: JSON) -> EngineSpec:
        places = {"journal": str(self.journal), "word": str(self.word)}
        return EngineSpec(FACTORY, {**places, **options})

    @staticmethod
    def fields(job: EngineJob) -> str:
        fields = (
            job.text,
            job.language,
            job.voice,
            dict(job.settings),
            job.samples,
            job.before,
        )
        return ascii(fields)

    def told(self) -> list[str]:
        return self.journal.read_text().splitlines()

    async def tells(self, line: str, times: int = 1) -> None:
        await until(lambda: self.told().count(line) >= times)

    @asynccontextmanager
    async def running(
        self,
        *,
        load: str = "",
        factory: str = FACTORY,
        patience: Patience | None = None,
        **options: Any,
    ) -> AsyncIterator[ProcessHost]:
        limits = {"workers": 2, "queue_limit": 8, **options}
        spec = EngineSpec(factory, self.spec(load=load).options)
        host = ProcessHost(spec, name="toy", patience=patience, **limits)
        await host.start()
        try:
            yield host
        finally:
            await host.stop()


def job(text: str = "a", **script: Any) -> EngineJob:
    return EngineJob(text=text, language="en", settings=script)


async def listen(host: Host, text: str = "a", **script: Any) -> list[AudioChunk]:
    async with host.run(job(text, **script)) as stream:
        return [chunk async for chunk in stream]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 - what happens in another process sets no asyncio.Event
            await asyncio.sleep(0.002)


def alive(pid: int) -> bool:
    """Running still: neither gone nor a zombie that nobody has reaped yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False

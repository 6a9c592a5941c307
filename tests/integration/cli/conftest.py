"""The command, as the shell runs it and, quicker, in this process; over a home of its own."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from polyvox.cli.app import app
from polyvox.services.providers import discover
from tests.support.piper import kept_warm, lend_parts

COMMAND = (sys.executable, "-m", "polyvox")
ENOUGH_S = 60.0
_first = 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw9").removeprefix("gw"))
_ports = itertools.cycle(range(_first, _first + 1_000))


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: bytes
    err: str

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def error(self) -> Any:
        """The error told as JSON, on the last line of standard error."""
        return json.loads(self.err.splitlines()[-1])["error"]


Polyvox = Callable[..., Ran]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    lend_parts(folder)
    monkeypatch.setenv("POLYVOX_HOME", str(folder))
    monkeypatch.setenv("POLYVOX_PORT", str(free_port()))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    with kept_warm():
        yield


@pytest.fixture
def polyvox(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Polyvox]:
    """Runs the command in this process; Piper is loaded once, not once more with faults in it."""
    before = structlog.get_config()
    found = {name: loader for name, loader in discover().items() if name != "fault_piper"}
    monkeypatch.setattr("polyvox.bootstrap.discover", lambda: found)

    def run(*arguments: str, stdin: bytes | None = None) -> Ran:
        result = CliRunner().invoke(app, arguments, input=stdin, prog_name="polyvox")
        expected = isinstance(result.exception, SystemExit | None)
        assert expected, f"not translated: {result.exception!r}"
        return Ran(result.exit_code, result.stdout_bytes, result.stderr)

    yield run
    structlog.configure(**before)


@pytest.fixture
def shell(home: Path) -> Polyvox:
    """Runs the command as a process of its own."""

    def run(*arguments: str, stdin: bytes = b"") -> Ran:
        done = subprocess.run(
            [*COMMAND, *arguments], input=stdin, capture_output=True, timeout=ENOUGH_S
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    return run


def start(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """The command as a process that goes on."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *arguments], **{**pipes, **options})


def write_scripts(home: Path, **scripts: Sequence[str]) -> None:
    """Let the fault-injecting providers fail so, call by call."""
    parts = [f"[providers.{name}]\nscript = {json.dumps(s)}\n" for name, s in scripts.items()]
    (home / "config.toml").write_text("\n".join(parts))


def free_port() -> int:
    """Not one that the system gives away (those begin at 32768), nor another worker's."""
    for port in _ports:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("every port is taken")


def unfinished(folder: Path) -> list[Path]:
    return sorted(folder.glob(".*.part"))


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}

"""``polyvox serve`` with the console, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 60


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    home: Path
    pid: int


@contextmanager
def served(home: Path, **environment: str) -> Iterator[Server]:
    """``polyvox serve`` with the console, in a process of its own. ``environment`` as POLYVOX_…"""
    home.mkdir(parents=True, exist_ok=True)
    names = {f"POLYVOX_{name.upper()}": value for name, value in environment.items()}
    command = [sys.executable, "-m", "polyvox", "serve", "--port", "0", "--json"]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--home", str(home)],
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=home,
            env={**os.environ, **names},
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (home / "server.log").read_text()[-2000:]
        yield Server(str(json.loads(line)["url"]), home, process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=START_S)

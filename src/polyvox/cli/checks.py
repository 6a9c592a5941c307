"""What ``polyvox doctor`` looks at without opening Polyvox: the machine and the configuration."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from polyvox.cli.serve import ANYWHERE, bound_socket
from polyvox.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from polyvox.config import Settings

LEAST_PYTHON = (3, 11)
LOW_DISK_MB, FULL_DISK_MB = 1024, 100
ANSWER_S = 2.0
_NAME = re.compile(r"[A-Za-z0-9._-]+")


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was ``found``, and how to mend it where it is not ok."""

    name: str
    state: State
    found: str
    remedy: str | None = None


def check_python() -> Check:
    found = sys.version.split()[0]
    if sys.version_info >= LEAST_PYTHON:
        return Check("python", State.OK, found)
    least = ".".join(map(str, LEAST_PYTHON))
    return Check("python", State.FAULT, found, f"Install Python {least} or newer.")


def check_packages() -> Check:
    names = [_NAME.match(line) for line in requires("polyvox") or () if "extra ==" not in line]
    present, missing = [], []
    for name in (match[0] for match in names if match):
        try:
            present.append((name, version(name)))
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        remedy = f"Run: {sys.executable} -m pip install {' '.join(missing)}"
        return Check("packages", State.FAULT, f"Missing: {', '.join(missing)}.", remedy)
    return Check("packages", State.OK, f"All {len(present)} are installed.")


def check_home(home: Path) -> Iterator[Check]:
    """That it can be written, and has room."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"polyvox")
        free_mb = shutil.disk_usage(home).free // 1_048_576
    except OSError as error:
        found = f"{home} cannot be written: {error.strerror}."
        yield Check("home", State.FAULT, found, "Set POLYVOX_HOME to a folder that can be.")
        return
    yield Check("home", State.OK, f"{home} can be written.")
    left = f"{free_mb / 1024:.1f} GB free."
    remedy = f"Make room on the disk of {home}, or set POLYVOX_HOME elsewhere."
    if free_mb < LOW_DISK_MB:
        state = State.FAULT if free_mb < FULL_DISK_MB else State.WARNING
        yield Check("disk", state, left, remedy)
    else:
        yield Check("disk", State.OK, left)


def check_port(settings: Settings) -> Check:
    """Free for ``polyvox serve``, or taken by a Polyvox that answers."""
    try:
        bound_socket(settings.host, settings.port).close()
    except ConfigError as error:
        if _polyvox_answers(settings):
            found = f"Polyvox is answering on {settings.host}, port {settings.port}."
            return Check("port", State.OK, found)
        return Check("port", State.FAULT, error.message, error.remedy)
    return Check("port", State.OK, f"{settings.port} on {settings.host} is free.")


def _polyvox_answers(settings: Settings) -> bool:
    import http.client  # heavy, for a module that every command loads

    host = "127.0.0.1" if settings.host in ANYWHERE else settings.host
    connection = http.client.HTTPConnection(host, settings.port, timeout=ANSWER_S)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status == http.client.OK and answer.getheader("x-request-id") is not None
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

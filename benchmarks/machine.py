"""What the figures were measured on, and whether it was left in peace."""

from __future__ import annotations

import os
import platform
import resource
import time
from importlib.metadata import version
from pathlib import Path

from polyvox.providers.piper.settings import usable_cores

PACKAGES = ("polyvox", "piper-tts", "onnxruntime", "aiohttp")
_USER_TO_STEAL = slice(1, 9)
_IDLE, _IOWAIT = 4, 5
"""Places in the first line of /proc/stat."""


class Machine:
    """Made before the measurements, asked after the last process of theirs has ended."""

    def __init__(self) -> None:
        self._begun, self._busy, self._own = time.monotonic(), _busy_s(), _own_s()

    def about(self) -> dict[str, str]:
        return {
            "processor": _processor(),
            "cores": str(usable_cores()),
            "used by others meanwhile": self._others(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        }

    def _others(self) -> str:
        """Share of the processor time that went to other programs, where the system tells."""
        now = _busy_s()
        if now is None or self._busy is None:
            return "unknown"
        there = (time.monotonic() - self._begun) * (os.cpu_count() or 1)
        others = now - self._busy - (_own_s() - self._own)
        return f"{max(0.0, others / there):.0%}"


def _own_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _busy_s() -> float | None:
    """Processor seconds that the machine has worked since it started; None beyond Linux."""
    try:
        fields = Path("/proc/stat").read_text().splitlines()[0].split()
    except OSError:
        return None
    ticks = [int(field) for field in fields[_USER_TO_STEAL]]
    idle = int(fields[_IDLE]) + int(fields[_IOWAIT])
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())

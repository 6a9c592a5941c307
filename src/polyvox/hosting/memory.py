"""How much memory a process takes."""

from __future__ import annotations

import os
from pathlib import Path


def resident_bytes(pid: int | None) -> int | None:
    """The resident memory of process ``pid``; None without one, and where there is no /proc."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

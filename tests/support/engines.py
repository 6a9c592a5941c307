"""The engines that speak in a process of their own, with tiny weights, and those processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support import styletts2_checkpoint, xtts_checkpoint

MODULE = b"polyvox.hosting.process"


def tiny_engines(home: Path) -> dict[str, dict[str, Any]]:
    """Options of ``xtts_v2``, its licence accepted in ``home``, and of ``styletts2``."""
    licence = home / "providers" / "xtts_v2" / "licence.json"
    licence.parent.mkdir(parents=True)
    accepted = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00"}
    licence.write_text(json.dumps(accepted))
    single = styletts2_checkpoint.made_once(multispeaker=False)
    xtts = {"model_dir": str(xtts_checkpoint.made_once()), "precision": "fp32"}
    return {
        "xtts_v2": {**xtts, "threads": 1},
        "styletts2": {"model_dir": str(single), "threads": 1},
    }


def children(of: int | str = "self") -> list[int]:
    """Processes with an engine that the process ``of`` has started."""
    found = []
    for listing in Path(f"/proc/{of}/task").glob("*/children"):
        for pid in listing.read_text().split():
            if MODULE in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return found

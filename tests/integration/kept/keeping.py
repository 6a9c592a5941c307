"""Files that a test compares with what Polyvox says now."""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "data/api"
RENEW = "RENEW_KEPT"
HOW = f"Where the change is meant, renew it: {RENEW}=1 pytest tests/integration/kept"
MOST_LINES = 150


def compare(name: str, found: Any, *, sort: bool = False) -> None:
    """Fails where ``found`` is not what the file ``name`` has; with RENEW_KEPT=1, writes it."""
    path = FOLDER / f"{name}.json"
    now = json.dumps(found, indent=1, sort_keys=sort, ensure_ascii=False) + "\n"
    if os.environ.get(RENEW):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(now, encoding="utf-8")
        pytest.skip(f"{path.name} was renewed")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    if now == kept:
        return
    lines = difflib.unified_diff(
        kept.splitlines(), now.splitlines(), f"kept {path.name}", "now", lineterm="", n=6
    )
    shown = list(lines)
    more = [f"… {len(shown) - MOST_LINES} more lines"] if len(shown) > MOST_LINES else []
    pytest.fail("\n".join([HOW, *shown[:MOST_LINES], *more]), pytrace=False)


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

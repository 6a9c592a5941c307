from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext
from polyvox.providers.xtts_v2.provider import XttsProvider


def provider(data_dir: Path, **options: Any) -> XttsProvider:
    return XttsProvider(ProviderContext(data_dir, options))


def accept(data_dir: Path) -> None:
    """As an earlier command has left it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00", "by": "a test"}
    (data_dir / "licence.json").write_text(json.dumps(record))


def visible(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.glob("[!.]*"))

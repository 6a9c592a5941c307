from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext, Utterance
from polyvox.providers.xtts_v2.provider import XttsProvider
from polyvox.providers.xtts_v2.settings import XttsSettings
from tests.support.toy_model import WithToyEngines

NAMES = ["config.json", "model.pth", "speakers_xtts.pth", "vocab.json"]
SAID = Utterance("Hello.", "en", None, XttsSettings())


class ToyProvider(WithToyEngines, XttsProvider): ...


Started = Callable[..., Awaitable[ToyProvider]]


def provider(data_dir: Path, **options: Any) -> XttsProvider:
    return XttsProvider(ProviderContext(data_dir, options))


def accept(data_dir: Path) -> None:
    """As an earlier command has left it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    record = {"licence": "CPML-1.0", "accepted_at": "2026-01-01T00:00:00+00:00", "by": "a test"}
    (data_dir / "licence.json").write_text(json.dumps(record))


def part(data: Path) -> Path:
    return data / ".model.partial" / "model.pth.part"

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from polyvox.provider.base import ProviderContext
from polyvox.providers.styletts2.provider import StyleTTS2Provider
from tests.support.toy_model import WithToyEngines


class ToyProvider(WithToyEngines, StyleTTS2Provider): ...


Started = Callable[..., Awaitable[ToyProvider]]


def provider(data_dir: Path, **options: Any) -> StyleTTS2Provider:
    return StyleTTS2Provider(ProviderContext(data_dir, options))

"""What a provider calls the neutral styles: ``styles.toml`` in its folder, dated."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from polyvox.domain.capabilities import StyleTable

FILE = "styles.toml"


@cache
def packaged_styles(package: str, *, by_voice: bool) -> StyleTable:
    """The table in ``package``, such as ``polyvox.providers.azure_tts``."""
    table = tomllib.loads(files(package).joinpath(FILE).read_text("utf-8"))
    return StyleTable(table["names"], by_voice=by_voice)

"""The dated figures that come with a provider: ``tariff.toml`` in its folder."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from polyvox.domain.quota import Tariff

FILE = "tariff.toml"


@cache
def packaged_tariff(package: str) -> Tariff:
    """The tariff in ``package``, such as ``polyvox.providers.azure_tts``."""
    return Tariff.parse(tomllib.loads(files(package).joinpath(FILE).read_text("utf-8")))

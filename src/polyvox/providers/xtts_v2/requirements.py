"""The packages that only the child imports: whether they are there, told without importing them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

PACKAGES = {"torch": "torch", "TTS": "coqui-tts", "six": "six"}
"""Module → what to install. coqui-tts needs six without saying so."""
REMEDY = 'Install them: pip install "polyvox[xtts]"'


def missing_packages() -> list[str]:
    return [package for module, package in PACKAGES.items() if not is_there(module)]


def is_there(module: str) -> bool:
    """One that is found is not looked for again; one that is missing may be installed any time."""
    try:
        _find(module)
    except ModuleNotFoundError:
        return False
    return True


@cache
def _find(module: str) -> None:
    if find_spec(module) is None:
        raise ModuleNotFoundError(module)

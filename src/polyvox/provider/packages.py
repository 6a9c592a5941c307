"""Optional packages that only an engine's process imports: told without importing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from polyvox.domain.remedy import Remedy, RemedyKind


@dataclass(frozen=True, slots=True)
class Packages:
    """``modules``: top-level module → what to install. ``extra`` of Polyvox brings them all."""

    modules: Mapping[str, str]
    extra: str

    @property
    def missing(self) -> list[str]:
        return [package for module, package in self.modules.items() if not is_there(module)]

    @property
    def remedy(self) -> Remedy:
        command = f'pip install "polyvox[{self.extra}]"'
        return Remedy(RemedyKind.RUN, f"Install them: {command}", command)


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

"""Which engine a child builds, in words that can cross the border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from polyvox.hosting.engine import Engine

JSON: TypeAlias = "str | int | float | bool | Sequence[JSON] | Mapping[str, JSON] | None"


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """``factory`` is ``package.module:function``; called with ``options`` it gives the engine.

    The module is imported in the child alone, so it may import what is heavy.
    """

    factory: str
    options: Mapping[str, JSON] = field(default_factory=dict)

    def build(self) -> Engine:
        """The engine, not loaded yet. Raises whatever the import and the factory raise."""
        module, _, function = self.factory.partition(":")
        engine: Engine = getattr(import_module(module), function)(self.options)
        return engine

"""How fast a provider can speak: its setting, times the speed that a request asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from polyvox.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class SpeedRange:
    """What ``provider``, by its name for people, can do. 1 is a voice's own pace, 2 twice it."""

    provider: str
    slowest: float
    fastest: float

    def field(self, more: str = ".") -> Any:
        """The declaration of a setting within this range. ``more`` ends its description."""
        return Field(
            default=1.0,
            ge=self.slowest,
            le=self.fastest,
            title="Speed",
            description=f"How fast it speaks: 1 is the voice's own pace, 2 is twice as fast{more}",
        )

    def scaled(self, speed: float, factor: float) -> float:
        """``speed`` times ``factor``. Raises InvalidSetting, naming the range."""
        wanted = speed * factor
        if self.slowest <= wanted <= self.fastest:
            return wanted
        raise InvalidSetting(
            f"{self.provider} speaks at speeds from {self.slowest:g} to {self.fastest:g},"
            f" not {wanted:g}.",
            param="speed",
        )

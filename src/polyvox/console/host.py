"""What the console's pages have of the server."""

from __future__ import annotations

from dataclasses import dataclass

from polyvox.config import Settings
from polyvox.services.container import Services


@dataclass(frozen=True, slots=True)
class ConsoleHost:
    """What the pages are handed."""

    settings: Settings
    services: Services

    @property
    def needs_login(self) -> bool:
        return self.settings.require_key or not self.settings.on_loopback

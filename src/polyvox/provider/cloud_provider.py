"""A provider that speaks for a service which lists its voices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic

from polyvox.domain.capabilities import Availability, Capabilities, Kind, Licence, Voice
from polyvox.provider.base import Provider, ProviderContext, SettingsT
from polyvox.provider.listed_service import ClientT, ListedService


class CloudProvider(Provider[SettingsT], Generic[SettingsT, ClientT]):
    """Answers from its ``service``. The parts that differ: which client ``start`` gives to the
    service, what is charged, and how it speaks."""

    kind: ClassVar[Kind] = Kind.CLOUD

    def __init__(self, context: ProviderContext, service: ListedService[ClientT]) -> None:
        super().__init__(context)
        self._service = service

    async def stop(self) -> None:
        await self._service.stop()

    def availability(self) -> Availability:
        return self._service.availability()

    def capabilities(self) -> Capabilities:
        return self._service.capabilities()

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return self._service.voices(language)

    def _client(self) -> ClientT:
        """What to speak with. Raises Unavailable with the reason that ``availability`` gives."""
        return self._service.client(self.availability())


def service_licence(terms: str, note: str, *, commercial_use: bool = True) -> Licence:
    """That of a service, whose ``terms`` are one for the code and the weights behind it."""
    return Licence(terms, terms, commercial_use, note)

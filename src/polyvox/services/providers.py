"""The providers of this installation: found, started side by side, watched, stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import structlog

from polyvox.domain.capabilities import Availability, SampleNeeds, State, Voice
from polyvox.domain.quota import Tariff
from polyvox.domain.speech import Exclusion
from polyvox.errors import ConfigError, PolyvoxError, UnknownProvider
from polyvox.provider.base import ENTRY_POINT_GROUP, ProviderContext, VoiceSettings
from polyvox.provider.installing import VoiceInstaller
from polyvox.routing.breaker import Breaker, BreakerPolicy
from polyvox.routing.candidates import Standing
from polyvox.services.found import AnyProvider, Found, told

VOICES_S = 5.0
"""A provider that takes longer to list its voices is out of this plan."""
STOP_S = 10.0

log = structlog.get_logger(__name__)
SpentTiers = Callable[[str], Awaitable[Mapping[str, str]]]
"""Why each tier of a provider that is used up must not be asked for, by tier."""


def discover() -> dict[str, Callable[[], type[AnyProvider]]]:
    """Loaders of every provider class that an installed package offers, by entry point name."""
    return {entry.name: entry.load for entry in entry_points(group=ENTRY_POINT_GROUP)}


class Providers:
    """All providers by id. One that cannot load or start is reported, never fatal."""

    def __init__(
        self,
        loaders: Mapping[str, Callable[[], type[AnyProvider]]],
        *,
        home: Path,
        options: Mapping[str, Mapping[str, Any]],
        clock: Callable[[], float],
        policy: BreakerPolicy | None = None,
    ) -> None:
        self._home = home
        self._options = options
        self._loaders = loaders
        self._changing = asyncio.Lock()
        self._found = {
            name: self._load(name, loader, Breaker(clock, policy))
            for name, loader in sorted(loaders.items())
        }

    def _load(self, name: str, loader: Callable[[], type[AnyProvider]], breaker: Breaker) -> Found:
        try:
            kind = loader()
            if kind.id != name:
                raise ConfigError(f"its class calls itself '{kind.id}'")
            folder = self._home / "providers" / name
            provider = kind(ProviderContext(folder, dict(self._options.get(name, {}))))
            provider.tariff()  # one that cannot be read would let it spend without a limit
        except Exception as error:  # noqa: BLE001 - a broken plugin must not stop the others
            log.warning("provider_not_loaded", provider=name, error=told(error))
            remedy = "Reinstall or remove the package that brings it."
            fault = Availability.unavailable(f"It could not be loaded: {told(error)}", remedy)
            return Found(name, None, breaker, fault)
        return Found(name, provider, breaker)

    async def start(self) -> None:
        """Start all at once; returns when each one is ready or has failed."""
        await asyncio.gather(*(self._start(found) for found in self._found.values()))

    async def _start(self, found: Found) -> None:
        if found.provider is None:
            return
        try:
            await found.provider.start()
        except Exception as error:  # noqa: BLE001 - any failure makes this one unavailable
            log.warning("provider_not_started", provider=found.id, error=told(error))
            remedy = (error.remedy if isinstance(error, PolyvoxError) else None) or (
                "See `polyvox doctor`."
            )
            found.fault = Availability.unavailable(f"It failed to start: {told(error)}", remedy)
        found.started = True

    async def warm_up(self) -> None:
        """Once they are started, where they are to serve for long."""
        await asyncio.gather(*(self._warm_up(found) for found in self._found.values()))

    async def _warm_up(self, found: Found) -> None:
        if found.provider is None or found.fault is not None:
            return
        try:
            await found.provider.warm_up()
        except Exception as error:  # noqa: BLE001 - the first request will tell
            log.warning("provider_not_warm", provider=found.id, error=told(error))

    async def forget(self, recordings: Sequence[str]) -> None:
        """Have all drop what they made of recordings with these SHA-256 digests (hex)."""
        for found in self._found.values() if recordings else ():
            try:
                if found.provider is not None:
                    await found.provider.forget(recordings)
            except Exception as error:  # noqa: BLE001 - the others are to forget all the same
                log.warning("recordings_not_forgotten", provider=found.id, error=told(error))

    async def stop(self) -> None:
        await asyncio.gather(*(self._stop(found) for found in self._found.values()))

    async def _stop(self, found: Found) -> None:
        if found.provider is None:
            return
        found.started = False
        try:
            async with asyncio.timeout(STOP_S):
                await found.provider.stop()
        except Exception as error:  # noqa: BLE001 - the others must be stopped too
            log.warning("provider_not_stopped", provider=found.id, error=told(error))

    async def start_one(self, provider: str) -> Found:
        """Put it into service, where it is not; how that went is in what is returned.

        Raises UnknownProvider.
        """
        async with self._changing:
            found = self.find(provider)
            if not found.in_service:
                await self._stop(found)
                found.breaker.reset()
                found = self._load(provider, self._loaders[provider], found.breaker)
                self._found[provider] = found
                await self._start(found)
                await self._warm_up(found)
            return found

    async def stop_one(self, provider: str) -> Found:
        """Take it out of service, and its memory back, until it or Polyvox is started again.

        Who is listening to it goes on with the next of their chain. Raises UnknownProvider.
        """
        async with self._changing:
            found = self.find(provider)
            if found.in_service:
                found.stop()
                await self._stop(found)
            return found

    def all(self) -> Sequence[Found]:
        return list(self._found.values())

    def find(self, provider: str) -> Found:
        """Raises UnknownProvider."""
        if provider not in self._found:
            known = ", ".join(self._found)
            raise UnknownProvider(
                f"No provider '{provider[:100]}' is installed.",
                param="provider",
                remedy=f"Installed: {known}.",
            )
        return self._found[provider]

    def get(self, provider: str) -> AnyProvider:
        """Raises UnknownProvider, and Unavailable's reason when it could not be loaded."""
        found = self.find(provider)
        if found.provider is None:
            raise UnknownProvider(str(found.availability().reason), param="provider")
        return found.provider

    def __contains__(self, provider: str) -> bool:
        return provider in self._found

    def name_of(self, provider: str) -> str:
        """For people; its id, where no more is known of it. A name that several have is told apart
        by it."""
        given = {found.id: _own_name(found) for found in self._found.values()}
        name = given.get(provider, provider)
        return name if Counter(given.values())[name] < 2 else f"{name} ({provider})"

    def settings_type(self, provider: str) -> type[VoiceSettings] | None:
        """None for a provider that is not installed: its settings cannot be judged here."""
        found = self._found.get(provider)
        return found.provider.settings_type if found and found.provider else None

    def sample_needs(self) -> dict[str, SampleNeeds]:
        """What those that clone want of a sample, by id. They need be neither started nor able to
        speak."""
        needs = {found.id: found.sample_needs() for found in self._found.values()}
        return {name: wanted for name, wanted in needs.items() if wanted is not None}

    def tariffs(self) -> dict[str, Tariff]:
        """Of those whose characters are counted, by id."""
        loaded = [found.provider for found in self._found.values() if found.provider is not None]
        return {p.id: tariff for p in loaded if (tariff := p.tariff()) is not None}

    def refusal(self, provider: str) -> Exclusion | None:
        return self._found[provider].refusal()

    async def standings(
        self, wanted: Iterable[str], spent: SpentTiers | None = None
    ) -> dict[str, Standing]:
        """Facts for ranking about those of ``wanted`` that are installed and loaded."""
        names = [name for name in dict.fromkeys(wanted) if name in self._found]
        found = await asyncio.gather(*(self._standing(self._found[name], spent) for name in names))
        return {name: s for name, s in zip(names, found, strict=True) if s is not None}

    async def _standing(self, found: Found, spent: SpentTiers | None) -> Standing | None:
        if found.provider is None:
            return None
        availability = found.availability()
        voices: Sequence[Voice] = ()
        if availability.state is not State.UNAVAILABLE:
            try:
                async with asyncio.timeout(VOICES_S):
                    voices = await found.provider.voices()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next candidate can speak
                availability = Availability.unavailable(
                    f"Its voices could not be listed: {told(error)}", "Try again later."
                )
        counted = spent is not None and availability.state is not State.UNAVAILABLE
        return Standing(
            capabilities=found.provider.capabilities(),
            availability=availability,
            settings_type=found.provider.settings_type,
            voices=voices,
            resting=found.breaker.refusal(),
            spent=await spent(found.id) if spent is not None and counted else {},
            installs_voices=isinstance(found.provider, VoiceInstaller),
        )

    async def voices(self, provider: str | None = None, language: str | None = None) -> list[Voice]:
        """Of one provider, or of all that can say so in time.

        Raises UnknownProvider, and what a single provider raises.
        """
        if provider:
            return await self._voices(self.find(provider), language)
        listed = await asyncio.gather(
            *(self._voices_if_possible(found, language) for found in self._found.values())
        )
        return [voice for voices in listed for voice in voices]

    async def _voices_if_possible(self, found: Found, language: str | None) -> list[Voice]:
        try:
            async with asyncio.timeout(VOICES_S):
                return await self._voices(found, language)
        except Exception as error:  # noqa: BLE001 - the others are listed all the same
            log.info("voices_not_listed", provider=found.id, error=told(error))
            return []

    async def _voices(self, found: Found, language: str | None) -> list[Voice]:
        if found.provider is None or found.availability().state is State.UNAVAILABLE:
            return []
        return list(await found.provider.voices(language))


def _own_name(found: Found) -> str:
    return found.provider.capabilities().name if found.provider else found.id

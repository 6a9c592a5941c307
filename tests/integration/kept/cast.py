"""Providers, each of which is out of a chain, or fails, for another reason."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from polyvox_faulty.charged import FaultCharged
from polyvox_faulty.written import FaultA, FaultB, Written, WrittenSettings

from polyvox.bootstrap import Loaders
from polyvox.domain.capabilities import Availability, Capabilities, Voice
from polyvox.errors import Misconfigured, ProviderError
from polyvox.provider import AudioStream, Provider, Utterance, VoiceSettings
from tests.integration.samples.stage import Cloner


class Clumsy(Written):
    """Raises ``errors``, one by each call."""

    id = "clumsy"

    async def start(self) -> None:
        await super().start()
        self.errors: list[Exception] = []

    @asynccontextmanager
    async def speak(self, utterance: Utterance[WrittenSettings]) -> AsyncIterator[AudioStream]:
        if self.errors:
            raise self.errors.pop(0)
        async with super().speak(utterance) as stream:
            yield stream


class Tired(Clumsy):
    id = "tired"


class Faulty(Written):
    """Does not start."""

    id = "faulty"

    async def start(self) -> None:
        raise Misconfigured("The driver is missing.", remedy="Install it.")


class Away(Written):
    """Says itself that it cannot speak."""

    id = "away"

    def availability(self) -> Availability:
        return Availability.unavailable("Its server does not answer.", "Start its server.")


class Needy(Written):
    """Would speak Japanese, too."""

    id = "needy"

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), needs={"ja": "Install its Japanese dictionary."})


class Mute(Written):
    id = "mute"

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return []


class German(Written):
    """Its voice speaks German alone."""

    id = "german"

    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        return [Voice("hans", self.id, "Hans", ("de",), gender="male", description="Calm.")]


class Copyist(Cloner):
    """Another one that clones."""

    id = "copyist"


def broken() -> type[Provider[VoiceSettings]]:
    raise ImportError("No module named 'engine'")


CAST: Loaders = {
    **{
        kind.id: lambda kind=kind: kind  # type: ignore[misc]
        for kind in (
            *(FaultA, FaultB, FaultCharged, Cloner, Copyist, Clumsy, Tired),
            *(Faulty, Away, Needy, Mute, German),
        )
    },
    "broken": broken,
}


def failing(error: type[ProviderError], told: str) -> ProviderError:
    return error(told, request_id="req-1", remedy="Try another one.")

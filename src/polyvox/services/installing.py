"""Voices and models to install: what there is, and fetching it beside all else, with its progress."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

import structlog

from polyvox.domain.language import distance
from polyvox.errors import PolyvoxError, RequestError, UnknownInstallation
from polyvox.provider.installing import (
    InstallProgress,
    Model,
    ModelInstaller,
    OfferedVoice,
    VoiceCatalogue,
    VoiceInstaller,
)
from polyvox.services.providers import Providers

__all__ = ["InstallService", "InstallState", "Installation", "Model"]

KEPT = 50
"""Installations that are remembered after their end."""

log = structlog.get_logger(__name__)
Work = Callable[[Callable[[InstallProgress], None]], Any]


class InstallState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Installation:
    """``voice`` is None for the provider's model. The bytes are those of ``file``, the one being
    fetched; ``total_bytes`` is None where nobody says."""

    id: str
    provider: str
    voice: str | None
    state: InstallState = InstallState.RUNNING
    file: str | None = None
    done_bytes: int = 0
    total_bytes: int | None = None
    error: PolyvoxError | None = None
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def fault(self) -> str | None:
        """What went wrong, for people; None unless it failed."""
        return self.error.message if self.error else None

    @property
    def remedy(self) -> str | None:
        return self.error.remedy if self.error else None

    @property
    def share(self) -> float | None:
        """Of the file, from 0 to 1; None where that is not known."""
        return self.done_bytes / self.total_bytes if self.total_bytes else None

    def step(self, progress: InstallProgress) -> None:
        self.file = progress.file
        self.done_bytes, self.total_bytes = progress.done_bytes, progress.total_bytes


class InstallService:
    """Installations go on while nobody looks, and end with the server; begun again, they go on where
    they were broken off."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._installations: dict[str, Installation] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def models(self) -> list[Model]:
        """Of all providers that speak with weights. Raises ConfigError for wrong options."""
        found: list[object] = [each.provider for each in self._providers.all()]
        return [provider.model() for provider in found if isinstance(provider, ModelInstaller)]

    def with_catalogue(self) -> list[str]:
        """Ids of the providers that have voices to install."""
        found: list[tuple[str, object]] = [
            (each.id, each.provider) for each in self._providers.all()
        ]
        return [name for name, provider in found if isinstance(provider, VoiceInstaller)]

    async def catalogue(self, provider: str) -> Sequence[str]:
        """Ids of its voices, sorted. Raises UnknownProvider, RequestError, ProviderError."""
        return await self.voice_installer(provider).catalogue()

    async def offered(self, provider: str, language: str | None = None) -> list[OfferedVoice]:
        """Its voices with what is known of each, those of ``language`` the nearest first. Raises
        UnknownProvider, RequestError, ProviderError."""
        installer: object = self.voice_installer(provider)
        if isinstance(installer, VoiceCatalogue):
            voices = list(await installer.offered_voices())
        else:
            voices = [OfferedVoice(voice) for voice in await self.catalogue(provider)]
        return voices if language is None else _speaking(voices, language)

    def voice_installer(self, provider: str) -> VoiceInstaller:
        """Raises UnknownProvider, RequestError."""
        found: object = self._providers.get(provider)
        if isinstance(found, VoiceInstaller):
            return found
        raise RequestError(f"The voices of {provider} are not files to install.", param="provider")

    def model_installer(self, provider: str) -> ModelInstaller:
        """Raises UnknownProvider, RequestError."""
        found: object = self._providers.get(provider)
        if isinstance(found, ModelInstaller):
            return found
        raise RequestError(f"{provider} has no weights to install.", param="provider")

    def install_voice(self, provider: str, voice: str) -> Installation:
        """Begin to fetch it; the running installation, where there is one. Raises as the above."""
        installer = self.voice_installer(provider)
        return self._begin(provider, voice, partial(installer.install_voice, voice))

    def install_model(self, provider: str, *, accept_license: bool) -> Installation:
        """Begin to fetch it; the running installation, where there is one. Raises as the above."""
        install = self.model_installer(provider).install_model
        return self._begin(provider, None, partial(install, accept_license=accept_license))

    async def remove_model(self, provider: str) -> Model:
        """Raises UnknownProvider, RequestError, and ConfigError for weights that are not Polyvox's."""
        return await self.model_installer(provider).remove_model()

    def all(self) -> list[Installation]:
        """Newest first."""
        return list(reversed(self._installations.values()))

    def find(self, installation: str) -> Installation:
        """Raises UnknownInstallation."""
        if installation not in self._installations:
            raise UnknownInstallation("There is no such installation.", param="id")
        return self._installations[installation]

    async def cancel(self, installation: str) -> Installation:
        """What was fetched is kept, to go on from. Raises UnknownInstallation."""
        found = self.find(installation)
        if task := self._tasks.get(installation):
            task.cancel()
            await asyncio.wait([task])
        return found

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _begin(self, provider: str, voice: str | None, work: Work) -> Installation:
        for running in map(self._installations.__getitem__, self._tasks):
            if (running.provider, running.voice) == (provider, voice):
                return running
        new = Installation(f"inst_{secrets.token_hex(8)}", provider, voice)
        self._forget_old()
        self._installations[new.id] = new
        self._tasks[new.id] = asyncio.create_task(self._run(new, work), name="polyvox install")
        self._tasks[new.id].add_done_callback(lambda _: self._ended(new))
        return new

    async def _run(self, new: Installation, work: Work) -> None:
        try:
            await work(new.step)
        except PolyvoxError as error:
            new.state, new.error = InstallState.FAILED, error
        except Exception as error:  # noqa: BLE001 - of a plugin; whoever looks is told
            log.warning("not_installed", provider=new.provider, error=type(error).__qualname__)
            new.state = InstallState.FAILED
            new.error = PolyvoxError(f"It broke: {type(error).__qualname__}.")
        else:
            new.state = InstallState.DONE

    def _ended(self, installation: Installation) -> None:
        """A callback, because a task cancelled before its first step runs no code of its own."""
        del self._tasks[installation.id]
        if installation.state is InstallState.RUNNING:
            installation.state = InstallState.CANCELLED

    def _forget_old(self) -> None:
        ended = [each for each in self._installations if each not in self._tasks]
        for old in ended[: max(0, len(ended) - KEPT + 1)]:
            del self._installations[old]


def _speaking(voices: Sequence[OfferedVoice], language: str) -> list[OfferedVoice]:
    near = [
        (min(known), voice)
        for voice in voices
        if (known := [d for tag in voice.languages if (d := distance(language, tag)) is not None])
    ]
    return [voice for _, voice in sorted(near, key=lambda pair: pair[0])]

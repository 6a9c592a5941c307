"""Optional parts of a provider whose voices or model are files: installing them, and telling broken
ones.

A provider has them by having the methods; nothing is registered. ``polyvox voices install``,
``polyvox models`` and ``polyvox doctor`` look for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from polyvox.domain.capabilities import Licence, Voice
from polyvox.domain.remedy import Remedy


@dataclass(frozen=True, slots=True)
class InstallProgress:
    """How far one file is. ``total_bytes`` is None where the catalogue does not say."""

    file: str
    done_bytes: int
    total_bytes: int | None = None


class BrokenVoice(Protocol):
    """Files that look like a voice and cannot be used; ``reason`` is a sentence."""

    @property
    def path(self) -> Path: ...

    @property
    def reason(self) -> str: ...


@runtime_checkable
class VoiceInstaller(Protocol):
    """Both work on a provider that was not started."""

    async def catalogue(self) -> Sequence[str]:
        """Ids of all voices that can be installed, sorted. Raises ProviderError."""
        ...

    async def install_voice(
        self, voice_id: str, progress: Callable[[InstallProgress], None]
    ) -> Voice:
        """Fetch, check and install the voice whole or not at all; an installed one is checked only.

        ``progress`` is called often, on the event loop. Raises UnknownVoice when the catalogue has
        no such voice, ProviderError when it cannot be fetched.
        """
        ...


@dataclass(frozen=True, slots=True)
class OfferedVoice:
    """A voice that can be installed, as far as its catalogue says. ``languages`` are BCP 47 tags;
    ``unusable`` says why it could not be used here, None where it can."""

    id: str
    languages: tuple[str, ...] = ()
    quality: str | None = None
    speakers: int | None = None
    size_bytes: int | None = None
    unusable: str | None = None


@runtime_checkable
class VoiceCatalogue(Protocol):
    async def offered_voices(self) -> Sequence[OfferedVoice]:
        """What ``catalogue`` gives the ids of, with what is known of each; works on a provider that was
        not started. Raises ProviderError."""
        ...


@runtime_checkable
class VoiceInspector(Protocol):
    def broken_voices(self) -> Sequence[BrokenVoice]:
        """What was found and cannot be used. Never raises, never slow."""
        ...


class ModelState(StrEnum):
    INSTALLED = "installed"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Model:
    """The weights that a provider speaks with, and what may be done with them.

    ``size_bytes`` is what lies on the disk; where nothing is installed, what would be fetched.
    ``accepted`` tells whether the operator accepted the licence; without it nothing is loaded.
    ``reason`` and ``remedy`` are sentences for people, both None where nothing is lacking.
    ``terms_url`` is where the licence that has to be accepted can be read.
    """

    provider: str
    state: ModelState
    size_bytes: int
    licence: Licence
    accepted: bool
    folder: Path
    reason: str | None = None
    remedy: Remedy | None = None
    terms_url: str | None = None


@runtime_checkable
class ModelInstaller(Protocol):
    """All work on a provider that was not started, and while another process runs it.

    ``accept_license`` is the operator's word that they accept the licence of the weights; it is kept.
    ``progress`` is called often, on the event loop.
    """

    def model(self) -> Model:
        """What is there. Raises ConfigError for wrong options, and nothing else."""
        ...

    async def install_model(
        self, progress: Callable[[InstallProgress], None], *, accept_license: bool
    ) -> Model:
        """Fetch, check and install the published weights, whole or not at all; what is there stays.

        Raises RequestError while the licence is not accepted, ProviderError when the files cannot
        be fetched or are not what they should be, Conflict, ConfigError.
        """
        ...

    async def add_model(
        self, folder: Path, progress: Callable[[InstallProgress], None], *, accept_license: bool
    ) -> Model:
        """Install the weights that lie in ``folder``, which stays as it is; what was there goes.

        Raises as :meth:`install_model` does, and RequestError for a folder without weights.
        """
        ...

    async def remove_model(self) -> Model:
        """Delete what was installed or added. Raises RequestError where there is nothing to delete."""
        ...

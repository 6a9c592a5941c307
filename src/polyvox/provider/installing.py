"""Optional parts of a provider whose voices are files: installing them, and telling broken ones.

A provider has them by having the methods; nothing is registered. ``polyvox voices install`` and
``polyvox doctor`` look for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from polyvox.domain.capabilities import Voice


@dataclass(frozen=True, slots=True)
class InstallProgress:
    """How far one file of a voice is. ``total_bytes`` is None where the catalogue does not say."""

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


@runtime_checkable
class VoiceInspector(Protocol):
    def broken_voices(self) -> Sequence[BrokenVoice]:
        """What was found and cannot be used. Never raises, never slow."""
        ...

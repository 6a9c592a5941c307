"""What a provider is to the router: one way to turn a short text into audio.

Register the class as an entry point in the group ``polyvox.providers``, under its id. Timeouts,
retries, breakers, caching, quota and segmenting are the router's: a provider has none of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Availability, Capabilities, Kind, Voice
from polyvox.domain.quota import Charge, Tariff
from polyvox.domain.written import Part
from polyvox.errors import BadOutput, Interrupted, InvalidSetting, ProviderError

ENTRY_POINT_GROUP = "polyvox.providers"


class VoiceSettings(BaseModel):
    """Base of a provider's settings per personality. Its JSON schema drives form, docs and CLI.

    Give every field a title in plain words, a range, a default and a description, with the unit.
    Unknown fields are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    def at_speed(self, factor: float) -> Self:
        """These settings, ``factor`` times as fast (see ``SpeedRange``). Raises InvalidSetting,
        naming the range."""
        if factor == 1.0:
            return self
        raise InvalidSetting("This provider cannot change its speed.", param="speed")


SettingsT = TypeVar("SettingsT", bound=VoiceSettings)


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """What the house hands a provider: a folder of its own, and the operator's options for it."""

    data_dir: Path
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Utterance(Generic[SettingsT]):
    """One segment to speak. ``text`` is clean, not blank and within the provider's limit.

    ``language`` is one of the provider's own tags; ``voice`` one of its voice ids (None where it
    has no stock voices); ``samples`` are local files to clone from. ``before`` are the texts of the
    reply's earlier segments, in order, for a provider whose capabilities say ``carries_style``.
    ``instructions`` say in words how to speak, in up to ``domain.speech.MAX_INSTRUCTIONS`` characters;
    they are the request's, and given only to a provider whose capabilities say ``takes_instructions``.
    ``parts`` are the same text and the pauses in it, for a provider that makes pauses of a length; () is
    a text without any, and ``text`` has punctuation in their place. To a provider whose capabilities have
    ``styles`` a ``Style`` among them, by the provider's own name, says how to speak what follows, to the
    next ``Style``; ``NEUTRAL`` is the way that the settings ask for. Only to a provider whose capabilities
    say ``takes_pronunciations`` the words of a lexicon are parts of their own, too: a ``Pronunciation``;
    ``text`` and everybody else's parts have it as it is ``spoken``.
    """

    text: str = field(repr=False)
    language: str
    voice: str | None
    settings: SettingsT
    samples: tuple[Path, ...] = ()
    before: tuple[str, ...] = field(default=(), repr=False)
    instructions: str | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = field(default=(), repr=False)


class AudioStream:
    """Audio as it is made. Iterating gives chunks of one ``sample_rate`` (Hz).

    A ProviderError out of ``rest`` comes after the first audio: it is raised as Interrupted.
    """

    def __init__(self, first: AudioChunk, rest: AsyncIterator[AudioChunk]) -> None:
        self.sample_rate = first.sample_rate
        self._first: AudioChunk | None = first
        self._rest = rest

    def __aiter__(self) -> AudioStream:
        return self

    async def __anext__(self) -> AudioChunk:
        if self._first is not None:
            chunk, self._first = self._first, None
            return chunk
        try:
            return await anext(self._rest)
        except ProviderError as error:
            raise Interrupted(f"The audio broke off: {error.message}") from error


@asynccontextmanager
async def audio_stream(chunks: AsyncGenerator[AudioChunk, None]) -> AsyncIterator[AudioStream]:
    """Entered with the first audio of ``chunks`` in hand; closes ``chunks`` on leaving.

    Raises BadOutput when there is none.
    """
    async with aclosing(chunks):
        async for chunk in chunks:
            if chunk.pcm:
                yield AudioStream(chunk, chunks)
                return
        raise BadOutput("The provider returned no audio.")


class Provider(ABC, Generic[SettingsT]):
    """One way to make speech. The constructor stores; :meth:`start` does the work."""

    id: ClassVar[str]
    kind: ClassVar[Kind]
    settings_type: ClassVar[type[VoiceSettings]]

    def __init__(self, context: ProviderContext) -> None:
        self.context = context

    async def start(self) -> None:
        """Get ready. May take long; an exception makes the provider unavailable, never the server."""

    async def warm_up(self) -> None:
        """Begin with what a first request would wait for, if the operator wants that.

        Called once after :meth:`start`, where speech will be served for long; not by commands that
        only look. Returns soon: the rest goes on beside.
        """

    async def stop(self) -> None:
        """Give everything back. Called once, also after a failed start."""

    @abstractmethod
    def availability(self) -> Availability:
        """Whether it could speak now. Never raises, never slow."""

    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What it can do with what is installed now. Derived from facts, never slow."""

    @abstractmethod
    async def voices(self, language: str | None = None) -> Sequence[Voice]:
        """Its voices, best first; with ``language``, those that speak it."""

    def revision(self, voice: str | None) -> str:
        """Changes whenever the same utterance would sound different. Part of the cache key."""
        return ""

    async def forget(self, recordings: Sequence[str]) -> None:
        """Drop what is kept of recordings with these SHA-256 digests (hex), which were samples."""

    def tariff(self) -> Tariff | None:
        """What the service gives away and charges; None where nothing is counted. Never slow."""
        return None

    def charge(self, utterance: Utterance[SettingsT]) -> Charge | None:
        """What the service will count for ``utterance``, by a tier of the tariff. Never slow.

        The router reserves it before it calls ``speak``.
        """
        return None

    @abstractmethod
    def speak(self, utterance: Utterance[SettingsT]) -> AbstractAsyncContextManager[AudioStream]:
        """Speak one segment.

        Entered only with the first audio in hand; every failure before that raises a
        ProviderError (UnknownVoice and InvalidSetting for what the caller got wrong), every one
        after it an Interrupted. Leaving it cancels the work down to the engine or socket.
        """

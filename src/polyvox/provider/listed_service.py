"""A service that lists its voices: the connection to it, the list, and why it cannot speak now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from polyvox.domain.capabilities import Availability, Capabilities, State, Voice
from polyvox.errors import Misconfigured, Unavailable
from polyvox.provider.choice import choose, speaking
from polyvox.provider.voice_list import VoiceListCache, list_file


class ServiceClient(Protocol):
    """The calls to one service. ``address`` tells it from others; it is set once started."""

    address: str

    async def start(self) -> None:
        """Raises Misconfigured with what the operator has not set, before anything is sent."""

    async def stop(self) -> None:
        """May be called twice, and without a start."""

    async def voices(self) -> Sequence[Voice]:
        """The service's voices as it lists them now, best first. Raises ProviderError."""


ClientT = TypeVar("ClientT", bound=ServiceClient)


@dataclass(frozen=True, slots=True)
class _Offer:
    """What is made of one list."""

    listed: Sequence[Voice]
    voices: Sequence[Voice]
    capabilities: Capabilities


class ListedService(Generic[ClientT]):
    """What a provider holds of the service that it speaks for.

    ``about`` are its capabilities but for the languages, which are those of its voices; of
    ``about.locale_for`` holds what the voices have. ``called`` is the service's name inside a sentence.
    A voice of which the list does not say what it speaks is taken to speak ``languages``; one of
    which nobody says it is not offered.
    """

    def __init__(
        self, provider: str, about: Capabilities, *, called: str, languages: tuple[str, ...] = ()
    ) -> None:
        self._provider = provider
        self._about = about
        self._called = called
        self._languages = languages
        self._idle = Availability.unavailable(f"{about.name} is not running.", "Start Polyvox.")
        self._lack: Availability | None = self._idle
        self._client: ClientT | None = None
        self._named: Sequence[Voice] = ()
        self._list: VoiceListCache | None = None
        self._offer = self._offer_of(())

    async def start(self, client: ClientT, folder: Path, *, named: Sequence[Voice] = ()) -> None:
        """Connect, and list the voices unless they are ``named``; the list is kept in ``folder``.

        What goes wrong is told by ``availability``.
        """
        self._client = client
        try:
            await client.start()
        except Misconfigured as error:
            self._lack = Availability.unavailable(error.message, error.remedy or "")
            return
        self._lack, self._named = None, named
        if not named:
            self._list = VoiceListCache(list_file(folder, client.address), client.voices)
            await self._list.open()

    async def stop(self) -> None:
        self._lack, self._named = self._idle, ()
        voices, self._list = self._list, None
        client, self._client = self._client, None
        if voices is not None:
            await voices.close()
        if client is not None:
            await client.stop()

    def availability(self) -> Availability:
        if self._lack is not None:
            return self._lack
        return self._list.availability() if self._list else Availability.ready()

    def client(self, availability: Availability) -> ClientT:
        """What to speak with. Raises Unavailable with the reason of ``availability``, the provider's."""
        if self._client is None or availability.state is not State.READY:
            raise Unavailable(availability.reason or "", remedy=availability.remedy)
        return self._client

    @property
    def listed(self) -> Sequence[Voice]:
        """As the service says it, best first."""
        return self._list.voices if self._list else self._named

    def capabilities(self) -> Capabilities:
        return self._offered().capabilities

    def voices(self, language: str | None = None) -> Sequence[Voice]:
        """Those offered, best first; with ``language``, those that speak it, the nearest first."""
        voices = self._offered().voices
        return voices if language is None else speaking(voices, self._meant(language))

    def choose(self, asked: str | None, language: str) -> Voice:
        """The voice with the id ``asked``, or the best of ``language`` where it is None.

        Raises UnknownVoice, UnsupportedLanguage.
        """
        return choose(
            self.voices(),
            asked,
            self._meant(language),
            service=self._called,
            provider=self._provider,
        )

    def _meant(self, language: str) -> str:
        return self.capabilities().locale_for.get(language, language)

    def _offered(self) -> _Offer:
        if self._offer.listed is not self.listed:
            self._offer = self._offer_of(self.listed)
        return self._offer

    def _offer_of(self, listed: Sequence[Voice]) -> _Offer:
        told = (v if v.languages else replace(v, languages=self._languages) for v in listed)
        voices = tuple(voice for voice in told if voice.languages)
        languages = {tag for voice in voices for tag in voice.languages}
        meant = {wanted: tag for wanted, tag in self._about.locale_for.items() if tag in languages}
        able = replace(self._about, languages=tuple(sorted(languages)), locale_for=meant)
        return _Offer(listed, voices, able)

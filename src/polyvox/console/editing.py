"""One personality being edited on one page: what is stored, how it is changed, who must look again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from polyvox.console.dialogs import telling
from polyvox.console.frame import done, told
from polyvox.console.host import ConsoleHost
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import Conflict, PolyvoxError
from polyvox.services.ports import Personality

Document = dict[str, Any]
"""A voice_config as JSON has it."""


@dataclass(eq=False, repr=False)
class Editing:
    """Every change is saved at once. ``stored`` is the personality as this page last saw it;
    ``embedded`` is a form in a frame of the user's own product."""

    host: ConsoleHost
    stored: Personality
    embedded: bool = False
    _openers: list[Callable[[str, str], object]] = field(default_factory=list, init=False)
    _watchers: list[Callable[[], Awaitable[None]]] = field(default_factory=list, init=False)

    @property
    def config(self) -> VoiceConfig:
        return self.stored.voice_config

    def watch(self, look_again: Callable[[], Awaitable[None]]) -> None:
        """Have ``look_again`` called after every change, the page's own ones included."""
        self._watchers.append(look_again)

    def when_opened(self, turn_to: Callable[[str, str], object]) -> None:
        """Have ``turn_to`` called with the part of the form to show, and the provider it is about."""
        self._openers.append(turn_to)

    def open(self, part: str, provider: str) -> None:
        for turn_to in self._openers:
            turn_to(part, provider)

    async def change(self, edit: Callable[[Document], None], said: str = "Saved.") -> bool:
        """Have ``edit`` change the document, and store it. False, and told, when that is refused."""
        document = self.config.model_dump(mode="json", exclude={"stats"})
        edit(document)
        return await self._store(
            lambda: self._service.update(
                self.stored.id, voice_config=document, expected_version=self.stored.version
            ),
            said,
        )

    async def rename(self, *, name: str | None = None, description: str | None = None) -> bool:
        return await self._store(
            lambda: self._service.update(
                self.stored.id,
                name=name,
                description=description,
                expected_version=self.stored.version,
            ),
            "Saved.",
        )

    async def switch(self, provider: str, said: str) -> bool:
        """Make ``provider`` the active one, from the next segment on."""
        return await self._store(lambda: self._service.switch(self.stored.id, provider), said)

    async def look_again(self) -> None:
        """After somebody else changed it."""
        with telling():
            self.stored = await self._service.get(self.stored.id)
            await self._tell()

    @property
    def _service(self) -> Any:
        return self.host.services.personalities

    async def _store(self, store: Callable[[], Awaitable[Personality]], said: str) -> bool:
        try:
            self.stored = await store()
        except Conflict as error:
            told(error)
            await self.look_again()
            return False
        except PolyvoxError as error:
            told(error)
            return False
        if said:
            done(said)
        await self._tell()
        return True

    async def _tell(self) -> None:
        for look in self._watchers:
            await look()

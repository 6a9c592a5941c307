"""Personalities: created, edited without overwriting each other, switched by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import Conflict, InvalidSetting
from polyvox.routing.candidates import parse_settings
from polyvox.services.narrators import check_narrator
from polyvox.services.ports import Personality, PersonalityRepository, Switch
from polyvox.services.providers import Providers
from polyvox.services.sample_references import with_stored, without_stored
from polyvox.services.samples import SampleService
from polyvox.services.usage import UsageService

ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
NAME_MAX, DESCRIPTION_MAX = 200, 2000
"""Characters."""


@dataclass(eq=False, repr=False)
class PersonalityService:
    """Reads come with ``voice_config.stats`` computed from usage, and with the stored samples among
    ``voice_config.voice_samples``; what a caller writes there is dropped.

    ``on_change`` is told the id of every personality that was changed or deleted.
    """

    repository: PersonalityRepository
    providers: Providers
    usage: UsageService
    samples: SampleService
    on_change: Callable[[str], object] = lambda _: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def list(self) -> Sequence[Personality]:
        """All, by name, without statistics."""
        return await self.repository.list()

    async def get(self, personality_id: str) -> Personality:
        """Raises UnknownPersonality."""
        stored = await self.repository.get(personality_id)
        stats = await self.usage.stats_of(personality_id)
        config = stored.voice_config.model_copy(update={"stats": stats})
        entries = await self.samples.references.entries(personality_id)
        return replace(stored, voice_config=with_stored(config, entries))

    async def create(
        self,
        personality_id: str,
        *,
        name: str,
        description: str = "",
        voice_config: Mapping[str, Any] | VoiceConfig | None = None,
    ) -> Personality:
        """Raises InvalidSetting, Conflict when the id is taken."""
        if not ID_PATTERN.fullmatch(personality_id):
            raise InvalidSetting(
                "An id is 1 to 64 of a-z, 0-9, '_' and '-', and starts with a letter or digit.",
                param="id",
            )
        at = self.now()
        personality = Personality(
            id=personality_id,
            name=_text(name, "name", NAME_MAX, required=True),
            description=_text(description, "description", DESCRIPTION_MAX),
            voice_config=await self._valid(personality_id, voice_config or {}),
            version=1,
            created_at=at,
            updated_at=at,
        )
        await self.repository.add(personality)
        return personality

    async def update(
        self,
        personality_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        voice_config: Mapping[str, Any] | VoiceConfig | None = None,
        expected_version: int | None = None,
    ) -> Personality:
        """Change what is given; a ``voice_config`` replaces the whole document.

        Raises Conflict when ``expected_version`` is no longer the stored one.
        """
        stored = await self.repository.get(personality_id)
        _check_version(stored, expected_version)
        changed = replace(
            stored,
            name=stored.name if name is None else _text(name, "name", NAME_MAX, required=True),
            description=stored.description
            if description is None
            else _text(description, "description", DESCRIPTION_MAX),
            voice_config=stored.voice_config
            if voice_config is None
            else await self._valid(personality_id, voice_config),
        )
        return await self._replace(stored, changed)

    async def switch(
        self, personality_id: str, provider: str, *, expected_version: int | None = None
    ) -> Personality:
        """Make ``provider`` the active one, from the next segment on; recorded.

        Raises UnknownProvider, InvalidSetting when it is disabled for the personality.
        """
        self.providers.find(provider)
        stored = await self.repository.get(personality_id)
        _check_version(stored, expected_version)
        config = stored.voice_config
        if provider == config.active_provider:
            return stored
        if not config.of(provider).enabled:
            raise InvalidSetting(
                f"{provider} is disabled for this personality.",
                param="provider",
                remedy=f"Set providers.{provider}.enabled to true first.",
            )
        changed = replace(
            stored, voice_config=config.model_copy(update={"active_provider": provider})
        )
        return await self._replace(stored, changed)

    async def switches(self, personality_id: str, *, limit: int = 100) -> Sequence[Switch]:
        """Newest first. Raises UnknownPersonality."""
        await self.repository.get(personality_id)
        return await self.repository.switches(personality_id, limit=limit)

    async def delete(self, personality_id: str) -> None:
        """With its samples. Raises UnknownPersonality, Conflict when others speak with these."""
        await self.samples.leave(personality_id)
        await self.repository.delete(personality_id)
        self.on_change(personality_id)

    def parse(self, document: Mapping[str, Any] | VoiceConfig) -> VoiceConfig:
        """A valid document without statistics and entries of stored samples.

        Raises InvalidSetting, naming the field. Settings of providers that are not installed are
        kept as they are: nothing here can judge them.
        """
        config = VoiceConfig.parse(document)
        for provider, configured in config.providers.items():
            settings_type = self.providers.settings_type(provider)
            if settings_type is not None:
                try:
                    parse_settings(settings_type, configured.settings)
                except InvalidSetting as error:
                    where = f"voice_config.providers.{provider}.settings.{error.param}"
                    raise InvalidSetting(error.message, param=where) from error
        return without_stored(config).model_copy(update={"stats": {}})

    async def _valid(
        self, personality_id: str, document: Mapping[str, Any] | VoiceConfig
    ) -> VoiceConfig:
        config = self.parse(document)
        await check_narrator(personality_id, config, self.repository)
        await self.samples.references.check(config)
        return config

    async def _replace(self, stored: Personality, changed: Personality) -> Personality:
        at = self.now()
        changed = replace(changed, version=stored.version + 1, updated_at=at)
        active = changed.voice_config.active_provider
        before = stored.voice_config.active_provider
        switch = Switch(stored.id, at, before, active) if before != active else None
        await self.repository.replace(changed, expected_version=stored.version, switch=switch)
        self.on_change(stored.id)
        return changed


def _check_version(stored: Personality, expected: int | None) -> None:
    if expected is not None and expected != stored.version:
        raise Conflict(
            f"'{stored.id}' was changed by somebody else: it is at version {stored.version}, "
            f"not {expected}.",
            param="version",
            remedy="Read it again and repeat your change.",
        )


def _text(value: str, name: str, most: int, *, required: bool = False) -> str:
    text = value.strip()
    if required and not text:
        raise InvalidSetting(f"'{name}' must not be empty.", param=name)
    if len(text) > most:
        raise InvalidSetting(f"'{name}' is longer than {most} characters.", param=name)
    return text

"""Personalities and their switches (``services.ports.PersonalityRepository``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import ConfigError, Conflict, InvalidSetting, UnknownPersonality
from polyvox.services.ports import Personality, Switch
from polyvox.storage.database import Database
from polyvox.storage.tables import ai_personalities, voice_switches


class SqlPersonalities:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> Sequence[Personality]:
        query = select(ai_personalities).order_by(ai_personalities.c.name, ai_personalities.c.id)
        return [_personality(row) for row in await self._database.rows(query)]

    async def get(self, personality_id: str) -> Personality:
        query = select(ai_personalities).where(ai_personalities.c.id == personality_id)
        found = await self._database.rows(query)
        if not found:
            raise _unknown(personality_id)
        return _personality(found[0])

    async def add(self, personality: Personality) -> None:
        values = {
            "id": personality.id,
            "created_at": personality.created_at,
            **_changeable(personality),
        }
        try:
            await self._database.change(insert(ai_personalities).values(values))
        except IntegrityError as error:
            raise Conflict(
                f"A personality '{personality.id}' exists already.", param="id"
            ) from error

    async def replace(
        self, personality: Personality, *, expected_version: int, switch: Switch | None = None
    ) -> None:
        table = ai_personalities.c
        change = (
            update(ai_personalities)
            .where(table.id == personality.id, table.version == expected_version)
            .values(_changeable(personality))
        )
        async with self._database.writing() as connection:
            if (await connection.execute(change)).rowcount == 0:
                present = select(table.id).where(table.id == personality.id)
                if (await connection.execute(present)).first() is None:
                    raise _unknown(personality.id)
                raise Conflict(
                    f"Personality '{personality.id}' was changed by somebody else meanwhile.",
                    remedy="Read it again and repeat the change.",
                )
            if switch is not None:
                await connection.execute(insert(voice_switches).values(_switch_values(switch)))

    async def delete(self, personality_id: str) -> None:
        gone = delete(ai_personalities).where(ai_personalities.c.id == personality_id)
        if not await self._database.change(gone):
            raise _unknown(personality_id)

    async def switches(self, personality_id: str, *, limit: int = 100) -> Sequence[Switch]:
        table = voice_switches.c
        query = (
            select(table.personality_id, table.at, table.from_provider, table.to_provider)
            .where(table.personality_id == personality_id)
            .order_by(table.at.desc(), table.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [Switch(*row) for row in await connection.execute(query)]


def _changeable(personality: Personality) -> dict[str, Any]:
    return {
        "name": personality.name,
        "description": personality.description,
        "voice_config": _document(personality.voice_config),
        "version": personality.version,
        "updated_at": personality.updated_at,
    }


def _document(config: VoiceConfig) -> dict[str, Any]:
    """What was written, as it was written: no defaults filled in, unknown fields kept, no stats."""
    written = config.model_dump(exclude_unset=True, exclude={"stats"})
    try:
        text = json.dumps(written, default=to_jsonable_python, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise InvalidSetting(
            "The voice_config holds a value that is not JSON (such as NaN).", param="voice_config"
        ) from error
    if "\\u0000" in text.replace("\\\\", ""):
        raise InvalidSetting(
            "The voice_config holds a NUL character, which PostgreSQL cannot store.",
            param="voice_config",
        )
    document: dict[str, Any] = json.loads(text)
    return document


def _switch_values(switch: Switch) -> dict[str, Any]:
    return {
        "personality_id": switch.personality,
        "at": switch.at,
        "from_provider": switch.from_provider,
        "to_provider": switch.to_provider,
    }


def _personality(row: RowMapping) -> Personality:
    try:
        config = VoiceConfig.model_validate(row["voice_config"])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"The stored voice_config of personality '{row['id']}' is not valid at "
            f"'{where}': {first['msg']}.",
            remedy="Correct the document, or delete the personality.",
        ) from None  # the original quotes the document
    return Personality(**{**row, "voice_config": config})


def _unknown(personality_id: str) -> UnknownPersonality:
    return UnknownPersonality(f"There is no personality '{personality_id}'.", param="personality")

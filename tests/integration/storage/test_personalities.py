from __future__ import annotations

import asyncio
import json
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from polyvox.domain.voice_config import ProviderConfig, VoiceConfig
from polyvox.errors import (
    ConfigError,
    Conflict,
    InvalidSetting,
    RequestError,
    UnknownPersonality,
)
from polyvox.services.ports import Personality, PersonalityRepository, Switch
from polyvox.storage.database import Database
from polyvox.storage.personalities import SqlPersonalities
from tests.support.postgres import PostgresServer

SPECIFICATION = Path(__file__).parents[2] / "data" / "specification_voice_config.json"
SECRET = "classified"
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


def personality(id_: str = "joe", **changes: Any) -> Personality:
    joe = Personality(
        id=id_,
        name="Joe",
        description="Calm, “dry” – ☕",
        voice_config=VoiceConfig(active_provider="piper"),
        version=1,
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(joe, **changes)


@pytest.fixture
def personalities(database: Database) -> PersonalityRepository:
    return SqlPersonalities(database)


async def test_a_personality_reads_back_as_it_was_added(
    personalities: PersonalityRepository,
) -> None:
    await personalities.add(personality())
    assert await personalities.get("joe") == personality()


async def test_the_document_of_the_specification_reads_back_equal(
    personalities: PersonalityRepository,
) -> None:
    written = json.loads(SPECIFICATION.read_text())
    config = VoiceConfig.model_validate(written)
    await personalities.add(personality(voice_config=config))
    stored = (await personalities.get("joe")).voice_config
    del written["stats"]
    assert stored == config.model_copy(update={"stats": {}})
    assert stored.model_dump(mode="json", exclude_unset=True) == written


async def test_unknown_fields_survive_at_every_depth_and_explicit_nulls_stay(
    personalities: PersonalityRepository,
) -> None:
    written = {
        "mood": {"level": [1, 2.5, None, True]},
        "providers": {"piper": {"enabled": True, "voice_id": None, "colour": "blue"}},
        "languages": {"primary": "en", "accents": ["scouse"]},
        "voice_samples": [{"id": "a", "url": "file:///a.wav", "camera": "no"}],
    }
    await personalities.add(personality(voice_config=VoiceConfig.model_validate(written)))
    stored = (await personalities.get("joe")).voice_config
    assert stored.model_dump(mode="json", exclude_unset=True) == written


async def test_no_default_and_no_stats_are_stored(
    personalities: PersonalityRepository, database: Database
) -> None:
    config = VoiceConfig.model_validate(
        {"active_provider": "piper", "stats": {"piper": {"failures": 3}}}
    )
    await personalities.add(personality(voice_config=config))
    async with database.reading() as connection:
        row = await connection.exec_driver_sql("SELECT voice_config FROM ai_personalities")
        document = row.scalar_one()
    stored = json.loads(document) if isinstance(document, str) else document
    assert stored == {"active_provider": "piper"}


async def test_moments_come_back_aware_and_in_utc(personalities: PersonalityRepository) -> None:
    kyiv = timezone(timedelta(hours=3))
    await personalities.add(personality(created_at=NOON.astimezone(kyiv)))
    created = (await personalities.get("joe")).created_at
    assert created == NOON
    assert created.tzinfo is UTC


async def test_all_are_listed_by_name(personalities: PersonalityRepository) -> None:
    for id_, name in (("1", "Zoe"), ("2", "Ann"), ("3", "Joe")):
        await personalities.add(personality(id_, name=name))
    assert [p.name for p in await personalities.list()] == ["Ann", "Joe", "Zoe"]


async def test_an_id_is_taken_once(personalities: PersonalityRepository) -> None:
    await personalities.add(personality())
    with pytest.raises(Conflict, match="'joe' exists already"):
        await personalities.add(personality(name="Another"))
    assert (await personalities.get("joe")).name == "Joe"


async def test_who_is_not_there_is_unknown_to_every_call(
    personalities: PersonalityRepository,
) -> None:
    with pytest.raises(UnknownPersonality):
        await personalities.get("nobody")
    with pytest.raises(UnknownPersonality):
        await personalities.replace(personality("nobody"), expected_version=1)
    with pytest.raises(UnknownPersonality):
        await personalities.delete("nobody")
    assert list(await personalities.switches("nobody")) == []


async def test_replace_writes_all_but_the_creation(personalities: PersonalityRepository) -> None:
    await personalities.add(personality())
    later = NOON + timedelta(hours=1)
    changed = personality(
        name="Joseph",
        description="",
        voice_config=VoiceConfig(active_provider="styletts2"),
        version=2,
        created_at=later,
        updated_at=later,
    )
    await personalities.replace(changed, expected_version=1)
    assert await personalities.get("joe") == replace(changed, created_at=NOON)


async def test_a_replacement_of_an_old_version_changes_nothing(
    personalities: PersonalityRepository,
) -> None:
    await personalities.add(personality(version=2))
    switch = Switch("joe", NOON, "piper", "xtts_v2")
    with pytest.raises(Conflict, match="somebody else"):
        await personalities.replace(
            personality(name="Late", version=2), expected_version=1, switch=switch
        )
    assert (await personalities.get("joe")).name == "Joe"
    assert list(await personalities.switches("joe")) == []


async def test_of_many_concurrent_replacements_exactly_one_wins(
    personalities: PersonalityRepository, other_process: Database
) -> None:
    await personalities.add(personality())
    doors = (personalities, SqlPersonalities(other_process))

    async def change(number: int) -> int | None:
        switch = Switch("joe", NOON, "piper", str(number))
        try:
            await doors[number % 2].replace(
                personality(name=str(number), version=2), expected_version=1, switch=switch
            )
        except Conflict:
            return None
        return number

    winners = [w for w in await asyncio.gather(*map(change, range(20))) if w is not None]
    assert len(winners) == 1
    assert (await personalities.get("joe")).name == str(winners[0])
    assert [s.to_provider for s in await personalities.switches("joe")] == [str(winners[0])]


async def test_switches_come_newest_first_and_go_with_their_personality(
    personalities: PersonalityRepository,
) -> None:
    await personalities.add(personality())
    moments = [NOON + timedelta(seconds=s) for s in (1, 3, 2, 3)]
    for version, at in enumerate(moments, start=1):
        await personalities.replace(
            personality(version=version + 1),
            expected_version=version,
            switch=Switch("joe", at, "piper", f"to-{version}"),
        )
    newest = await personalities.switches("joe", limit=3)
    assert [s.to_provider for s in newest] == ["to-4", "to-2", "to-3"]
    assert newest[0] == Switch("joe", moments[3], "piper", "to-4")

    await personalities.delete("joe")
    await personalities.add(personality())
    assert list(await personalities.switches("joe")) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a\0b", "\ud800", object()])
async def test_a_setting_that_is_not_json_is_refused(
    personalities: PersonalityRepository, value: object
) -> None:
    config = VoiceConfig(providers={"piper": ProviderConfig(settings={"speed": value})})
    with pytest.raises(InvalidSetting, match="voice_config holds"):
        await personalities.add(personality(voice_config=config))
    assert list(await personalities.list()) == []


async def test_a_backslash_before_u0000_is_only_text(personalities: PersonalityRepository) -> None:
    config = VoiceConfig(providers={"piper": ProviderConfig(settings={"note": "\\u0000"})})
    await personalities.add(personality(voice_config=config))
    assert (await personalities.get("joe")).voice_config == config


async def test_characters_the_database_cannot_store_are_the_callers_fault(
    personalities: PersonalityRepository,
) -> None:
    with pytest.raises(RequestError):
        await personalities.get("\0")
    with pytest.raises(RequestError, match="cannot store") as caught:
        await personalities.add(personality(name=SECRET + "\ud800"))
    assert SECRET not in "".join(traceback.format_exception(caught.value))


async def test_a_document_spoilt_by_hand_is_named_but_not_quoted(
    personalities: PersonalityRepository, database: Database
) -> None:
    await personalities.add(personality())
    document = f'{{"fallback_chain": "{SECRET}"}}'
    spoilt = f"UPDATE ai_personalities SET voice_config = '{document}'"  # noqa: S608 our own words
    async with database.writing() as connection:
        await connection.exec_driver_sql(spoilt)
    with pytest.raises(ConfigError, match=r"'joe'.*'fallback_chain'") as caught:
        await personalities.get("joe")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


async def test_voice_config_is_jsonb_on_postgresql(
    postgres: PostgresServer, postgres_url: str
) -> None:
    database = Database(postgres_url)
    await database.start()
    async with database.reading() as connection:
        row = await connection.exec_driver_sql(
            "SELECT data_type FROM information_schema.columns WHERE column_name = 'voice_config'"
        )
        assert row.scalar_one() == "jsonb"
    await database.stop()

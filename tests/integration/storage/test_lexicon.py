"""The server's lexicon in both databases: written whole, never over somebody else's change."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from polyvox.domain.lexicon import parse_lexicon
from polyvox.errors import ConfigError, Conflict
from polyvox.services.ports import LexiconRepository, StoredLexicon
from polyvox.storage.database import Database
from polyvox.storage.lexicon import SqlLexicon
from polyvox.storage.tables import lexicons

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ENTRIES = parse_lexicon(
    [
        {"written": "Xiaomi", "spoken": "shao mee", "ipa": "ʃaʊˈmiː", "language": "en"},
        {"written": "GIF", "spoken": "jif", "case": True},
    ]
)


@pytest.fixture
def lexicon(database: Database) -> LexiconRepository:
    return SqlLexicon(database)


async def test_it_is_empty_before_it_is_written(lexicon: LexiconRepository) -> None:
    assert await lexicon.get() == StoredLexicon((), 0)
    assert await lexicon.version() == 0


async def test_it_reads_back_as_it_was_written(lexicon: LexiconRepository) -> None:
    first, second = StoredLexicon(ENTRIES, 1), StoredLexicon(ENTRIES[:1], 2)
    await lexicon.replace(first, expected_version=0, at=NOON)
    assert await lexicon.get() == first
    await lexicon.replace(second, expected_version=1, at=NOON)
    assert await lexicon.get() == second
    assert await lexicon.version() == 2


@pytest.mark.parametrize("stored", [0, 1])
async def test_of_two_changes_at_once_one_is_refused(
    lexicon: LexiconRepository, other_process: Database, stored: int
) -> None:
    for version in range(1, stored + 1):
        await lexicon.replace(
            StoredLexicon(ENTRIES, version), expected_version=version - 1, at=NOON
        )
    change = StoredLexicon(ENTRIES, stored + 1)
    done = await asyncio.gather(
        lexicon.replace(change, expected_version=stored, at=NOON),
        SqlLexicon(other_process).replace(change, expected_version=stored, at=NOON),
        return_exceptions=True,
    )
    assert [type(each) for each in done if each is not None] == [Conflict]
    assert (await lexicon.get()).version == stored + 1


async def test_what_another_version_wrote_is_told_and_can_be_replaced(
    lexicon: LexiconRepository, database: Database
) -> None:
    await lexicon.replace(StoredLexicon(ENTRIES, 1), expected_version=0, at=NOON)
    await database.change(update(lexicons).values(entries=[{"word": "secret"}]))
    with pytest.raises(ConfigError) as raised:
        await lexicon.get()
    assert "secret" not in str(raised.value)
    await lexicon.replace(StoredLexicon(ENTRIES, 2), expected_version=1, at=NOON)
    assert (await lexicon.get()).entries == ENTRIES

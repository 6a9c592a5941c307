from __future__ import annotations

import asyncio
import gc
import socket
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from polyvox.domain.counts import Counts
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import ConfigError, PolyvoxError
from polyvox.services.ports import ApiKey, Personality, UsageIncrement
from polyvox.storage.database import Database
from polyvox.storage.keys import SqlKeys
from polyvox.storage.personalities import SqlPersonalities
from polyvox.storage.usage import SqlUsage
from tests.support.postgres import PASSWORD, PostgresServer

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
SECRET = "classified"


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        f"postgresql://user:{SECRET}@host:not-a-port/name",
        f"mysql://user:{SECRET}@host/name",
        f"postgresql+psycopg://user:{SECRET}@host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://folder/polyvox.db",
    ],
)
def test_a_wrong_url_is_refused_with_a_remedy_and_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match=r"URL|kind") as caught:
        Database(url)
    assert caught.value.remedy
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("prefix", ["sqlite", "sqlite+aiosqlite"])
async def test_sqlite_makes_its_folder_and_runs_in_wal_with_foreign_keys(
    tmp_path: Path, prefix: str
) -> None:
    database = Database(f"{prefix}:///{tmp_path}/a/b/polyvox.db")
    await database.start()
    async with database.reading() as connection:
        pragmas = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 1, 30_000]
    await database.stop()


@pytest.mark.parametrize("prefix", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_every_spelling_of_postgresql_is_understood(postgres_url: str, prefix: str) -> None:
    database = Database(postgres_url.replace("postgresql", prefix, 1) + "&sslmode=prefer")
    await database.start()
    async with database.reading() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar_one() == 1
    await database.stop()


async def test_a_folder_that_cannot_be_made_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"file/polyvox\.db' cannot be opened: .*Check the"):
        await Database(f"sqlite:///{tmp_path}/file/polyvox.db").start()


async def test_a_file_that_is_no_database_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "polyvox.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(ConfigError, match="file is not a database"):
        await Database(f"sqlite:///{tmp_path}/polyvox.db").start()


async def test_an_unreachable_server_is_a_config_error_without_the_password() -> None:
    with socket.socket() as taken:  # bound, but not listening
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"'name' on 127.0.0.1:{port} cannot be") as caught:
            await Database(f"postgresql://user:{SECRET}@127.0.0.1:{port}/name").start()
    assert SECRET not in shown(caught.value)


@pytest.mark.parametrize("change", ["password", "name", "option"])
async def test_a_server_that_refuses_is_a_config_error_without_the_password(
    postgres: PostgresServer, change: str
) -> None:
    url, message = {
        "password": (postgres.url(password=SECRET), "password authentication failed"),
        "name": (postgres.url("absent"), "does not exist"),
        "option": (postgres.url() + "&channel_binding=require", "channel_binding"),
    }[change]
    with pytest.raises(ConfigError, match=message) as caught:
        await Database(url).start()
    assert SECRET not in shown(caught.value)
    assert PASSWORD not in shown(caught.value)


async def test_without_asyncpg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(ConfigError, match=r"pip install 'polyvox\[postgres\]'"):
        await Database("postgresql://user@host/name").start()


async def test_a_database_can_be_stopped_twice_and_started_again(url: str) -> None:
    database = Database(url)
    await database.stop()
    for _ in range(2):
        await database.start()
        await database.start()
        assert list(await SqlKeys(database).list()) == []
        await database.stop()
        await database.stop()
    with pytest.raises(PolyvoxError, match="not open"):
        await SqlKeys(database).list()


async def test_a_failed_transaction_leaves_nothing_and_the_connection_stays_usable(
    database: Database,
) -> None:
    async def fail() -> None:
        async with database.writing() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO speech_reports (id, created_at, document)"
                " VALUES ('1', '2026-01-02 12:00:00', '{}')"
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.reading() as connection:
        count = await connection.exec_driver_sql("SELECT count(*) FROM speech_reports")
        assert count.scalar_one() == 0


async def test_what_was_written_is_not_in_the_error_of_a_failed_statement(
    database: Database,
) -> None:
    async def fail() -> None:
        async with database.writing() as connection:
            await connection.execute(text("SELECT 1 FROM nowhere WHERE a = :a"), {"a": SECRET})

    with pytest.raises(SQLAlchemyError, match="nowhere") as caught:
        await fail()
    assert SECRET not in str(caught.value)


async def test_fifty_concurrent_writers_and_their_readers_all_get_through(
    database: Database, other_process: Database
) -> None:
    doors = [SqlKeys(database), SqlKeys(other_process)]

    async def write(number: int) -> None:
        keys = doors[number % 2]
        await keys.add(ApiKey(f"{number}", "n", "p", f"digest-{number}", NOON))
        await keys.touch(f"{number}", NOON)
        assert await doors[1 - number % 2].find(f"digest-{number}") is not None

    await asyncio.gather(*map(write, range(50)))
    assert len(await doors[0].list()) == 50


@pytest.mark.alone
async def test_cancelled_work_leaks_neither_connections_nor_threads(url: str) -> None:
    before = threading.active_count()
    database = Database(url)
    await database.start()
    usage, personalities = SqlUsage(database), SqlPersonalities(database)
    joe = Personality("joe", "Joe", "", VoiceConfig(), 1, NOON, NOON)
    await personalities.add(joe)
    for turns in range(30):
        tasks = [
            asyncio.create_task(
                usage.add([UsageIncrement(NOON, "joe", "piper", Counts(requests=1))])
            )
            if number % 2
            else asyncio.create_task(personalities.get("joe"))
            for number in range(8)
        ]
        for _ in range(turns):  # cancelled ever later on their way
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert await personalities.get("joe") == joe
    await usage.add([UsageIncrement(NOON, "joe", "piper", Counts(requests=1))])
    await database.stop()
    gc.collect()  # an unclosed connection would warn now, and warnings are errors
    await asyncio.get_running_loop().shutdown_default_executor()
    assert threading.active_count() <= before


@pytest.mark.alone
async def test_stopping_while_work_is_under_way_lets_it_end_and_leaks_nothing(url: str) -> None:
    before = threading.active_count()
    database = Database(url)
    await database.start()
    usage = SqlUsage(database)
    tasks = [
        asyncio.create_task(usage.add([UsageIncrement(NOON, f"p{number}", "piper", Counts())]))
        for number in range(30)
    ]
    for _ in range(5):
        await asyncio.sleep(0)
    await database.stop()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(end) for end in ends} <= {type(None), PolyvoxError}
    del tasks, ends
    gc.collect()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert threading.active_count() <= before


async def test_a_server_that_went_away_is_an_error_once_and_then_forgotten(
    postgres: PostgresServer, postgres_url: str
) -> None:
    database = Database(postgres_url)
    await database.start()
    keys = SqlKeys(database)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    terminate = others.format(name)
    assert list(await keys.list()) == []
    await asyncio.to_thread(postgres.psql, terminate)
    assert list(await keys.list()) == [], "an idle connection that broke is replaced unseen"

    async def lose() -> None:
        async with database.writing() as connection:
            await asyncio.to_thread(postgres.psql, terminate)
            await connection.exec_driver_sql("SELECT 1")

    with pytest.raises(PolyvoxError, match="does not answer"):
        await lose()
    assert list(await keys.list()) == []
    await database.stop()


async def test_a_start_that_waits_for_another_process_does_not_hold_up_the_event_loop(
    database: Database, shared_url: str
) -> None:
    late = Database(shared_url)
    async with database.writing() as connection:  # SQLite: nobody else may write
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("LOCK TABLE alembic_version")
        start = asyncio.create_task(late.start())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not start.done()
    await start
    await late.stop()

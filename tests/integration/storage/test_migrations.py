from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from polyvox.errors import ConfigError
from polyvox.storage.database import Database
from polyvox.storage.engine import make_engine, parse_url
from polyvox.storage.migrate import downgrade, upgrade
from polyvox.storage.tables import metadata

T = TypeVar("T")
TABLES = {
    *("ai_personalities", "voice_switches", "usage_hourly", "speech_reports", "api_keys"),
    *("quota_used", "voice_samples", "lexicons"),
}
NEWEST = "0005"
START = """
import asyncio, sys
from polyvox.storage.database import Database

async def main() -> None:
    database = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await database.start()
    await database.stop()

asyncio.run(main())
"""


def look(url: str, question: Callable[[Connection], T]) -> T:
    async def ask() -> T:
        engine = make_engine(parse_url(url))
        async with engine.begin() as connection:
            answer = await connection.run_sync(question)
        await engine.dispose()
        return answer

    return asyncio.run(ask())


def tables(url: str) -> set[str]:
    return set(look(url, lambda connection: inspect(connection).get_table_names()))


def revision(url: str) -> str | None:
    return look(
        url, lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


def test_up_down_and_up_again(url: str) -> None:
    upgrade(parse_url(url))
    assert tables(url) == {*TABLES, "alembic_version"}
    downgrade(parse_url(url), "base")
    assert tables(url) == {"alembic_version"}
    assert revision(url) is None
    upgrade(parse_url(url))
    assert tables(url) == {*TABLES, "alembic_version"}
    assert revision(url) == NEWEST


def test_reports_from_before_are_sorted_by_whether_they_tell_of_a_failure(url: str) -> None:
    written = {"sp_1": '{"outcome": "ok", "error": null}', "sp_2": '{"outcome": "interrupted"}'}
    insert = text(
        "INSERT INTO speech_reports (id, created_at, document) "
        "VALUES (:id, '2026-01-02 12:00:00', :document)"
    )

    def write(connection: Connection) -> None:
        for name, document in written.items():
            connection.execute(insert, {"id": name, "document": document})

    upgrade(parse_url(url), "0003")
    look(url, write)
    upgrade(parse_url(url))
    found = look(
        url, lambda c: c.execute(text("SELECT id FROM speech_reports WHERE troubled")).all()
    )
    assert [row.id for row in found] == ["sp_2"]


def test_the_migrations_make_the_tables_of_the_code(url: str) -> None:
    def difference(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    upgrade(parse_url(url))
    assert look(url, difference) == []
    look(
        url, lambda connection: connection.execute(text("DROP INDEX ix_speech_reports_created_at"))
    )
    assert len(look(url, difference)) == 1, "a difference would be seen"


def test_a_failing_migration_leaves_nothing_behind(url: str) -> None:
    upgrade(parse_url(url))
    downgrade(parse_url(url), "base")
    look(url, lambda connection: connection.execute(text("CREATE TABLE api_keys (id TEXT)")))
    with pytest.raises(ConfigError, match="api_keys"):
        upgrade(parse_url(url))
    assert tables(url) == {"alembic_version", "api_keys"}
    assert revision(url) is None


def test_a_newer_database_is_refused_untouched(url: str) -> None:
    upgrade(parse_url(url))
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    look(url, lambda connection: connection.execute(newer))
    with pytest.raises(ConfigError, match=r"newer Polyvox .*9999.*Upgrade Polyvox"):
        upgrade(parse_url(url))
    assert revision(url) == "9999"


async def test_many_databases_of_one_process_start_at_once(url: str) -> None:
    databases = [Database(url) for _ in range(6)]
    await asyncio.gather(*(database.start() for database in databases))
    await asyncio.gather(*(database.stop() for database in databases))
    assert await asyncio.to_thread(revision, url) == NEWEST


@pytest.mark.cluster
def test_many_processes_start_at_once(url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", START, url]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert ends == [("", 0)] * 3
    assert revision(url) == NEWEST


def test_a_percent_sign_in_the_path_of_the_package_does_no_harm(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polyvox.storage import migrate

    elsewhere = tmp_path / "100%s" / "migrations"
    elsewhere.parent.mkdir()
    elsewhere.symlink_to(migrate.MIGRATIONS)
    monkeypatch.setattr(migrate, "MIGRATIONS", elsewhere)
    upgrade(parse_url(sqlite_url))
    assert revision(sqlite_url) == NEWEST

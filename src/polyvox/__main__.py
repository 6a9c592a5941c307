"""The command ``polyvox``: hands the command line what only the composition root knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polyvox.cli.app import run
from polyvox.cli.wiring import Wiring

if TYPE_CHECKING:
    from polyvox.bootstrap import Application
    from polyvox.config import Settings


def _application(settings: Settings) -> Application:
    from polyvox.bootstrap import Application

    return Application(settings)


def _web_app(application: Any) -> Any:
    from polyvox.api.app import create_app

    return create_app(application)


def _configure_logging(level: str, *, json: bool) -> None:
    from polyvox.telemetry import configure_logging

    configure_logging(level, json=json)


WIRING = Wiring(_application, _web_app, _configure_logging)


def main() -> None:
    run(WIRING)


if __name__ == "__main__":
    main()

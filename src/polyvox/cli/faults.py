"""Errors of the commands: one place that turns them into a line on stderr and an exit code."""

from __future__ import annotations

import json
import os
import sys
from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup

from polyvox.errors import ConfigError, Interrupted, NoVoiceLeft, PolyvoxError, ProviderError
from polyvox.errors import RequestError as RequestFault

JSON_WANTED = "polyvox.json"
"""Key in the command's context: errors are told as JSON."""


class ExitCode(IntEnum):
    OK = 0
    OTHER = 1
    USAGE = 2
    REQUEST = 3
    PROVIDER = 4
    CONFIG = 5
    INTERRUPTED = 130
    READER_LEFT = 141


EXIT_CODES = """\b
Exit codes:
  0    done
  2    wrong usage
  3    the request cannot be granted
  4    no provider could speak, or the reply broke off
  5    the installation or its configuration is wrong
  1    any other error
  130  interrupted
  141  the reader of the output went away"""


class UsageFault(PolyvoxError):
    """The command line makes no sense."""

    code = "usage"


_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (UsageFault, ExitCode.USAGE),
    (RequestFault, ExitCode.REQUEST),
    (ProviderError, ExitCode.PROVIDER),
    (Interrupted, ExitCode.PROVIDER),
    (NoVoiceLeft, ExitCode.PROVIDER),
    (ConfigError, ExitCode.CONFIG),
)


def exit_code(error: BaseException) -> ExitCode:
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.OTHER)


class TranslatingGroup(TyperGroup):
    """The root of the commands: everything raised on purpose ends here."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer's own Context
        try:
            return super().invoke(ctx)
        except PolyvoxError as error:
            _tell(error, as_json=bool(ctx.meta.get(JSON_WANTED)))
            raise typer.Exit(exit_code(error)) from error
        except BrokenPipeError as error:
            _mute_stdout()
            raise typer.Exit(ExitCode.READER_LEFT) from error
        except KeyboardInterrupt as error:
            raise typer.Exit(ExitCode.INTERRUPTED) from error


def _tell(error: PolyvoxError, *, as_json: bool) -> None:
    told = json.dumps({"error": as_document(error)}, ensure_ascii=False) if as_json else None
    print(told or f"Error: {error}", file=sys.stderr)  # noqa: T201 - a command speaks here


def as_document(error: PolyvoxError) -> dict[str, Any]:
    document = {
        "code": error.code,
        "message": error.message,
        "remedy": error.remedy,
        "exit_code": int(exit_code(error)),
    }
    for name in ("param", "provider", "speech_id"):
        if getattr(error, name, None) is not None:
            document[name] = getattr(error, name)
    return document


def _mute_stdout() -> None:
    """Nobody reads any more: the interpreter must not try to flush once again."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stdout.fileno())
    os.close(quiet)

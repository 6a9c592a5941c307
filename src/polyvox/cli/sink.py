"""Where audio goes: a file that appears whole or not at all, or standard output."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from polyvox.cli.faults import UsageFault
from polyvox.domain.audio import AudioFormat
from polyvox.errors import PolyvoxError

STDOUT = Path("-")
DEFAULT_FORMAT = AudioFormat.WAV
_ENDINGS = {f".{kind.value}": kind for kind in AudioFormat} | {".ogg": AudioFormat.OPUS}


def chosen_target(output: Path | None) -> Path:
    """The file to write, or STDOUT. Raises UsageFault where audio would flood a terminal."""
    if output is None:
        if sys.stdout.isatty():
            raise UsageFault(
                "Where shall the audio go?",
                remedy="Name a file with -o hello.wav, or pipe it into a player: "
                "polyvox speak 'Hello.' | aplay.",
            )
        return STDOUT
    if output != STDOUT and output.is_dir():
        raise UsageFault(f"'{output}' is a folder.", remedy="Name a file in it.")
    if output != STDOUT and not output.parent.is_dir():
        raise UsageFault(f"The folder '{output.parent}' does not exist.")
    return output


def chosen_format(asked: AudioFormat | None, target: Path) -> AudioFormat:
    """The format asked for, else the one that the file's ending names. Raises UsageFault."""
    if asked is not None:
        return asked
    if target == STDOUT or is_special(target):
        return DEFAULT_FORMAT
    kind = _ENDINGS.get(target.suffix.lower())
    if kind is None:
        raise UsageFault(
            f"The ending of '{target.name}' names no audio format.",
            remedy=f"End it in {', '.join(_ENDINGS)}, or give --format.",
        )
    return kind


def is_special(target: Path) -> bool:
    """Written as it is, never replaced: a device, a pipe."""
    return target.exists() and not target.is_file()


@contextmanager
def opened_sink(target: Path) -> Iterator[BinaryIO]:
    """A file to write to. An ordinary one takes its name at the end, if no error came between.

    Raises PolyvoxError when it cannot be written; BrokenPipeError goes through.
    """
    try:
        if target == STDOUT:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif is_special(target):
            with target.open("wb") as file:
                yield file
        else:
            with _whole(target.resolve()) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise PolyvoxError(f"The audio cannot be written to '{target}': {why}.") from error


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    unfinished = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            yield file
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)

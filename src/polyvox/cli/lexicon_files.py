"""Lexicons in files: JSON, or W3C's PLS."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from polyvox.cli.documents import STDIN
from polyvox.cli.faults import UsageFault

if TYPE_CHECKING:
    from polyvox.domain.lexicon import LexiconEntry

MAX_BYTES = 16 << 20
"""Of a file: room for the longest lexicon in either format."""


def read_entries(source: Path) -> tuple[LexiconEntry, ...]:
    """Of a file, or of standard input; XML is PLS. Raises UsageFault, RequestError for what is no
    lexicon, InvalidSetting for an entry that is wrong."""
    from polyvox.domain.lexicon import parse_lexicon
    from polyvox.services.pls import read_pls

    name = "Standard input" if source == STDIN else f"'{source}'"
    data = _read(source, name)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or source.suffix == ".pls":
        return read_pls(data)
    try:
        given = json.loads(data)
    except ValueError as error:  # not JSON, or not even text
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageFault(f"{name} holds neither JSON{place} nor XML.") from error
    if isinstance(given, dict):  # as the API answers
        given = given.get("data")
    if not isinstance(given, list):
        raise UsageFault(f"{name} does not hold a list of entries.")
    return parse_lexicon(given)


def _read(source: Path, name: str) -> bytes:
    try:
        if source == STDIN:
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with source.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageFault(f"{name} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise UsageFault(f"{name} is larger than {MAX_BYTES} bytes.")
    return data


def as_text(entries: Sequence[LexiconEntry], *, pls: bool) -> str:
    from polyvox.domain.lexicon import documents
    from polyvox.services.pls import written_as_pls

    if pls:
        return written_as_pls(entries)
    return json.dumps(documents(entries), ensure_ascii=False, indent=2) + "\n"


def write_text(target: Path, text: str) -> None:
    """Raises UsageFault."""
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageFault(f"'{target}' cannot be written: {error.strerror}.") from error

"""The ``voice_config`` a command was given: a JSON document, and single values set by their path."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from polyvox.cli.faults import UsageFault

STDIN = Path("-")
Document = dict[str, Any]


def read_document(source: Path) -> Document:
    """The JSON object in a file, or on standard input. Raises UsageFault."""
    name = "Standard input" if source == STDIN else f"'{source}'"
    try:
        data = sys.stdin.buffer.read() if source == STDIN else source.read_bytes()
        document = json.loads(data)
    except OSError as error:
        raise UsageFault(f"{name} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # not JSON, or not even text
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageFault(f"{name} does not hold JSON{place}.") from error
    if not isinstance(document, dict):
        raise UsageFault(f"{name} does not hold a JSON object.")
    return document


def with_values(document: Mapping[str, Any], assignments: Sequence[str]) -> Document:
    """A copy of ``document`` with each ``path.to.key=value`` in it. Raises UsageFault.

    A value is read as JSON where it is JSON, else as text.
    """
    changed: Document = json.loads(json.dumps(document))
    for assignment in assignments:
        path, equals, value = assignment.partition("=")
        keys = path.strip().split(".")
        if not equals or not all(keys):
            raise UsageFault(
                f"'{path}' is not an assignment.",
                remedy="Write it as providers.piper.settings.speed=1.2.",
            )
        _set(changed, keys, _value(value))
    return changed


def _set(document: Document, keys: list[str], value: Any) -> None:
    for depth, key in enumerate(keys[:-1], start=1):
        inner = document.setdefault(key, {})
        if not isinstance(inner, dict):
            raise UsageFault(f"'{'.'.join(keys[:depth])}' holds a value, not an object.")
        document = inner
    document[keys[-1]] = value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

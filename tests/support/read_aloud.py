"""The tables of tests/data/read_aloud: what is said of what somebody wrote, kind by kind."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "data/read_aloud"
_LANGUAGE = re.compile("[a-z]{2}")


class Case(NamedTuple):
    """A row; in the file a backslash escapes line breaks, tabs and itself."""

    written: str
    language: str
    spoken: str
    kind: str

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.language}-{self.written[:40]}"


def of_notations() -> list[Case]:
    """What becomes of Markdown, tags, formulas, and of all that a program wrote for a screen."""
    return _cases(lambda name: not _LANGUAGE.fullmatch(name))


def of_languages() -> list[Case]:
    """Numbers and words, language by language."""
    return _cases(lambda name: bool(_LANGUAGE.fullmatch(name)))


def all_cases() -> list[Case]:
    return [*of_notations(), *of_languages()]


def _cases(wanted: Callable[[str], bool]) -> list[Case]:
    tables = (path for path in sorted(FOLDER.glob("*.tsv")) if wanted(path.stem))
    return [case for path in tables for case in _read(path)]


def _read(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [Case(*map(unescaped, row)) for row in rows]


def unescaped(field: str) -> str:
    parts = field.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


def escaped(field: str) -> str:
    return field.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")

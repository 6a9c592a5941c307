"""The tables of docs/reading.md, made from the cases: run this file to renew them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.support.read_aloud import Case, of_languages, of_notations

PAGE = Path(__file__).parents[2] / "docs/reading.md"
BEGIN, END = "<!-- cases: begin -->\n", "<!-- cases: end -->"
SHOWN_OF_A_KIND, SHOWN_OF_A_LANGUAGE, LONGEST = 4, 12, 90
NAMES: Mapping[str, str] = {
    "cs": "Czech",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
}


def tables() -> str:
    notations, languages = _by(of_notations(), "kind"), _by(of_languages(), "language")
    kinds = [_table(kind.capitalize(), cases, SHOWN_OF_A_KIND) for kind, cases in notations.items()]
    words = [
        _table(NAMES.get(language, language), _one_of_each(cases), SHOWN_OF_A_LANGUAGE)
        for language, cases in languages.items()
    ]
    return "\n".join(["## Kinds", "", *kinds, "## Languages", "", *words])


def page_with(made: str) -> str:
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + made + END + rest.split(END)[1]


def _by(cases: Iterable[Case], field: str) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        name = getattr(case, field).partition("-")[0]
        groups.setdefault(name, []).append(case)
    return dict(sorted(groups.items()))


def _one_of_each(cases: list[Case]) -> list[Case]:
    """One of every kind, then the second of each, and so on."""
    turns = {kind: iter(of_kind) for kind, of_kind in _by(cases, "kind").items()}
    ordered: list[Case] = []
    while len(ordered) < len(cases):
        ordered += [case for each in turns.values() if (case := next(each, None))]
    return ordered


def _table(title: str, cases: Iterable[Case], most: int) -> str:
    shown = [case for case in cases if len(case.written) <= LONGEST][:most]
    rows = [f"| {_code(case.written)} | {_said(case.spoken)} |" for case in shown]
    return "\n".join([f"### {title}", "", "| written | said |", "| --- | --- |", *rows, ""])


def _code(text: str) -> str:
    """As code, whatever backticks and bars are in it."""
    shown = text.replace("\n", "⏎").replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    padding = " " if "`" in shown else ""
    return f"{ticks}{padding}{shown}{padding}{ticks}"


def _said(text: str) -> str:
    return re.sub(r"([*_`<>|\[\]\\~])", r"\\\1", text.replace("\n", " ")) or "(nothing)"


if __name__ == "__main__":
    PAGE.write_text(page_with(tables()), encoding="utf-8")

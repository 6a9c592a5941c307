"""The table of styles in docs/styles.md, made from the data: run this file to renew it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from polyvox.domain.capabilities import StyleTable
from polyvox.providers.azure_tts.provider import ABOUT
from polyvox.text.tables import table as data

PAGE = Path(__file__).parents[2] / "docs/styles.md"
BEGIN, END = "<!-- styles: begin -->\n", "<!-- styles: end -->"
PROVIDERS: dict[str, StyleTable] = {"Azure": ABOUT.styles}


def table() -> str:
    tags, elements = data("styles")["styles"], data("styles")["elements"]
    rows = [
        f"| style | as a tag | only in SSML | {' | '.join(PROVIDERS)} | all others |",
        f"| --- | --- | --- | {'--- | ' * len(PROVIDERS)}--- |",
    ]
    for style in dict.fromkeys([*tags, *elements]):
        own = [_words(each.names.get(style, ())) or "removed" for each in PROVIDERS.values()]
        written = _words(tags.get(style, ())), _words(elements.get(style, ()))
        rows.append(f"| {style} | {' | '.join([*written, *own])} | removed |")
    return "\n".join(rows) + "\n"


def _words(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def page_with(made: str) -> str:
    before, rest = PAGE.read_text().split(BEGIN)
    return before + BEGIN + made + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with(table()))

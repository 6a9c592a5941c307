"""The table of settings in docs/configuration.md, made from the code: run this file to renew it."""

from __future__ import annotations

from pathlib import Path
from typing import get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from polyvox.config import DeadlineSettings, SampleSettings, Settings

PAGE = Path(__file__).parents[2] / "docs/configuration.md"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->"
SHOWN = {
    "home": "platform's data folder",
    "database_url": "SQLite in the home folder",
    "samples__store": "`samples` in the home folder",
}


def table() -> str:
    rows = ["| setting | default | |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, DeadlineSettings):
            rows += _deadlines(name, field.default)
        elif isinstance(field.default, SampleSettings):
            inner = SampleSettings.model_fields.items()
            rows += [_row(f"{name}__{part}", each) for part, each in inner]
        else:
            rows.append(_row(name, field))
    return "\n".join(rows) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    told = field.description or ""
    return f"| `POLYVOX_{name.upper()}` | {_default(name, field)} | {told} |"


def _deadlines(name: str, values: DeadlineSettings) -> list[str]:
    whose = "a local provider" if name.endswith("local") else "a cloud provider"
    told = {
        "first_audio_s": f"Seconds to the first audible audio of {whose}.",
        "stall_s": f"Seconds between two chunks of {whose}.",
    }
    return [
        f"| `POLYVOX_{name.upper()}__{part.upper()}` | `{value}` | {told[part]} |"
        for part, value in values.model_dump().items()
    ]


def _default(name: str, field: FieldInfo) -> str:
    if name in SHOWN:
        return SHOWN[name]
    if field.default is PydanticUndefined:
        return "`{}`" if get_origin(field.annotation) is dict else "`[]`"
    return f"`{field.default}`"


def page_with(made: str) -> str:
    before, rest = PAGE.read_text().split(BEGIN)
    return before + BEGIN + made + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page_with(table()))

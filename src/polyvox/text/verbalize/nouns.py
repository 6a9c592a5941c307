"""What a table says of nouns and of the numbers in front of them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Noun(Table, BaseModel):
    other: str
    one: str = ""
    few: str = ""
    many: str = ""
    gender: str = ""
    symbols: tuple[str, ...] = ()
    second: bool = False
    not_before: str = ""
    """A pattern for what follows where a symbol means something else ("3° piano")."""

    def form(self, category: str) -> str:
        return getattr(self, category, "") or self.other


class Currency(Noun):
    minor: Noun | None = None


class Gender(Table, BaseModel):
    alone: dict[str, str] = {}
    last: dict[str, str] = {}
    every: dict[str, str] = {}
    ending: dict[str, str] = {}
    """Endings of the last word → what they become ("ventuno" → "ventun")."""
    behind: tuple[str, ...] = ()
    """Words with a gender of their own: what stands in front of one agrees with it."""


class Numbers(Table, BaseModel):
    library: str
    decimal: str = "."
    group: str = ","
    point: str = "point"
    decimals: Literal["digits", "number"] = "digits"
    whole: Noun | None = None
    """In place of ``point``, agreeing with the number in front of it ("две целых пять десятых")."""
    parts: tuple[Noun, ...] = ()
    """Tenths, hundredths, … that are said behind decimals."""
    plural: str = "one_other"
    mend: dict[str, str] = {}
    mend_ordinal: dict[str, str] = {}
    mend_year: dict[str, str] = {}
    gender: dict[str, Gender] = {}

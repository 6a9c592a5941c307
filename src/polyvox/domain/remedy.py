"""What can be done about something that stands in the way: a sentence for people, a kind for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class RemedyKind(StrEnum):
    """What a remedy asks for. Programs go by it, never by the sentence."""

    START = "start"
    """To put the provider into service."""
    INSTALL_MODEL = "install_model"
    INSTALL_VOICE = "install_voice"
    RUN = "run"
    """To run the command; nothing else does it."""
    OTHER = "other"
    """What the sentence says."""


class Remedy(str):
    """The sentence itself, so that whoever only shows it needs to know no more.

    ``kind`` says what it asks for, and ``command`` is the command line in it that does so, if any.
    """

    kind: RemedyKind
    command: str | None

    def __new__(cls, kind: RemedyKind, text: str, command: str | None = None) -> Self:
        remedy = super().__new__(cls, text)
        remedy.kind, remedy.command = kind, command
        return remedy

    @classmethod
    def of(cls, text: str) -> Remedy:
        """``text`` as it is where it is a Remedy; of a plain string nothing but the words are known."""
        return text if isinstance(text, Remedy) else cls(RemedyKind.OTHER, text)

    @property
    def text(self) -> str:
        """The sentence, as a plain string."""
        return str(self)

    def __getnewargs__(self) -> tuple[RemedyKind, str, str | None]:  # type: ignore[override]
        return self.kind, self.text, self.command  # for copies

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A string in JSON and in schemas; a model keeps the kind that it was given."""
        return core_schema.no_info_wrap_validator_function(
            lambda value, plain: value if isinstance(value, cls) else cls.of(plain(value)),
            core_schema.str_schema(),
        )

"""Words and how they are spoken: what a server or a personality has in its lexicon."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from polyvox.domain.language import BadLanguageTag, normalize
from polyvox.errors import InvalidSetting

MAX_ENTRIES: Final = 2_000
"""Of one lexicon."""
MAX_WRITTEN, MAX_SPOKEN, MAX_IPA = 100, 200, 200
"""Characters."""

_IPA: Final = re.compile(
    r"[a-zæçðøħŋœβθχⱱᵻᵊᵿɐ-ʯʰ-ʸˈ-ːˑ˞-ˤˬ\u0300-\u036f\u1d00-\u1dbfⁿꜛꜜ"
    r"ǀ-ǃ↑↓↗↘.|‖‿˥-˩ \u02bc\u02d0\u02d1]"
)
"""One sign of the International Phonetic Alphabet: a letter, a diacritic, a tone, a break."""


def _tag(tag: str) -> str:
    try:
        return normalize(tag)
    except BadLanguageTag:
        raise _fault("This is not a language tag such as 'en' or 'pt-BR'") from None


def _plain(text: str) -> str:
    """Without white space at its ends, composed (NFC)."""
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text.strip()):
        raise _fault("It holds a control character")
    return unicodedata.normalize("NFC", text.strip())


def _word(text: str) -> str:
    text = _plain(text)
    if not text:
        raise _fault("It must not be empty")
    return _within(text, MAX_WRITTEN)


def _respelling(text: str | None) -> str | None:
    """Blank is not given."""
    return _within(_plain(text), MAX_SPOKEN) or None if text else None


def _phonemes(text: str | None) -> str | None:
    """Blank is not given."""
    text = _within(_plain(text), MAX_IPA) if text else ""
    for place, sign in enumerate(text, start=1):
        if not _IPA.fullmatch(sign):
            raise _fault(f"Character {place} is no sign of the International Phonetic Alphabet")
    if text and not any(unicodedata.category(sign) in ("Ll", "Lo") for sign in text):
        raise _fault("It names no sound")
    return text or None


def _within(text: str, most: int) -> str:
    if len(text) > most:
        raise _fault(f"It is longer than {most} characters")
    return text


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("lexicon", message)


class LexiconEntry(BaseModel):
    """A written word, and how it is spoken: respelled, in IPA, or both.

    Where ``language`` is given the entry holds for that language alone. ``case`` tells capitals from
    small letters.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    written: Annotated[str, AfterValidator(_word)] = Field(
        description=f"The word as it stands in texts; at most {MAX_WRITTEN} characters.",
        examples=["Xiaomi"],
    )
    spoken: Annotated[str | None, AfterValidator(_respelling)] = Field(
        default=None,
        description=f"The word spelled as it sounds; at most {MAX_SPOKEN} characters.",
        examples=["shao mee"],
    )
    language: Annotated[str, AfterValidator(_tag)] | None = Field(
        default=None, description="BCP 47. Default: the entry holds for every language."
    )
    ipa: Annotated[str | None, AfterValidator(_phonemes)] = Field(
        default=None,
        description="Its sounds in the International Phonetic Alphabet, for providers that take them; "
        f"at most {MAX_IPA} characters.",
        examples=["ʃaʊˈmiː"],
    )
    case: bool = Field(default=False, description="Whether capitals must be as written here.")

    @model_validator(mode="after")
    def _is_spoken(self) -> LexiconEntry:
        if self.spoken is None and self.ipa is None:
            raise _fault("It needs 'spoken', 'ipa' or both")
        return self

    def document(self) -> dict[str, Any]:
        """As JSON has it, without what is not given."""
        return self.model_dump(mode="json", exclude_defaults=True)


def _bounded(entries: Any) -> Any:
    if isinstance(entries, list | tuple) and len(entries) > MAX_ENTRIES:
        raise _fault(f"It has {len(entries)} entries; the limit is {MAX_ENTRIES}")
    return entries


def _distinct(entries: tuple[LexiconEntry, ...]) -> tuple[LexiconEntry, ...]:
    known: dict[object, int] = {}
    for index, entry in enumerate(entries):
        first = known.setdefault(identity(entry), index)
        if first != index:
            raise _fault(f"Entries {first} and {index} are for the same word")
    return entries


def identity(entry: LexiconEntry) -> tuple[str, str | None, bool]:
    """What two entries of one lexicon must not share: the word, its language, and ``case``."""
    written = _compatible(entry.written) if entry.case else folded(entry.written)
    return written, entry.language, entry.case


def folded(written: str) -> str:
    """The word, whatever its capitals and whichever of Unicode's forms it is written in."""
    return unicodedata.normalize("NFKC", _compatible(written).casefold())


def _compatible(written: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", written).split())


LexiconEntries = Annotated[
    tuple[LexiconEntry, ...], BeforeValidator(_bounded), AfterValidator(_distinct)
]
"""At most MAX_ENTRIES, each for a word of its own."""
_ENTRIES: Final = TypeAdapter[tuple[LexiconEntry, ...]](LexiconEntries)


def parse_lexicon(entries: Sequence[Any], *, named: str = "lexicon") -> tuple[LexiconEntry, ...]:
    """The entries, valid. Raises InvalidSetting, naming the first that is not by its index from 0."""
    try:
        return _ENTRIES.validate_python(entries)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join((named, *map(str, first["loc"])))
        raise InvalidSetting(f"{where}: {first['msg']}.", param=where) from None


def documents(entries: Iterable[LexiconEntry]) -> list[dict[str, Any]]:
    """Entries as JSON has them."""
    return [entry.document() for entry in entries]

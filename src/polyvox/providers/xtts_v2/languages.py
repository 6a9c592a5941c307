"""The languages of XTTS v2. Read by the server too: nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """``name`` is the checkpoint's own. ``characters`` is the longest text that comes out whole.

    ``modules`` are imported by the front end for this language alone; ``extra`` brings them.
    """

    name: str
    characters: int
    modules: tuple[str, ...] = ()
    extra: str | None = None


LANGUAGES: Mapping[str, Language] = {
    "en": Language("en", 250),
    "es": Language("es", 239),
    "fr": Language("fr", 273),
    "de": Language("de", 253),
    "it": Language("it", 213),
    "pt": Language("pt", 203),
    "pl": Language("pl", 224),
    "tr": Language("tr", 226),
    "ru": Language("ru", 182),
    "nl": Language("nl", 251),
    "cs": Language("cs", 186),
    "ar": Language("ar", 166),
    "zh": Language("zh-cn", 82, ("pypinyin",), "xtts-zh"),
    "hu": Language("hu", 224),
    "ko": Language("ko", 95),
    "ja": Language("ja", 71, ("cutlet", "fugashi", "unidic_lite"), "xtts-ja"),
    "hi": Language("hi", 150),
}
"""By BCP 47 tag, as listeners and personalities name them."""
TAGS = tuple(LANGUAGES)

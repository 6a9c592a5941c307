"""Which language tag serves which (BCP 47, by langcodes), and how each is written. Never another
language in silence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import langcodes

_OWN_SPEECH_REGIONS = {("zh", "HK"): "yue", ("zh", "MO"): "yue"}
"""Regions whose speech is another language than the bare tag promises: Hong Kong hears Cantonese."""
_NORWEGIAN = frozenset({"nb", "nn"})
"""Two ways to write one spoken language."""
_READ_ALIKE = {"sr": frozenset({"Cyrl", "Latn"}), "zh": frozenset({"Hans", "Hant"})}
"""Ways to write a language that whoever speaks it reads both of."""
_ALSO_WRITTEN = {
    "az": ("Cyrl", "Arab"),
    "bs": ("Cyrl",),
    "ha": ("Arab",),
    "iu": ("Latn",),
    "kk": ("Latn", "Arab"),
    "ks": ("Deva",),
    "ku": ("Arab", "Cyrl"),
    "ky": ("Arab", "Latn"),
    "mn": ("Mong",),
    "ms": ("Arab",),
    "pa": ("Arab",),
    "ro": ("Cyrl",),
    "sd": ("Deva",),
    "sr": ("Latn", "Cyrl"),
    "tg": ("Arab",),
    "tk": ("Cyrl", "Arab"),
    "tt": ("Latn",),
    "ug": ("Cyrl", "Latn"),
    "uz": ("Cyrl", "Arab"),
}
"""Further scripts of languages that are written in several (ISO 15924)."""
_WRITTEN_TOGETHER = {
    "Jpan": ("Hani", "Hira", "Kana"),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani", "Bopo"),
    "Hant": ("Hani", "Bopo"),
}
"""Names for a mixture of scripts → those of its letters."""

AUTO = "auto"
"""Asked for instead of a tag: the text's own language."""


class BadLanguageTag(ValueError):
    """The text is not a BCP 47 language tag."""


@lru_cache(maxsize=1024)
def normalize(tag: str) -> str:
    """The standard spelling of a tag: ``en_us`` → ``en-US``, ``iw`` → ``he``, ``no`` stays.

    Raises BadLanguageTag.
    """
    try:
        return langcodes.standardize_tag(tag, macro=True)
    except ValueError as error:
        raise BadLanguageTag(f"'{tag}' is not a language tag such as 'en' or 'pt-BR'") from error


def spoken_language(asked: str) -> str:
    """AUTO in any case of letters, or the standard spelling of a tag. Raises BadLanguageTag."""
    return AUTO if asked.strip().casefold() == AUTO else normalize(asked)


@lru_cache(maxsize=4096)
def distance(wanted: str, offered: str) -> int | None:
    """How far a voice tagged ``offered`` is from ``wanted``; 0 is the same, None is not it at all.

    The language itself must be equal; a script must be equal where both tags imply one, except
    that a bare ``offered`` (no script, no region) promises all of its language's writing, and that
    some languages are read alike in either of two.
    """
    want, have = normalize(wanted), normalize(offered)
    if want == have:
        return 0
    a, b = langcodes.Language.get(want), langcodes.Language.get(have)
    if _spoken(a) != _spoken(b):
        return None
    bare = b.script is None and b.territory is None
    if not bare and not _read_alike(a, b):
        return None
    return 1 + min(langcodes.tag_distance(want, have), 98)


def _spoken(tag: langcodes.Language) -> str | None:
    """The language heard, whatever it is written in."""
    language = tag.language or "und"
    heard = _OWN_SPEECH_REGIONS.get((language, tag.territory or ""), language)
    return "no" if heard in _NORWEGIAN else heard


def _read_alike(a: langcodes.Language, b: langcodes.Language) -> bool:
    both = {a.maximize().script, b.maximize().script}
    return len(both) == 1 or both <= _READ_ALIKE.get(_spoken(a) or "", frozenset())


def written_alike(a: str, b: str) -> bool:
    """Whether two tags imply the same script: who can read one out loud may still not read the other."""
    tags = (langcodes.Language.get(normalize(tag)).maximize() for tag in (a, b))
    return len({tag.script for tag in tags}) == 1


def best_match(wanted: str, offered: Iterable[str]) -> str | None:
    """The nearest of ``offered`` that speaks ``wanted``, or None."""
    ranked = [(d, tag) for tag in offered if (d := distance(wanted, tag)) is not None]
    return min(ranked)[1] if ranked else None


@lru_cache(maxsize=4096)
def covers(tag: str, language: str) -> bool:
    """Whether what is said of ``tag`` holds for ``language``: of ``en`` for all English; of ``en-US`` for
    that and for bare ``en``, whose likely region it is, and not for ``en-GB``.
    """
    said, meant = normalize(tag), normalize(language)
    if said == meant:
        return True
    a, b = langcodes.Language.get(said), langcodes.Language.get(meant)
    likely = b.maximize()
    return (
        _spoken(a) == _spoken(b)
        and a.script in (None, likely.script)
        and a.territory in (None, likely.territory)
    )


@lru_cache(maxsize=1024)
def scripts(tag: str) -> frozenset[str]:
    """The scripts that a language's letters are of (ISO 15924: ``Latn``; Japanese: ``Hani``, ``Hira``
    and ``Kana``); empty where it is not known. Raises BadLanguageTag."""
    language = langcodes.Language.get(normalize(tag))
    if language.language in (None, "und") or not language.is_valid():
        return frozenset()
    own = language.maximize().script or ""
    return frozenset(_WRITTEN_TOGETHER.get(own, (own,))).union(
        _ALSO_WRITTEN.get(language.language or "", ())
    )


def script_name(script: str) -> str:
    """In English: ``Cyrl`` → ``Cyrillic``, ``Hani`` → ``Chinese``."""
    if script == "Hani":
        return "Chinese"
    return langcodes.Language.get(f"und-{script}").script_name()


def most_written(script: str) -> str:
    """The language that is most often meant by a text in ``script``: ``Cyrl`` → ``ru``."""
    return langcodes.Language.get(f"und-{script}").maximize().language or "und"

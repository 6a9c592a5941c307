"""Which language tag serves which (BCP 47, by langcodes). Never another language in silence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import langcodes

_OWN_SPEECH_REGIONS = {("zh", "HK"): "yue", ("zh", "MO"): "yue"}
"""Regions whose speech is another language than the bare tag promises: Hong Kong hears Cantonese."""


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


@lru_cache(maxsize=4096)
def distance(wanted: str, offered: str) -> int | None:
    """How far a voice tagged ``offered`` is from ``wanted``; 0 is the same, None is not it at all.

    The language itself must be equal; a script must be equal where both tags imply one, except
    that a bare ``offered`` (no script, no region) promises all of its language's writing.
    """
    want, have = normalize(wanted), normalize(offered)
    if want == have:
        return 0
    a, b = langcodes.Language.get(want), langcodes.Language.get(have)
    if _spoken(a) != _spoken(b):
        return None
    bare = b.script is None and b.territory is None
    if not bare and a.maximize().script != b.maximize().script:
        return None
    return 1 + min(langcodes.tag_distance(want, have), 98)


def _spoken(tag: langcodes.Language) -> str | None:
    """The language heard, whatever it is written in."""
    language = tag.language or "und"
    heard = _OWN_SPEECH_REGIONS.get((language, tag.territory or ""), language)
    return "no" if heard == "nb" else heard


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

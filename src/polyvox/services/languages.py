"""The languages of the specification and of what is installed, and who speaks each."""

from __future__ import annotations

import langcodes

from polyvox.domain.capabilities import State
from polyvox.domain.language import distance
from polyvox.services.providers import Providers

SPECIFIED = [
    "en",
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "pl",
    "tr",
    "ru",
    "nl",
    "cs",
    "ar",
    "zh",
    "ja",
    "ko",
    "hi",
    "bn",
    "ta",
    "te",
    "vi",
    "th",
    "id",
    "ms",
    "fil",
    "sw",
    "hu",
]
"""The 26 languages of the specification; what installed providers speak comes on top."""


def languages(providers: Providers) -> list[dict[str, object]]:
    """Each language's tag, English and own name, and the providers that can speak it now."""
    spoken: dict[str, tuple[str, ...]] = {}
    for found in providers.all():
        if found.provider and found.availability().state is not State.UNAVAILABLE:
            spoken[found.id] = found.provider.capabilities().languages
    bases = {tag.split("-")[0] for tags in spoken.values() for tag in tags}
    rows: list[dict[str, object]] = []
    for tag in sorted(set(SPECIFIED) | bases):
        named = langcodes.Language.get(tag)
        rows.append(
            {
                "language": tag,
                "name": named.display_name(),
                "own_name": named.autonym(),
                "providers": [p for p, tags in spoken.items() if _speaks(tag, tags)],
                "tags": sorted({t for ts in spoken.values() for t in ts if _speaks(tag, (t,))}),
            }
        )
    return rows


def _speaks(wanted: str, tags: tuple[str, ...]) -> bool:
    return any(distance(wanted, tag) is not None for tag in tags)

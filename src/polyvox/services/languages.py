"""The languages of the specification and of what is installed, and who speaks each."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import langcodes

from polyvox.domain.capabilities import State
from polyvox.domain.language import distance
from polyvox.routing.candidates import Wish, rank
from polyvox.services.container import Services
from polyvox.services.ports import Personality
from polyvox.services.previews import sentence
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


@dataclass(frozen=True, slots=True)
class ForPersonality:
    """A language as one personality has it: ``speakers`` are those of its chain who would speak it
    now, in the chain's order, ``others`` further providers who could, and ``unready`` those who could
    if nothing else were in their way (weights, a key)."""

    tag: str
    name: str
    own_name: str
    speakers: tuple[str, ...]
    others: tuple[str, ...]
    unready: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """A language, by its English and its own name, and who can speak it now.

    ``language`` is its tag, ``tags`` are those that the ``providers`` know it by, ``sentence`` is to
    hear a voice by.
    """

    language: str
    name: str
    own_name: str
    providers: tuple[str, ...]
    tags: tuple[str, ...]
    sentence: str


def languages(providers: Providers) -> list[LanguageRow]:
    """By tag."""
    spoken = _spoken(providers)
    known = {tag for tags in spoken.values() for tag in tags}
    return [
        LanguageRow(
            language=tag,
            name=(named := langcodes.Language.get(tag)).display_name(),
            own_name=named.autonym(),
            providers=_who(tag, spoken),
            tags=tuple(sorted(each for each in known if _speaks(tag, (each,)))),
            sentence=sentence(tag),
        )
        for tag in sorted({*SPECIFIED, *(each.split("-")[0] for each in known)})
    ]


async def speakers(
    services: Services, personality: Personality, tags: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Who of the personality's chain would speak each of ``tags`` now, in the chain's order."""
    config = personality.voice_config
    standings = await services.providers.standings(config.order, services.quota.spent)
    shelf = await services.samples.references.shelf(personality.id, config)

    def able(tag: str) -> tuple[str, ...]:
        able = {c.provider for c in rank(config, Wish(tag), standings, shelf).candidates}
        return tuple(provider for provider in config.order if provider in able)

    # In a thread: a language is compared with each of a thousand voices.
    return await asyncio.to_thread(lambda: {tag: able(tag) for tag in tags})


async def for_personality(services: Services, personality: Personality) -> list[ForPersonality]:
    """The specified languages, what providers speak besides, and the personality's own; by name."""
    chosen = personality.voice_config.languages
    spoken, unready = _spoken(services.providers), _spoken(services.providers, ready=False)
    bases = {tag.split("-")[0] for tags in spoken.values() for tag in tags}
    tags = {*SPECIFIED, *bases, chosen.primary, *chosen.supported}
    able = await speakers(services, personality, tags)
    found = []
    for tag in tags:
        known = langcodes.Language.get(tag)
        others = tuple(p for p in _who(tag, spoken) if p not in able[tag])
        names = known.display_name(), known.autonym()
        found.append(ForPersonality(tag, *names, able[tag], others, _who(tag, unready)))
    return sorted(found, key=lambda language: language.name)


def variants(providers: Providers) -> list[str]:
    """Tags with a region or script that providers speak now: ``pt-BR``."""
    return sorted({tag for tags in _spoken(providers).values() for tag in tags if "-" in tag})


def _spoken(providers: Providers, *, ready: bool = True) -> dict[str, tuple[str, ...]]:
    """Tags that each provider can speak now; of those that are not ready, what they could."""
    return {
        found.id: found.provider.capabilities().languages
        for found in providers.all()
        if found.provider and (found.availability().state is not State.UNAVAILABLE) is ready
    }


def _who(wanted: str, spoken: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(provider for provider, tags in spoken.items() if _speaks(wanted, tags))


def _speaks(wanted: str, tags: tuple[str, ...]) -> bool:
    return any(distance(wanted, tag) is not None for tag in tags)

"""Who is cast for a reply, kept true while it runs: a personality switched by hand speaks with its
new model from the next segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import distance
from polyvox.domain.lexicon import LexiconEntry
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import UnknownPersonality
from polyvox.routing.candidates import Plan, Standing, Wish, rank
from polyvox.routing.samples import Shelf
from polyvox.services.lexicon import ServerLexicon
from polyvox.services.ports import PersonalityReader
from polyvox.services.providers import Providers, SpentTiers
from polyvox.services.sample_references import SampleReferences
from polyvox.text.lexicon import Lexicon, lexicon_for

log = structlog.get_logger(__name__)


@dataclass(eq=False, repr=False)
class Casting:
    """The plan of one reply. ``version`` grows whenever the plan was made anew."""

    request: SpeechRequest
    providers: Providers
    personalities: PersonalityReader | None
    spent: SpentTiers | None = None
    samples: SampleReferences | None = None
    server_lexicon: ServerLexicon | None = None
    version: int = field(default=0, init=False)
    plan: Plan = field(default=Plan(()), init=False)
    language: str = field(default="und", init=False)
    config: VoiceConfig = field(default=VoiceConfig(), init=False)
    _lexicons: tuple[tuple[LexiconEntry, ...], ...] = field(default=(), init=False)
    _stored_version: int | None = field(default=None, init=False)

    async def start(self) -> None:
        """Make the first plan. Raises UnknownPersonality, UnknownVoice."""
        config, self._stored_version = await self._config()
        await self._rank(config)

    @property
    def lexicon(self) -> Lexicon:
        """Of the reply's language: the personality's words, and behind them the server's."""
        return lexicon_for(self._lexicons, self.language)

    async def each(self, providers: Sequence[str]) -> dict[str, Plan]:
        """The plan were each of ``providers`` the one that is asked, and nobody else. Raises
        UnknownPersonality."""
        config, _ = await self._config()
        standings = await self.providers.standings(providers, self.spent)
        language = self.request.language or config.languages.primary
        shelf = await self._shelf(config, standings)
        return {
            provider: rank(
                config, Wish(language, provider=provider, fallback=False), standings, shelf
            )
            for provider in providers
        }

    async def refresh(self) -> bool:
        """Look whether the personality was changed meanwhile; True when the plan is a new one.

        A personality deleted under way goes on speaking as it was cast.
        """
        if self._stored_version is None or self.personalities is None:
            return False
        try:
            config, version = await self._config()
        except UnknownPersonality:
            return False
        except Exception as error:  # noqa: BLE001 - trouble in storage must not break the reply
            log.warning("personality_not_refreshed", error=type(error).__qualname__)
            return False
        if version == self._stored_version:
            return False
        self._stored_version = version
        await self._rank(config)
        return True

    async def _config(self) -> tuple[VoiceConfig, int | None]:
        request = self.request
        if request.voice_config is not None or request.personality is None:
            return request.voice_config or VoiceConfig(), None
        if self.personalities is None:
            raise UnknownPersonality("No personalities are stored here.", param="personality")
        stored = await self.personalities.get(request.personality)
        return stored.voice_config, stored.version

    async def _rank(self, config: VoiceConfig) -> None:
        request, self.config = self.request, config
        if request.provider is not None:
            self.providers.find(request.provider)
        forced = (request.provider,) if request.provider else ()
        standings = await self.providers.standings((*forced, *config.order), self.spent)
        self.language = request.language or _language_of(request, config, standings)
        wish = Wish(
            language=self.language,
            provider=request.provider,
            voice=request.voice,
            speed=request.speed,
            fallback=request.fallback,
        )
        plan = rank(config, wish, standings, await self._shelf(config, standings))
        if self.version and not plan.candidates:
            # The change left nobody to speak: whoever was cast finishes the reply.
            plan = replace(self.plan, out=plan.out)
        server = await self.server_lexicon.entries() if self.server_lexicon else ()
        self._lexicons = (config.lexicon, server)
        self.plan = plan
        self.version += 1

    async def _shelf(self, config: VoiceConfig, standings: dict[str, Standing]) -> Shelf:
        """Empty where nobody clones: most replies then need not ask the database."""
        if self.samples is None or not any(s.capabilities.cloning for s in standings.values()):
            return Shelf()
        stored = self.request.voice_config is None
        return await self.samples.shelf(self.request.personality if stored else None, config)


def _language_of(
    request: SpeechRequest, config: VoiceConfig, standings: dict[str, Standing]
) -> str:
    """A caller who names a voice and no language means the voice's own."""
    primary = config.languages.primary
    first = standings.get(request.provider or config.active_provider)
    named = _find(request.voice, first) if request.voice and first else None
    if named is None or any(distance(primary, tag) is not None for tag in named.languages):
        return primary
    return named.languages[0]


def _find(voice: str, standing: Standing) -> Voice | None:
    return next((v for v in standing.voices if v.id.casefold() == voice.casefold()), None)

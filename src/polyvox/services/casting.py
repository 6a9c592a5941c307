"""Who is cast for a reply, kept true while it runs: a personality switched by hand speaks with its
new model from the next segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from polyvox.domain.capabilities import Voice
from polyvox.domain.language import AUTO, distance
from polyvox.domain.lexicon import LexiconEntry
from polyvox.domain.speech import Exclusion, SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.errors import UnknownPersonality
from polyvox.routing.candidates import Standing, Wish, rank
from polyvox.routing.plan import Plan
from polyvox.routing.samples import Shelf
from polyvox.services.lexicon import ServerLexicon
from polyvox.services.ports import PersonalityReader
from polyvox.services.providers import Providers, SpentTiers
from polyvox.services.sample_references import SampleReferences
from polyvox.text.lexicon import Lexicon, lexicon_for
from polyvox.text.passages import Passage
from polyvox.text.script import letters_of
from polyvox.text.spoken import Segment

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What plans are made of: one look at the document, the providers and the samples."""

    config: VoiceConfig
    standings: Mapping[str, Standing]
    shelf: Shelf
    server_lexicon: tuple[LexiconEntry, ...] = ()


@dataclass(eq=False, repr=False)
class Casting:
    """The plans of one reply, by the languages that its text is in.

    ``language`` is that of its beginning. ``choices`` are those that the text may choose among; empty
    where it has no choice. ``version`` grows whenever the plans were made anew.
    """

    request: SpeechRequest
    providers: Providers
    personalities: PersonalityReader | None
    spent: SpentTiers | None = None
    samples: SampleReferences | None = None
    server_lexicon: ServerLexicon | None = None
    version: int = field(default=0, init=False)
    language: str = field(default="und", init=False)
    choices: tuple[str, ...] = field(default=(), init=False)
    plans: Mapping[str, Plan] = field(default_factory=dict, init=False)
    _letters: dict[str, Counter[str]] = field(default_factory=dict, init=False)
    _facts: _Facts = field(default_factory=lambda: _Facts(VoiceConfig(), {}, Shelf()), init=False)
    _stored_version: int | None = field(default=None, init=False)

    async def start(self) -> None:
        """Make the first plan. Raises UnknownPersonality, UnknownVoice."""
        config, self._stored_version = await self._config()
        self._facts = await self._look(config)
        named = _named_voice(self.request, self._facts)
        self.choices = _choices(self.request, config, named)
        self.language = _language_of(self.request, config, named)
        self._make_plans([self.language])

    def read(self, passages: Sequence[Passage]) -> None:
        """Make the plans for a text: who cannot read what it has in a language is out of that plan."""
        for passage in passages:
            counted = self._letters.setdefault(passage.language, Counter())
            counted.update(letters_of(passage.written.text))
        if passages:
            self.language = passages[0].language
        self._make_plans(list(self._letters) or [self.language])

    @property
    def plan(self) -> Plan:
        """That of ``language``."""
        return self.plans[self.language]

    def plan_for(self, segment: Segment) -> Plan:
        """The plan of the segment's language, for its own letters: nobody may be left to read a line in
        a script that the rest of the text is not in."""
        return self.plans[segment.language].reading(letters_of(segment.text))

    def language_of(self, segment: Segment) -> str:
        """The one to speak it in, after the personality's own may have been changed."""
        return segment.language if segment.language in self.plans else self.language

    @property
    def candidates(self) -> list[str]:
        """Providers that some part of the reply may be spoken by."""
        every = (
            candidate.provider for plan in self.plans.values() for candidate in plan.candidates
        )
        return list(dict.fromkeys(every))

    @property
    def out(self) -> list[Exclusion]:
        """Why each other one may not, or not in every language."""
        every = (out for plan in self.plans.values() for out in plan.out)
        return list({(out.provider, out.code, out.reason): out for out in every}.values())

    @property
    def config(self) -> VoiceConfig:
        """The document that the plans were made by."""
        return self._facts.config

    def lexicon(self, language: str) -> Lexicon:
        """The personality's words in ``language``, and behind them the server's."""
        return lexicon_for((self.config.lexicon, self._facts.server_lexicon), language)

    async def each(self, providers: Sequence[str]) -> dict[str, Plan]:
        """The plan were each of ``providers`` the one that is asked, and nobody else. Raises
        UnknownPersonality."""
        config, _ = await self._config()
        standings = await self.providers.standings(providers, self.spent)
        language = _told(self.request) or config.languages.primary
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
        self._facts = await self._look(config)
        before = self.plans
        any_before = next(iter(before.values()))
        self._make_plans(self._still_meant(config))
        # Where the change left nobody to speak, whoever was cast finishes the reply.
        self.plans = {
            tag: plan if plan.candidates else replace(before.get(tag, any_before), out=plan.out)
            for tag, plan in self.plans.items()
        }
        return True

    def _still_meant(self, config: VoiceConfig) -> list[str]:
        """What the text has chosen stays; else the personality's language is what it is now."""
        if not self.choices:
            named = _named_voice(self.request, self._facts)
            self.language = _language_of(self.request, config, named)
            counted = sum(self._letters.values(), Counter())
            self._letters = {self.language: counted}
        return list(self._letters)

    async def _config(self) -> tuple[VoiceConfig, int | None]:
        request = self.request
        if request.voice_config is not None or request.personality is None:
            return request.voice_config or VoiceConfig(), None
        if self.personalities is None:
            raise UnknownPersonality("No personalities are stored here.", param="personality")
        stored = await self.personalities.get(request.personality)
        return stored.voice_config, stored.version

    async def _look(self, config: VoiceConfig) -> _Facts:
        request = self.request
        if request.provider is not None:
            self.providers.find(request.provider)
        forced = (request.provider,) if request.provider else ()
        standings = await self.providers.standings((*forced, *config.order), self.spent)
        server = await self.server_lexicon.entries() if self.server_lexicon else ()
        return _Facts(config, standings, await self._shelf(config, standings), server)

    def _make_plans(self, languages: Sequence[str]) -> None:
        self.plans = {language: self._plan_of(language) for language in languages}
        self.version += 1

    def _plan_of(self, language: str) -> Plan:
        request, facts = self.request, self._facts
        wish = Wish(
            language=language,
            provider=request.provider,
            voice=request.voice,
            speed=request.speed,
            fallback=request.fallback,
        )
        plan = rank(facts.config, wish, facts.standings, facts.shelf)
        return plan.reading(self._letters.get(language, {}))

    async def _shelf(self, config: VoiceConfig, standings: dict[str, Standing]) -> Shelf:
        """Empty where nobody clones: most replies then need not ask the database."""
        if self.samples is None or not any(s.capabilities.cloning for s in standings.values()):
            return Shelf()
        stored = self.request.voice_config is None
        return await self.samples.shelf(self.request.personality if stored else None, config)


def _told(request: SpeechRequest) -> str | None:
    """The language that the caller names."""
    return None if request.language == AUTO else request.language


def _language_of(request: SpeechRequest, config: VoiceConfig, named: Voice | None) -> str:
    """A caller who names a voice and no language means the voice's own."""
    if told := _told(request):
        return told
    primary = config.languages.primary
    if named is None or _speaks(named, primary):
        return primary
    return named.languages[0]


def _choices(request: SpeechRequest, config: VoiceConfig, named: Voice | None) -> tuple[str, ...]:
    """The personality's languages where the text chooses; of them, those of a voice that is named."""
    if request.language != AUTO and (request.language or not config.languages.detect):
        return ()
    return tuple(tag for tag in config.languages.choices if named is None or _speaks(named, tag))


def _named_voice(request: SpeechRequest, facts: _Facts) -> Voice | None:
    """The one that the caller names, if the provider that is asked first has it."""
    first = facts.standings.get(request.provider or facts.config.active_provider)
    if not request.voice or first is None:
        return None
    wanted = request.voice.casefold()
    return next((voice for voice in first.voices if voice.id.casefold() == wanted), None)


def _speaks(voice: Voice, language: str) -> bool:
    return any(distance(language, tag) is not None for tag in voice.languages)

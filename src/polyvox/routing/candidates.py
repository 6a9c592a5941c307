"""Who may speak, in which order, and why each other one may not. Pure functions of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from polyvox.domain.capabilities import (
    Availability,
    Capabilities,
    State,
    Voice,
)
from polyvox.domain.language import best_match, distance, normalize
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.domain.speech import Exclusion, ExclusionCode
from polyvox.domain.voice_config import ProviderConfig, VoiceConfig
from polyvox.errors import InvalidSetting, UnknownVoice
from polyvox.provider.base import VoiceSettings
from polyvox.provider.choice import speaking
from polyvox.routing.plan import Candidate, Plan, Reading
from polyvox.routing.quota import remedy
from polyvox.routing.samples import Out, Shelf, choose


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about one provider at the moment of ranking. ``resting`` is the breaker's reason;
    ``spent`` says of each tier that must not be used any more this month why; ``installs_voices``
    where a voice that is missing can be fetched."""

    capabilities: Capabilities
    availability: Availability
    settings_type: type[VoiceSettings]
    voices: Sequence[Voice] = ()
    resting: str | None = None
    spent: Mapping[str, str] = field(default_factory=dict)
    installs_voices: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What the request asks beyond the personality's document."""

    language: str
    provider: str | None = None
    voice: str | None = None
    speed: float = 1.0
    fallback: bool = True


@dataclass(slots=True)
class _Ranking:
    config: VoiceConfig
    wish: Wish
    standings: Mapping[str, Standing]
    shelf: Shelf
    candidates: list[Candidate] = field(default_factory=list)
    stand_ins: list[Candidate] = field(default_factory=list)
    out: list[Exclusion] = field(default_factory=list)


def rank(
    config: VoiceConfig, wish: Wish, standings: Mapping[str, Standing], shelf: Shelf | None = None
) -> Plan:
    """Forced provider, else the active one, then the chain, each once.

    A provider whose configured voice is missing comes last of all, with another of its voices of
    the same language: a line in a strange voice is better than no line. Raises UnknownVoice when
    the caller names a voice that the first provider does not have.
    """
    order = tuple(dict.fromkeys(((wish.provider,) if wish.provider else ()) + config.order))
    ranking = _Ranking(config, wish, standings, shelf or Shelf())
    for place, provider in enumerate(order):
        try:
            if place and not wish.fallback:
                reason = "Fallback is switched off for this request."
                raise Out(ExclusionCode.FALLBACK_OFF, reason)
            _consider(ranking, provider, voice=wish.voice if place == 0 else None)
        except Out as out:
            ranking.out.append(
                Exclusion(provider=provider, code=out.code, reason=out.reason, remedy=out.remedy)
            )
    return Plan((*ranking.candidates, *ranking.stand_ins), tuple(ranking.out))


def _consider(ranking: _Ranking, provider: str, *, voice: str | None) -> None:
    standing = _installed(ranking, provider)
    settings_of = ranking.config.of(provider)
    _check_state(settings_of, standing)
    language = _language(ranking.wish.language, settings_of, standing.capabilities)
    samples = _samples(ranking, provider, settings_of, standing, named=voice is not None)
    settings = _settings(settings_of, standing.settings_type, ranking.wish.speed)

    def candidate(chosen: str | None, stand_in_for: str | None = None) -> Candidate:
        able = standing.capabilities
        limit = able.limit_for(language)
        return Candidate(
            provider,
            language,
            chosen,
            settings,
            stand_in_for,
            limit,
            samples,
            able.text,
            styles=able.styles.of(chosen, standing.voices),
            readings=tuple(_readings(settings_of, standing, chosen)),
        )

    if voice is not None:
        named = _named_voice(voice, provider, standing.voices)
        _check_budget(provider, standing, named)
        ranking.candidates.append(candidate(named.id))
    elif samples:
        ranking.candidates.append(candidate(None))
    else:
        _choose_voice(ranking, provider, settings_of, standing, candidate)


def _installed(ranking: _Ranking, provider: str) -> Standing:
    standing = ranking.standings.get(provider)
    if standing is None:
        raise Out(
            ExclusionCode.NOT_INSTALLED,
            f"No provider '{provider}' is installed.",
            "Install a package that brings it, or take it out of the fallback chain.",
        )
    return standing


def _check_state(config: ProviderConfig, standing: Standing) -> None:
    if not config.enabled:
        raise Out(ExclusionCode.DISABLED, "It is disabled for this personality.")
    if standing.availability.state is State.UNAVAILABLE:
        reason = standing.availability.reason or "It is not available."
        raise Out(ExclusionCode.UNAVAILABLE, reason, standing.availability.remedy)
    if standing.resting:
        raise Out(ExclusionCode.RESTING, standing.resting)


def _language(wanted: str, config: ProviderConfig, capabilities: Capabilities) -> str:
    if config.supported_languages is not None:
        # The specification's lists name base languages ("en"): they allow every region of it.
        allowed = config.supported_languages
        if not any(_covers(tag, wanted) for tag in allowed):
            raise Out(ExclusionCode.LANGUAGE, f"This personality does not use it for '{wanted}'.")
    match = best_match(_meant(wanted, capabilities), capabilities.languages)
    if match is None:
        lacking = best_match(wanted, capabilities.needs)
        needed = capabilities.needs[lacking] if lacking else None
        raise Out(ExclusionCode.LANGUAGE, f"It does not speak '{wanted}'.", needed)
    return match


def _readings(config: ProviderConfig, standing: Standing, chosen: str | None) -> Iterator[Reading]:
    """What it can read: by the voice ``chosen``, by the configured ones; a clone, by the engine."""
    able, allowed = standing.capabilities, config.supported_languages
    spoken = {voice.id: voice.languages for voice in standing.voices}
    for voice in dict.fromkeys((chosen, config.voice, *config.voices.values())):
        if voice != chosen and voice not in spoken:
            continue
        for tag in spoken.get(voice or "", able.languages):
            if allowed is None or any(_covers(each, tag) for each in allowed):
                yield Reading(tag, voice, able.limit_for(tag))


def _meant(wanted: str, capabilities: Capabilities) -> str:
    """What the provider takes ``wanted`` for, where the nearest tag is not the one that is meant."""
    return capabilities.locale_for.get(normalize(wanted), wanted)


def _covers(allowed: str, wanted: str) -> bool:
    return distance(wanted, allowed) is not None or distance(allowed, wanted) is not None


def _samples(
    ranking: _Ranking, provider: str, config: ProviderConfig, standing: Standing, *, named: bool
) -> tuple[str, ...]:
    """What it clones from; nothing where it speaks with a stock voice: one that was asked for
    (``named``), or that the document sets and with no sample beside it."""
    needs = standing.capabilities.cloning
    has_voice = named or (not config.has_sample and bool(config.voice or config.voices))
    if needs is None or (has_voice and not needs.required):
        return ()
    chosen = choose(provider, config, ranking.wish.language, ranking.shelf)
    if not chosen and needs.required:
        wanted = f"{needs.min_s:g} to {needs.max_s:g} s"
        raise Out(
            ExclusionCode.SAMPLE,
            "It clones a voice and has no sample.",
            f"Give it one of {wanted}.",
        )
    return chosen


def _settings(
    config: ProviderConfig, settings_type: type[VoiceSettings], speed: float
) -> VoiceSettings:
    try:
        return parse_settings(settings_type, config.settings).at_speed(speed)
    except InvalidSetting as error:
        raise Out(ExclusionCode.SETTING, error.message, error.remedy) from error


def parse_settings(
    settings_type: type[VoiceSettings], values: Mapping[str, object]
) -> VoiceSettings:
    """The provider's own model of ``values``. Raises InvalidSetting, naming field and range."""
    try:
        return settings_type.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise InvalidSetting(f"Setting '{name}': {first['msg']}.", param=name) from error


def _named_voice(wanted: str, provider: str, voices: Sequence[Voice]) -> Voice:
    for voice in voices:
        if wanted.casefold() in (voice.id.casefold(), voice.name.casefold()):
            return voice
    known = ", ".join(voice.id for voice in voices[:8]) or "none"
    raise UnknownVoice(
        f"{provider} has no voice '{wanted[:100]}'.", param="voice", remedy=f"It has: {known}."
    )


def _choose_voice(
    ranking: _Ranking,
    provider: str,
    config: ProviderConfig,
    standing: Standing,
    candidate: Callable[..., Candidate],
) -> None:
    """The voice set for the language, else the configured one if it speaks it, else the best."""
    if not standing.voices:
        if standing.capabilities.cloning is None:
            raise Out(ExclusionCode.VOICE, "It has no voice.")
        ranking.candidates.append(candidate(config.voice))
        return
    wanted = ranking.wish.language
    meant = _meant(wanted, standing.capabilities)
    able = speaking(standing.voices, meant)
    if not able:
        raise Out(ExclusionCode.VOICE, f"None of its voices speaks '{wanted}'.")
    # Exactly this tag first: the document may tell apart what the provider does not.
    tag = (
        normalize(wanted)
        if normalize(wanted) in config.voices
        else best_match(meant, config.voices)
    )
    configured = config.voices[tag] if tag else config.voice
    known = {voice.id for voice in standing.voices}
    chosen = next((voice for voice in able if voice.id == configured), None)
    if chosen is not None:
        _check_budget(provider, standing, chosen)
        ranking.candidates.append(candidate(chosen.id))
    elif configured is None or (configured in known and tag is None):
        ranking.candidates.append(candidate(_best(provider, standing, able).id))
    else:
        if ranking.wish.fallback:
            best = _best(provider, standing, able)
            ranking.stand_ins.append(candidate(best.id, configured))
        raise _without_voice(provider, standing, configured, wanted)


def _without_voice(provider: str, standing: Standing, voice: str, language: str) -> Out:
    if not standing.installs_voices:
        told = f"It has no voice '{voice}' that speaks '{language}'."
        return Out(ExclusionCode.VOICE, told, "Choose another voice, or none for its best one.")
    command = f"polyvox voices install {provider} {voice}"
    return Out(
        ExclusionCode.VOICE,
        f"Its voice '{voice}' is not installed or does not speak '{language}'.",
        Remedy(RemedyKind.INSTALL_VOICE, f"Install it ({command}) or choose another.", command),
    )


def _best(provider: str, standing: Standing, able: Sequence[Voice]) -> Voice:
    """The first whose tier is not used up."""
    unspent = (voice for voice in able if voice.tier not in standing.spent)
    best = next(unspent, able[0])
    _check_budget(provider, standing, best)
    return best


def _check_budget(provider: str, standing: Standing, voice: Voice) -> None:
    if voice.tier is not None and voice.tier in standing.spent:
        raise Out(ExclusionCode.QUOTA, standing.spent[voice.tier], remedy(provider, voice.tier))

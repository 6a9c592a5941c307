"""Checks of what a provider says about itself; see ``conformance``."""

from __future__ import annotations

import langcodes
from pydantic import ValidationError

from polyvox.domain.capabilities import Availability, Kind, State
from polyvox.domain.language import normalize
from polyvox.provider.base import ProviderContext, VoiceSettings
from polyvox.provider.trial import AnyProvider, ContractBroken, Subject, promise, quickly, started


async def says_who_it_is(subject: Subject) -> None:
    provider = subject.make()
    promise(provider.id.isidentifier() and provider.id.islower(), "id is a lower-case identifier")
    promise(isinstance(provider.kind, Kind), "kind is a Kind")
    promise(isinstance(provider.context, ProviderContext), "the constructor keeps its context")


async def describes_every_setting(subject: Subject) -> None:
    settings_type = subject.make().settings_type
    promise(issubclass(settings_type, VoiceSettings), "settings_type is a VoiceSettings")
    fields = settings_type.model_json_schema().get("properties", {})
    for name, field in fields.items():
        promise("description" in field, f"the setting {name} has a description")
        promise("default" in field, f"the setting {name} has a default")


async def refuses_unknown_settings(subject: Subject) -> None:
    try:
        subject.make().settings_type.model_validate({"no_such_setting": 1})
    except ValidationError:
        return
    raise ContractBroken("an unknown setting is refused")


async def tells_its_availability_at_any_time(subject: Subject) -> None:
    provider = subject.make()
    _tells(provider)
    try:
        await provider.start()
        promise(_tells(provider).state is State.READY, "it is ready once started")
    finally:
        await provider.stop()
    promise(_tells(provider).state is not State.READY, "it is not ready once stopped")


def _tells(provider: AnyProvider) -> Availability:
    availability = quickly(provider.availability, "availability")
    unready = availability.state is State.UNAVAILABLE
    told = availability.reason and availability.remedy
    promise(bool(told) or not unready, "an unavailable provider gives reason and remedy")
    return availability


async def claims_real_languages(subject: Subject) -> None:
    async with started(subject) as provider:
        capabilities = quickly(provider.capabilities, "capabilities")
        promise(bool(capabilities.languages), "it has a language")
        for tag in capabilities.languages:
            promise(langcodes.tag_is_valid(tag), f"{tag} is a BCP 47 tag")
            promise(normalize(tag) == tag, f"{tag} is in its standard spelling")
        licence = capabilities.licence
        promise(bool(licence.code and licence.weights), "it states the licences")


async def lists_voices_of_its_languages(subject: Subject) -> None:
    async with started(subject) as provider:
        capabilities, voices = (
            quickly(provider.capabilities, "capabilities"),
            await provider.voices(),
        )
        ids = [voice.id for voice in voices]
        promise(len(ids) == len(set(ids)), "voices have ids of their own")
        for voice in voices:
            promise(bool(voice.id and voice.name), "a voice has an id and a name")
            promise(voice.provider == provider.id, f"{voice.id} names its provider")
            known = set(voice.languages) <= set(capabilities.languages)
            promise(bool(voice.languages) and known, f"the languages of {voice.id} are claimed")
        for language in capabilities.languages if voices else ():
            promise(bool(await provider.voices(language)), f"a voice speaks {language}")
        nobody = await provider.voices("tlh")
        promise("tlh" in capabilities.languages or not nobody, "no voice speaks Klingon")


async def keeps_its_revision(subject: Subject) -> None:
    async with started(subject) as one, started(subject) as two:
        voice = subject.utterance.voice
        promise(one.revision(voice) == two.revision(voice), "the same voice has the same revision")

"""What clients offer their users to choose from: models, voices, languages."""

from __future__ import annotations

from fastapi import APIRouter

from polyvox.api.host import ServicesDep
from polyvox.api.schemas import LanguageTag
from polyvox.api.views import (
    LanguageList,
    LanguageView,
    Model,
    ModelList,
    ModelName,
    ModelNames,
    VoiceList,
    VoiceView,
)
from polyvox.domain.capabilities import Voice
from polyvox.services.addressing import OWN_MODEL
from polyvox.services.container import Services
from polyvox.services.languages import languages, speakers
from polyvox.services.ports import Personality

router = APIRouter(tags=["listing"])


@router.get("/v1/models", summary="Names for `model` (OpenAI)")
async def models(services: ServicesDep) -> ModelList:
    """`polyvox`, the personalities, the providers."""
    personalities = await services.personalities.list()
    people = [_model(p.id, created=int(p.created_at.timestamp())) for p in personalities]
    providers = [_model(found.id) for found in services.providers.all()]
    return ModelList(data=[_model(OWN_MODEL), *people, *providers])


@router.get("/v1/audio/models", summary="Names for `model` (Open WebUI)")
async def audio_models(services: ServicesDep) -> ModelNames:
    return ModelNames(models=[ModelName(id=m.id) for m in (await models(services)).data])


@router.get("/v1/audio/voices", summary="Names for `voice`")
async def voices(
    services: ServicesDep, provider: str | None = None, language: LanguageTag | None = None
) -> VoiceList:
    """Personalities first, then the providers' voices; with a filter, those voices alone."""
    stock = [_voice(v) for v in await services.providers.voices(provider, language)]
    if provider or language:
        return VoiceList(voices=stock)
    return VoiceList(voices=[*await _people(services), *stock])


@router.get("/v1/languages", summary="Languages, and who speaks them now")
async def list_languages(services: ServicesDep, personality: str | None = None) -> LanguageList:
    """With a `personality`, only those of its chain that would speak the language, in its order."""
    rows = [LanguageView.model_validate(row) for row in languages(services.providers)]
    if personality:
        stored = await services.personalities.get(personality)
        able = await speakers(services, stored, [row.language for row in rows])
        rows = [row.model_copy(update={"providers": list(able[row.language])}) for row in rows]
    return LanguageList(data=rows)


async def _people(services: Services) -> list[VoiceView]:
    return [_personality(p) for p in await services.personalities.list()]


def _model(name: str, created: int = 0) -> Model:
    return Model(id=name, created=created, owned_by=OWN_MODEL)


def _personality(personality: Personality) -> VoiceView:
    spoken = personality.voice_config.languages
    return VoiceView(
        id=personality.id,
        name=personality.name,
        kind="personality",
        languages=list(dict.fromkeys((spoken.primary, *spoken.supported))),
        description=personality.description,
    )


def _voice(voice: Voice) -> VoiceView:
    return VoiceView(
        id=voice.id,
        name=voice.name,
        kind="voice",
        provider=voice.provider,
        languages=list(voice.languages),
        gender=voice.gender,
        quality=voice.quality,
        speakers=dict(voice.speakers),
        description=voice.description,
    )

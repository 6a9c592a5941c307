"""Personalities: created, read, changed with a version so that no change is lost, switched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from polyvox.api.chain_views import ProspectList, ProspectView
from polyvox.api.host import ServicesDep
from polyvox.api.schemas import (
    PersonalityCreate,
    PersonalityPatch,
    PersonalityReplace,
    SwitchBody,
)
from polyvox.api.versions import IfMatch, etag, expected_version
from polyvox.api.views import PersonalityList, PersonalityView, SwitchList, SwitchView
from polyvox.domain.voice_config import LanguageTag
from polyvox.services.ports import Personality

router = APIRouter(prefix="/v1/personalities", tags=["personalities"])

MAX_SWITCHES = 1000


@router.get("", summary="All, by name")
async def list_all(services: ServicesDep) -> PersonalityList:
    """Without statistics."""
    return PersonalityList(data=[_view(p) for p in await services.personalities.list()])


@router.post("", status_code=201, summary="Create one")
async def create(
    body: PersonalityCreate, services: ServicesDep, response: Response
) -> PersonalityView:
    made = await services.personalities.create(
        body.id, name=body.name, description=body.description, voice_config=body.voice_config
    )
    response.headers["location"] = f"/v1/personalities/{made.id}"
    return _answer(made, response)


@router.get("/{personality_id}", summary="One, with statistics")
async def get(personality_id: str, services: ServicesDep, response: Response) -> PersonalityView:
    return _answer(await services.personalities.get(personality_id), response)


@router.put("/{personality_id}", summary="Replace")
async def replace(
    personality_id: str,
    body: PersonalityReplace,
    services: ServicesDep,
    response: Response,
    if_match: IfMatch = None,
) -> PersonalityView:
    """What is left out falls back to its default; `voice_config` replaces the whole document."""
    changed = await services.personalities.update(
        personality_id,
        name=body.name,
        description=body.description,
        voice_config=body.voice_config,
        expected_version=expected_version(body.version, if_match),
    )
    return _answer(changed, response)


@router.patch("/{personality_id}", summary="Change")
async def patch(
    personality_id: str,
    body: PersonalityPatch,
    services: ServicesDep,
    response: Response,
    if_match: IfMatch = None,
) -> PersonalityView:
    """A JSON merge patch (RFC 7396), in `voice_config` too: what is left out stays, null removes."""
    given = body.model_fields_set
    expected = expected_version(body.version, if_match)
    config: Any = None
    if "voice_config" in given:
        stored = await services.personalities.get(personality_id)
        config = merge_patch(stored.voice_config.written(), body.voice_config) or {}
        # Merged into what was read here: whoever changes it meanwhile must not be overwritten.
        expected = stored.version if expected is None else expected
    changed = await services.personalities.update(
        personality_id,
        name=body.name if "name" in given else None,
        description=(body.description or "") if "description" in given else None,
        voice_config=config,
        expected_version=expected,
    )
    return _answer(changed, response)


@router.delete("/{personality_id}", status_code=204, summary="Delete")
async def delete(personality_id: str, services: ServicesDep) -> None:
    """With its switches; its usage stays."""
    await services.personalities.delete(personality_id)


@router.post("/{personality_id}/switch", summary="Make another provider the active one")
async def switch(
    personality_id: str,
    body: SwitchBody,
    services: ServicesDep,
    response: Response,
    if_match: IfMatch = None,
) -> PersonalityView:
    """From the next segment on, also of replies being spoken. Recorded."""
    switched = await services.personalities.switch(
        personality_id, body.provider, expected_version=expected_version(body.version, if_match)
    )
    return _answer(switched, response)


@router.get("/{personality_id}/switches", summary="Past switches, newest first")
async def switches(
    personality_id: str,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=MAX_SWITCHES)] = 100,
) -> SwitchList:
    past = await services.personalities.switches(personality_id, limit=limit)
    return SwitchList(data=[SwitchView.model_validate(switch) for switch in past])


@router.get("/{personality_id}/chain", summary="Who would speak now, and why others would not")
async def chain(
    personality_id: str, services: ServicesDep, language: LanguageTag | None = None
) -> ProspectList:
    """The active provider, then the fallback chain, for `language` (default: the primary one)."""
    links = await services.overview.chain(personality_id, language)
    return ProspectList(data=[ProspectView.model_validate(link) for link in links])


def merge_patch(target: Any, patch: Any) -> Any:
    """``target`` changed as RFC 7396 says."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _answer(personality: Personality, response: Response) -> PersonalityView:
    response.headers["etag"] = etag(personality.version)
    return _view(personality)


def _view(personality: Personality) -> PersonalityView:
    defaults = personality.voice_config.model_dump(mode="json")
    return PersonalityView(
        id=personality.id,
        name=personality.name,
        description=personality.description,
        voice_config={**defaults, **personality.voice_config.written(), "stats": defaults["stats"]},
        version=personality.version,
        created_at=personality.created_at,
        updated_at=personality.updated_at,
    )

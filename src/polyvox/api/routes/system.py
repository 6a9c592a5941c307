"""The installation itself: facts, the cache, API keys."""

from __future__ import annotations

from fastapi import APIRouter

from polyvox.api.host import HostDep, ServicesDep
from polyvox.api.system_views import (
    CreatedKey,
    KeyList,
    KeyView,
    NewKey,
    Removed,
    SystemView,
)
from polyvox.services import system

router = APIRouter(prefix="/v1", tags=["system"])


@router.get("/system", summary="Version, database, memory, cache")
async def facts(host: HostDep) -> SystemView:
    return SystemView.model_validate(await system.facts(host.settings, host.services.store))


@router.delete("/cache", summary="Delete the audio that is kept for the next asking")
async def clear_cache(services: ServicesDep) -> Removed:
    return Removed(removed=await services.store.clear())


@router.get("/keys", summary="All API keys, newest first, revoked ones too")
async def keys(services: ServicesDep) -> KeyList:
    return KeyList(data=[KeyView.model_validate(key) for key in await services.keys.list()])


@router.post("/keys", status_code=201, summary="Create an API key")
async def create_key(body: NewKey, services: ServicesDep) -> CreatedKey:
    """The key is in the answer this once; only its digest is kept."""
    key, secret = await services.keys.create(body.name)
    return CreatedKey(**KeyView.model_validate(key).model_dump(), key=secret)


@router.delete("/keys/{key_id}", status_code=204, summary="Make a key useless")
async def revoke_key(key_id: str, services: ServicesDep) -> None:
    await services.keys.revoke(key_id)

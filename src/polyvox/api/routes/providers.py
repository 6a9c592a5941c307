"""Providers: whether they can speak, what they can do, and on what terms."""

from __future__ import annotations

from fastapi import APIRouter

from polyvox.api.host import ServicesDep
from polyvox.api.views import CapabilitiesView, EngineView, ProviderList, ProviderView
from polyvox.services import system
from polyvox.services.found import Found
from polyvox.services.overview import Measured

router = APIRouter(prefix="/v1/providers", tags=["providers"])


@router.get("", summary="All of this installation")
async def list_all(services: ServicesDep) -> ProviderList:
    measured = await services.overview.measured()
    found = services.providers.all()
    return ProviderList(data=[_view(one, measured.get(one.id)) for one in found])


@router.get("/{provider_id}", summary="One")
async def get(provider_id: str, services: ServicesDep) -> ProviderView:
    return await _answer(services, services.providers.find(provider_id))


@router.post("/{provider_id}/start", summary="Put one into service")
async def start(provider_id: str, services: ServicesDep) -> ProviderView:
    """One that is in service already stays as it is. Whether it can speak now is in the answer."""
    return await _answer(services, await services.providers.start_one(provider_id))


@router.post("/{provider_id}/stop", summary="Take one out of service")
async def stop(provider_id: str, services: ServicesDep) -> ProviderView:
    """It speaks no more, and its memory is given back, until it or Polyvox is started again."""
    return await _answer(services, await services.providers.stop_one(provider_id))


@router.post("/{provider_id}/load", status_code=202, summary="Load its engine ahead")
async def load(provider_id: str, services: ServicesDep) -> ProviderView:
    """For providers that have an `engine`; for others nothing happens."""
    found = services.providers.find(provider_id)
    await system.load(found)
    return await _answer(services, found)


@router.post("/{provider_id}/unload", summary="Give its engine's memory back")
async def unload(provider_id: str, services: ServicesDep) -> ProviderView:
    """The next request loads it again. 409 while it is busy."""
    found = services.providers.find(provider_id)
    await system.unload(found)
    return await _answer(services, found)


async def _answer(services: ServicesDep, found: Found) -> ProviderView:
    return _view(found, (await services.overview.measured()).get(found.id))


def _view(found: Found, measured: Measured | None) -> ProviderView:
    provider = found.provider
    able = provider.capabilities() if provider else None
    engine = system.engine_of(found)
    return ProviderView(
        id=found.id,
        name=able.name if able else None,
        kind=provider.kind if provider else None,
        availability=found.availability(),
        resting=found.breaker.refusal(),
        in_service=found.in_service,
        engine=EngineView.model_validate(engine) if engine else None,
        capabilities=CapabilitiesView.model_validate(able) if able else None,
        licence=able.licence if able else None,
        measured=measured,
        settings_schema=provider.settings_type.model_json_schema() if provider else None,
    )

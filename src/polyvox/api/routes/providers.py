"""Providers: whether they can speak, what they can do, and on what terms."""

from __future__ import annotations

from fastapi import APIRouter

from polyvox.api.host import ServicesDep
from polyvox.api.views import CapabilitiesView, ProviderList, ProviderView
from polyvox.domain.capabilities import Capabilities
from polyvox.services.providers import Found

router = APIRouter(prefix="/v1/providers", tags=["providers"])


@router.get("", summary="All of this installation")
async def list_all(services: ServicesDep) -> ProviderList:
    return ProviderList(data=[_view(found) for found in services.providers.all()])


@router.get("/{provider_id}", summary="One")
async def get(provider_id: str, services: ServicesDep) -> ProviderView:
    return _view(services.providers.find(provider_id))


def _view(found: Found) -> ProviderView:
    provider = found.provider
    able = provider.capabilities() if provider else None
    return ProviderView(
        id=found.id,
        name=able.name if able else None,
        kind=provider.kind if provider else None,
        availability=found.availability(),
        resting=found.breaker.refusal(),
        capabilities=_capabilities(able) if able else None,
        licence=able.licence if able else None,
        settings_schema=provider.settings_type.model_json_schema() if provider else None,
    )


def _capabilities(able: Capabilities) -> CapabilitiesView:
    return CapabilitiesView(
        languages=list(able.languages),
        streaming=able.streaming,
        cloning=able.cloning,
        limits=dict(able.limits),
    )

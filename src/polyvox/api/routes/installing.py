"""Voices and models to install, and how far that is."""

from __future__ import annotations

from fastapi import APIRouter

from polyvox.api.host import ServicesDep
from polyvox.api.system_views import (
    Catalogue,
    InstallationList,
    InstallationView,
    ModelView,
    NewInstallation,
    WeightsList,
)

router = APIRouter(prefix="/v1", tags=["installing"])
_view = InstallationView.model_validate


@router.get("/weights", summary="Models of all local providers, and what each lacks")
async def weights(services: ServicesDep) -> WeightsList:
    return WeightsList(data=[ModelView.model_validate(m) for m in services.installs.models()])


@router.delete("/weights/{provider_id}", summary="Delete a model")
async def remove(provider_id: str, services: ServicesDep) -> ModelView:
    return ModelView.model_validate(await services.installs.remove_model(provider_id))


@router.get("/providers/{provider_id}/catalogue", summary="Voices that can be installed")
async def catalogue(provider_id: str, services: ServicesDep) -> Catalogue:
    return Catalogue(voices=list(await services.installs.catalogue(provider_id)))


@router.post(
    "/providers/{provider_id}/installations",
    status_code=202,
    summary="Begin to install a voice or the model",
)
async def install(
    provider_id: str, body: NewInstallation, services: ServicesDep
) -> InstallationView:
    """It goes on by itself; where the same is being installed already, that is the answer."""
    if body.voice is not None:
        return _view(services.installs.install_voice(provider_id, body.voice))
    accepted = body.accept_license
    return _view(services.installs.install_model(provider_id, accept_license=accepted))


@router.get("/installations", summary="What is being installed, and was since the start")
async def installations(services: ServicesDep) -> InstallationList:
    return InstallationList(data=[_view(each) for each in services.installs.all()])


@router.get("/installations/{installation_id}", summary="How far one is")
async def installation(installation_id: str, services: ServicesDep) -> InstallationView:
    return _view(services.installs.find(installation_id))


@router.delete("/installations/{installation_id}", summary="Break one off")
async def cancel(installation_id: str, services: ServicesDep) -> InstallationView:
    """What was fetched is kept; the next installation goes on from there."""
    return _view(await services.installs.cancel(installation_id))

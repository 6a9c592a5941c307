"""For those who watch over the server."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from polyvox.api.host import HostDep, ServicesDep
from polyvox.api.views import Health, Readiness
from polyvox.domain.capabilities import State
from polyvox.services.container import Services

router = APIRouter(tags=["health"])

DATABASE_S = 2.0
"""A database that takes longer to answer is not ready."""


@router.get("/healthz", summary="The process is alive")
async def healthz() -> Health:
    """Never asks for a key."""
    return Health()


@router.get("/readyz", summary="It can speak", responses={503: {"model": Readiness}})
async def readyz(services: ServicesDep, response: Response) -> Readiness:
    """The database answers and at least one provider is ready; 503 with the reasons otherwise."""
    reasons = [*await _database(services), *_providers(services)]
    response.status_code = 503 if reasons else 200
    return Readiness(ready=not reasons, reasons=reasons)


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(host: HostDep) -> Response:
    text = generate_latest(host.metrics.registry)
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


async def _database(services: Services) -> list[str]:
    try:
        async with asyncio.timeout(DATABASE_S):
            await services.personalities.list()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return [f"The database does not answer ({type(error).__qualname__})."]
    return []


def _providers(services: Services) -> list[str]:
    found = [(each.id, each.availability()) for each in services.providers.all()]
    if any(availability.state is State.READY for _, availability in found):
        return []
    told = [f"{name}: {availability.reason or availability.state}" for name, availability in found]
    return ["No provider is ready.", *told]

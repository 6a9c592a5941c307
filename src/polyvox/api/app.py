"""The FastAPI application over a host that somebody else put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from polyvox.api.docs import add_docs
from polyvox.api.encoding import EncodingThreads
from polyvox.api.errors import add_error_handlers
from polyvox.api.guards import BodyLimit, KeyGuard, LoopbackGuard
from polyvox.api.host import ApiHost
from polyvox.api.middleware import RequestContext
from polyvox.api.routes import health, listing, personalities, providers, speech, stats, usage
from polyvox.api.views import ErrorReply

EXPOSED_HEADERS = ["x-request-id", "x-polyvox-speech-id", "x-polyvox-provider", "etag"]


def create_app(application: ApiHost) -> FastAPI:
    """Starts and stops ``application`` with itself."""
    threads = EncodingThreads()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await application.start()
        try:
            yield
        finally:
            await application.stop()
            threads.stop()

    app = FastAPI(
        title="Polyvox",
        summary="One API, every voice model.",
        version=version("polyvox"),
        lifespan=lifespan,
        middleware=_middleware(application),
        openapi_url=None,  # polyvox.api.docs serves both
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"model": ErrorReply}, "5XX": {"model": ErrorReply}},
    )
    app.state.host, app.state.threads = application, threads
    add_error_handlers(app)
    for routes in (speech, personalities, providers, listing, stats, usage, health):
        app.include_router(routes.router)
    add_docs(app)
    return app


def _middleware(application: ApiHost) -> list[Middleware]:
    """Outermost first. Pure ASGI: anything that buffers would break streaming and disconnects."""
    settings = application.settings
    chain = [Middleware(RequestContext)]
    if settings.on_loopback:
        chain.append(Middleware(LoopbackGuard, settings=settings))
    if settings.cors_origins:
        chain.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=EXPOSED_HEADERS,
            )
        )
    if settings.require_key or not settings.on_loopback:
        chain.append(
            Middleware(
                KeyGuard,
                keys=application.services.keys,
                anonymous_listing=settings.anonymous_listing,
            )
        )
    chain.append(Middleware(BodyLimit, max_bytes=settings.body_max_bytes))
    return chain

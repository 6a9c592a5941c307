"""The FastAPI application over a host that somebody else put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Protocol

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from polyvox.api.docs import add_docs
from polyvox.api.encoding import EncodingThreads
from polyvox.api.errors import add_error_handlers
from polyvox.api.framing import FrameGuard
from polyvox.api.guards import BodyLimit, KeyGuard, LoopbackGuard, Visitors
from polyvox.api.host import ApiHost
from polyvox.api.middleware import RequestContext
from polyvox.api.playback import Playbacks
from polyvox.api.routes import (
    health,
    installing,
    lexicon,
    listing,
    personalities,
    providers,
    samples,
    script,
    speech,
    stats,
    system,
    usage,
)
from polyvox.api.views import ErrorReply

EXPOSED_HEADERS = ["x-request-id", "x-polyvox-speech-id", "x-polyvox-provider", "etag"]


class Console(Visitors, Protocol):
    """Pages for people, put below the API."""

    def mount(self, app: FastAPI) -> None: ...


def create_app(application: ApiHost, console: Console | None = None) -> FastAPI:
    """Starts and stops ``application`` with itself."""
    threads, playbacks = EncodingThreads(), Playbacks()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await application.start()
        try:
            await application.services.providers.warm_up()
            yield
        finally:
            await playbacks.close()
            await application.stop()
            threads.stop()

    app = FastAPI(
        title="Polyvox",
        summary="One API, every voice model.",
        version=version("polyvox"),
        lifespan=lifespan,
        middleware=_middleware(application, console),
        openapi_url=None,  # polyvox.api.docs serves both
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"model": ErrorReply}, "5XX": {"model": ErrorReply}},
    )
    app.state.host, app.state.threads, app.state.playbacks = application, threads, playbacks
    add_error_handlers(app)
    for routes in (
        speech,
        personalities,
        lexicon,
        samples,
        script,
        providers,
        listing,
        stats,
        usage,
        system,
        installing,
        health,
    ):
        app.include_router(routes.router)
    add_docs(app)
    if console is not None:
        console.mount(app)
    return app


def _middleware(application: ApiHost, visitors: Visitors | None) -> list[Middleware]:
    """Outermost first. Pure ASGI: anything that buffers would break streaming and disconnects."""
    settings = application.settings
    chain = [
        Middleware(RequestContext),
        Middleware(FrameGuard, origins=settings.embed_origins),
    ]
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
                visitors=visitors,
            )
        )
    chain.append(
        Middleware(
            BodyLimit,
            max_bytes=settings.body_max_bytes,
            max_recording_bytes=settings.samples.max_bytes,
        )
    )
    return chain

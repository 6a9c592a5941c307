"""A process of an engine that outlives the providers which speak with it.

Each check starts a provider of its own, and a model takes seconds to load: they share one child. That
a provider ends the child it has started is checked with one that has its own.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

from polyvox.hosting.engine import EngineJob, Host
from polyvox.hosting.model_provider import ModelProvider
from polyvox.provider.base import AudioStream, Utterance
from polyvox.provider.trial import hear


class KeptHost:
    """Lent to providers, which start and stop it in vain."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def run(self, job: EngineJob) -> AbstractAsyncContextManager[AudioStream]:
        return self._host.run(job)


class Keeper:
    """Makes providers of ``kind`` whose engine runs already, once :meth:`warm` is done."""

    def __init__(self, kind: type[ModelProvider[Any, Any, Any]], *arguments: Any) -> None:
        self._kind, self._arguments = kind, arguments
        self._owner = kind(*arguments)
        self._host: Host | None = None

    async def warm(self, utterance: Utterance[Any]) -> None:
        await self._owner.start()
        await hear(self._owner, utterance)
        self._host, _ = await self._owner._running()

    async def end(self) -> None:
        await self._owner.stop()

    def own(self) -> ModelProvider[Any, Any, Any]:
        """One that starts a child by itself."""
        return self._kind(*self._arguments)

    def make(self) -> ModelProvider[Any, Any, Any]:
        provider = self.own()
        if self._host is not None:
            provider._host, provider._hosted = KeptHost(self._host), self._owner._hosted
        return provider

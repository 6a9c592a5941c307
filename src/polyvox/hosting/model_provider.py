"""A local provider that speaks with installed weights, in a process of its own."""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Generic

from polyvox.domain.capabilities import Availability, Kind
from polyvox.domain.language import best_match
from polyvox.errors import Unavailable, UnsupportedLanguage
from polyvox.hosting.engine import EngineJob, Host
from polyvox.hosting.process.host import HostState, ProcessHost
from polyvox.hosting.process.spec import EngineSpec
from polyvox.hosting.process.worker import Patience
from polyvox.provider.base import AudioStream, Provider, ProviderContext, SettingsT, Utterance
from polyvox.provider.installing import InstallProgress, Model
from polyvox.provider.loading import EngineFacts, EngineState
from polyvox.provider.model_options import EngineStart, OptionsT
from polyvox.provider.model_store import CACHE_FOLDER, ModelKind, ModelStore
from polyvox.provider.recordings import forget
from polyvox.provider.weights import WeightsT

TRIED_AGAIN = "It is tried again after a while; the log says more."
_ENGINE_STATES = {HostState.LOADING: EngineState.LOADING, HostState.READY: EngineState.LOADED}


class ModelProvider(Provider[SettingsT], Generic[SettingsT, OptionsT, WeightsT]):
    """The engine's process is started once there are weights that may be used, and anew when they are
    replaced. Nothing here loads the engine.

    A class of it names its ``model_kind`` and ``engine_factory`` (``package.module:function``, which
    is called in the child with an ``EngineStart`` as JSON), and has besides what every provider has:
    :meth:`_voice`.
    """

    kind: ClassVar[Kind] = Kind.LOCAL
    model_kind: ClassVar[ModelKind[Any, Any]]
    engine_factory: ClassVar[str]
    patience: ClassVar[Patience] = Patience()
    """What its process may take before it is killed."""

    def __init__(self, context: ProviderContext) -> None:
        super().__init__(context)
        self._store: ModelStore[WeightsT] | None = None
        self._host: Host | None = None
        self._hosted = ""
        self._changing = asyncio.Lock()
        self._cache = context.data_dir / CACHE_FOLDER

    @abstractmethod
    def _voice(self, utterance: Utterance[SettingsT], weights: WeightsT) -> str | None:
        """The voice that ``weights`` speak in; None where it is that of samples.

        Raises UnknownVoice, BadSample.
        """

    def _parts(self, utterance: Utterance[SettingsT]) -> tuple[str | int, ...]:
        """What the engine reads instead of the text; () where that is all."""
        return ()

    def _options(self) -> OptionsT:
        """Raises ConfigError."""
        kind: type[OptionsT] = self.model_kind.options
        return kind.of(self.context.options)

    def _open(self) -> ModelStore[WeightsT]:
        """The weights, by the operator's options. Raises ConfigError."""
        return ModelStore(self.model_kind, self.context.data_dir, self._options())

    def _make_host(self, weights: WeightsT) -> Host:
        options = self._options()
        start = EngineStart(weights.folder, self._cache, options)
        return ProcessHost(
            EngineSpec(self.engine_factory, start.told()),
            name=self.id,
            workers=options.max_batch,
            queue_limit=options.queue_limit,
            idle_exit_s=options.idle_exit_s if math.isfinite(options.idle_exit_s) else None,
            prewarm=options.prewarm,
            patience=self.patience,
        )

    async def start(self) -> None:
        """Raises ConfigError for wrong options."""
        store = self._open()
        store.keep_said()
        self._store = store

    async def warm_up(self) -> None:
        if self._store is not None and self._store.lack() is None:
            await self._running()

    async def forget(self, recordings: Sequence[str]) -> None:
        await asyncio.to_thread(forget, self._cache, recordings)

    async def stop(self) -> None:
        self._store = None
        async with self._changing:
            host, self._host = self._host, None
            if host is not None:
                await host.stop()

    def availability(self) -> Availability:
        if self._store is None:
            return self._not_running()
        return self._store.lack() or availability_of(self._host)

    def _not_running(self) -> Availability:
        return Availability.unavailable(
            f"{self.capabilities().name} is not running.", "Start Polyvox."
        )

    @asynccontextmanager
    async def speak(self, utterance: Utterance[SettingsT]) -> AsyncIterator[AudioStream]:
        """Raises UnknownVoice, UnsupportedLanguage and BadSample besides what hosts raise."""
        host, weights = await self._running()
        job = EngineJob(
            text=utterance.text,
            language=self._language(utterance.language),
            voice=self._voice(utterance, weights),
            settings=utterance.settings.model_dump(exclude={"voice_id"}),
            samples=tuple(str(path) for path in utterance.samples),
            before=utterance.before,
            parts=self._parts(utterance),
        )
        async with host.run(job) as stream:
            yield stream

    def _weights(self) -> WeightsT | None:
        return self._store.weights() if self._store else None

    def _language(self, asked: str) -> str:
        """The provider's own tag of it. Raises UnsupportedLanguage."""
        able = self.capabilities()
        own = best_match(asked, able.languages)
        if own is not None:
            return own
        lacking = best_match(asked, able.needs)
        raise UnsupportedLanguage(
            f"{able.name} does not speak {asked}{' yet' if lacking else ''}.",
            param="language",
            remedy=able.needs[lacking] if lacking else None,
        )

    async def _running(self) -> tuple[Host, WeightsT]:
        """The host of the weights that are there now. Raises Unavailable with what is lacking."""
        async with self._changing:
            lack = self._not_running() if self._store is None else self._store.lack()
            weights = self._weights()
            if lack is not None or weights is None:
                told = lack or self._not_running()
                raise Unavailable(told.reason or "", remedy=told.remedy)
            if self._host is not None and self._hosted != weights.revision:
                old, self._host = self._host, None
                await old.stop()
            if self._host is None:
                host = self._make_host(weights)
                await host.start()
                self._host, self._hosted = host, weights.revision
            return self._host, weights

    # What ``provider.loading.EngineKeeper`` asks for.

    def engine(self) -> EngineFacts:
        if not isinstance(self._host, ProcessHost):
            return EngineFacts(EngineState.UNLOADED)
        state = _ENGINE_STATES.get(self._host.state, EngineState.UNLOADED)
        return EngineFacts(state, self._host.rss_bytes)

    async def load_engine(self) -> None:
        host, _ = await self._running()
        if isinstance(host, ProcessHost):
            host.load()

    async def unload_engine(self) -> None:
        if isinstance(self._host, ProcessHost):
            await self._host.unload()

    # What ``provider.installing.ModelInstaller`` asks for; the provider need not be started.

    def model(self) -> Model:
        return self._open().model()

    async def install_model(
        self, progress: Callable[[InstallProgress], None], *, accept_license: bool
    ) -> Model:
        return await self._open().install(progress, accept_license=accept_license)

    async def add_model(
        self, folder: Path, progress: Callable[[InstallProgress], None], *, accept_license: bool
    ) -> Model:
        return await self._open().add(folder, progress, accept_license=accept_license)

    async def remove_model(self) -> Model:
        return await self._open().remove()


def availability_of(host: Host | None) -> Availability:
    """Without a child it is ready, too: a request starts one."""
    if not isinstance(host, ProcessHost):
        return Availability.ready()
    if host.state is HostState.LOADING:
        return Availability.loading("The model is being loaded.")
    refusal = host.refusal()
    if refusal is None:
        return Availability.ready()
    return Availability.unavailable(refusal.message, refusal.remedy or TRIED_AGAIN)

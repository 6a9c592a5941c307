"""The composition root: the only file that knows everyone.

:class:`Embedded` is the router without a database, for the library and the offline command;
:class:`Application` is the whole, for the server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from polyvox.cache.segments import SegmentCache
from polyvox.cache.store import FileStore
from polyvox.config import LOOPBACK_NAMES, SampleSettings, Settings
from polyvox.domain.capabilities import Kind
from polyvox.domain.samples import SampleReport
from polyvox.domain.voice_config import ProviderConfig, VoiceConfig
from polyvox.errors import Conflict
from polyvox.hosting.workshop import Workshop
from polyvox.provider.base import Provider
from polyvox.routing.attempt import Deadlines
from polyvox.services.addressing import Addressing
from polyvox.services.container import Services
from polyvox.services.installing import InstallService
from polyvox.services.keys import KeyService
from polyvox.services.lexicon import LexiconService, ServerLexicon
from polyvox.services.overview import Overview
from polyvox.services.personalities import PersonalityService
from polyvox.services.ports import PersonalityReader, QuotaRepository
from polyvox.services.providers import Providers, discover
from polyvox.services.quota import QuotaService
from polyvox.services.remembered import RememberedPersonalities
from polyvox.services.sample_ports import BlobStore, SampleFetcher, SampleRepository, Workbench
from polyvox.services.sample_preparing import Scratch
from polyvox.services.sample_references import SampleReferences
from polyvox.services.samples import SampleService, measured
from polyvox.services.speak import ReportObserver, SpeakLimits, SpeakService
from polyvox.services.tally import Tally
from polyvox.services.tickets import Tickets
from polyvox.services.usage import UsageService
from polyvox.storage.lazy import LazyQuota
from polyvox.telemetry import Metrics

Loaders = Mapping[str, Callable[[], type[Provider[Any]]]]
FIRST_PERSONALITY = "joe"
FIRST_VOICE = "en_US-joe-medium"


def _providers(settings: Settings, loaders: Loaders | None) -> Providers:
    return Providers(
        discover() if loaders is None else loaders,
        home=settings.home,
        options=settings.providers,
        clock=time.monotonic,
    )


def _store(settings: Settings) -> FileStore:
    return FileStore(settings.home / "cache", settings.cache_max_mb * 1_048_576)


def _quota(settings: Settings, providers: Providers, ledger: QuotaRepository) -> QuotaService:
    return QuotaService(providers.tariffs, ledger, settings.quotas)


def _speak(
    settings: Settings,
    providers: Providers,
    cache: SegmentCache,
    quota: QuotaService,
    observers: tuple[ReportObserver, ...],
    personalities: PersonalityReader | None = None,
    samples: SampleService | None = None,
    lexicon: ServerLexicon | None = None,
) -> SpeakService:
    def deadlines(provider: str) -> Deadlines:
        local = providers.get(provider).kind is Kind.LOCAL
        chosen = settings.deadline_for(provider, local=local)
        return Deadlines(chosen.first_audio_s, chosen.stall_s)

    return SpeakService(
        providers=providers,
        cache=cache,
        personalities=personalities,
        quota=quota,
        samples=samples,
        lexicon=lexicon,
        limits=SpeakLimits(settings.text_max_characters, deadlines),
        observers=observers,
    )


def _samples(
    settings: Settings,
    repository: SampleRepository,
    blobs: BlobStore,
    workshop: Workbench,
    providers: Providers,
    personalities: PersonalityReader,
) -> SampleService:
    chosen = settings.samples
    own_hosts = (*LOOPBACK_NAMES, settings.host, *settings.allowed_hosts)
    return SampleService(
        repository,
        blobs,
        workshop,
        providers,
        SampleReferences(repository, personalities, own_hosts),
        personalities,
        scratch=Scratch(settings.home / "cache" / "incoming"),
        fetcher=_fetcher(chosen),
        limits=chosen,
    )


def _fetcher(chosen: SampleSettings) -> SampleFetcher | None:
    """Raises ConfigError for an entry of ``fetch_hosts`` that is not the name of a host."""
    if not chosen.fetch_hosts:
        return None
    from polyvox.fetching.fetcher import FetchLimits, HostFetcher

    return HostFetcher(chosen.fetch_hosts, FetchLimits(chosen.max_bytes, chosen.fetch_s))


async def check_recording(source: Path, settings: Settings) -> SampleReport:
    """Measure a file that need not become a sample; no provider is started and no database opened.

    Raises BadSample.
    """
    workshop = Workshop(name="samples' workshop")
    try:
        return await measured(workshop, source, _providers(settings, None))
    finally:
        await workshop.stop()


class Embedded:
    """Providers, cache and router in this process; statistics in memory. What a cloud provider
    charges for is counted in the database of ``settings``, which is opened for that alone."""

    def __init__(self, settings: Settings, *, loaders: Loaders | None = None) -> None:
        self.tally = Tally()
        self.providers = _providers(settings, loaders)
        self._cache = SegmentCache(_store(settings))
        self._ledger = LazyQuota(settings.database)
        self.quota = _quota(settings, self.providers, self._ledger)
        self.speak = _speak(settings, self.providers, self._cache, self.quota, (self.tally.record,))

    async def start(self) -> None:
        """Raises ConfigError."""
        self.quota.check()
        await self.providers.start()

    async def stop(self) -> None:
        await self._cache.close()
        await self.providers.stop()
        await self._ledger.stop()


class Application:
    """All of Polyvox over one database. ``start`` brings the tables up to date and, on the first
    run, creates the personality that speaks out of the box."""

    def __init__(self, settings: Settings, *, loaders: Loaders | None = None) -> None:
        # Imported here: the library and `polyvox --help` do without a database.
        from polyvox.storage.blobs import FsspecBlobs
        from polyvox.storage.database import Database

        self.settings = settings
        self.metrics = Metrics()
        self._watch: asyncio.Task[None] | None = None
        self._started = AsyncExitStack()
        self._database = Database(settings.database)
        self._workshop = Workshop(name="samples' workshop")
        self._blobs = FsspecBlobs(
            settings.samples.store or str(settings.home / "samples"),
            settings.home / "cache" / "samples",
        )
        store = _store(settings)
        self._cache = SegmentCache(store)
        self.services = self._services(_providers(settings, loaders), store)

    def _services(self, providers: Providers, store: FileStore) -> Services:
        from polyvox.storage.keys import SqlKeys
        from polyvox.storage.lexicon import SqlLexicon
        from polyvox.storage.personalities import SqlPersonalities
        from polyvox.storage.quota import SqlQuota
        from polyvox.storage.reports import SqlReports
        from polyvox.storage.samples import SqlSamples
        from polyvox.storage.usage import SqlUsage

        settings, database = self.settings, self._database
        repository = SqlPersonalities(database)
        remembered = RememberedPersonalities(repository)
        usage = UsageService(
            SqlUsage(database), SqlReports(database), reports_kept=settings.reports_kept
        )
        quota = _quota(settings, providers, SqlQuota(database))
        rows = SqlSamples(database)
        samples = _samples(settings, rows, self._blobs, self._workshop, providers, repository)
        observers = (usage.record, self.metrics.observe)
        words = SqlLexicon(database)
        spoken = ServerLexicon(words)
        speak = _speak(
            settings, providers, self._cache, quota, observers, remembered, samples, spoken
        )
        personalities = PersonalityService(
            repository, providers, usage, samples, on_change=remembered.forget
        )
        return Services(
            speak=speak,
            tickets=Tickets(speak),
            personalities=personalities,
            lexicon=LexiconService(words, personalities, on_change=spoken.forget),
            addressing=Addressing(
                remembered,
                providers,
                default_personality=settings.default_personality,
                aliases=settings.voice_aliases,
            ),
            providers=providers,
            usage=usage,
            quota=quota,
            keys=KeyService(SqlKeys(database)),
            samples=samples,
            store=store,
            installs=InstallService(providers),
            overview=Overview(providers, remembered, speak, usage, quota),
        )

    async def start(self, *, providers: bool = True) -> None:
        """``providers=False`` leaves them stopped: enough to look after what is stored.

        Raises ConfigError; what had started by then is stopped again.
        """
        async with AsyncExitStack() as stack:
            self.services.quota.check()
            stack.push_async_callback(self._database.stop)
            await self._database.start()
            await self._first_personality()
            if self.settings.samples.store is not None:
                await self._blobs.start()
                await self.services.samples.start()
            stack.push_async_callback(self._workshop.stop)
            stack.push_async_callback(self.services.usage.stop)
            await self.services.usage.start()
            stack.push_async_callback(self._stop_watching)
            self._watch = asyncio.create_task(self.metrics.watch_loop(), name="event loop lag")
            if providers:
                stack.push_async_callback(self.services.providers.stop)
                await self.services.providers.start()
            stack.push_async_callback(self._cache.close)
            stack.push_async_callback(self.services.installs.stop)
            self._started = stack.pop_all()

    async def stop(self) -> None:
        """Everything in reverse order, each even when another one fails to stop."""
        await self._started.aclose()

    async def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    async def _first_personality(self) -> None:
        if await self.services.personalities.list():
            return
        piper = ProviderConfig(enabled=True, voice_id=FIRST_VOICE)
        with suppress(Conflict):  # another process on the same database was quicker
            await self.services.personalities.create(
                FIRST_PERSONALITY,
                name="Joe",
                description="Speaks out of the box, with the voice that comes along.",
                voice_config=VoiceConfig(active_provider="piper", providers={"piper": piper}),
            )

"""What ``polyvox doctor`` looks at in an opened Polyvox: everything that speaking needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from polyvox.cli.checks import Check
from polyvox.cli.checks import State as Verdict
from polyvox.errors import PolyvoxError

if TYPE_CHECKING:
    from polyvox.bootstrap import Application
    from polyvox.services.container import Services
    from polyvox.services.found import Found

TEST_TEXT = "Hello."
TEST_S = 60.0
NEARLY_ALL = 0.9
"""Of a limit; from there on the doctor warns."""


async def check_application(application: Application) -> AsyncIterator[Check]:
    services, settings = application.services, application.settings
    place = "As POLYVOX_DATABASE_URL says" if settings.database_url else settings.database
    yield Check("database", Verdict.OK, f"{place}: reachable, its tables up to date.")
    async for check in _keys(application):
        yield check
    configs = [p.voice_config for p in await services.personalities.list()]
    active = {config.active_provider for config in configs}
    in_chains = {provider for config in configs for provider in config.order}
    for check in _providers(services, active, in_chains):
        yield check
    async for check in _quotas(services):
        yield check
    for found in services.providers.all():
        for check in _broken_voices(found):
            yield check
        async for check in _speaks(found):
            yield check
    async for check in _personalities(application):
        yield check
    yield await _cache(application)


async def _keys(application: Application) -> AsyncIterator[Check]:
    if application.settings.on_loopback or await application.services.keys.any_live():
        return
    host = application.settings.host
    yield Check(
        "keys",
        Verdict.FAULT,
        f"The server is to listen on {host}, beyond this machine, and there is no API key.",
        "Create one: polyvox keys create NAME",
    )


def _providers(services: Services, active: set[str], in_chains: set[str]) -> Iterator[Check]:
    """One that cannot speak is a fault where a personality needs it, or nobody else can; only worth
    a note where nobody has it in their chain."""
    from polyvox.domain.capabilities import State

    states = {found.id: found.availability() for found in services.providers.all()}
    somebody = any(a.state is State.READY for a in states.values())
    for name, availability in states.items():
        if availability.state is State.READY:
            yield Check(f"provider {name}", Verdict.OK, "Ready.")
            continue
        verdict = Verdict.WARNING if name in in_chains else Verdict.NOTE
        if name in active or not somebody:
            verdict = Verdict.FAULT
        reason = availability.reason or "It is not ready."
        yield Check(f"provider {name}", verdict, reason, availability.remedy)
    if not states:
        remedy = "Reinstall Polyvox: pip install --force-reinstall polyvox"
        yield Check("providers", Verdict.FAULT, "No provider is installed.", remedy)


async def _quotas(services: Services) -> AsyncIterator[Check]:
    """Each tier that something was used of; one near its limit is a warning."""
    from polyvox.domain.quota import QuotaPolicy

    for stranger in services.quota.strangers():
        known = ", ".join(services.providers.tariffs()) or "none"
        told = (
            f"quotas.{stranger} is set, and no installed provider of that name counts characters."
        )
        yield Check(f"quota {stranger}", Verdict.WARNING, told, f"Those that do: {known}.")
    for row in await services.quota.rows():
        if not row.used:
            continue
        near = row.used >= NEARLY_ALL * row.limit and row.policy is not QuotaPolicy.ALLOW
        yield Check(
            f"quota {row.provider} {row.tier}",
            Verdict.WARNING if near else Verdict.OK,
            f"{row.used:,} of {row.limit:,} characters of {row.month} are used.",
            row.remedy if near else None,
        )


def _broken_voices(found: Found) -> Iterator[Check]:
    from polyvox.provider.installing import VoiceInspector

    inspected: object = found.provider
    if isinstance(inspected, VoiceInspector):
        for broken in inspected.broken_voices():
            remedy = f"Delete {broken.path}, then install the voice again."
            yield Check(f"voice {broken.path.name}", Verdict.FAULT, broken.reason, remedy)


async def _speaks(found: Found) -> AsyncIterator[Check]:
    """A word through each local provider that calls itself ready; clouds would charge for it."""
    from polyvox.domain.capabilities import Kind, State

    provider = found.provider
    if provider is None or provider.kind is not Kind.LOCAL:
        return
    if found.availability().state is not State.READY or not (voices := await provider.voices()):
        return
    name, voice = f"speech {found.id}", voices[0]
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(TEST_S):
            seconds = await _audio_s(provider, voice.id, voice.languages[0])
    except TimeoutError:
        yield Check(name, Verdict.FAULT, f"{voice.id} said nothing for {TEST_S:g} s.")
    except PolyvoxError as error:
        yield Check(name, Verdict.FAULT, f"{voice.id}: {error.message}", error.remedy)
    else:
        took = time.perf_counter() - begun
        told = f"{voice.id} made {seconds:.1f} s of audio in {took:.1f} s."
        yield Check(name, Verdict.OK, told)


async def _audio_s(provider: Any, voice: str, language: str) -> float:
    from polyvox.provider.base import Utterance

    utterance = Utterance(TEST_TEXT, language, voice, provider.settings_type())
    async with provider.speak(utterance) as audio:
        milliseconds: float = sum([chunk.duration_ms async for chunk in audio])
    return milliseconds / 1000


async def _personalities(application: Application) -> AsyncIterator[Check]:
    services, default = application.services, application.settings.default_personality
    found = await services.personalities.list()
    lost = [p for p in found if p.voice_config.active_provider not in services.providers]
    for personality in lost:
        active = personality.voice_config.active_provider
        yield Check(
            f"personality {personality.id}",
            Verdict.FAULT,
            f"It speaks with {active}, which is not installed.",
            f"Switch it: polyvox personalities switch {personality.id} PROVIDER",
        )
    if default not in {p.id for p in found}:
        remedy = f"Create it: polyvox personalities create {default}"
        told = f"There is no default personality '{default}'."
        yield Check("personalities", Verdict.WARNING, told, remedy)
    elif not lost:
        yield Check("personalities", Verdict.OK, f"{len(found)}, and the default is '{default}'.")


async def _cache(application: Application) -> Check:
    folder = application.settings.home / "cache"
    size = await asyncio.to_thread(
        lambda: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    )
    told = f"{size / 1_048_576:.0f} of {application.settings.cache_max_mb} MB."
    return Check("cache", Verdict.OK, told)

"""The use cases in one hand, as bootstrap builds them and api and cli receive them."""

from __future__ import annotations

from dataclasses import dataclass

from polyvox.cache.store import SegmentStore
from polyvox.services.addressing import Addressing
from polyvox.services.installing import InstallService
from polyvox.services.keys import KeyService
from polyvox.services.lexicon import LexiconService
from polyvox.services.overview import Overview
from polyvox.services.personalities import PersonalityService
from polyvox.services.providers import Providers
from polyvox.services.quota import QuotaService
from polyvox.services.samples import SampleService
from polyvox.services.speak import SpeakService
from polyvox.services.tickets import Tickets
from polyvox.services.usage import UsageService


@dataclass(frozen=True, slots=True)
class Services:
    speak: SpeakService
    tickets: Tickets
    personalities: PersonalityService
    lexicon: LexiconService
    addressing: Addressing
    providers: Providers
    usage: UsageService
    quota: QuotaService
    keys: KeyService
    samples: SampleService
    store: SegmentStore
    installs: InstallService
    overview: Overview

"""Bodies of replies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, computed_field

from polyvox.api.schemas import Document
from polyvox.domain.capabilities import (
    Availability,
    Kind,
    Licence,
    Published,
    SampleNeeds,
    TextLimit,
)
from polyvox.domain.quota import QuotaPolicy
from polyvox.domain.speech import SpeechReport
from polyvox.services.overview import Measured

ItemT = TypeVar("ItemT", bound=BaseModel)


class View(BaseModel):
    """Base of what is read off an object that has the same fields."""

    model_config = ConfigDict(from_attributes=True)


class Listing(BaseModel, Generic[ItemT]):
    """Base of replies with several of a kind, in the form of OpenAI's lists."""

    object: Literal["list"] = "list"
    data: list[ItemT]


class PersonalityView(BaseModel):
    id: str
    name: str
    description: str
    voice_config: Document
    version: int
    created_at: datetime
    updated_at: datetime


class PersonalityList(Listing[PersonalityView]): ...


class SwitchView(View):
    at: datetime
    from_provider: str
    to_provider: str


class SwitchList(Listing[SwitchView]): ...


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="Seconds since 1970.")
    owned_by: str


class ModelList(Listing[Model]): ...


class ModelName(BaseModel):
    id: str


class ModelNames(BaseModel):
    models: list[ModelName]


class VoiceView(View):
    """``provider`` is missing for a personality."""

    id: str
    name: str
    kind: Literal["personality", "voice"]
    provider: str | None = None
    languages: list[str] = []
    gender: str | None = None
    quality: str | None = None
    speakers: dict[str, int] = {}
    description: str = ""


class VoiceList(BaseModel):
    voices: list[VoiceView]


class CapabilitiesView(View):
    languages: list[str]
    streaming: bool
    cloning: SampleNeeds | None
    limits: dict[str, TextLimit]
    published: Published | None = Field(
        description="What is said of it elsewhere; `measured` is of this installation."
    )


class EngineView(View):
    state: Literal["unloaded", "loading", "loaded"]
    memory_bytes: int | None = Field(description="Of its own process.")


class ProviderView(BaseModel):
    """What is None could not be loaded; ``availability`` says why and what to do."""

    id: str
    name: str | None
    kind: Kind | None
    availability: Availability
    resting: str | None = Field(description="Why it is not asked just now, after failures.")
    in_service: bool = Field(description="False where it was stopped, or could not be started.")
    engine: EngineView | None = Field(
        description="Of one whose engine can be loaded and unloaded while it is in service."
    )
    capabilities: CapabilitiesView | None
    licence: Licence | None
    measured: Measured | None = Field(
        description="Averages of what it synthesized here in the last 30 days; None without any."
    )
    settings_schema: dict[str, Any] | None = Field(
        description="JSON schema of `voice_config.providers.<id>.settings`."
    )


class ProviderList(Listing[ProviderView]): ...


class LanguageView(View):
    language: str
    name: str
    own_name: str
    providers: list[str]
    tags: list[str]
    sentence: str = Field(description="To hear a voice by.")


class LanguageList(Listing[LanguageView]): ...


class StatsTotals(BaseModel):
    """Sums. Rates from 0 to 1; None without data."""

    requests: int
    successes: int
    failures: int
    success_rate: float | None
    segments: int
    cache_hits: int
    cache_rate: float | None
    characters: int
    audio_seconds: float


class StatsRow(StatsTotals):
    """A provider's share. A reply counts for every provider that took part in it."""

    provider: str
    personality: str | None = None
    hour: datetime | None = None
    avg_latency_ms: float | None
    p50_ttfa_ms: float | None
    p95_ttfa_ms: float | None
    last_used: datetime | None


class StatsReply(BaseModel):
    object: Literal["list"] = "list"
    data: list[StatsRow]
    totals: StatsTotals


class FailureView(BaseModel):
    """A provider that failed in a reply, ``times`` times for the same reason."""

    speech_id: str
    at: datetime
    personality: str | None
    provider: str | None = Field(description="None where nobody could be asked.")
    code: str
    told: str = Field(description="In plain words.")
    message: str | None = Field(description="What the provider said of it, and what to do.")
    times: int
    instead: list[str] = Field(description="Who spoke in its place; nobody where it is empty.")


class FailureList(Listing[FailureView]): ...


class UsageRow(View):
    """A tier of a provider in one month. Characters are counted as the provider bills them."""

    provider: str
    tier: str
    name: str
    month: str
    policy: QuotaPolicy = Field(description="What happens at the limit.")
    used: int
    requests: int
    limit: int = Field(description="The free characters, unless the operator set another limit.")
    percent: float | None = Field(description="Of the limit; None where that is 0.")
    remaining: int
    over: int = Field(description="Characters beyond the limit.")
    forecast: int = Field(
        description="What will be used at the month's end: `used` over the share of the month "
        "that has passed, of which at least a day counts."
    )
    usd_per_million: float | None
    cost_usd: float | None = Field(
        description="An estimate for the characters beyond `free_characters`."
    )
    free_characters: int = Field(description="A month, by the tariff.")
    specified_characters: int | None = Field(
        description="The free characters of Polyvox's original specification."
    )
    checked: date = Field(description="The day on which the tariff's figures were read.")
    source: str = Field(description="Where they were read.")
    note: str


class UsageReply(Listing[UsageRow]): ...


class TicketView(BaseModel):
    """``id`` is that of the speech, also for its report."""

    id: str
    audio: str = Field(
        description="Where it is spoken, and for a while can be heard again: a path."
    )
    report: str = Field(description="The path of its report.")
    seconds: float = Field(description="How long it waits for its player to come.")


class ReportView(SpeechReport):
    """The report of a reply; ``provider`` spoke its first segment."""

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def provider(self) -> str | None:
        return super().provider

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def cached(self) -> bool:
        return super().cached


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    ready: bool
    reasons: list[str]


class ErrorView(BaseModel):
    message: str
    type: str
    param: str | None
    code: str
    speech_id: str | None = None
    attempts: list[dict[str, Any]] | None = None


class ErrorReply(BaseModel):
    error: ErrorView

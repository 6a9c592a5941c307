"""Bodies of requests and replies about samples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from polyvox.api.schemas import LanguageTag
from polyvox.api.views import Listing
from polyvox.domain.sample_reference import sample_url
from polyvox.domain.samples import Consent, Mark, Readiness, SampleReport
from polyvox.services.sample_ports import PreparedSample, StoredSample
from polyvox.services.samples import SampleNotes

Notes = Annotated[str, StringConstraints(max_length=2000)]
Who = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class ConsentBody(BaseModel):
    """Whoever is heard agrees to be cloned."""

    who: Who = Field(examples=["Ada Byron"])
    statement: Statement = Field(examples=["I agree that my voice is cloned for our shop."])
    when: datetime | None = Field(default=None, description="With an offset. Default: now.")

    def consent(self) -> Consent:
        return Consent(who=self.who, statement=self.statement, when=_aware(self.when))


class SampleForm(BaseModel):
    """What goes with the file of an upload."""

    model_config = ConfigDict(extra="ignore")

    language: LanguageTag | None = Field(default=None, description="BCP 47: what is spoken in it.")
    notes: Notes | None = None
    consent_who: Who | None = Field(
        default=None, description="Who is heard and agreed to be cloned; nobody is cloned without."
    )
    consent_statement: Statement | None = Field(default=None, description="In what words.")
    consent_when: datetime | None = Field(
        default=None, description="When, with an offset. Default: now."
    )

    @model_validator(mode="after")
    def _consent_is_whole(self) -> Self:
        if (self.consent_who is None) != (self.consent_statement is None):
            raise PydanticCustomError(
                "consent", "A consent needs both consent_who and consent_statement"
            )
        return self

    def said(self) -> SampleNotes:
        consent = None
        if self.consent_who is not None and self.consent_statement is not None:
            consent = Consent(
                who=self.consent_who,
                statement=self.consent_statement,
                when=_aware(self.consent_when),
            )
        return SampleNotes(self.language, self.notes, consent)


class SampleFetch(BaseModel):
    """A recording at an address whose host the operator allows (`samples.fetch_hosts`)."""

    url: str = Field(max_length=2000, examples=["https://files.example/ada.wav"])
    language: LanguageTag | None = None
    notes: Notes | None = None
    consent: ConsentBody | None = None

    def said(self) -> SampleNotes:
        consent = self.consent.consent() if self.consent else None
        return SampleNotes(self.language, self.notes, consent)


class SamplePatch(BaseModel):
    """What is left out stays, null removes. Without consent nobody is cloned from then on."""

    language: LanguageTag | None = None
    notes: Notes | None = None
    consent: ConsentBody | None = None

    def over(self, said: SampleNotes) -> SampleNotes:
        given = self.model_fields_set
        consent = self.consent.consent() if self.consent else None
        return SampleNotes(
            self.language if "language" in given else said.language,
            self.notes if "notes" in given else said.notes,
            consent if "consent" in given else said.consent,
        )


class PrepareBody(BaseModel):
    provider: str = Field(examples=["xtts_v2"])
    denoise: bool | None = Field(
        default=None,
        description="Take noise out, which costs some of the voice. Default: as last asked for, and "
        "never unless it was asked for.",
    )


class PreparedView(BaseModel):
    """What a provider hears of a sample."""

    provider: str
    duration_s: float
    denoised: bool
    done: list[dict[str, Any]] = Field(description="What was changed, in order.")

    @classmethod
    def of(cls, provider: str, prepared: PreparedSample) -> Self:
        return cls(
            provider=provider,
            duration_s=prepared.duration_s,
            denoised=prepared.denoised,
            done=[dict(repair) for repair in prepared.done],
        )


class SampleView(BaseModel):
    id: str
    url: str = Field(description="For `voice_sample_url`.")
    personality: str
    uploaded_at: datetime
    size: int = Field(description="Bytes.")
    sha256: str
    source_url: str | None = Field(description="Where it was fetched from.")
    language: str | None
    notes: str | None
    consent: Consent | None
    duration_s: float
    quality_score: float
    ready: dict[str, Readiness] = Field(description="By provider.")
    prepared: list[PreparedView]

    @classmethod
    def of(cls, sample: StoredSample, **more: Any) -> Self:
        meta, report = sample.meta, sample.report
        return cls(
            **meta.model_dump(exclude={"personality_id", "consent"}),
            consent=meta.consent,
            url=sample_url(meta.id),
            personality=meta.personality_id,
            source_url=sample.source_url,
            duration_s=report.duration_s,
            quality_score=report.quality_score,
            ready={name: verdict.state for name, verdict in report.verdicts.items()},
            prepared=[PreparedView.of(name, one) for name, one in sample.prepared.items()],
            **more,
        )


class SampleDetail(SampleView):
    report: SampleReport


class SampleList(Listing[SampleView]): ...


class Waveform(BaseModel):
    """A picture of a recording: full scale is 1."""

    duration_s: float
    low: list[float]
    high: list[float]
    marks: list[Mark] = Field(description="Of the original.")


def said_of(sample: StoredSample) -> SampleNotes:
    return SampleNotes(sample.meta.language, sample.meta.notes, sample.meta.consent)


def _aware(when: datetime | None) -> datetime:
    if when is None:
        return datetime.now(UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)

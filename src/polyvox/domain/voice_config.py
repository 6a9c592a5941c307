"""The ``voice_config`` document of a personality, as stored and as the specification shows it.

Unknown fields are kept, so that a document written by a newer version loses nothing here.
Settings stay plain here: each provider's own model validates them (services.personalities).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from polyvox.domain.language import normalize
from polyvox.domain.lexicon import LexiconEntries
from polyvox.errors import InvalidSetting

LanguageTag = Annotated[str, AfterValidator(normalize)]
DEFAULT_PROVIDER = "piper"


class _Document(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, str_max_length=10_000)


class ProviderConfig(_Document):
    """How one provider speaks for a personality."""

    enabled: bool = True
    voice_id: str | None = None
    voice_name: str | None = None
    voices: Mapping[LanguageTag, str] = Field(
        default_factory=dict, description="Voice per language, where one voice does not speak all."
    )
    voice_sample_url: str | None = None
    voice_sample_duration: float | None = None
    voice_samples: tuple[str, ...] = Field(default=(), description="Ids of samples to clone from.")
    settings: Mapping[str, Any] = Field(default_factory=dict)
    supported_languages: tuple[LanguageTag, ...] | None = Field(
        default=None, description="Narrows the provider's languages for this personality."
    )

    @property
    def voice(self) -> str | None:
        """The configured voice, under either of the specification's names, or inside ``settings``."""
        named = self.voice_id or self.voice_name
        inside = self.settings.get("voice_id") or self.settings.get("voice_name")
        return named or (str(inside) if inside else None)

    @property
    def has_sample(self) -> bool:
        return bool(self.voice_sample_url or self.voice_samples)


class Languages(_Document):
    """``detect``: the text chooses, sentence by sentence, among ``primary`` and ``supported``."""

    primary: LanguageTag = "en"
    supported: tuple[LanguageTag, ...] = ()
    detect: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """All of them, the primary first."""
        return tuple(dict.fromkeys((self.primary, *self.supported)))


class VoiceSample(_Document):
    """A reference recording; ``duration`` in seconds, ``quality_score`` from 0 to 1."""

    id: str
    url: str
    duration: float | None = None
    language: LanguageTag | None = None
    quality_score: float | None = Field(default=None, ge=0, le=1)
    uploaded_at: datetime | None = None
    notes: str | None = None


class ProviderStats(_Document):
    """Computed from usage on reading; what a caller writes here is dropped."""

    total_generations: int = 0
    total_characters: int = 0
    avg_latency_ms: float | None = None
    failures: int = 0
    last_used: datetime | None = None


class Actions(StrEnum):
    """What becomes of an action in a text, such as ``*holds out a hand*``."""

    READ = "read"
    SKIP = "skip"
    NARRATOR = "narrator"


class VoiceConfig(_Document):
    """Who speaks for a personality, in what order, and how."""

    active_provider: str = DEFAULT_PROVIDER
    providers: Mapping[str, ProviderConfig] = Field(default_factory=dict)
    fallback_chain: tuple[str, ...] = ()
    languages: Languages = Languages()
    voice_samples: tuple[VoiceSample, ...] = ()
    actions: Actions = Field(
        default=Actions.READ,
        exclude_if=lambda actions: actions is Actions.READ,
        description="What becomes of actions between single stars: read like a sentence, skipped and never "
        "sent anywhere, or spoken by the narrator.",
    )
    narrator: str | None = Field(
        default=None,
        exclude_if=lambda narrator: narrator is None,
        description="Id of the personality that speaks the actions, with its own voice and chain.",
    )
    lexicon: LexiconEntries = Field(
        default=(),
        exclude_if=lambda entries: not entries,
        description="Words and how they are spoken; stronger than the server's.",
    )
    stats: Mapping[str, ProviderStats] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _samples_have_one_id(self) -> VoiceConfig:
        ids = [sample.id for sample in self.voice_samples]
        if len(ids) != len(set(ids)):
            raise ValueError("voice_samples holds the same id twice")
        return self

    @model_validator(mode="after")
    def _a_narrator_is_named(self) -> VoiceConfig:
        if self.actions is Actions.NARRATOR and not self.narrator:
            raise ValueError("actions is 'narrator', and narrator names no personality")
        return self

    def of(self, provider: str) -> ProviderConfig:
        """What the document has for ``provider``; where it has nothing, the defaults."""
        return self.providers.get(provider) or ProviderConfig()

    @property
    def order(self) -> tuple[str, ...]:
        """The active provider, then the fallback chain, each once."""
        return tuple(dict.fromkeys((self.active_provider, *self.fallback_chain)))

    def written(self) -> dict[str, Any]:
        """As it was written: no statistics, and no defaults, which may change with Polyvox."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"stats"})

    @classmethod
    def parse(cls, document: Mapping[str, Any] | VoiceConfig) -> VoiceConfig:
        """The document, valid. Raises InvalidSetting, naming the first field that is not."""
        if isinstance(document, VoiceConfig):
            return document
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(("voice_config", *map(str, first["loc"])))
            raise InvalidSetting(f"{where}: {first['msg']}.", param=where) from error

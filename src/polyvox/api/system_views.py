"""Bodies about the installation: facts, keys, what is being installed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from polyvox.api.views import Listing, View
from polyvox.domain.capabilities import Licence
from polyvox.services.installing import InstallState


class CacheView(View):
    entries: int
    size_bytes: int
    max_bytes: int = Field(description="0 where the cache is switched off.")


class SystemView(View):
    version: str
    database: str = Field(description="Which one and where, without user and password.")
    memory_bytes: int | None = Field(description="Of the server's process.")
    cache: CacheView


class Removed(BaseModel):
    removed: int


class NewKey(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Till in the shop"}]})

    name: str = Field(description="What it is for; people tell keys apart by it.")


class KeyView(View):
    """Never the key itself; ``prefix`` is its beginning."""

    id: str
    name: str
    prefix: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class CreatedKey(KeyView):
    key: str = Field(repr=False, description="Shown this once.")


class KeyList(Listing[KeyView]): ...


class Catalogue(BaseModel):
    voices: list[str]


class ModelView(View):
    """Weights that a provider speaks with. ``size_bytes`` is what is there, or would be fetched."""

    provider: str
    state: Literal["installed", "absent", "broken"]
    size_bytes: int
    licence: Licence
    accepted: bool
    reason: str | None
    remedy: str | None
    terms_url: str | None = Field(description="Where the licence to be accepted can be read.")


class WeightsList(Listing[ModelView]): ...


class NewInstallation(BaseModel):
    """A voice, or, without one, the provider's model."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"voice": "en_US-ryan-medium"}]}
    )

    voice: str | None = None
    accept_license: bool = Field(
        default=False,
        description="You have read the licence of the model's weights, and accept it.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.voice is not None and self.accept_license:
            raise ValueError("accept_license is for a model, not for a voice")
        return self


class InstallationView(View):
    """The bytes are those of ``file``, the one being fetched."""

    id: str
    provider: str
    voice: str | None
    state: InstallState
    file: str | None
    done_bytes: int
    total_bytes: int | None
    fault: str | None
    remedy: str | None
    begun_at: datetime


class InstallationList(Listing[InstallationView]): ...

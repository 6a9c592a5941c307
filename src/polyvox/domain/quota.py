"""What a service gives away a month and what it charges: dated data, and the bill of one utterance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class QuotaPolicy(StrEnum):
    """What happens once a tier's characters of the month are used up."""

    STOP = "stop"
    """The provider is out for voices of that tier, and the chain goes on."""
    WARN = "warn"
    """It goes on speaking; the log, `polyvox usage` and `polyvox doctor` say so."""
    ALLOW = "allow"
    """It goes on speaking."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a service will count for one utterance: ``characters``, as it counts them, of a tier."""

    tier: str
    characters: int


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(_Data):
    """Voices that share one allowance and one price."""

    name: str
    free_characters: int = Field(ge=0, description="A month; 0: nothing is free.")
    usd_per_million: float | None = Field(default=None, ge=0, description="Beyond the free ones.")
    specified_characters: int | None = Field(
        default=None, description="The free characters of Polyvox's original specification."
    )
    note: str = ""


class Tariff(_Data):
    """A service's tiers by id, as published at ``checked`` in ``source``."""

    checked: date
    source: str
    note: str = ""
    tiers: Mapping[str, Tier]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Tariff:
        """Raises pydantic's ValidationError: the data come with the package."""
        return cls.model_validate(document)

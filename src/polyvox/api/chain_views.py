"""Bodies of replies about a personality's chain."""

from __future__ import annotations

from pydantic import Field

from polyvox.api.views import Listing, View


class ProspectView(View):
    """What would happen now at one link of the chain."""

    provider: str
    speaks: bool
    told: str = Field(description="In a few words for people.")
    code: str | None = Field(description="Why it is out; None where it is not.")
    reason: str | None
    remedy: str | None
    voice: str | None
    tier: str | None = Field(
        description="Of the provider's tariff, that the voice is charged under."
    )


class ProspectList(Listing[ProspectView]): ...

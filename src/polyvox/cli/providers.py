"""``polyvox providers``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polyvox.cli.options import Json
from polyvox.cli.output import listing
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.domain.capabilities import Licence
    from polyvox.services.container import Services
    from polyvox.services.found import Found
    from polyvox.services.overview import Measured


def providers(as_json: Json = False) -> None:
    """List providers: whether each can speak, its licences, and what it lacks."""
    listing(
        call(_rows),
        ("provider", "state", "kind", "licence", "commercial use", "what it lacks"),
        _cells,
        empty="No provider is installed.",
        as_json=as_json,
    )


async def _rows(services: Services) -> list[dict[str, Any]]:
    measured = await services.overview.measured()
    return [_row(found, measured.get(found.id)) for found in services.providers.all()]


def _row(found: Found, measured: Measured | None) -> dict[str, Any]:
    availability = found.availability()
    row: dict[str, Any] = {
        "id": found.id,
        "state": availability.state,
        "reason": availability.reason,
        "remedy": availability.remedy,
    }
    if found.provider is not None:
        capabilities = found.provider.capabilities()
        row |= {
            "name": capabilities.name,
            "kind": found.provider.kind,
            "licence": capabilities.licence,
            "capabilities": capabilities,
            "measured": measured,
            "settings_schema": found.provider.settings_type.model_json_schema(),
        }
    return row


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    licence: Licence | None = row.get("licence")
    lacks = " ".join(filter(None, (row["reason"], row["remedy"])))
    if licence is None:
        return row["id"], row["state"], "", "", "", lacks
    commercial = "yes" if licence.commercial_use else "no"
    licences = f"{licence.code}; voices {licence.weights}"
    return row["id"], row["state"], row["kind"], licences, commercial, lacks

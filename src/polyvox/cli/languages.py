"""``polyvox languages``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyvox.cli.options import Json
from polyvox.cli.output import print_json, table
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.services.container import Services
    from polyvox.services.languages import LanguageRow


def languages(as_json: Json = False) -> None:
    """List languages, and who speaks each."""
    rows = call(_rows)
    if as_json:
        print_json(rows)
        return
    table(
        ("language", "name", "own name", "spoken by", "as"),
        (
            (
                row.language,
                row.name,
                row.own_name,
                ", ".join(row.providers) or "nobody yet",
                ", ".join(row.tags),
            )
            for row in rows
        ),
        empty="No languages.",
    )


async def _rows(services: Services) -> list[LanguageRow]:
    from polyvox.services.languages import languages as rows

    return rows(services.providers)

"""``polyvox keys``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from polyvox.cli.options import Json
from polyvox.cli.output import print_json, put, say, table
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.services.container import Services
    from polyvox.services.ports import ApiKey

app = typer.Typer(
    name="keys", help="API keys: needed to listen beyond this machine.", no_args_is_help=True
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for; people tell keys apart by it.")],
    as_json: Json = False,
) -> None:
    """Create a key. It is printed once, alone, on standard output; only its digest is kept."""

    async def created(services: Services) -> tuple[ApiKey, str]:
        return await services.keys.create(name)

    key, secret = call(created, providers=False)
    if as_json:
        print_json({**_row(key), "key": secret})
        return
    say(f"Key {key.id} for {key.name}. Keep it now: it is never shown again.")
    put(secret)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List all, newest first, revoked ones too."""

    async def listed(services: Services) -> Sequence[ApiKey]:
        return await services.keys.list()

    found = call(listed, providers=False)
    if as_json:
        print_json([_row(key) for key in found])
        return
    table(
        ("id", "name", "begins", "created", "last used", "revoked"),
        (
            (
                key.id,
                key.name,
                key.prefix,
                *(
                    at and f"{at.astimezone():%Y-%m-%d %H:%M}"
                    for at in (key.created_at, key.last_used_at, key.revoked_at)
                ),
            )
            for key in found
        ),
        empty="There are no keys. Create one: polyvox keys create 'my laptop'.",
    )


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `polyvox keys list` shows it.")],
    as_json: Json = False,
) -> None:
    """Make a key useless, from now on."""

    async def revoked(services: Services) -> None:
        await services.keys.revoke(key_id)

    call(revoked, providers=False)
    if as_json:
        print_json({"id": key_id, "revoked": True})
    else:
        say(f"{key_id} is revoked.")


def _row(key: ApiKey) -> dict[str, Any]:
    return {name: value for name, value in asdict(key).items() if name != "digest"}

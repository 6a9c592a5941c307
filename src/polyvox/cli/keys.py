"""``polyvox keys``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from polyvox.cli.options import Json
from polyvox.cli.output import done, listing, print_json, put, say
from polyvox.cli.session import call

if TYPE_CHECKING:
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
    key, secret = call(lambda services: services.keys.create(name), providers=False)
    if as_json:
        print_json({**_row(key), "key": secret})
        return
    say(f"Key {key.id} for {key.name}. Keep it now: it is never shown again.")
    put(secret)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List all, newest first, revoked ones too."""
    listing(
        call(lambda services: services.keys.list(), providers=False),
        ("id", "name", "begins", "created", "last used", "revoked"),
        _cells,
        empty="There are no keys. Create one: polyvox keys create 'my laptop'.",
        as_json=as_json,
        document=_row,
    )


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `polyvox keys list` shows it.")],
    as_json: Json = False,
) -> None:
    """Make a key useless, from now on."""
    call(lambda services: services.keys.revoke(key_id), providers=False)
    done({"id": key_id, "revoked": True}, f"{key_id} is revoked.", as_json=as_json)


def _cells(key: ApiKey) -> Sequence[object]:
    moments = (key.created_at, key.last_used_at, key.revoked_at)
    told = (at and f"{at.astimezone():%Y-%m-%d %H:%M}" for at in moments)
    return (key.id, key.name, key.prefix, *told)


def _row(key: ApiKey) -> dict[str, Any]:
    return {name: value for name, value in asdict(key).items() if name != "digest"}

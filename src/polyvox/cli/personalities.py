"""``polyvox personalities``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.deleting import Yes, ask_to_delete, say_deleted
from polyvox.cli.documents import read_document, with_values
from polyvox.cli.faults import UsageFault
from polyvox.cli.options import Json
from polyvox.cli.output import done, listing, print_json, put
from polyvox.cli.session import T, call

if TYPE_CHECKING:
    from polyvox.services.personalities import PersonalityService
    from polyvox.services.ports import Personality

app = typer.Typer(
    name="personalities",
    help="Look after personalities: who they are, and how they speak.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The personality's id, such as joe.")]
Name = Annotated[str | None, typer.Option(help="Its name for people.")]
Description = Annotated[str | None, typer.Option(help="What it is.")]
Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE|-", help="The whole voice_config, as a JSON document."),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="One value of the voice_config, such as providers.piper.settings.speed=1.2; "
        "may be repeated.",
    ),
]
Version = Annotated[
    int | None,
    typer.Option(metavar="N", help="Change it only if it is still at this version."),
]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List all."""
    listing(
        _call(lambda personalities: personalities.list()),
        ("id", "name", "speaks with", "falls back to", "description"),
        lambda p: (
            p.id,
            p.name,
            p.voice_config.active_provider,
            ", ".join(p.voice_config.order[1:]),
            p.description,
        ),
        empty="There are no personalities. Create one: polyvox personalities create joe.",
        as_json=as_json,
    )


@app.command()
def show(personality: Id, as_json: Json = False) -> None:
    """Show one, with its voice_config and statistics."""
    found = _call(lambda personalities: personalities.get(personality))
    if as_json:
        print_json(found)
        return
    put(f"{found.name} ({found.id}), version {found.version}")
    if found.description:
        put(found.description)
    print_json(found.voice_config.model_dump(mode="json", exclude_none=True))


@app.command()
def chain(
    personality: Id,
    language: Annotated[str | None, typer.Option(help="Default: its primary one.")] = None,
    as_json: Json = False,
) -> None:
    """Say who would speak for it now, in which order, and why others would not."""
    listing(
        call(lambda services: services.overview.chain(personality, language)),
        ("provider", "now", "why", "what to do"),
        lambda link: (link.provider, link.told, link.reason or "", link.remedy or ""),
        empty="",
        as_json=as_json,
    )


@app.command()
def create(
    personality: Id,
    name: Name = None,
    description: Description = None,
    config: Config = None,
    values: Values = None,
    as_json: Json = False,
) -> None:
    """Create one. Without a voice_config, piper speaks for it."""
    document = with_values(read_document(config) if config else {}, values or ())
    created = _call(
        lambda personalities: personalities.create(
            personality,
            name=personality if name is None else name,
            description=description or "",
            voice_config=document,
        ),
    )
    _done(created, "created", as_json=as_json)


@app.command()
def edit(
    personality: Id,
    name: Name = None,
    description: Description = None,
    config: Config = None,
    values: Values = None,
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Change what is given. --config replaces the whole voice_config; --set changes parts of it."""
    if name is None and description is None and config is None and not values:
        raise UsageFault("Nothing is to be changed.", remedy="Give --name, --config or --set.")
    document = read_document(config) if config else None

    async def edited(personalities: PersonalityService) -> Personality:
        expected, changed = version, document
        if values:
            stored = await personalities.get(personality)
            # What was read must still be there when it is written back.
            expected = stored.version if version is None else version
            changed = with_values(
                stored.voice_config.written() if changed is None else changed, values
            )
        return await personalities.update(
            personality,
            name=name,
            description=description,
            voice_config=changed,
            expected_version=expected,
        )

    _done(_call(edited), "changed", as_json=as_json)


@app.command()
def delete(
    personality: Id,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete one, with the record of its switches. Its usage figures stay."""
    ask_to_delete(personality, yes=yes)
    _call(lambda personalities: personalities.delete(personality))
    say_deleted(personality, as_json=as_json)


@app.command()
def switch(
    personality: Id,
    provider: Annotated[str, typer.Argument(help="Who shall speak for it.")],
    version: Version = None,
    as_json: Json = False,
) -> None:
    """Let another provider speak for it, from the next segment on."""
    switched = _call(
        lambda personalities: personalities.switch(personality, provider, expected_version=version),
    )
    _done(switched, f"speaking with {provider}", as_json=as_json)


def _call(work: Callable[[PersonalityService], Awaitable[T]]) -> T:
    return call(lambda services: work(services.personalities), providers=False)


def _done(changed: Personality, what: str, *, as_json: bool) -> None:
    done(changed, f"{changed.id} is {what} (version {changed.version}).", as_json=as_json)

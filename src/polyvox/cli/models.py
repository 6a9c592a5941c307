"""``polyvox models``: the weights of local providers, listed, fetched, added, removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from polyvox.cli.options import Json
from polyvox.cli.output import listing, print_json, say
from polyvox.cli.progress import file_bars
from polyvox.cli.session import call

if TYPE_CHECKING:
    from polyvox.provider.installing import Model, ModelInstaller
    from polyvox.services.container import Services

app = typer.Typer(
    name="models",
    help="Weights of local providers: list, fetch, add, remove.",
    no_args_is_help=True,
)

Provider = Annotated[str, typer.Argument(help="Its id, such as xtts_v2.")]
AcceptLicense = Annotated[
    bool,
    typer.Option(
        "--accept-license",
        help="You have read the licence of the weights (`polyvox models list` names it) and accept it.",
    ),
]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the models of all local providers, their licences, and what each lacks."""

    async def listed(services: Services) -> list[Model]:
        return services.installs.models()

    listing(
        call(listed, providers=False),
        ("model", "state", "size", "licence", "accepted", "commercial use", "what it lacks"),
        lambda model: (
            model.provider,
            model.state,
            f"{model.size_bytes / 1e6:,.0f} MB",
            model.licence.weights,
            "yes" if model.accepted else "no",
            "yes" if model.licence.commercial_use else "no",
            " ".join(filter(None, (model.reason, model.remedy))),
        ),
        empty="No provider with weights to install was found.",
        as_json=as_json,
    )


@app.command()
def install(
    provider: Provider, accept_license: AcceptLicense = False, as_json: Json = False
) -> None:
    """Fetch the published weights, check them, and install them whole or not at all."""

    async def installed(installer: ModelInstaller) -> Model:
        with file_bars() as progress:
            return await installer.install_model(progress, accept_license=accept_license)

    _changed(provider, installed, "is installed", as_json=as_json)


@app.command()
def add(
    provider: Provider,
    folder: Annotated[
        Path,
        typer.Argument(
            exists=True, file_okay=False, resolve_path=True, help="Where the weights lie."
        ),
    ],
    accept_license: AcceptLicense = False,
    as_json: Json = False,
) -> None:
    """Install weights that lie on this machine already. The folder stays as it is."""

    async def added(installer: ModelInstaller) -> Model:
        with file_bars() as progress:
            return await installer.add_model(folder, progress, accept_license=accept_license)

    _changed(provider, added, "is installed", as_json=as_json)


@app.command()
def remove(provider: Provider, as_json: Json = False) -> None:
    """Delete the weights that were installed or added."""
    _changed(provider, lambda installer: installer.remove_model(), "is removed", as_json=as_json)


def _changed(
    provider: str,
    change: Callable[[ModelInstaller], Awaitable[Model]],
    done: str,
    *,
    as_json: bool,
) -> None:
    async def work(services: Services) -> Model:
        return await change(services.installs.model_installer(provider))

    model = call(work, providers=False)
    if as_json:
        print_json(model)
        return
    say(f"The model of {model.provider} {done}.")
    if model.state == "installed":
        say(model.licence.note)

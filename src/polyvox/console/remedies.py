"""What a person can do here about a model that cannot speak: the way there, beside the remedy in words.

Remedies name commands, because they are read in terminals, too. What is known here is where the console
does the same.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from nicegui import ui

from polyvox.console.frame import called
from polyvox.services.providers import START_REMEDY

if TYPE_CHECKING:
    from polyvox.console.editing import Editing

IN_FORM = {
    "disabled": ("Switch it on under Settings", "Settings"),
    "setting": ("Change it under Settings", "Settings"),
    "voice": ("Choose a voice under Settings", "Settings"),
    "language": ("Choose languages under Languages", "Languages"),
    "sample": ("See its samples under Samples", "Samples"),
    "consent": ("Record consent under Samples", "Samples"),
}
"""By the code of an Exclusion: what a button says, and the part of the form that it opens."""


class Lack(Protocol):
    """A Prospect or an Exclusion."""

    @property
    def provider(self) -> str: ...
    @property
    def code(self) -> str | None: ...
    @property
    def remedy(self) -> str | None: ...


def offer(editing: Editing, lack: Lack) -> None:
    """Draw the ways there. A product that shows the form in a frame has people who are no operators:
    they are not sent to the page System."""
    link = on_system(lack, editing.host.services.installs.with_catalogue())
    if link is not None and not editing.embedded:
        ui.link(*link)
    if lack.code in IN_FORM:
        said, part = IN_FORM[lack.code]
        name = editing.host.services.providers.name_of(lack.provider)
        button = ui.button(said, on_click=lambda: editing.open(part, lack.provider))
        called(button, f"{said}: {name}")
        button.props("flat dense align=left").classes("self-start q-px-none")


def on_system(lack: Lack, catalogues: Collection[str]) -> tuple[str, str] | None:
    """What a link says, and its address, where the page System can do it; ``catalogues`` are the
    providers that have voices to install."""
    remedy = lack.remedy or ""
    if remedy == START_REMEDY:
        return "Start it on the System page", f"/system#provider-{lack.provider}"
    if "polyvox models install" in remedy:
        return "Install it on the System page", f"/system#model-{lack.provider}"
    if "polyvox voices install" in remedy and lack.provider in catalogues:
        return "Install it on the System page", f"/system#voices-{lack.provider}"
    return None

"""What a person can do here about a model that cannot speak: the way there, beside the remedy in words.

Remedies name commands, because they are read in terminals, too. What is known here is where the console
does the same.
"""

from __future__ import annotations

from collections.abc import Collection

from nicegui import ui

from polyvox.console.editing import Editing
from polyvox.console.frame import called
from polyvox.domain.remedy import Remedy, RemedyKind
from polyvox.domain.speech import ExclusionCode

IN_FORM = {
    ExclusionCode.DISABLED: ("Switch it on under Settings", "Settings"),
    ExclusionCode.SETTING: ("Change it under Settings", "Settings"),
    ExclusionCode.VOICE: ("Choose a voice under Settings", "Settings"),
    ExclusionCode.LANGUAGE: ("Choose languages under Languages", "Languages"),
    ExclusionCode.UNSUPPORTED_LANGUAGE: ("Choose languages under Languages", "Languages"),
    ExclusionCode.SAMPLE: ("See its samples under Samples", "Samples"),
    ExclusionCode.CONSENT: ("Record consent under Samples", "Samples"),
}
"""What a button says, and the part of the form that it opens."""


def offer(
    editing: Editing, provider: str, remedy: Remedy | None, code: ExclusionCode | None = None
) -> None:
    """Draw the ways there, for a provider that is out for ``code``. A product that shows the form in
    a frame has people who are no operators: they are not sent to the page System."""
    link = on_system(provider, remedy, editing.host.services.installs.with_catalogue())
    if link is not None and not editing.embedded:
        ui.link(*link)
    if code in IN_FORM:
        said, part = IN_FORM[code]
        name = editing.host.services.providers.name_of(provider)
        button = ui.button(said, on_click=lambda: editing.open(part, provider))
        called(button, f"{said}: {name}")
        button.props("flat dense align=left").classes("self-start q-px-none")


def on_system(
    provider: str, remedy: Remedy | None, catalogues: Collection[str]
) -> tuple[str, str] | None:
    """What a link says, and its address, where the page System can do it; ``catalogues`` are the
    providers that have voices to install."""
    match remedy.kind if remedy is not None else None:
        case RemedyKind.START:
            return "Start it on the System page", f"/system#provider-{provider}"
        case RemedyKind.INSTALL_MODEL:
            return "Install it on the System page", f"/system#model-{provider}"
        case RemedyKind.INSTALL_VOICE if provider in catalogues:
            return "Install it on the System page", f"/system#voices-{provider}"
        case _:
            return None

"""Questions asked in a dialog, and how what fails behind them is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from nicegui import ui

from polyvox.console.frame import called, done, in_words, told
from polyvox.errors import PolyvoxError

MadeT = TypeVar("MadeT")
Do = Callable[[], Awaitable[object]]


@contextmanager
def telling() -> Iterator[None]:
    """Tell the person a PolyvoxError that is raised inside, and go on behind the block."""
    try:
        yield
    except PolyvoxError as error:
        told(error)


def confirm(act: str, question: str, do: Do, *, said: str, then: Do) -> None:
    """Ask before something that cannot be undone. Once it is agreed to and done, the person reads
    ``said``, and ``then`` the page goes on; where it fails, they are told why."""
    with ui.dialog().props('role="alertdialog"') as dialog, ui.card():
        called(dialog, act)
        ui.label(question)

        async def agreed() -> None:
            dialog.close()
            with telling():
                await do()
                done(said)
                await then()

        with ui.row():
            ui.button(act, on_click=agreed, color="negative")
            ui.button("Keep", on_click=dialog.close).props("flat autofocus")
    dialog.open()


def ask_name(
    title: str,
    label: str,
    create: Callable[[str], Awaitable[MadeT]],
    then: Callable[[MadeT], Awaitable[object]],
) -> None:
    """Ask for the name of something new. The dialog stays, and says why, while ``create`` refuses the
    name; ``then`` is called with what was created."""
    with ui.dialog() as dialog, ui.card():
        called(dialog, title)
        name = ui.input(label).props("autofocus")

        async def named() -> None:
            try:
                made = await create(name.value or "")
            except PolyvoxError as error:
                name.error = in_words(error)
                return
            dialog.close()
            await then(made)

        name.on("keydown.enter", named)
        with ui.row():
            ui.button("Create", on_click=named)
            ui.button("Cancel", on_click=dialog.close).props("flat")
    dialog.open()

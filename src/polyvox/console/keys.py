"""API keys: made, shown once, revoked."""

from __future__ import annotations

from nicegui import ui

from polyvox.console import words
from polyvox.console.dialogs import ask_name, confirm
from polyvox.console.focus import focus_near
from polyvox.console.frame import called, heading
from polyvox.console.host import ConsoleHost
from polyvox.services.ports import ApiKey


class Keys:
    def __init__(self, host: ConsoleHost) -> None:
        self._keys = host.services.keys
        self._needed = host.needs_login
        self._revokes: dict[str, ui.button] = {}

    async def build(self) -> None:
        heading("API keys", 2)
        why = (
            "Every caller needs one."
            if self._needed
            else "On this machine nobody needs one; listening beyond it does."
        )
        ui.label(why)
        await self._list()
        self._new = ui.button("New key", on_click=self._ask_for_name)
        self._new.props("outline").classes("self-start")

    @ui.refreshable_method
    async def _list(self) -> None:
        live = [key for key in await self._keys.list() if key.revoked_at is None]
        self._revokes = {}
        if not live:
            ui.label("There are no keys.").classes("quiet")
            return
        with ui.element("ul").classes("w-full q-pa-none q-ma-none"):
            for key in live:
                with ui.element("li").classes("list-none"):
                    self._row(key)

    def _row(self, key: ApiKey) -> None:
        used = f"last used {words.day(key.last_used_at)}" if key.last_used_at else "not used yet"
        with ui.row().classes("items-center w-full gap-4"):
            with ui.column().classes("gap-0 grow"):
                ui.label(key.name)
                told = f"{key.prefix}… · made {words.day(key.created_at)} · {used}"
                ui.label(told).classes("quiet")
            revoke = ui.button("Revoke", on_click=lambda: self._ask_to_revoke(key))
            called(revoke.props("flat color=negative"), f"Revoke {key.name}")
            self._revokes[key.id] = revoke

    def _ask_for_name(self) -> None:
        async def show(made: tuple[ApiKey, str]) -> None:
            self._show(made[1])
            await self._list.refresh()

        ask_name("New key", "What is it for?", self._keys.create, show)

    def _show(self, secret: str) -> None:
        with ui.dialog().props('persistent aria-label="Your new key"') as dialog, ui.card():
            ui.label("Keep it now: it is never shown again.")
            ui.input("Key", value=secret).props("readonly autofocus").classes("w-full")
            with ui.row():
                ui.button("Copy", on_click=lambda: ui.clipboard.write(secret))
                ui.button("I have kept it", on_click=dialog.close).props("flat")
        dialog.on("hide", dialog.delete)  # and the key with it
        dialog.open()

    def _ask_to_revoke(self, key: ApiKey) -> None:
        async def go_on() -> None:
            place = [*self._revokes].index(key.id)
            await self._list.refresh()
            focus_near(place, [*self._revokes.values()], self._new)

        confirm(
            "Revoke",
            f"Revoke {key.name}? Whoever uses it is turned away from now on.",
            lambda: self._keys.revoke(key.id),
            said=f"{key.name} is revoked.",
            then=go_on,
        )

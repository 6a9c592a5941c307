"""What the operator looks after: providers, what is installed, the cache, keys."""

from __future__ import annotations

from nicegui import ui

from polyvox.console import words
from polyvox.console.frame import done, frame, heading
from polyvox.console.host import ConsoleHost
from polyvox.console.installing import Installing
from polyvox.console.keys import Keys
from polyvox.console.machinery import Machinery
from polyvox.services import system

LOOK_S = 1.0
"""How often a page looks whether something has changed."""
_STYLE = """
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)) }
.cards > .q-card { display: flex; flex-direction: column; align-items: stretch; gap: .5rem }
.q-card[id] { scroll-margin-top: 1rem } .q-card:target { outline: 2px solid currentColor }
.cards .actions { margin-top: auto; display: flex; flex-wrap: wrap; gap: .5rem }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 0 }
.facts dd { margin: 0; overflow-wrap: anywhere }
.state { font-weight: 600 }
.state::before { content: "● " / ""; color: #9ca3af }
.state.ready::before { color: #16a34a }
.state.loading::before { color: #d97706 }
.state.unavailable::before { color: #dc2626 }
section { margin: 1.5rem 0; display: flex; flex-direction: column; gap: .75rem }
"""


def register(host: ConsoleHost) -> None:
    @ui.page("/system")
    async def page() -> None:
        ui.add_css(_STYLE)
        with frame("System", here="/system", logout=host.needs_login):
            machinery, installing = Machinery(host), Installing(host)
            with ui.element("section"):
                machinery.build()
            with ui.element("section"):
                installing.build()
            with ui.element("section"):
                await _Cache(host).build()
            with ui.element("section"):
                await Keys(host).build()
            with ui.element("section"):
                await _facts(host)

            def look() -> None:
                machinery.look()
                installing.look()

            ui.timer(LOOK_S, look)


class _Cache:
    def __init__(self, host: ConsoleHost) -> None:
        self._host = host

    async def build(self) -> None:
        heading("Cache", 2)
        ui.label("Audio that was made once is kept, so that the same line costs nothing again.")
        await self._used()
        ui.button("Clear the cache", on_click=self._clear).props("outline").classes("self-start")

    @ui.refreshable_method
    async def _used(self) -> None:
        cache = (await system.facts(self._host.settings, self._host.services.store)).cache
        used, most = (count / 1_048_576 for count in (cache.size_bytes, cache.max_bytes))
        told = f"{cache.entries:,} pieces, {used:,.1f} of {most:,.0f} MB"
        ui.label(told if cache.max_bytes else "The cache is switched off.").props('role="status"')

    async def _clear(self) -> None:
        removed = await self._host.services.store.clear()
        done(f"The cache is empty: {removed:,} pieces are deleted.")
        await self._used.refresh()


async def _facts(host: ConsoleHost) -> None:
    found = await system.facts(host.settings, host.services.store)
    heading("This installation", 2)
    rows = {
        "Version": found.version,
        "Database": found.database,
        "Data": str(found.home),
        "Memory": words.size(found.memory_bytes) if found.memory_bytes else "not known here",
    }
    with ui.element("dl").classes("facts"):
        for name, value in rows.items():
            with ui.element("dt"):
                ui.label(name).classes("quiet")
            with ui.element("dd"):
                ui.label(value)

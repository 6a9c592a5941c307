"""What every page has: the bar with its links, a way past it, the look, and how faults are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from nicegui import ui
from nicegui.element import Element

from polyvox.console.focus import FOLLOW
from polyvox.console.login import OUT
from polyvox.errors import PolyvoxError

ElementT = TypeVar("ElementT", bound=Element)
PAGES = {"/": "Personalities", "/performance": "Performance", "/system": "System"}
PRIMARY = "#1d4ed8"
"""White text on it, and it on white, has a contrast of 6.7 (WCAG asks for 4.5)."""
POSITIVE = "#15803d"
"""As PRIMARY, 5.0; Quasar's own has 2.6."""
_STYLE = """
:root { color-scheme: light dark }
.skip { position: absolute; left: -999rem } .skip:focus { left: 1rem; top: .5rem; z-index: 9999 }
.page { width: 100%; max-width: 72rem; margin: 0 auto; padding: 1rem; box-sizing: border-box }
:root { --focus: #1d4ed8 } .body--dark { --focus: #93c5fd } .q-header { --focus: white }
a.nicegui-link { display: inline-block; min-height: 24px }
.quiet { opacity: .8 }
.hindrance { border-left: .25rem solid #b45309; padding-left: .6rem; overflow-wrap: anywhere }
.nicegui-content { padding: 0 }
.nicegui-tab-panel { padding-inline: 0 } .body--dark .q-tab-panels { background: none }
a.nicegui-link { color: #1d4ed8 } .body--dark a.nicegui-link { color: #93c5fd }
.q-header a.nicegui-link { color: white; display: inline-flex; align-items: center }
.body--dark :is(.q-field__control, .q-slider, .q-toggle) { --q-primary: #93c5fd }
html { scroll-padding: 5rem 0 } /* what has the focus is not behind the bar */
@layer overrides { /* of Quasar's own, which are !important in a later layer */
  :focus-visible { outline: 3px solid var(--focus) !important; outline-offset: 2px }
  .q-field :focus-visible { outline: none !important } /* fields show it by their border */
  .body--dark .text-primary { color: #93c5fd !important }
  .body--dark .text-negative { color: #fca5a5 !important }
}
.q-btn.text-white > .q-focus-helper { color: black } /* darker under the focus, never paler */
h1 { font-size: 1.6rem; line-height: 1.3; font-weight: 600; margin: 0 }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 600; margin: 0 }
h3 { font-size: 1.05rem; line-height: 1.3; font-weight: 600; margin: 0 }
"""


def prepare() -> None:
    """Once per process: what Quasar shows in capitals is written as everywhere else."""
    ui.button.default_props("no-caps")
    ui.tabs.default_props("no-caps")


@contextmanager
def frame(title: str, *, here: str = "", logout: bool = False) -> Iterator[None]:
    """A page named ``title``; ``here`` is the path of its link in the bar. Its content goes inside."""
    _look(title)
    with ui.header().classes("items-center q-py-sm"):
        ui.link("Skip to the content", "#content").classes("skip text-white")
        _bar(here, logout=logout)
    with ui.element("div").props('id="content" tabindex="-1"').classes("page"):
        heading(title)
        yield


def _bar(here: str, *, logout: bool) -> None:
    with ui.element("nav").props('aria-label="Main"').classes("row items-center gap-4"):
        ui.label("Polyvox").classes("text-lg font-bold text-white")
        for path, name in PAGES.items():
            link = ui.link(name, path).classes("text-white")
            if path == here:
                link.props('aria-current="page"')
        if logout:
            with ui.element("form").props(f'method="post" action="{OUT}"'):
                ui.html('<button class="text-white underline">Log out</button>', sanitize=False)


@contextmanager
def bare(title: str) -> Iterator[None]:
    """A page without the bar, for frames of other pages."""
    _look(title)
    with ui.element("div").props('id="content" tabindex="-1"').classes("page"):
        heading(title)
        yield


def _look(title: str) -> None:
    ui.page_title(f"{title} – Polyvox")
    ui.colors(primary=PRIMARY, positive=POSITIVE)
    ui.add_css(_STYLE)
    ui.add_head_html(f"<script>{FOLLOW}</script>")


def heading(text: str, level: int = 1) -> None:
    with ui.element(f"h{level}"):
        ui.label(text)


def called(element: ElementT, label: str) -> ElementT:
    """Give it the name that is read out. Not by ``props``, which would read props in the name, too."""
    element.props["aria-label"] = label
    return element


def told(error: PolyvoxError) -> None:
    """Say what went wrong, and what to do; read out by screen readers, until it is closed."""
    ui.notify(in_words(error), type="negative", timeout=0, close_button="Close")


def in_words(error: PolyvoxError) -> str:
    return f"{error.message} {error.remedy}" if error.remedy else error.message


def done(message: str) -> None:
    ui.notify(message, type="positive")

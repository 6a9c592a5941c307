"""Where the keyboard is after a part of the page was drawn anew."""

from __future__ import annotations

from nicegui import ui
from nicegui.element import Element


def focus(element: Element) -> None:
    """Move the keyboard to ``element`` once it is drawn."""
    ui.run_javascript(f"getHtmlElement({element.id})?.focus()")

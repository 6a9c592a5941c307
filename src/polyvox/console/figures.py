"""Tables and charts of figures: whatever is drawn is there as a table, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nicegui import ui

from polyvox.console.frame import called

_STYLE = """
.figures { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
.figures th, .figures td { padding: .5rem .75rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid #8886 }
.figures th:first-child, .figures td:first-child { text-align: left }
.figures caption { text-align: left; padding-bottom: .25rem }
.scrolled { width: 100%; overflow-x: auto; margin-bottom: 1rem }
h2 { margin-top: 1.75rem; margin-bottom: .5rem }
"""
COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea", "#dc2626", "#0891b2", "#65a30d", "#be185d")
"""Told apart on white and on near-black; each has a contrast of 3 with both (WCAG, graphics)."""
NEARLY, FULL = 90.0, "#dc2626"
"""From this percentage on a bar is red."""
SYMBOLS = ("circle", "rect", "triangle", "diamond", "pin", "arrow")


def look() -> None:
    """Once for a page that has tables."""
    ui.add_css(_STYLE)


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The first column names the row. Wider than the page, it scrolls in itself."""
    scrolled = ui.element("div").classes("scrolled")
    called(scrolled.props("role=region tabindex=0"), caption)
    with scrolled, ui.element("table").classes("figures"):
        with ui.element("caption").classes("quiet"):
            ui.label(caption)
        with ui.element("thead"), ui.element("tr"):
            for heading in headings:
                _cell("th", heading, 'scope="col"')
        with ui.element("tbody"):
            for name, *cells in rows:
                with ui.element("tr"):
                    _cell("th", name, 'scope="row"')
                    for cell in cells:
                        _cell("td", cell)


def _cell(tag: str, text: str, props: str = "") -> None:
    with ui.element(tag).props(props):
        ui.label(text)


def chart(label: str, points: Sequence[str], unit: str) -> ui.echart:
    """Over time; ``lines`` gives its content. In SVG, so that its letters take the page's colour."""
    drawn = ui.echart(
        {
            "aria": {"enabled": False},
            "animation": False,
            "textStyle": {"color": "currentColor"},
            "legend": {
                "type": "scroll",
                "top": 0,
                "left": 0,
                "right": 0,
                "textStyle": {"color": "currentColor"},
                "inactiveColor": "#888",
            },
            "tooltip": {"trigger": "axis"},
            "grid": {"left": 8, "right": 16, "top": 56, "bottom": 8, "containLabel": True},
            "xAxis": _axis("category", {"data": list(points)}),
            "yAxis": _axis("value", {"name": unit, "splitLine": {"lineStyle": {"color": "#8884"}}}),
            "series": [],
        },
        renderer="svg",
    )
    return called(drawn.classes("w-full h-64").props("role=img"), label)


def _axis(kind: str, more: dict[str, Any]) -> dict[str, Any]:
    colour = {"color": "currentColor"}
    return {"type": kind, "axisLabel": colour, "nameTextStyle": {**colour, "align": "left"}, **more}


def stack(name: str, values: Sequence[float | None]) -> dict[str, Any]:
    return {"type": "bar", "stack": "all", "name": name, "data": list(values)}


def line(name: str, values: Sequence[float | None]) -> dict[str, Any]:
    return {"type": "line", "name": name, "data": list(values), "connectNulls": True}


def fill(drawn: ui.echart, points: Sequence[str], content: Sequence[dict[str, Any]]) -> None:
    """Each of ``content`` gets a colour and a shape of its own."""
    drawn.options["xAxis"]["data"] = list(points)
    drawn.options["series"] = [
        {
            **each,
            "itemStyle": {"color": COLOURS[place % len(COLOURS)]},
            "symbol": SYMBOLS[place % len(SYMBOLS)],
            "symbolSize": 8,
        }
        for place, each in enumerate(content)
    ]
    drawn.update()


def bar(title: str, told: str, used: float, forecast: float) -> None:
    """Percents of a limit; what is ``forecast`` is hatched behind what is used."""
    with ui.column().classes("w-full gap-1 q-my-sm"):
        ui.label(title).classes("text-bold")
        track = ui.element("div").classes("w-full relative-position overflow-hidden")
        called(track.props("role=meter aria-valuemin=0 aria-valuemax=100"), title)
        track.props.update({"aria-valuenow": f"{min(used, 100):.1f}", "aria-valuetext": told})
        track.style("height: 14px; border: 1px solid currentColor; border-radius: 7px")
        with track:
            hatched = "repeating-linear-gradient(45deg, #8888 0 4px, transparent 4px 8px)"
            _part(min(forecast, 100), hatched)
            _part(min(used, 100), FULL if used >= NEARLY else COLOURS[0])
        ui.label(told)


def _part(share: float, background: str) -> None:
    part = ui.element("div").classes("absolute-left")
    part.style(f"width: {share:.2f}%; background: {background}")

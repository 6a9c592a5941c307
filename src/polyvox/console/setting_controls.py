"""One setting as a control: a field for its value, what it does, its range, and the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement
from nicegui.events import GenericEventArguments

from polyvox.console.focus import focus
from polyvox.console.frame import called
from polyvox.services.setting_fields import FieldKind, SettingField

LONG_TEXT = 200
"""Characters from which on a text gets several lines."""
MOST_STEPS = 2_000
"""Of a slider; a range with more has none."""
NUMBER_FORMAT = "%.10g"
Show = Callable[[Any], object]
Save = Callable[[SettingField, Any], Awaitable[None]]


class Control:
    """``save`` is told every other value that a person gives; ``show`` what is stored."""

    def __init__(self, field: SettingField, save: Save) -> None:
        self._field = field
        self._save = save
        self._stored: Any = None
        with ui.element("div").classes("setting"):
            if field.kind in (FieldKind.NUMBER, FieldKind.WHOLE):
                ui.label(field.label).classes("font-medium")
            with ui.row().classes("w-full items-center no-wrap gap-4") as self._row:
                self._shows = self._build()
                reset = ui.button(icon="restart_alt", on_click=self._to_default)
                told = f"Reset {field.label.lower()} to its default"
                self._reset = called(reset.props("flat round"), told)
            reset.set_visibility(field.kind is not FieldKind.FIXED)
            ui.label(field.description).classes("text-sm")
            ui.label(_facts(field)).classes("quiet text-sm")

    def show(self, value: Any) -> None:
        self._stored = value
        for show in self._shows:
            show(value)
        self._reset.set_enabled(value != self._field.default)

    async def _to_default(self) -> None:
        await self._give(self._field.default)
        focus(self._row)  # the button is disabled

    async def _give(self, value: Any) -> None:
        if value != self._stored:
            await self._save(self._field, value)

    def _build(self) -> list[Show]:
        field = self._field
        match field.kind:
            case FieldKind.NUMBER | FieldKind.WHOLE:
                return [*self._slider(), self._number().set_value]
            case FieldKind.SWITCH:
                switch = ui.switch(field.label, on_change=lambda e: self._give(e.value))
                return [switch.classes("grow").set_value]
            case FieldKind.CHOICE | FieldKind.CHOICES:
                return [self._choice().set_value]
            case FieldKind.TEXT:
                return [self._text().set_value]
            case FieldKind.FIXED:
                ui.label(f"{field.label}: always {_in_words(field.default)}").classes("font-medium")
            case FieldKind.OTHER:
                ui.label(f"{field.label}: can be set through the API alone.").classes("grow")
        return []

    def _slider(self) -> list[Show]:
        """The browser's own: Quasar's takes the keyboard at a place that has no role."""
        field = self._field
        if field.minimum is None or field.maximum is None:
            return []
        if (field.maximum - field.minimum) / field.step > MOST_STEPS:
            return []
        slider = ui.element("input").classes("grow").style("min-width: 0")
        called(slider.props("type=range"), field.label)
        slider.props(f"min={field.minimum} max={field.maximum} step={field.step}")
        slider.on("change", self._number_given, js_handler="event => emit(event.target.value)")
        return [lambda value: slider.props(f"value={value}")]

    def _number(self) -> ValueElement[Any]:
        field = self._field
        number = ui.number(
            min=field.minimum, max=field.maximum, step=field.step, format=NUMBER_FORMAT
        )
        called(number.props("outlined dense"), field.label).classes("w-28")
        return number.on("change", self._number_given)

    async def _number_given(self, event: GenericEventArguments) -> None:
        if event.args in (None, ""):
            await self._give(None if self._field.optional else self._stored)
        else:
            value = float(event.args)
            await self._give(int(value) if value.is_integer() else value)
        self.show(self._stored)  # an empty field is filled again

    def _choice(self) -> ValueElement[Any]:
        field = self._field
        many = field.kind is FieldKind.CHOICES
        choice = ui.select(
            {option: str(option).replace("-", " ").capitalize() for option in field.options},
            label=field.label,
            multiple=many,
            clearable=field.optional,
            on_change=lambda e: self._give(e.value),
        )
        choice.props("outlined dense use-chips" if many else "outlined dense")
        return choice.classes("grow").style("min-width: 0")

    def _text(self) -> ValueElement[Any]:
        field = self._field
        long = field.longest is None or field.longest > LONG_TEXT
        text = ui.textarea(field.label) if long else ui.input(field.label)
        text.props("outlined dense autogrow" if long else "outlined dense").classes("grow")
        if field.longest is not None:
            text.props(f"maxlength={field.longest}")
        return text.on("change", self._text_given)

    async def _text_given(self, event: GenericEventArguments) -> None:
        await self._give(event.args or (None if self._field.optional else ""))


def _facts(field: SettingField) -> str:
    if field.kind is FieldKind.FIXED:
        return f"There is no other value. API name: {field.name}"
    limits = f"Range: {field.limits}. " if field.limits else ""
    return f"{limits}Default: {_in_words(field.default)}. API name: {field.name}"


def _in_words(value: Any) -> str:
    match value:
        case None | [] | "":
            return "none"
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case list():
            return ", ".join(map(str, value))
    return str(value)

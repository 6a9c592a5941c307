"""The settings of a provider as fields of a form, made of its settings' JSON schema."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from polyvox.provider.base import VoiceSettings
from polyvox.routing.candidates import parse_settings
from polyvox.services.voice_search import VOICE_NAMES

STEPS = 80
"""A range is cut to as many steps at least."""


class FieldKind(StrEnum):
    NUMBER = "number"
    WHOLE = "whole"
    TEXT = "text"
    SWITCH = "switch"
    CHOICE = "choice"
    CHOICES = "choices"
    """Any number of the options, in their order."""
    FIXED = "fixed"
    """It has one value, the default."""
    OTHER = "other"
    """What no simple field can hold; to be set through the API."""


_KINDS = {
    "number": FieldKind.NUMBER,
    "integer": FieldKind.WHOLE,
    "string": FieldKind.TEXT,
    "boolean": FieldKind.SWITCH,
}


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting. ``name`` is what documents call it, ``title`` what people do; ``optional`` ones may
    be None; ``longest`` is in characters."""

    name: str
    kind: FieldKind
    default: Any
    title: str = ""
    description: str = ""
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    longest: int | None = None
    options: tuple[Any, ...] = ()

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def step(self) -> float:
        """1 for whole numbers; else the largest power of ten that gives the range STEPS steps."""
        if self.kind is FieldKind.WHOLE or self.minimum is None or self.maximum is None:
            return 1 if self.kind is FieldKind.WHOLE else 0.01
        return float(10.0 ** math.floor(math.log10((self.maximum - self.minimum) / STEPS)))

    @property
    def limits(self) -> str:
        """``0.25 to 4``; empty where there are none."""
        low, high = (
            f"{end:,.10g}" if end is not None else "" for end in (self.minimum, self.maximum)
        )
        if low and high:
            return f"{low} to {high}"
        return f"from {low}" if low else f"up to {high}" if high else ""


class SettingsModel:
    """What can be set for a provider of ``settings_type``. ``fields`` are in the order of the class,
    without the voice, which is chosen elsewhere."""

    def __init__(self, settings_type: type[VoiceSettings]) -> None:
        schema = settings_type.model_json_schema()
        self.fields = tuple(
            _field(name, about, schema.get("$defs", {}))
            for name, about in schema.get("properties", {}).items()
            if name not in VOICE_NAMES
        )
        self._type = settings_type

    def values(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Every setting's value as JSON has it, defaults included. Raises InvalidSetting."""
        return parse_settings(self._type, stored).model_dump(mode="json")

    def with_value(
        self, stored: Mapping[str, Any], field: SettingField, value: Any
    ) -> dict[str, Any]:
        """``stored`` with another ``value``, under the setting's first name where it has several. A
        default is not written, so that a better one in a later version is followed.

        Raises InvalidSetting for what is wrong in ``stored``; ``value`` is judged when it is saved.
        """
        chosen = parse_settings(self._type, stored).model_dump(mode="json", exclude_unset=True)
        chosen.pop(field.name, None)
        return chosen if value == field.default else {**chosen, field.name: value}

    @staticmethod
    def reset(stored: Mapping[str, Any]) -> dict[str, Any]:
        """``stored`` with nothing but the voice in it."""
        return {name: value for name, value in stored.items() if name in VOICE_NAMES}


def _field(name: str, about: Mapping[str, Any], definitions: Mapping[str, Any]) -> SettingField:
    alternatives = about.get("anyOf", [about])
    meant = [kind for kind in alternatives if kind.get("type") != "null"]
    kind = _resolved(meant[0], definitions) if len(meant) == 1 else {}
    items = _resolved(kind.get("items", {}), definitions)
    options = tuple(kind.get("enum") or items.get("enum") or ())
    return SettingField(
        name=name,
        kind=_kind(kind, items),
        default=about.get("default"),
        title=about.get("title", ""),
        description=about.get("description", ""),
        optional=len(meant) < len(alternatives),
        minimum=kind.get("minimum"),
        maximum=kind.get("maximum"),
        longest=kind.get("maxLength"),
        options=options,
    )


def _resolved(kind: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = kind.get("$ref", "")
    return {**definitions.get(reference.removeprefix("#/$defs/"), {}), **kind}


def _kind(kind: Mapping[str, Any], items: Mapping[str, Any]) -> FieldKind:
    if "const" in kind or ("minimum" in kind and kind["minimum"] == kind.get("maximum")):
        return FieldKind.FIXED
    if "enum" in kind:
        return FieldKind.CHOICE
    if kind.get("type") == "array" and "enum" in items:
        return FieldKind.CHOICES
    return _KINDS.get(kind.get("type", ""), FieldKind.OTHER)

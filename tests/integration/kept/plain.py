"""Answers without what differs from run to run: each such value becomes the name of its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

MEASURED = frozenset(
    [
        *("ttfa_ms", "latency_ms", "avg_latency_ms", "p50_ttfa_ms", "p95_ttfa_ms"),
        *("first_audio_ms", "real_time_factor", "memory_bytes", "forecast"),
        *("value", "score", "quality_score", "speech_s", "start_s", "end_s", "low", "high"),
    ]
)
"""Names of figures that are this machine's, or this moment's."""
IDS = {
    "speech": re.compile(r"\bsp_[0-9a-f]{32}\b"),
    "sample": re.compile(r"\bsmp_[0-9a-f]{32}\b"),
    "installation": re.compile(r"\binst_[0-9a-f]{16}\b"),
    "key": re.compile(r"\bkey_[0-9a-f]{16}\b"),
}
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
SECRET = re.compile(r"\bpvx_[\w-]+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
PORT = re.compile(r"\bfiles\.test:\d+")
"""Of the server that recordings are fetched from."""
REST = re.compile(r"for \d+ s more")
LATELY = timedelta(hours=2)


class Plain:
    """``known`` are strings of this run by what stands for them. The same id is told by the same
    number throughout, so that who is meant stays visible. ``exact`` keeps the figures."""

    def __init__(self, known: Mapping[str, str], *, exact: bool = False) -> None:
        self._known = known
        self._exact = exact
        self._numbers: dict[str, dict[str, int]] = {kind: {} for kind in IDS}

    def value(self, value: Any, name: str = "") -> Any:
        """``value`` of any JSON type; objects keep their names, lists their length."""
        match value:
            case dict():
                return {self.text(key): self.value(each, key) for key, each in value.items()}
            case list():
                return [self.value(each, name) for each in value]
            case str():
                return self.text(value)
            case bool() | None:
                return value
            case int() | float():
                return self._figure(value, name)
        raise TypeError(type(value))

    def text(self, text: str) -> str:
        for known, stands in self._known.items():
            text = text.replace(known, stands)
        for kind, pattern in IDS.items():
            text = pattern.sub(lambda found, kind=kind: self._number(kind, found[0]), text)  # type: ignore[misc]
        text = SECRET.sub("<secret>", DIGEST.sub("<sha256>", text))
        text = text.replace(f"{datetime.now(UTC):%Y-%m}", "<month>") if len(text) < 8 else text
        text = PORT.sub("files.test", text)
        text = REST.sub("for <n> s more", text)
        return MOMENT.sub(_moment, text)

    def _number(self, kind: str, found: str) -> str:
        numbers = self._numbers[kind]
        return f"<{kind} {numbers.setdefault(found, len(numbers) + 1)}>"

    def _figure(self, value: float, name: str) -> Any:
        if name in MEASURED and not self._exact:
            return f"<{type(value).__name__}>"
        if name == "created" and value:
            return "<seconds since 1970>"
        return value


def _moment(found: re.Match[str]) -> str:
    lately = abs(datetime.now(UTC) - datetime.fromisoformat(found[0])) < LATELY
    return "<now>" if lately else found[0]

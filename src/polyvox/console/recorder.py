"""What only the browser can do: recording, and sending files with their progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element

from polyvox.domain.capabilities import SampleNeeds

LONGEST_S = 300.0
"""Recording stops by itself then; no engine takes a tenth of it."""
Fields = dict[str, str]
"""Of the form that a file is sent with."""


class Uploads(Element, component="static/uploads.js"):
    """Where files are dropped or chosen. They go from the browser to ``url`` (POST), one after the
    other; ``fields_of`` is asked for what goes with each, by its name."""

    def __init__(
        self,
        url: str,
        max_bytes: int,
        hint: str,
        *,
        fields_of: Callable[[str], Fields],
        on_sent: Callable[[str, str], Any],
        on_refused: Callable[[str, str], Any],
    ) -> None:
        """``on_sent`` gets a file's name and the answer's id, ``on_refused`` its name and why."""
        super().__init__()
        self.props.update({"url": url, "maxBytes": max_bytes, "hint": hint})
        self._fields_of = fields_of
        self.on("chosen", lambda event: self._send(event.args["names"]))
        self.on("sent", lambda event: on_sent(event.args["name"], event.args["id"]))
        self.on("refused", lambda event: on_refused(event.args["name"], event.args["message"]))

    def _send(self, names: Sequence[str]) -> None:
        self.run_method("send", [self._fields_of(name) for name in names])


class Recorder(Element, component="static/recorder.js"):
    """Records the microphone while ``lines`` are read, and hands the take to ``uploads``."""

    def __init__(self, uploads: Uploads) -> None:
        super().__init__()
        self.props.update({"target": uploads.html_id, "longestS": LONGEST_S})

    def show(
        self,
        lines: Sequence[Mapping[str, str]],
        language: str,
        engine: str,
        needs: SampleNeeds,
    ) -> None:
        """What is to be read (``text``, ``mood``) in ``language``, and how long ``engine``, by its
        name, wants it."""
        goal = {
            "name": engine,
            "min_s": needs.min_s,
            "best_min_s": needs.best_min_s,
            "best_max_s": needs.best_max_s,
        }
        self.props.update({"lines": list(lines), "lang": language, "goal": goal})
        self.update()

"""One sample: how good it is and why, heard and seen, whose consent there is, and what it is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import langcodes
from nicegui import ui

from polyvox.console import sample_report as words
from polyvox.console.dialogs import confirm, telling
from polyvox.console.editing import Editing
from polyvox.console.frame import called, done, heading, told
from polyvox.console.sample_engine import SampleEngine, address, player
from polyvox.console.sample_form import MAX_WHO, MAX_WORDS, statement_of, tongues
from polyvox.console.words import day
from polyvox.domain.capabilities import SampleNeeds
from polyvox.domain.samples import Consent, Readiness
from polyvox.errors import PolyvoxError
from polyvox.services.sample_ports import StoredSample
from polyvox.services.samples import SampleNotes

POINTS = 800
"""Stretches that the picture of a recording shows."""
SHOWN = 60
"""Characters of the notes in a sample's title."""


class SampleCard:
    """``place`` counts from 1; ``changed`` is called with its id when it was edited or deleted.
    ``edit`` is the button to edit it, once it was opened, and ``header`` what opens it."""

    def __init__(
        self,
        editing: Editing,
        engines: Mapping[str, SampleNeeds],
        sample: StoredSample,
        place: int,
        changed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._editing = editing
        self._samples = editing.host.services.samples
        self._sample = sample
        self._changed = changed
        self.title = f"{place}. {(sample.meta.notes or 'Recording')[:SHOWN]}"
        self._engines = [SampleEngine(editing, name, sample) for name in engines]
        self._drawn = False

    @property
    def is_open(self) -> bool:
        return bool(self.header.value)

    def build(self) -> None:
        self.header = ui.expansion(
            f"{self.title} – {self._summary()}",
            on_value_change=lambda event: self.open() if event.value else None,
        ).classes("sample w-full")
        with self.header:
            self._inside = ui.column().classes("w-full gap-3")

    async def open(self) -> None:
        """What is inside is drawn when it is first looked at."""
        self.header.value = True
        if not self._drawn:
            self._drawn = True
            with self._inside:
                await self._draw()

    def look(self) -> None:
        if self._drawn:
            for engine in self._engines:
                engine.look()

    def _summary(self) -> str:
        report, meta = self._sample.report, self._sample.meta
        verdicts = report.verdicts.items()
        name = self._editing.host.services.providers.name_of
        usable = [name(engine) for engine, v in verdicts if v.state is not Readiness.UNUSABLE]
        return " · ".join(
            [
                f"{report.duration_s:.1f} s",
                words.quality_in_words(report),
                *([langcodes.Language.get(meta.language).display_name()] if meta.language else []),
                f"for {' and '.join(usable)}" if usable else "for no engine",
                *([] if meta.consent else ["no consent yet"]),
            ]
        )

    async def _draw(self) -> None:
        self._consent()
        heading("What it sounds like", 3)
        player(address(self._sample), "As it was recorded")
        await self._picture()
        heading("What it is for", 3)
        for engine in self._engines:
            with ui.element("section").classes("engine"):
                engine.build()
        heading("How good it is", 3)
        self._gauges()
        with ui.row().classes("gap-2"):
            self.edit = ui.button("Edit", on_click=self._ask_what_is_said).props("outline")
            called(self.edit, f"Edit {self.title}")
            gone = ui.button("Delete", on_click=self._ask_to_delete)
            called(gone.props("flat color=negative"), f"Delete {self.title}")

    def _consent(self) -> None:
        given = self._sample.meta.consent
        if given is None:
            text = (
                "Nobody's consent is recorded with it, so it is not cloned. Edit it to record one."
            )
            ui.label(text).classes("hindrance")
            return
        ui.label(f"{given.who} agreed on {day(given.when)}: “{given.statement}”").classes("quiet")

    async def _picture(self) -> None:
        report, key = self._sample.report, self._sample.meta.id
        try:
            path = await self._samples.audio(key)
            drawn = await self._samples.waveform(path, POINTS)
        except PolyvoxError as error:
            told(error)
            return
        low, high = drawn["low"], drawn["high"]
        svg = words.picture(key, report.duration_s, low, high, report.marks)
        ui.html(svg, sanitize=False).classes("w-full")
        with ui.row().classes("w-full justify-between quiet text-sm"):
            ui.label("0 s")
            ui.label(f"{report.duration_s:.1f} s")
        with ui.element("ul").classes("marks"):
            for kind, said in words.marks_in_words(report.marks).items():
                with ui.element("li"):
                    ui.html(words.swatch(key, kind), sanitize=False)
                    ui.label(said)

    def _gauges(self) -> None:
        report = self._sample.report
        ui.label(words.quality_in_words(report).capitalize()).classes("text-bold")
        with ui.element("ul").classes("gauges"):
            for gauge in words.gauges(report):
                with ui.element("li"):
                    _gauge(gauge)

    def _ask_what_is_said(self) -> None:
        meta = self._sample.meta
        with (
            ui.dialog().props('aria-label="Edit the sample"') as dialog,
            ui.card().classes("w-full"),
        ):
            language = ui.select(
                {"": "Not known", **tongues(self._editing)},
                label="Language that is spoken",
                value=meta.language or "",
            )
            notes = ui.input("Name or notes", value=meta.notes or "")
            who = ui.input("Who is heard and agrees to be cloned")
            who.value = meta.consent.who if meta.consent else ""
            statement = ui.input("In these words")
            statement.value = (
                meta.consent.statement if meta.consent else statement_of(self._editing)
            )
            who.props(f'maxlength="{MAX_WHO}"')
            for field in (notes, statement):
                field.props(f'maxlength="{MAX_WORDS}"')
            for each in (language, notes, who, statement):
                each.classes("w-full")
            ui.label("Without a name there is no consent: nothing is cloned from it any more.")

            async def save() -> None:
                consent = self._agreed(who.value or "", statement.value or "")
                said = SampleNotes(language.value or None, notes.value or None, consent)
                with telling():
                    await self._samples.edit(meta.id, said)
                    done("Saved.")
                    await self._changed(meta.id)
                    dialog.close()

            with ui.row():
                ui.button("Save", on_click=save)
                ui.button("Cancel", on_click=dialog.close).props("flat")
        dialog.open()

    def _agreed(self, who: str, statement: str) -> Consent | None:
        """What was agreed to before keeps its date."""
        who, statement = who.strip(), statement.strip() or statement_of(self._editing)
        before = self._sample.meta.consent
        if before is not None and (before.who, before.statement) == (who, statement):
            return before
        return Consent(who=who, statement=statement, when=datetime.now(UTC)) if who else None

    def _ask_to_delete(self) -> None:
        key = self._sample.meta.id
        confirm(
            "Delete",
            f"Delete {self.title}, and all that was made of it?",
            lambda: self._samples.delete(key),
            said=f"{self.title} is deleted.",
            then=lambda: self._changed(key),
        )


def _gauge(gauge: words.Gauge) -> None:
    with ui.row().classes("w-full items-baseline justify-between no-wrap gap-2"):
        ui.label(gauge.name).classes("text-bold")
        ui.label(words.GRADES[gauge.grade]).classes(f"grade {gauge.grade}")
    if gauge.score is not None:
        meter = ui.element("div").props("role=meter aria-valuemin=0 aria-valuemax=100")
        called(meter, gauge.name)
        meter.props["aria-valuenow"] = round(100 * gauge.score)
        meter.props["aria-valuetext"] = gauge.told
        with meter:
            ui.html(words.needle(gauge.score), sanitize=False)
    figures = f"{gauge.value}; {gauge.threshold}" if gauge.value else gauge.threshold
    ui.label(figures).classes("quiet text-sm")
    ui.label(gauge.advice).classes("text-sm")

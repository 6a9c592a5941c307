"""What one engine makes of one sample: whether it can, whether it shall, and how it sounds to it."""

from __future__ import annotations

from nicegui import ui
from nicegui.element import Element

from polyvox.console.assignment import assign, is_assigned
from polyvox.console.dialogs import telling
from polyvox.console.editing import Editing
from polyvox.console.focus import focus
from polyvox.console.frame import called, heading
from polyvox.console.sample_report import STATES
from polyvox.domain.samples import Readiness
from polyvox.services.sample_ports import PreparedSample, StoredSample


def address(
    sample: StoredSample, *, provider: str = "", prepared: PreparedSample | None = None
) -> str:
    """Where a sample is heard: as it came, or as ``provider`` hears it. Other sounds have other
    addresses, so that no browser plays what it kept."""
    meta = sample.meta
    path = f"/v1/personalities/{meta.personality_id}/samples/{meta.id}/audio"
    if prepared is None:
        return path
    return f"{path}?version=prepared&provider={provider}&sha256={prepared.blob.sha256}"


def player(source: str, label: str) -> None:
    with ui.column().classes("gap-1 w-full"):
        ui.label(label).classes("text-sm")
        audio = called(ui.element("audio").props("controls preload=none"), label)
        audio.props["src"] = source
        audio.classes("w-full").style("max-width: 30rem")


class SampleEngine:
    """A part of a sample's card."""

    def __init__(self, editing: Editing, provider: str, sample: StoredSample) -> None:
        self._editing = editing
        self._provider = provider
        self._sample = sample
        self._name = editing.host.services.providers.name_of(provider)
        self._verdict = sample.report.verdicts.get(provider)

    _preparing: Element

    def build(self) -> None:
        state = STATES[self._verdict.state] if self._verdict else "not judged"
        heading(f"{self._name}: {state}", 4)
        for sentence in self._verdict.because if self._verdict else ():
            ui.label(sentence)
        if self._verdict and self._verdict.state is Readiness.UNUSABLE:
            self._switch = None
            return
        self._switch = ui.switch(
            f"Let {self._name} clone from this sample",
            value=self._assigned,
            on_change=lambda event: self._assign(wanted=event.value),
        )
        self._sound()

    def look(self) -> None:
        """Show what the document says now."""
        if self._switch is not None:
            self._switch.value = self._assigned

    @property
    def _assigned(self) -> bool:
        return is_assigned(self._editing.config, self._provider, self._sample.meta.id)

    async def _assign(self, *, wanted: bool) -> None:
        if wanted == self._assigned:
            return
        sample = self._sample.meta.id
        if not await self._editing.change(
            lambda document: assign(document, self._provider, sample, wanted=wanted)
        ):
            self.look()

    @ui.refreshable_method
    def _sound(self) -> None:
        made = self._sample.prepared.get(self._provider)
        if made is None:
            self._preparing = ui.button(
                f"Prepare it for {self._name}", on_click=lambda: self._prepare(None)
            ).props("outline")
            return
        label = f"As {self._name} hears it, {made.duration_s:.1f} s"
        player(address(self._sample, provider=self._provider, prepared=made), label)
        with ui.element("ul").classes("done"):
            for repair in made.done:
                with ui.element("li"):
                    ui.label(str(repair["sentence"]))
        self._preparing = ui.checkbox(
            f"Reduce noise for {self._name}, which costs some of the voice",
            value=made.denoised,
            on_change=lambda event: self._prepare(event.value),
        )

    async def _prepare(self, denoise: bool | None) -> None:
        samples = self._editing.host.services.samples
        with telling():
            await samples.prepare(self._sample.meta.id, self._provider, denoise=denoise)
            self._sample = await samples.get(self._sample.meta.id)
        self._sound.refresh()
        focus(self._preparing)

"""The samples of a personality: what there is, how good it is, and adding more."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from polyvox.console.editing import Editing
from polyvox.console.focus import focus, focus_near
from polyvox.console.frame import heading
from polyvox.console.sample_card import SampleCard
from polyvox.console.sample_form import SampleForm
from polyvox.console.timeline_view import counted
from polyvox.services.sample_ports import StoredSample

_STYLE = """
h4 { font-size: 1rem; line-height: 1.3; font-weight: 600; margin: 0 }
.sample { border: 1px solid #8886; border-radius: .5rem; margin-bottom: .75rem }
.sample h3 { margin-top: .75rem }
.sample .engine { display: flex; flex-direction: column; gap: .4rem; align-items: flex-start;
  border-left: 3px solid #8886; padding-left: .8rem; width: 100%; box-sizing: border-box }
.sample .done { margin: 0; padding-left: 1.2rem; list-style: disc }
.waveform { display: block; width: 100%; border: 1px solid #8886;
  border-radius: .25rem; color: #1d4ed8 }
.body--dark .waveform { color: #93c5fd }
.waveform .wave { fill: currentColor; opacity: .75 }
.marks { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem }
.marks li { display: flex; gap: .5rem; align-items: center }
.gauges { list-style: none; margin: 0; padding: 0; display: grid; width: 100%; gap: 1rem 2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)) }
.gauge { display: block; width: 100%; height: 12px }
.grade::before { display: inline-block; width: 1.2em }
.grade.good::before { content: "✓" } .grade.fair::before { content: "~" }
.grade.bad::before { content: "✗" } .grade.unknown::before { content: "?" }
.ways { display: grid; gap: 1rem; width: 100%; margin-top: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)) }
.ways > section { border: 1px solid #8886; border-radius: .5rem; padding: 1rem; min-width: 0 }
.ways section { display: flex; flex-direction: column; gap: .75rem; margin: 0 }
.uploads { display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: .75rem; padding: 2rem 1rem; border: 2px dashed #8888; border-radius: .5rem; text-align: center }
.uploads.over { border-color: currentColor; background: #8882 }
.uploads .choose { border: 1px solid; border-radius: .25rem; padding: .5rem 1rem; cursor: pointer }
.uploads .choose:focus-within { outline: 3px solid; outline-offset: 2px }
.uploads input { position: absolute; opacity: 0; width: 1px; height: 1px }
.uploads .sending { display: flex; gap: .5rem; align-items: center; width: 100% }
.uploads progress { flex: 1; min-width: 0; accent-color: #1d4ed8 }
.recorder { display: flex; flex-direction: column; gap: .5rem }
.recorder p { margin: 0 } .recorder p:empty { display: none }
.recorder ol { margin: 0; padding-left: 1.5rem; list-style: decimal }
.recorder li { padding: .3rem .5rem; border-left: 3px solid transparent }
.recorder .mood { font-size: .8rem; border: 1px solid; border-radius: 1rem; padding: 0 .5rem }
.recorder .now { font-size: 1.2rem; border-color: currentColor; background: #8882 }
.recorder .past { opacity: .75 }
.recorder .level, .recorder .length { position: relative; height: 14px; border: 1px solid #888;
  border-radius: 7px; overflow: hidden }
.recorder .level div { height: 100%; background: #059669 }
.recorder .level .bad { background: #d97706 }
.recorder .length div { position: absolute; top: 0; bottom: 0 }
.recorder .length .best { background: repeating-linear-gradient(45deg, #059669 0 3px, #05966955 3px 7px) }
.recorder .length .so-far { left: 0; border-right: 3px solid currentColor; background: #8886 }
.recorder .clock { font-size: 1.4rem; font-variant-numeric: tabular-nums }
.recorder audio { width: 100%; max-width: 30rem }
"""


class Samples:
    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._engines = editing.host.services.providers.sample_needs()
        self._cards: dict[str, SampleCard] = {}

    async def build(self) -> None:
        ui.add_css(_STYLE)
        heading("Samples", 2)
        name = self._editing.stored.name
        ui.label(
            f"Recordings of the voice that {name} shall have. The best one in the language that is "
            "spoken is cloned, unless you say which."
        ).classes("quiet")
        self._count = ui.label().props('role="status"').classes("q-my-sm")
        await self._list()
        self._form = SampleForm(self._editing, self._engines, self._added)
        self._form.build()
        self._editing.watch(self._look)

    @ui.refreshable_method
    async def _list(self) -> None:
        shown = {sample for sample, card in self._cards.items() if card.is_open}
        stored = await self._stored()
        self._count.text = _counted(len(stored))
        self._cards = {}
        for place, sample in enumerate(stored, 1):
            card = SampleCard(self._editing, self._engines, sample, place, self._changed)
            self._cards[sample.meta.id] = card
            card.build()
            if sample.meta.id in shown:
                await card.open()

    async def _stored(self) -> Sequence[StoredSample]:
        return await self._editing.host.services.samples.list(self._editing.stored.id)

    async def _look(self) -> None:
        """After a change of the document, which may be one of the samples."""
        if [sample.meta.id for sample in await self._stored()] != [*self._cards]:
            await self._list.refresh()
        for card in self._cards.values():
            card.look()

    async def _changed(self, sample: str) -> None:
        place = [*self._cards].index(sample)
        await self._read_again()
        if sample in self._cards:
            focus(self._cards[sample].edit)
        else:
            left = [card.header for card in self._cards.values()]
            focus_near(place, left, self._form.language)

    async def _read_again(self) -> None:
        await self._list.refresh()
        await self._editing.look_again()

    async def _added(self, sample: str) -> None:
        await self._read_again()
        if sample in self._cards:
            await self._cards[sample].open()


def _counted(samples: int) -> str:
    return counted(samples, "sample") if samples else "There is none yet."

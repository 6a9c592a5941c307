"""Adding samples: who is heard, in what language, and a recording made here or sent as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import langcodes
from nicegui import ui

from polyvox.console.dialogs import telling
from polyvox.console.editing import Editing
from polyvox.console.frame import done, heading
from polyvox.console.reading import MOODS, reading
from polyvox.console.recorder import Fields, Recorder, Uploads
from polyvox.domain.capabilities import SampleNeeds
from polyvox.domain.recording_script import MAX_STORE, Mood, recording_script
from polyvox.services.languages import SPECIFIED

MAX_WHO, MAX_WORDS = 200, 2000
"""Characters of a name, and of a statement or notes."""
FORMATS = "WAV, FLAC, MP3, OGG, M4A or WebM"


def tongues(editing: Editing) -> dict[str, str]:
    """Languages to choose from by their names, the personality's own first."""
    own = editing.config.languages
    tags = dict.fromkeys((own.primary, *own.supported, *SPECIFIED))
    return {tag: langcodes.Language.get(tag).display_name() for tag in tags}


def statement_of(editing: Editing) -> str:
    return f"I agree that my voice is cloned for {editing.stored.name}."


@dataclass(eq=False)
class SampleForm:
    """``added`` is called with the id of each sample that came in; ``language`` is
    the first field."""

    editing: Editing
    engines: Mapping[str, SampleNeeds]
    added: Callable[[str], Awaitable[None]]

    def build(self) -> None:
        heading("Add a sample", 3)
        self._who_is_heard()
        with ui.element("div").classes("ways"):
            recording = ui.element("section")
            with ui.element("section"):
                heading("Send a file", 4)
                uploads = self._uploads()
            with recording:
                heading("Record here", 4)
                self._recording(uploads)

    def _who_is_heard(self) -> None:
        with ui.row().classes("w-full gap-4"):
            self.language = ui.select(
                tongues(self.editing),
                label="Language that is spoken",
                value=self.editing.config.languages.primary,
                with_input=True,
                on_change=self._read,
            )
            self._who = ui.input("Who is heard and agrees to be cloned")
            self._who.props(f'maxlength="{MAX_WHO}" autocomplete="off"')
            self._statement = ui.input("In these words", value=statement_of(self.editing))
            self._statement.props(f'maxlength="{MAX_WORDS}"')
            for field in (self.language, self._who, self._statement):
                field.classes("grow").style("min-width: min(100%, 18rem)").props("outlined")
        ui.label(
            "Without a name the recording is kept and measured, but not cloned until somebody's "
            "consent is recorded."
        ).classes("quiet")

    def _uploads(self) -> Uploads:
        limit = self.editing.host.services.samples.limits.max_bytes
        return Uploads(
            f"/v1/personalities/{self.editing.stored.id}/samples",
            limit,
            f"{FORMATS}, up to {limit >> 20} MiB each.",
            fields_of=self._fields,
            on_sent=self._sent,
            on_refused=_refused,
        )

    def _recording(self, uploads: Uploads) -> None:
        if not self.engines:
            ui.label("No model that clones voices is installed.").classes("quiet")
            return
        name_of = self.editing.host.services.providers.name_of
        active = self.editing.config.active_provider
        with ui.row().classes("w-full gap-4"):
            self._engine = ui.select(
                {engine: name_of(engine) for engine in self.engines},
                label="Long enough for",
                value=active if active in self.engines else next(iter(self.engines)),
                on_change=self._read,
            )
            self._mood = ui.select(
                dict(MOODS), label="Mood", value=Mood.NEUTRAL, on_change=self._read
            )
            self._store = ui.input("Name of the shop", on_change=self._read)
            self._store.props(f'maxlength="{MAX_STORE}" debounce="300"')
            for field in (self._engine, self._mood, self._store):
                field.classes("grow").style("min-width: min(100%, 10rem)").props("outlined dense")
        ui.label("Read these sentences in a quiet room, close to the microphone:").classes("quiet")
        self._note = ui.label().classes("hindrance")
        self._recorder = Recorder(uploads)
        self._read()

    def _read(self) -> None:
        """Put the sentences for what is chosen into the recorder, where there is one."""
        if not self.engines:
            return
        needs = self.engines[self._engine.value]
        with telling():
            script = recording_script(self.language.value or "en", self._store.value)
            self._note.text = script.note or ""
            self._note.set_visibility(bool(script.note))
            lines = reading(script, Mood(self._mood.value), needs.best_min_s)
            name = self.editing.host.services.providers.name_of(self._engine.value)
            self._recorder.show(lines, script.language, name, needs)

    def _fields(self, name: str) -> Fields:
        """What goes with a file of this name."""
        fields = {"notes": PurePath(name).stem[:MAX_WORDS], "language": self.language.value or ""}
        if who := (self._who.value or "").strip():
            fields |= {"consent_who": who, "consent_statement": self._statement.value or ""}
        return fields

    async def _sent(self, name: str, sample: str) -> None:
        done(f"{name} is added.")
        await self.added(sample)


def _refused(name: str, message: str) -> None:
    ui.notify(f"{name}: {message}", type="negative", timeout=0, close_button="Close")

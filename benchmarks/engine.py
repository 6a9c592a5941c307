"""What the router adds to the bare engine, and what the split decoder takes off the first audio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.lab import Lab
from benchmarks.results import Goal, Pairs, Row
from benchmarks.servers import VOICE
from polyvox.audio.pcm import is_silent
from polyvox.bootstrap import Embedded
from polyvox.config import Settings
from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import TextLimit
from polyvox.domain.speech import SpeechRequest
from polyvox.domain.voice_config import VoiceConfig
from polyvox.hosting.cancel import CancelToken
from polyvox.hosting.engine import EngineJob
from polyvox.providers.piper.cores import Cores, Session
from polyvox.providers.piper.engine import PiperEngine
from polyvox.providers.piper.loaded import LoadedVoice
from polyvox.providers.piper.loading import Loader
from polyvox.providers.piper.provider import MAX_CHARACTERS, PARTS_FOLDER
from polyvox.providers.piper.settings import PiperOptions, usable_cores
from polyvox.providers.piper.spelling import Speller
from polyvox.providers.piper.streaming import WholeVoice
from polyvox.providers.piper.voices import Shelf, bundled_folder
from polyvox.text.clean import speakable
from polyvox.text.segment import split

ROUTER_FIRST, ROUTER_WHOLE = Goal(1.25), Goal(1.05)
SPLIT_FIRST = Goal(0.5)
SETTINGS = {"speed": 1.0, "speaker_id": 0}
LANGUAGE = "en-US"


@dataclass(slots=True)
class Timing:
    """Of one text: ms to the first audible chunk, and seconds of work per second of audio."""

    begun: float = field(default_factory=time.perf_counter)
    first_ms: float | None = None
    audio_ms: float = 0.0
    work_per_s: float = 0.0

    def note(self, chunk: AudioChunk) -> None:
        if self.first_ms is None and not is_silent(chunk.pcm):
            self.first_ms = 1000 * (time.perf_counter() - self.begun)
        self.audio_ms += chunk.duration_ms

    def end(self) -> Timing:
        self.work_per_s = 1000 * (time.perf_counter() - self.begun) / self.audio_ms
        return self


@dataclass(slots=True)
class Figures:
    first_ms: Pairs = field(default_factory=Pairs)
    work_per_s: Pairs = field(default_factory=Pairs)

    def add(self, ours: bool, timing: Timing) -> None:
        assert timing.first_ms is not None
        for pairs, value in (
            (self.first_ms, timing.first_ms),
            (self.work_per_s, 1000 * timing.work_per_s),
        ):
            (pairs.ours if ours else pairs.base).append(value)


def _shelf() -> Shelf:
    folder = bundled_folder()
    assert folder is not None
    shelf = Shelf([folder], VOICE)
    shelf.refresh()
    return shelf


async def measure_router(lab: Lab) -> list[Row]:
    """The same segments, by the engine alone on one thread, and by the whole router."""
    engine = PiperEngine(_shelf(), lab.home / "providers" / "piper" / PARTS_FOLDER, PiperOptions())
    await asyncio.to_thread(engine.load)
    embedded = Embedded(Settings.load(home=lab.home))
    await embedded.start()
    try:
        figures = Figures()
        for warm, order in _with_warm_up(lab.turns(16, 15)):
            text = lab.texts.paragraph(2)
            for ours in order:
                timing = await (
                    _routed(embedded, text) if ours else asyncio.to_thread(_bare, engine, text)
                )
                if warm:
                    figures.add(ours, timing)
    finally:
        await embedded.stop()
    against = "bare PiperEngine"
    return [
        Row.of("router: first audio", "ms", figures.first_ms, against=against, goal=ROUTER_FIRST),
        Row.of(
            "router: whole reply",
            "ms/s audio",
            figures.work_per_s,
            against=against,
            goal=ROUTER_WHOLE,
        ),
    ]


def _with_warm_up(
    turns: Iterator[tuple[bool, bool]],
) -> Iterator[tuple[bool, tuple[bool, bool]]]:
    """The first round, in which memory is still being allocated, does not count."""
    yield False, (True, False)
    for order in turns:
        yield True, order


def _bare(engine: PiperEngine, text: str) -> Timing:
    segments = split(speakable(text, LANGUAGE), LANGUAGE, TextLimit(characters=MAX_CHARACTERS))
    timing, token = Timing(), CancelToken()
    for segment in segments:
        for chunk in engine.synthesize(EngineJob(segment, LANGUAGE, VOICE, SETTINGS), token):
            timing.note(chunk)
    return timing.end()


async def _routed(embedded: Embedded, text: str) -> Timing:
    request = SpeechRequest(
        text=text, voice_config=VoiceConfig(active_provider="piper"), voice=VOICE, cache=False
    )
    timing = Timing()
    async with await embedded.speak.speak(request) as speech:
        async for chunk in speech:
            timing.note(chunk)
    return timing.end()


async def measure_decoder(lab: Lab) -> list[Row]:
    """One voice loaded in parts and whole, on the same threads."""
    return await asyncio.to_thread(_measure_decoder, lab)


def _measure_decoder(lab: Lab) -> list[Row]:
    with _voices(lab) as (split_voice, whole_voice):
        figures = Figures()
        for warm, order in _with_warm_up(lab.turns(16, 15)):
            text = lab.texts.sentence()
            for ours in order:
                timing = _spoken(split_voice if ours else whole_voice, text)
                if warm:
                    figures.add(ours, timing)
    against = "whole sentence"
    note = "the price: each window's context is decoded twice"
    return [
        Row.of(
            "split decoder: first audio", "ms", figures.first_ms, against=against, goal=SPLIT_FIRST
        ),
        Row.of("split decoder: work", "ms/s audio", figures.work_per_s, against=against, note=note),
    ]


@contextmanager
def _voices(lab: Lab) -> Iterator[tuple[LoadedVoice, LoadedVoice]]:
    installed = _shelf().found.voices[VOICE]
    cores = Cores(usable_cores(), PiperOptions().threads)
    in_parts = Loader(lab.home / "providers" / "piper" / PARTS_FOLDER, cores).load(installed)
    assert in_parts.windowed
    session = Session(installed.model, cores, wide=True)
    whole = LoadedVoice(Speller(installed.config), WholeVoice(session), in_parts.gain)
    yield in_parts, whole


def _spoken(voice: LoadedVoice, text: str) -> Timing:
    timing = Timing()
    for ids in voice.sentences(text):
        for chunk in voice.speak(ids, 1.0, 0, CancelToken()):
            timing.note(chunk)
    return timing.end()

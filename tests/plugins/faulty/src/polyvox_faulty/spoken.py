"""Piper with faults in it: real speech up to the fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from polyvox.domain.capabilities import Capabilities
from polyvox.provider import AudioStream, Utterance
from polyvox.providers.piper.provider import PiperProvider
from polyvox.providers.piper.settings import PiperSettings
from polyvox_faulty.faults import Fault, inject


class FaultPiper(PiperProvider):
    """``script`` holds the fault of each coming call; healthy once it is used up."""

    id = "fault_piper"
    script: list[Fault]

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), name="Faulty Piper")

    async def start(self) -> None:
        self.script = []
        await super().start()

    @asynccontextmanager
    async def speak(self, utterance: Utterance[PiperSettings]) -> AsyncIterator[AudioStream]:
        fault = self.script.pop(0) if self.script else Fault.NONE
        async with inject(fault, super().speak(utterance)) as stream:
            yield stream

"""The voices that a service lists: asked live, kept in a file with their age."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from polyvox.domain.capabilities import Availability, Voice
from polyvox.errors import BadOutput, Misconfigured, ProviderError, Unavailable

FORMAT = 1
DAY_S = 86_400.0
RETRY_S = 60.0
MISCONFIGURED_RETRY_S = 600.0
"""A wrong key will not become right by asking often."""
ASK_S = 10.0
"""How long one asking may take; ``open`` waits no longer for the first list."""


class VoiceListCache:
    """Voices of one provider, best first as ``ask`` gives them.

    ``ask`` raises ProviderError. A list that is older than ``max_age_s`` is asked for again in the
    background; one that cannot be renewed stays in use, and ``fault`` says why.
    """

    def __init__(
        self,
        file: Path,
        ask: Callable[[], Awaitable[Sequence[Voice]]],
        *,
        max_age_s: float = DAY_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = file
        self._ask = ask
        self._max_age_s = max_age_s
        self._now = now
        self._keeper: asyncio.Task[None] | None = None
        self.voices: tuple[Voice, ...] = ()
        self.listed_at: float | None = None
        self.fault: ProviderError | None = None

    async def open(self) -> None:
        """Read the file; where there is none, ask. Never raises: see ``fault``."""
        stored = await asyncio.to_thread(_read, self._file)
        if stored is not None:
            self.listed_at, self.voices = stored
        if not self.voices:
            await self.renew()
        self._keeper = asyncio.create_task(self._keep(), name=f"voices of {self._file.parent.name}")

    async def close(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    @property
    def age_s(self) -> float | None:
        """None before the first list; a clock set back makes no list young."""
        return None if self.listed_at is None else abs(self._now() - self.listed_at)

    def availability(self) -> Availability:
        """Of a provider that lacks nothing but, perhaps, its voices."""
        if self.voices:
            return Availability.ready()
        if self.fault is None:
            return Availability.loading("Its voices are being listed.")
        remedy = self.fault.remedy or "It is asked again by itself."
        return Availability.unavailable(self.fault.message, remedy)

    async def renew(self) -> None:
        """Ask now. Never raises: see ``fault``."""
        try:
            async with asyncio.timeout(ASK_S):
                voices = tuple(await self._ask())
            if not voices:
                raise BadOutput("The service lists no voice.")
        except TimeoutError:
            self.fault = Unavailable(f"The voices were not listed within {ASK_S:g} s.")
        except ProviderError as error:
            self.fault = error
        except Exception as error:  # noqa: BLE001 - a list that cannot be read is the service's fault
            self.fault = BadOutput(f"The list of voices cannot be read ({type(error).__name__}).")
        else:
            self.voices, self.listed_at, self.fault = voices, self._now(), None
            await asyncio.to_thread(_write, self._file, self.listed_at, voices)

    async def _keep(self) -> None:
        while True:
            age = self.age_s
            if isinstance(self.fault, Misconfigured):
                await asyncio.sleep(MISCONFIGURED_RETRY_S)
            elif self.fault is not None:
                await asyncio.sleep(RETRY_S)
            elif age is not None and age < self._max_age_s:
                await asyncio.sleep(self._max_age_s - age)
            await self.renew()


def list_file(folder: Path, address: str) -> Path:
    """Where the list of the service at ``address`` is kept: another one's voices are of no use."""
    return folder / f"voices-{hashlib.sha256(address.encode()).hexdigest()[:16]}.json"


def _read(file: Path) -> tuple[float, tuple[Voice, ...]] | None:
    try:
        document: dict[str, Any] = json.loads(file.read_bytes())
        if document["format"] != FORMAT:
            return None
        voices = tuple(_voice(entry) for entry in document["voices"])
        return float(document["listed_at"]), voices
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # as good as none: it is asked for anew


def _voice(entry: dict[str, Any]) -> Voice:
    lists = {name: tuple(entry[name]) for name in ("languages", "styles")}
    return Voice(**{**entry, **lists})


def _write(file: Path, listed_at: float, voices: Sequence[Voice]) -> None:
    document = {
        "format": FORMAT,
        "listed_at": listed_at,
        "voices": [asdict(voice) for voice in voices],
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(document))  # ASCII: whatever the locale, and the names
        draft.replace(file)
    except OSError:
        pass  # it is asked for again at the next start

"""A server with all providers, the clouds emulated, and a listener who knows what must be heard."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polyvox.services.providers import discover
from tests.emulators.faults import Behaviour
from tests.emulators.services import SERVICES
from tests.emulators.speech import spoken
from tests.support.server import RunningServer, serving, settings_for

RATE = 24_000
SEGMENTS = ("The old man looked on from the porch.", "A fox ran by his house and into the wood.")
CLOUDS = tuple(SERVICES)
CHAIN = (*CLOUDS, "piper")
PERSONALITY = "keeper"
PATIENCE = {"first_audio_s": 1.5, "stall_s": 1.0}
ANSWER_S = 60


@dataclass(frozen=True)
class Answer:
    """``pcm`` is s16le mono of RATE; ``report`` is that of the reply."""

    pcm: bytes
    report: dict[str, Any]

    def attempts(self, segment: int) -> list[tuple[str, str, str | None]]:
        """Who was asked for a segment, with what outcome and error."""
        tried = self.report["segments"][segment]["attempts"]
        return [(a["provider"], a["outcome"], a["error"]) for a in tried]


@dataclass(frozen=True)
class Stage:
    server: RunningServer
    behaviours: Mapping[str, Behaviour]

    def cast(self, first: str) -> tuple[str, ...]:
        """Have the personality speak with ``first``, then with all others; healthy and rested."""
        chain = (first, *(name for name in CHAIN if name != first))
        config = {"active_provider": first, "fallback_chain": chain[1:]}
        self.ask("DELETE", f"/v1/personalities/{PERSONALITY}", missing_is_fine=True)
        body = {"id": PERSONALITY, "name": "Keeper", "voice_config": config}
        self.ask("POST", "/v1/personalities", body)
        for found in self.server.application.services.providers.all():
            found.breaker.reset()
        for behaviour in self.behaviours.values():
            behaviour.script.clear()
            behaviour.synthesized.clear()
        return chain

    def hear(self, text: str = " ".join(SEGMENTS)) -> Answer:
        body = {"input": text, "voice": PERSONALITY, "response_format": "pcm"}
        pcm, headers = self._send("POST", "/v1/audio/speech", body)
        return Answer(pcm, self.ask("GET", f"/v1/speech/{headers['x-polyvox-speech-id']}"))

    def charged(self) -> dict[str, int]:
        """Characters in the ledger, by provider, over all tiers."""
        sums: dict[str, int] = {}
        for row in self.ask("GET", "/v1/usage")["data"]:
            sums[row["provider"]] = sums.get(row["provider"], 0) + row["used"]
        return sums

    def usage(self) -> dict[str, tuple[int, int, int, int]]:
        """Requests, failures, segments and characters, by provider."""
        rows = self.ask("GET", "/v1/stats")["data"]
        figures = ("requests", "failures", "segments", "characters")
        return {row["provider"]: tuple(row[f] for f in figures) for row in rows}

    def ask(
        self, method: str, path: str, body: object = None, *, missing_is_fine: bool = False
    ) -> Any:
        try:
            answer, _ = self._send(method, path, body)
        except urllib.error.HTTPError as error:
            with error:
                if missing_is_fine and error.code == 404:
                    return None
                raise AssertionError(error.read().decode()) from None
        return json.loads(answer) if answer else None

    def _send(self, method: str, path: str, body: object) -> tuple[bytes, Mapping[str, str]]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.server.url}{path}",
            data,
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310
            return answer.read(), answer.headers


@contextmanager
def staged(
    home: Path, *, lines: Iterable[str] = (), right_keys: bool = True, **settings: Any
) -> Iterator[Stage]:
    """The services have said SEGMENTS and ``lines`` before, so that none is slow with them.
    ``right_keys=False`` gives every cloud a key that its service does not know."""
    for line in (*SEGMENTS, *lines):
        spoken(line, RATE)
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(service.running()) for name, service in SERVICES.items()
        }
        options = {name: dict(each.options) for name, each in running.items()}
        if not right_keys:
            for name, service in SERVICES.items():
                options[name][service.key] += "-not"
        loaders = {name: load for name, load in discover().items() if name in CHAIN}
        chosen = settings_for(
            home, providers=options, deadline=PATIENCE, cache_max_mb=0, **settings
        )
        server = stack.enter_context(serving(chosen, loaders=loaders))
        yield Stage(server, {name: each.behaviour for name, each in running.items()})

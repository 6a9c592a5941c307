"""Calls, and what is kept of each answer."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.integration.api.client import Answer, Client
from tests.integration.kept.plain import Plain

HEADERS = (
    *("content-type", "content-disposition", "content-range", "accept-ranges", "location"),
    *("etag", "allow", "www-authenticate", "x-should-retry", "x-polyvox-provider"),
    *("x-polyvox-speech-id", "cache-control", "x-content-type-options", "x-frame-options"),
)
ETAG = re.compile(r'"[0-9a-f]{32}"')
"""Of a file, by its time and size; that of a personality is its version, and stays."""
MAGIC = {
    b"RIFF": "WAVE",
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"\xff\xf3": "MP3",
    b"\xff\xf1": "ADTS",
}


class Recorder:
    """``kept`` grows: by name, what was asked and what was answered."""

    def __init__(self, client: Client, plain: Plain) -> None:
        self.client = client
        self._plain = plain
        self.kept: dict[str, Any] = {}

    async def call(
        self, name: str, method: str, path: str, *, shown: object = None, **options: Any
    ) -> Answer:
        """``options`` are aiohttp's; ``shown`` stands for a body that is not JSON."""
        assert name not in self.kept, name
        answer = await self.client.request(method, path, **options)
        asked: dict[str, Any] = {"method": method, "path": path}
        if (body := options.get("json", shown)) is not None:
            asked["body"] = body
        if headers := options.get("headers"):
            asked["headers"] = headers
        self.kept[name] = {"asked": self._plain.value(asked), "answer": self._answer(answer)}
        return answer

    async def get(self, name: str, path: str, **options: Any) -> Answer:
        return await self.call(name, "GET", path, **options)

    async def post(self, name: str, path: str, **options: Any) -> Answer:
        return await self.call(name, "POST", path, **options)

    async def patch(self, name: str, path: str, **options: Any) -> Answer:
        return await self.call(name, "PATCH", path, **options)

    async def delete(self, name: str, path: str, **options: Any) -> Answer:
        return await self.call(name, "DELETE", path, **options)

    def _answer(self, answer: Answer) -> dict[str, Any]:
        headers = {name: answer.headers[name] for name in HEADERS if name in answer.headers}
        if ETAG.fullmatch(headers.get("etag", "")):
            headers["etag"] = "<of the file>"
        return {
            "status": answer.status,
            "headers": self._plain.value(headers),
            "body": self._body(answer, headers.get("content-type", "")),
        }

    def _body(self, answer: Answer, kind: str) -> Any:
        if not answer.body:
            return None
        match kind.partition(";")[0]:
            case "application/json":
                return self._plain.value(answer.json)
            case "text/csv":
                return self._plain.text(answer.body.decode()).split("\r\n")
            case "text/event-stream":
                return [self._event(event) for event in _events(answer.body.decode())]
            case "application/pls+xml":
                return answer.body.decode().splitlines()
            case "text/plain":
                return figures(answer.body.decode())
            case _:
                return audio(answer.body)

    def _event(self, event: dict[str, Any]) -> Any:
        if "audio" in event:
            event = {**event, "audio": "<base64>" if event["audio"] else ""}
        return self._plain.value(event)


def audio(body: bytes) -> str:
    """Its format, where its beginning tells."""
    found = next((name for magic, name in MAGIC.items() if body.startswith(magic)), "samples")
    return f"<audio: {found}>"


def figures(text: str) -> list[str]:
    """Prometheus' text without the values, and without what the process says of itself."""
    told = {line.removeprefix("# TYPE ") for line in text.splitlines() if line.startswith("# TYPE")}
    return sorted(line for line in told if line.startswith("polyvox"))


def _events(text: str) -> list[dict[str, Any]]:
    """Audio comes in as many events as it happens to be made in: several in a row count as one."""
    told: list[dict[str, Any]] = []
    for event in text.split("\n\n"):
        data = [line.removeprefix("data:") for line in event.splitlines() if line[:5] == "data:"]
        if not data:
            continue
        found = json.loads("".join(data))
        if not (told and "audio" in found and "audio" in told[-1]):
            told.append(found)
    return told

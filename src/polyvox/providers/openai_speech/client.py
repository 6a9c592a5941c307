"""The two calls of OpenAI's speech API that speaking needs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Voice
from polyvox.errors import Misconfigured
from polyvox.provider.rest import RestClient
from polyvox.providers.openai_speech.error_map import ERRORS, how_to_set
from polyvox.providers.openai_speech.listing import listed_voices
from polyvox.providers.openai_speech.settings import OpenAISpeechOptions


class OpenAIClient(RestClient):
    """A session to the server that ``options`` name."""

    def __init__(self, options: OpenAISpeechOptions) -> None:
        super().__init__(ERRORS)
        self.address = options.base_url or ""
        self._sample_rate = options.sample_rate
        key = options.api_key
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}

    async def start(self) -> None:
        if not self.address:
            raise Misconfigured("No speech server is named.", remedy=how_to_set("base_url"))
        await super().start()

    async def voices(self) -> Sequence[Voice]:
        """Those that the server lists; ``languages`` is empty where it does not say them."""
        url = f"{self.address}/audio/voices"
        return listed_voices(await self.json("GET", url, headers=self._headers))

    def speech(self, body: dict[str, Any]) -> AsyncGenerator[AudioChunk, None]:
        """What the server makes of ``body``, a ``POST /audio/speech``. Raises what ``pcm`` raises."""
        return self.pcm(
            "POST",
            f"{self.address}/audio/speech",
            sample_rate=self._sample_rate,
            json=body,
            headers=self._headers,
        )

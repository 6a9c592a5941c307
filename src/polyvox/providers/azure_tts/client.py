"""The two calls of Azure Speech's REST API that speaking needs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Voice
from polyvox.errors import Misconfigured, Refused
from polyvox.provider.rest import RestClient
from polyvox.providers.azure_tts.error_map import ERRORS, how_to_set
from polyvox.providers.azure_tts.settings import VARIABLES, AzureOptions
from polyvox.providers.azure_tts.voices import listed_voices

OUTPUT_FORMAT, SAMPLE_RATE = "raw-24khz-16bit-mono-pcm", 24_000
MAX_TEXT_BYTES = 3_000
"""Azure cuts a reply off after 10 minutes, without a word. This much text lasts 5 minutes at 10
bytes a second, which every language has, and 10 at half speed; only long figures last longer."""
MAX_SSML_BYTES = 65_536
"""Azure's limit for a websocket message; REST is taken to have it too. A text within MAX_TEXT_BYTES
is far from it, even if all of it must be escaped."""


class AzureClient(RestClient):
    """A session to the Speech resource that ``options`` name."""

    def __init__(self, options: AzureOptions) -> None:
        super().__init__(ERRORS, request_id="X-RequestId")
        self._key = options.key
        self._headers: dict[str, str] = {}
        self.address = options.base_url or ""

    async def start(self) -> None:
        if self._key is None:
            raise Misconfigured(
                "No key for Azure Speech is set.",
                remedy=f"{how_to_set('key', 'region')} Both are on the resource's page in the Azure"
                " portal.",
            )
        if not self.address:
            raise Misconfigured(
                "The region of the Azure Speech resource is not set.",
                remedy=f"{how_to_set('region')} Instead of a region, {VARIABLES['endpoint']} will do.",
            )
        self._headers = {
            "Ocp-Apim-Subscription-Key": self._key.get_secret_value(),
            "User-Agent": "polyvox",
        }
        await super().start()

    async def voices(self) -> Sequence[Voice]:
        url = f"{self.address}/cognitiveservices/voices/list"
        return listed_voices(await self.json("GET", url, headers=self._headers))

    def speech(self, ssml: str) -> AsyncGenerator[AudioChunk, None]:
        """The document ``ssml`` spoken. Raises what ``pcm`` raises, and Refused for one too long."""
        body = ssml.encode()
        if len(body) > MAX_SSML_BYTES:
            raise Refused(
                f"The text makes {len(body)} bytes of SSML; Azure takes {MAX_SSML_BYTES}.",
                remedy=f"Send it in parts of at most {MAX_TEXT_BYTES} bytes.",
            )
        return self.pcm(
            "POST",
            f"{self.address}/cognitiveservices/v1",
            sample_rate=SAMPLE_RATE,
            data=body,
            headers={
                **self._headers,
                "Content-Type": "application/ssml+xml",
                "X-Microsoft-OutputFormat": OUTPUT_FORMAT,
            },
        )

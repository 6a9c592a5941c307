"""The two calls of IBM Watson's REST API that speaking needs.

https://cloud.ibm.com/apidocs/text-to-speech
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from email.message import Message
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from polyvox.domain.audio import AudioChunk
from polyvox.domain.capabilities import Voice
from polyvox.errors import BadOutput, Misconfigured, Refused
from polyvox.provider.rest import RestClient
from polyvox.providers.ibm_watson.error_map import ERRORS, SET_KEY, Unauthorized
from polyvox.providers.ibm_watson.settings import WatsonOptions
from polyvox.providers.ibm_watson.token import login_for
from polyvox.providers.ibm_watson.voices import listed_voices

if TYPE_CHECKING:
    import aiohttp

SAMPLE_RATE = 24_000
"""Hz; that of the Natural voices."""
MAX_TEXT_BYTES = 5_000
"""Of one text with its markup: IBM's 5 KB, whichever kilobyte is meant."""


class WatsonClient(RestClient):
    """A session to the service that ``options`` name, every call of it with its login."""

    def __init__(self, options: WatsonOptions) -> None:
        super().__init__(ERRORS, request_id="X-Global-Transaction-Id")
        self.address = options.url
        self._key = options.api_key or SecretStr("")
        self._login = login_for(options.auth, options.iam_url, self._key)

    async def start(self) -> None:
        if not self._key:
            raise Misconfigured("IBM Watson has no API key.", remedy=SET_KEY)
        await super().start()
        await self._login.start()

    async def stop(self) -> None:
        await self._login.stop()
        await super().stop()

    async def voices(self) -> Sequence[Voice]:
        return listed_voices(await self.json("GET", f"{self.address}/v1/voices"))

    def speech(
        self, ssml: str, voice: str, percentages: Mapping[str, int]
    ) -> AsyncGenerator[AudioChunk, None]:
        """``ssml`` spoken; ``percentages`` are parameters of the call, such as rate_percentage.

        Raises what ``pcm`` raises, and Refused for a text that is too long.
        """
        if len(ssml.encode()) > MAX_TEXT_BYTES:
            raise Refused(
                f"The text is too long for IBM Watson: it takes {MAX_TEXT_BYTES} bytes of UTF-8,"
                " in which '&', '<' and '>' are 4 or 5.",
                remedy="Speak it in shorter segments.",
            )
        return self.pcm(
            "POST",
            f"{self.address}/v1/synthesize",
            sample_rate=SAMPLE_RATE,
            params={"voice": voice, **percentages},
            # As UTF-8: JSON's own escapes might count as bytes of the text.
            data=json.dumps({"text": ssml}, ensure_ascii=False).encode(),
            headers={
                "Content-Type": "application/json",
                "Accept": f"audio/l16;rate={SAMPLE_RATE}",
            },
        )

    @asynccontextmanager
    async def send(
        self, method: str, url: str, **content: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """As ``RestClient.send``, and once more when a token ran out before its time."""
        async with AsyncExitStack() as stack:
            authorization = await self._login.authorization()
            try:
                response = await self._sent(stack, authorization, method, url, content)
            except Unauthorized:
                if not self._login.refused(authorization):
                    raise
                authorization = await self._login.authorization()
                response = await self._sent(stack, authorization, method, url, content)
            self._login.accepted(authorization)
            _check_parameters(response, content.get("params", {}))
            _check_samples(response)
            yield response

    async def _sent(
        self,
        stack: AsyncExitStack,
        authorization: str,
        method: str,
        url: str,
        content: Mapping[str, Any],
    ) -> aiohttp.ClientResponse:
        headers = {**content.get("headers", {}), "Authorization": authorization}
        sending = super().send(method, url, **{**content, "headers": headers})
        return await stack.enter_async_context(sending)


def _check_parameters(response: aiohttp.ClientResponse, sent: Mapping[str, Any]) -> None:
    """Raises Refused when a warning says that a parameter was ignored: nothing asked for may be."""
    warnings = response.headers.get("Warnings", "")
    ignored = [name for name in sent if name != "voice" and name in warnings]
    if ignored:
        raise Refused(
            f"IBM Watson does not take {' and '.join(ignored)} for this voice.",
            remedy="Leave the setting out, or choose another voice.",
        )


def _check_samples(response: aiohttp.ClientResponse) -> None:
    """Raises BadOutput when the samples are not those that were asked for: they would be noise."""
    kind = Message()
    kind["Content-Type"] = response.headers.get("Content-Type", "")
    wanted = {"rate": str(SAMPLE_RATE), "endianness": "little-endian", "channels": "1"}
    for name, value in wanted.items():
        got = kind.get_param(name, value)
        if got != value:
            raise BadOutput(f"IBM Watson sent audio of {name} {str(got)[:20]}, not {value}.")

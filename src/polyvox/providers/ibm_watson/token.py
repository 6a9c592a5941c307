"""How calls show that they may: with the API key itself, or with a token that IAM gives for it."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import BaseModel, Field, SecretStr, ValidationError

from polyvox.errors import BadOutput, ProviderError
from polyvox.provider.rest import RestClient
from polyvox.providers.ibm_watson.error_map import IAM_ERRORS

GRANT_TYPE = "urn:ibm:params:oauth:grant-type:apikey"
RENEW_AT = 0.8
"""Share of a token's life after which another one is asked for."""


class Login(Protocol):
    """What goes into the header ``Authorization``."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """May be called twice, and without a start."""

    async def authorization(self) -> str:
        """The header's value. Raises ProviderError."""

    def accepted(self, authorization: str) -> None:
        """A call with ``authorization`` was let in."""

    def refused(self, authorization: str) -> bool:
        """A call with ``authorization`` was not; whether another one might be."""


class KeyLogin(Login):
    """HTTP Basic, with the key as the password."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    async def start(self) -> None:
        """There is nothing to start."""

    async def stop(self) -> None:
        """There is nothing to stop."""

    async def authorization(self) -> str:
        return f"Basic {b64encode(f'apikey:{self._key.get_secret_value()}'.encode()).decode()}"

    def accepted(self, authorization: str) -> None:
        """The key stays the same."""

    def refused(self, authorization: str) -> bool:
        return False


def login_for(auth: Literal["iam", "basic"], iam_url: str, key: SecretStr) -> Login:
    """How ``key`` is shown: itself (``basic``), or a token that IAM gives for it."""
    return KeyLogin(key) if auth == "basic" else TokenLogin(iam_url, key)


@dataclass(frozen=True, slots=True)
class _Token:
    authorization: str = field(repr=False)
    renew_at: float
    expires_at: float


class _Granted(BaseModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: float = Field(gt=0, description="Seconds.")


class TokenLogin(Login):
    """Tokens of IAM, one at a time for all callers, renewed before they run out.

    ``now`` is in seconds and never goes back: the life of a token is counted from when it was asked
    for, whatever the wall clock says.
    """

    def __init__(
        self, iam_url: str, key: SecretStr, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = f"{iam_url}/identity/token"
        self._key = key
        self._now = now
        self._client = RestClient(IAM_ERRORS, request_id="Transaction-Id")
        self._exchange = asyncio.Lock()
        self._token: _Token | None = None
        self._accepted: str | None = None

    async def start(self) -> None:
        await self._client.start()

    async def stop(self) -> None:
        await self._client.stop()

    async def authorization(self) -> str:
        """Raises what the exchange raises, once there is no token left that has not run out."""
        token, renewing = self._token, self._exchange.locked()
        if token and self._now() < (token.expires_at if renewing else token.renew_at):
            return token.authorization
        # A caller who is cancelled lets go of the lock, and the next one asks instead.
        async with self._exchange:
            token = self._token
            if token is None or self._now() >= token.renew_at:
                token = self._token = await self._renewed(token)
            return token.authorization

    async def _renewed(self, old: _Token | None) -> _Token:
        try:
            return await self._ask()
        except ProviderError:
            if old is None or self._now() >= old.expires_at:
                raise
            return old

    async def _ask(self) -> _Token:
        asked = self._now()
        form = {"grant_type": GRANT_TYPE, "apikey": self._key.get_secret_value()}
        reply = await self._client.json("POST", self._url, data=form)
        try:
            granted = _Granted.model_validate(reply)
        except ValidationError:
            # Without its cause, which quotes the reply.
            raise BadOutput("IBM Cloud's IAM answered with something that is no token.") from None
        return _Token(
            f"Bearer {granted.access_token.get_secret_value()}",
            renew_at=asked + RENEW_AT * granted.expires_in,
            expires_at=asked + granted.expires_in,
        )

    def accepted(self, authorization: str) -> None:
        self._accepted = authorization

    def refused(self, authorization: str) -> bool:
        """Drops a token that was good once; one that never was would be given out again."""
        current = self._token
        if current and current.authorization == authorization:
            if self._accepted != authorization:
                return False
            self._token = None
        return True

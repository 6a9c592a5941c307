"""Names to addresses, each looked at before anybody connects to it. Loads aiohttp."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from polyvox.errors import BadSample
from polyvox.fetching.addresses import Address


class CheckedResolver(AbstractResolver):
    """What it gives is connected to as it is: a name that means another address the next time it is
    asked for (DNS rebinding) gains nothing."""

    def __init__(self, resolver: AbstractResolver, permitted: Callable[[Address], bool]) -> None:
        self._resolver = resolver
        self._permitted = permitted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises BadSample when any of the name's addresses is not permitted: one that has both
        kinds is not what it is said to be."""
        found = await self._resolver.resolve(host, port, family)
        if not all(self._permitted(ip_address(each["host"])) for each in found):
            raise BadSample(
                "The host of the address is not on the public internet.",
                param="url",
                remedy="Upload the file instead.",
            )
        return found

    async def close(self) -> None:
        await self._resolver.close()

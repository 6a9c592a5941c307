"""Who is logged in, where the server asks for an API key: a signed cookie that holds no secret."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie

from itsdangerous import BadSignature, URLSafeTimedSerializer

from polyvox.services.keys import KeyService

COOKIE = "polyvox_session"
LASTS_S = 12 * 60 * 60
"""How long a login holds, in seconds. A restart of the server ends all of them."""


class Sessions:
    """The cookie names the key it was opened with: revoking that ends it."""

    def __init__(self, keys: KeyService) -> None:
        self._keys = keys
        self._signer = URLSafeTimedSerializer(secrets.token_hex(32), salt="console")

    async def open(self, secret: str) -> str:
        """The cookie's value for who holds the key ``secret``. Raises NotAllowed."""
        key = await self._keys.check(secret.strip())
        return self._signer.dumps(key.id)

    async def admits(self, cookies: str) -> bool:
        """Whether the Cookie header ``cookies`` holds a session that is still good."""
        try:
            crumb = SimpleCookie(cookies).get(COOKIE)
            key_id = self._signer.loads(crumb.value, max_age=LASTS_S) if crumb else None
        except (BadSignature, CookieError):
            return False
        return isinstance(key_id, str) and await self._keys.is_live(key_id)

"""Who may show Polyvox's pages in a frame: nobody, but for the form that is made for it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EMBEDDED = "/embed/"
NOBODY = "'none'"


class FrameGuard:
    """Says it to browsers with every answer; ``origins`` may frame what lies under EMBEDDED.

    Who can frame a page can have people click on what they do not see.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self._allowed = " ".join(origins)
        """As Content-Security-Policy lists them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed = self._allowed if scope["path"].startswith(EMBEDDED) else ""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Beside a policy that the page has of its own: browsers keep to all of them.
                headers.append("content-security-policy", f"frame-ancestors {allowed or NOBODY}")
                if not allowed:
                    headers["x-frame-options"] = "DENY"
            await send(message)

        await self.app(scope, receive, guarded)

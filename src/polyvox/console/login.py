"""Logging in with an API key, where the server asks for one. Plain HTML: it works without scripts."""

from __future__ import annotations

from html import escape

from fastapi import FastAPI, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from polyvox.console.sessions import COOKIE, LASTS_S, Sessions
from polyvox.errors import NotAllowed

PATH, OUT = "/login", "/logout"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
}
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}
input,button{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;margin:.4rem 0}
.fault{border-left:.3rem solid #c10015;padding-left:.6rem}
"""


def add_routes(app: FastAPI, sessions: Sessions) -> None:
    @app.get(PATH, include_in_schema=False)
    async def form() -> HTMLResponse:
        return _page()

    @app.post(PATH, include_in_schema=False)
    async def log_in(request: Request, key: str = Form("")) -> Response:
        try:
            cookie = await sessions.open(key)
        except NotAllowed as error:
            return _page(error.message)
        reply = RedirectResponse("/", status_code=303)
        secure = request.url.scheme == "https"
        reply.set_cookie(
            COOKIE, cookie, max_age=LASTS_S, httponly=True, samesite="strict", secure=secure
        )
        return reply

    @app.post(OUT, include_in_schema=False)
    async def log_out() -> Response:
        reply = RedirectResponse(PATH, status_code=303)
        reply.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return reply


def _page(fault: str = "") -> HTMLResponse:
    told = f"<p class=fault role=alert>{escape(fault)}" if fault else ""
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Log in – Polyvox</title>"
        f"<meta name=viewport content='width=device-width'><style>{_STYLE}</style>"
        f"<main><h1>Polyvox</h1>{told}<form method=post action={PATH}>"
        "<label for=key>API key</label><input id=key name=key type=password required autofocus "
        "autocomplete=current-password placeholder='pvx_…'><button>Log in</button></form>"
        "<p>A key is made with <code>polyvox keys create NAME</code>.</main>",
        status_code=401 if fault else 200,
        headers=HEADERS,
    )

"""Who may ask: only this machine, under its own names, and nothing that another site's page sends along.

A page elsewhere may point a name of its own at 127.0.0.1 (DNS rebinding) or open a socket to it; the Host and Origin
headers give both away. Answers say to browsers that nothing from elsewhere may be loaded, nor this page framed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sim.app.limits import MOST_BYTES, MOST_LINK

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_NAMES = ("127.0.0.1", "localhost")
#: Pages that a link elsewhere may lead to.
_PAGES = ("/", "/nl", "/en")
_HEADERS = {
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        b"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; object-src 'none'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
}


class Gate:
    """ASGI middleware in front of everything."""

    def __init__(self, app: App, *, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in _NAMES} | ({*_NAMES} if port == 80 else set())
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, with a bound on its size; refuse the rest in one sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self.refused(scope, headers)
        if refused is not None:
            await _answer(scope, receive, send, *refused)
            return
        await self._app(scope, _bounded(receive), _with_headers(send))

    def refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Status and reason, None for what may pass."""
        origin, method = headers.get("origin"), scope.get("method", "GET")
        if headers.get("host", "") not in self._hosts:
            return 421, "This program answers only as 127.0.0.1 or localhost."
        if origin is not None and origin not in self._origins:
            return 403, "This request comes from another site."
        if origin is None and (scope["type"] == "websocket" or method not in ("GET", "HEAD")):
            return 403, "This request does not say where it comes from."
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not _to_page(scope, headers):
            return 403, "This request comes from another site."
        if method not in ("GET", "HEAD", "POST"):
            return 405, "Only GET and POST are understood."
        if len(scope.get("query_string", b"")) > 2 * MOST_LINK:
            return 414, "This link is too long."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return 413, f"More than {MOST_BYTES // 1000} kB are not taken."
        return None


def _to_page(scope: Scope, headers: dict[str, str]) -> bool:
    return scope["type"] == "http" and scope["path"] in _PAGES and headers.get("sec-fetch-mode") == "navigate"


async def _answer(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    kind = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": reason.encode() + b"\n"})


def _bounded(receive: Receive) -> Receive:
    """A body that says nothing of its length ends at the limit."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > MOST_BYTES else message

    return bounded


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS.items()]
        await send(message)

    return sent

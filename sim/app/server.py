"""The server behind the page: routes, the gate before them, and an end that leaves nothing running."""

from __future__ import annotations

import asyncio
import logging
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Literal

from nicegui import Client, app, ui
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sim.app import downloads
from sim.app.controls import Refused
from sim.app.gate import Gate
from sim.app.house import House
from sim.app.limits import MOST_PAGES
from sim.app.link import Asked, asked
from sim.app.page import Page
from sim.app.shelf import Shelf
from sim.app.words import trouble
from sim.errors import ScenarioError
from sim.language import CODES, Language, language
from sim.language.mistakes import told_error

_QUASAR: dict[str, Literal["en-US", "nl"]] = {"en": "en-US", "nl": "nl"}


def serve(*, folder: Path, port: int, show: bool) -> None:
    """Serve the page on 127.0.0.1 until the program is told to end."""
    house = House(folder, Shelf(folder))
    app.add_middleware(Gate, port=port)
    app.add_static_files("/static", str(files("sim.app").joinpath("static")))
    app.on_shutdown(house.close)
    logging.getLogger("uvicorn.error").addFilter(_not_cut_off)
    app.get("/")(_home)
    for code in CODES:
        _routes(house, language(code))
    ui.run(
        host="127.0.0.1",
        port=port,
        show=show,
        reload=False,
        favicon=_ICON,
        tailwind=False,
        reconnect_timeout=5.0,
        show_welcome_message=False,
        ws_max_size=200_000,
        timeout_graceful_shutdown=2,
    )


def _routes(house: House, say: Language) -> None:
    """Everything that is there in one language."""

    @ui.page(f"/{say.code}", title=say("app.title"), language=_QUASAR[say.code])
    def window(client: Client, request: Request) -> Response | None:
        return _window(house, say, client, request)

    @app.post(f"/upload/{say.code}")
    async def upload(request: Request) -> Response:
        return await _upload(house, say, request)

    @app.get(f"/{say.code}/{{name}}")
    async def download(name: str, request: Request) -> Response:
        make = downloads.FILES.get(name)
        return await _download(house, say, make, request) if make else refusal(say, name[:60], status=404)


_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0072b2"/>'
    '<path d="M8 22v-5M14 22V9M20 22v-9M26 22v-3" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/></svg>'
)


def _not_cut_off(record: logging.LogRecord) -> bool:
    """Whether a log entry is none of a request that was still being answered when the program was told to end."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


async def _home(request: Request) -> Response:
    wished = request.headers.get("accept-language", "")[:2].lower()
    code = wished if wished in CODES else CODES[0]
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{code}{query}", status_code=307)


def _window(house: House, say: Language, client: Client, request: Request) -> Response | None:
    if house.full:
        return refusal(say, say("app.refused_pages", most=MOST_PAGES), status=503)
    try:
        wanted = asked(house.shelf, request.query_params)
    except (Refused, ScenarioError) as error:
        return refusal(say, told(error, say))
    ui.add_head_html('<link rel="stylesheet" href="/static/page.css"><script src="/static/page.js" defer></script>')
    house.expect(client.id, client.delete)
    client.on_delete(lambda: house.left(client.id))
    Page(wanted, say, house, client.id).build(client)
    return None


async def _upload(house: House, say: Language, request: Request) -> Response:
    async with request.form(max_files=1, max_fields=2) as sent:
        file = sent.get("file")
        if file is None or isinstance(file, str) or not file.filename:
            return refusal(say, say("app.refused_upload"))
        content = await file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return refusal(say, say("app.refused_text"))
    try:
        entry = await asyncio.to_thread(house.shelf.upload, text)
    except (ScenarioError, Refused) as error:
        return refusal(say, told(error, say))
    return RedirectResponse(Asked(entry, {}).link(say.code), status_code=303)


async def _download(house: House, say: Language, make: downloads.Make, request: Request) -> Response:
    try:
        wanted = asked(house.shelf, request.query_params)
        found = await asyncio.to_thread(make, wanted, say)
    except (ScenarioError, Refused) as error:
        return refusal(say, trouble(error, say))
    how = "inline" if found.inline else "attachment"
    return Response(
        found.content,
        media_type=found.kind,
        headers={"content-disposition": f'{how}; filename="{found.name}"', "cache-control": "no-store"},
    )


def told(error: Exception, say: Language) -> str:
    """What is wrong with a file, with its places, or with what was asked."""
    return told_error(error, say) if isinstance(error, ScenarioError) else trouble(error, say)


def refusal(say: Language, why: str, *, status: int = 400) -> Response:
    """A page that says why something does not work, and where to go on."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in why.splitlines()[:20])
    return HTMLResponse(
        f'<!doctype html><html lang="{say.code}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(say("app.refused_title"))}'
        f'</title><link rel="stylesheet" href="/static/page.css"></head><body><main class="refusal">'
        f"<h1>{escape(say('app.refused_title'))}</h1>{lines}"
        f'<p><a href="/{say.code}">{escape(say("app.refused_back"))}</a></p></main></body></html>',
        status_code=status,
    )

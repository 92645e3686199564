"""What a page is about: the scenario that is shown, others that may be chosen, and a file of one's own."""

from __future__ import annotations

from html import escape

from sim.app.parts import disclosure, raw
from sim.app.shelf import Entry, Shelf
from sim.language import Language
from sim.scenario.types import Words


def chooser(here: Entry, shelf: Shelf, say: Language) -> None:
    """Forms that work by address, since another scenario is another page."""
    titles = shelf.titles(say.code) | ({here.name: here.title(say.code)} if here.uploaded else {})
    inner = "".join(
        f'<option value="{escape(name)}"{" selected" if name == here.name else ""}>{escape(title)}</option>'
        for name, title in titles.items()
    )
    raw(
        f'<form class="choose" method="get" action="/{say.code}"><h2><label for="scenario">'
        f"{escape(say('app.scenario'))}</label></h2>"
        f'<div class="pair"><select id="scenario" name="scenario">{inner}</select>'
        f'<button class="quiet">{escape(say("app.open"))}</button></div></form>'
    )
    about = escape(Words.parse(here.scenario.about).told(say.code) or here.title(say.code))
    with disclosure(say("app.about"), id_="about"):
        raw(
            f"<p>{about}</p>"
            f'<form class="upload" method="post" action="/upload/{say.code}" enctype="multipart/form-data">'
            f'<label for="file">{escape(say("app.upload"))}</label>'
            f'<div class="pair"><input type="file" id="file" name="file" accept=".yaml,.yml" required>'
            f'<button class="quiet">{escape(say("app.upload_button"))}</button></div>'
            f'<p class="hint">{escape(say("app.upload_note"))}</p></form>'
        )

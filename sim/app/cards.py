"""The three numbers at the top as cards, and in one line for where these are out of sight."""

from __future__ import annotations

from html import escape

from sim.app.looks import Look
from sim.app.words import about, ends, figures
from sim.language import Language


def cards(look: Look, say: Language) -> str:
    """The three numbers at the top."""
    found = []
    for figure in figures(look, say):
        today = say("app.card_today", value=about(figure.today, say) + figure.unit) if look.plans.differ else ""
        kind = "" if figure.change is None or not figure.clear else " better" if figure.change.value < 0 else " worse"
        change = figure.change_words(say)
        found.append(
            f'<div class="card{kind}"><h3>{escape(figure.name)}</h3>'
            f'<p class="big">{escape(about(figure.now, say) + figure.unit)}</p>'
            f'<p class="interval">{escape(say("app.card_interval", interval=ends(figure.now, say) + figure.unit))}</p>'
            + (f'<p class="change">{escape(change)}</p><p class="today">{escape(today)}</p>' if change else "")
            + "</div>"
        )
    return "".join(found)


def glance(look: Look, say: Language) -> str:
    """The same numbers in one line, with the way to the answer; what is read aloud is the answer itself."""
    found = (
        f"<span>{escape(figure.name)} <b>{escape(about(figure.now, say) + figure.unit)}</b>"
        + (f" <small>{escape(figure.change_words(say))}</small>" if figure.change is not None else "")
        + "</span>"
        for figure in figures(look, say)
    )
    return "".join(found) + f'<a href="#answer" tabindex="-1">{escape(say("app.to_answer"))}</a>'

"""Where the next line helps most, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sim.language import ENGLISH, Language
from sim.language.said import Shown
from sim.language.shown import more_or_fewer
from sim.studies.answers import Answer
from sim.studies.matters import Matters
from sim.studies.matters_words import rows, sentences
from sim.studies.next_line import NextLine, Saved
from sim.studies.outside_hours import left_out
from sim.studies.trial import On

#: How a group for any province is called in ``sim.studies.places``.
_ANYWHERE = "anywhere"


def answer_of(found: NextLine) -> Answer:
    """What is kept and told."""
    return Answer(
        study="next-line",
        scenario=found.scenario,
        asked={
            "ranked_by": found.ranked_by,
            "places": [saved.place.key for saved in (*found.all_day, *found.parts)],
            "assumptions": found.matters.where.number if found.matters else 0,
        },
        on=_played(found),
        measures=["never_reached", "abandoned", "blocked", "sent_away", "asa", "staffed"],
        sentences=lambda say: list(_sentences(found, say)),
        tables={
            "next-line": [row_of(saved) for saved in (*found.all_day, *found.parts)],
            "assumptions": rows(*_in_words(found, found.matters)) if found.matters else [],
        },
    )


def _played(found: NextLine) -> list[On]:
    on = [On("next.ranked_on", found.trial.worlds), On("next.confirmed_on", found.confirmed.worlds)]
    return [*on, On("next.assumptions_on", found.matters.where)] if found.matters and found.matters.found else on


def matters_of(found: NextLine, say: Language = ENGLISH) -> Matters | None:
    """What matters most to the first place, with the places in words."""
    return found.matters and _named(
        found, found.matters, lambda saved, say: say("next.line", place=at(saved, say)), say
    )


def _in_words(found: NextLine, matters: Matters) -> tuple[Matters, Callable[[Language], Matters]]:
    """What matters with places as programs have them, and as readers of a language do."""
    return _named(found, matters, where), lambda say: _named(found, matters, where, say)


def _named(
    found: NextLine, matters: Matters, name: Callable[[Saved, Language], str], say: Language = ENGLISH
) -> Matters:
    return matters.named(say("next.today"), *(name(saved, say) for saved in found.all_day[:2]))


def where(saved: Saved, say: Language = ENGLISH) -> str:
    """The place in words."""
    place = saved.place
    who = say("next.any", channel=say.name(place.channel)) if _anywhere(saved) else say.name(place.group)
    return f"{who}, {say.hours(place.hours)}" if place.hours else who


def _group(saved: Saved, say: Language) -> str:
    """The group of a place in words."""
    return say("next.anywhere") if _anywhere(saved) else say.name(saved.place.group)


def _anywhere(saved: Saved) -> bool:
    return saved.place.group.startswith(_ANYWHERE)


def at(saved: Saved, say: Language = ENGLISH) -> str:
    """The place behind a verb: ``for any province (phone)``, ``at antwerpen``."""
    return say("next.for_any" if _anywhere(saved) else "next.at_group", place=where(saved, say))


def row_of(saved: Saved) -> dict[str, Any]:
    """A row of the table: changes per period, paired with today."""
    return {
        "place": Shown.of(where(saved), partial(where, saved)),
        "group": Shown.of(saved.place.group, partial(_group, saved)),
        "hours": saved.place.hours or "all",
        "line_hours": saved.line_hours,
        "never_reached": saved.never_reached,
        "abandoned": saved.abandoned,
        "blocked": saved.blocked,
        "sent_away": saved.sent_away,
        "asa_s": saved.asa_s,
        "probability_best": saved.best,
    }


def sure(probability: float, say: Language = ENGLISH) -> str:
    """A probability in words that promise no more than 2,000 draws can."""
    return say("next.over") if probability > 0.99 else f"{100 * probability:.0f} %"


def _sentences(found: NextLine, say: Language) -> Iterator[str]:
    first, counted = found.first, found.ranked_by
    yield say("next.helps", place=at(first, say), change=more_or_fewer(found.confirmed_saving, counted, say))
    second = found.all_day[1] if len(found.all_day) > 1 else None
    surely = sure(first.best, say)
    if second is None:
        yield say("next.surely", sure=surely)
    else:
        change = more_or_fewer(second.by(counted), counted, say)
        yield say("next.surely_next", sure=surely, second=where(second, say), change=change)
    fixed = [saved for saved in found.all_day if not _anywhere(saved)]
    if fixed and fixed[0] is not first and fixed[0] is not second:
        yield say("next.fixed", place=where(fixed[0], say))
    best = found.by_hour[0]
    per = best.per_100_hours(counted)
    if best is not first and per.high < 0:
        other = say.number(abs(first.per_100_hours(counted).value), 1)
        change = more_or_fewer(per, counted, say)
        yield say("next.by_hour", best=at(best, say), change=change, other=other, first=at(first, say))
    yield from left_out([found.scenario], say)
    if matters := matters_of(found, say):
        yield from sentences(matters, say)

"""Where the next line helps most, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.language import ENGLISH, Language
from sim.language.shown import more_or_fewer
from sim.studies.answers import Answer
from sim.studies.matters import Assumption
from sim.studies.next_line import NextLine, Saved
from sim.studies.trial import On, Which
from sim.studies.unknowns import short, told

_MOST_ASSUMPTIONS = 3
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
            "assumptions": found.assumption_worlds if found.assumptions else 0,
        },
        on=_played(found),
        measures=["never_reached", "abandoned", "blocked", "mean_wait", "staffed"],
        sentences=lambda say: list(_sentences(found, say)),
        tables={
            "next-line": [row_of(saved) for saved in (*found.all_day, *found.parts)],
            "assumptions": [_assumed(one) for one in found.assumptions],
        },
    )


def _played(found: NextLine) -> list[On]:
    on = [On("next.ranked_on", found.trial.worlds), On("next.confirmed_on", found.confirmed.worlds)]
    if not found.assumptions:
        return on
    confirmed = found.confirmed.worlds
    tried = Which(found.assumption_worlds, confirmed.first + confirmed.number, confirmed.seed)
    return [*on, On("next.assumptions_on", tried)]


def where(saved: Saved, say: Language = ENGLISH) -> str:
    """The place in words."""
    place = saved.place
    who = say("next.any", channel=say.name(place.channel)) if _anywhere(saved) else say.name(place.group)
    return f"{who}, {say.hours(place.hours)}" if place.hours else who


def _anywhere(saved: Saved) -> bool:
    return saved.place.group.startswith(_ANYWHERE)


def at(saved: Saved, say: Language = ENGLISH) -> str:
    """The place behind a verb: ``for any province (phone)``, ``at antwerpen``."""
    return say("next.for_any" if _anywhere(saved) else "next.at_group", place=where(saved, say))


def row_of(saved: Saved) -> dict[str, Any]:
    """A row of the table: changes per period, paired with today."""
    return {
        "place": where(saved),
        "group": saved.place.group,
        "hours": saved.place.hours or "all",
        "line_hours": saved.line_hours,
        "never_reached": saved.never_reached,
        "abandoned": saved.abandoned,
        "blocked": saved.blocked,
        "mean_wait_s": saved.waiting_s,
        "probability_best": saved.best,
    }


def _assumed(one: Assumption) -> dict[str, Any]:
    return {
        "value_of": one.of.name,
        "stated": short(one.of.value),
        "set_to": short(one.end),
        "first_saves": one.saves,
        "second_saves_more": one.second_better,
        "second_is_clearly_better": one.overturns,
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
    if found.assumptions:
        yield _assumptions(found, say)
    elif found.none_stated:
        yield say("next.none_stated")


def _assumptions(found: NextLine, say: Language) -> str:
    saves = [one.saves.value for one in found.assumptions]
    low, high = (say.number(end) for end in sorted((abs(min(saves)), abs(max(saves)))))
    names = dict.fromkeys(one.of for one in found.assumptions)
    most = ", ".join(one.words(say) for one in list(names)[:_MOST_ASSUMPTIONS])
    tried = sum(one.second_better is not None for one in found.assumptions)
    over = [f"{one.of.words(say)} {told(one.end, say)}" for one in found.assumptions if one.overturns]
    if over:
        return say("next.overturned", low=low, high=high, most=most, named=", ".join(over))
    if not tried:
        return say("next.alone", low=low, high=high, most=most)
    return say("next.depends", low=low, high=high, most=most, tried=tried)

"""Where the next line helps most, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.estimates import Estimate
from sim.studies.answers import Answer, untranslated
from sim.studies.matters import Assumption
from sim.studies.next_line import NextLine, Saved
from sim.studies.unknowns import short

#: What is counted, in words.
OF = {
    "never_reached": "people never reached",
    "abandoned": "calls abandoned",
    "blocked": "busy tones",
}
_MOST_ASSUMPTIONS = 3


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
        worlds=untranslated(
            [
                f"ranked on {found.trial.worlds}",
                f"confirmed on {found.confirmed.worlds}",
                *([f"assumptions on {found.assumption_worlds} others"] if found.assumptions else []),
            ]
        ),
        measures=["never_reached", "abandoned", "blocked", "mean_wait", "staffed"],
        sentences=untranslated([f"{sentence}." for sentence in _sentences(found)]),
        tables={
            "next-line": [row_of(saved) for saved in (*found.all_day, *found.parts)],
            "assumptions": [_assumed(one) for one in found.assumptions],
        },
    )


def where(saved: Saved) -> str:
    """The place in words."""
    place = saved.place
    who = f"any province ({place.channel})" if place.group.startswith("anywhere") else place.group
    return f"{who}, {place.hours}" if place.hours else who


def at(saved: Saved) -> str:
    """The place behind a verb: ``for any province (phone)``, ``at antwerpen``."""
    return f"{'for' if saved.place.group.startswith('anywhere') else 'at'} {where(saved)}"


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


def fewer(change: Estimate, what: str) -> str:
    """A paired change in words: ``34.6 (±1.0) fewer people never reached``."""
    if change.low <= 0 <= change.high:
        return f"no clear change in {what} ({change.value:+.1f} ±{change.half:.1f})"
    return f"{abs(change.value):,.1f} (±{change.half:.1f}) {'fewer' if change.value < 0 else 'more'} {what}"


def sure(probability: float) -> str:
    """A probability in words that promise no more than 2,000 draws can."""
    return "over 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def _sentences(found: NextLine) -> Iterator[str]:
    first, what = found.first, OF[found.ranked_by]
    saving = found.confirmed_saving
    yield f"One more line helps most {at(first)}: {fewer(saving, what)} per period, on worlds not used to choose"
    second = found.all_day[1] if len(found.all_day) > 1 else None
    surely = f"the probability that no other place saves more is {sure(first.best)}"
    yield f"{surely[0].upper()}{surely[1:]}" + (
        f"; next is {where(second)} with {fewer(second.by(found.ranked_by), what)}" if second else ""
    )
    fixed = [saved for saved in found.all_day if not saved.place.group.startswith("anywhere")]
    if fixed and fixed[0] is not first and fixed[0] is not second:
        yield f"Of the present groups {where(fixed[0])} gains most"
    best = found.by_hour[0]
    per = best.per_100_hours(found.ranked_by)
    if best is not first and per.high < 0:
        yield (
            f"By the hour it is worth most {at(best)}: {fewer(per, what)} per 100 hours of the line, "
            f"against {abs(first.per_100_hours(found.ranked_by).value):,.1f} {at(first)}"
        )
    if found.assumptions:
        yield _assumptions(found)


def _assumptions(found: NextLine) -> str:
    saves = [one.saves.value for one in found.assumptions]
    low, high = sorted((abs(min(saves)), abs(max(saves))))
    names = dict.fromkeys(one.of.name for one in found.assumptions)
    most = ", ".join(list(names)[:_MOST_ASSUMPTIONS])
    text = f"With each stated value at the ends of its range the first place saves {low:,.0f} to {high:,.0f}"
    over = [f"{one.of.name} {short(one.end)}" for one in found.assumptions if one.overturns]
    if over:
        return f"{text} (most depends on {most}); the second place is then better with {', '.join(over)}"
    tried = sum(one.second_better is not None for one in found.assumptions)
    return (
        f"{text} (most depends on {most}); in none of the {tried} that matter most is the second place clearly better"
    )

"""Contacts by day and by hour as stacked bars, with the people who were never reached beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from sim.answers.colours import OUTCOMES
from sim.answers.svg import drawing, fill_of, hint, tag, text, ticks
from sim.language import Language
from sim.language.shown import plain
from sim.results.result import Result
from sim.statistics.estimates import Estimate

_WIDTH, _LEFT, _RIGHT, _TOP = 960.0, 48.0, 8.0, 16.0
_BELOW = 40.0


@dataclass(frozen=True)
class Bar:
    """A bar: its labels, the parts it is made of, and what is marked beside it, with its interval."""

    label: str
    below: str
    named: str
    parts: dict[str, Estimate]
    mark: Estimate | None


def by_day(result: Result, say: Language) -> str:
    """Contacts of each day by what happened to them; diamonds: people who first called then and are never reached."""
    found = _estimates(result, "day")
    bars = []
    for day, date in enumerate(result.scenario.model.dates):
        weekday, number = say.short_date(date).split(" ", 1)
        parts = {outcome: found[day, outcome] for outcome in OUTCOMES if (day, outcome) in found}
        bars.append(Bar(weekday, number, say.short_date(date), parts, found.get((day, "never_reached"))))
    return _drawn(bars, say("report.by_day"), say, height=340)


def by_hour(result: Result, say: Language) -> str:
    """Contacts of each hour of the day in a period, by what happened to them."""
    found = _estimates(result, "hour")
    bars = []
    for hour in range(24):
        parts = {outcome: found[hour, outcome] for outcome in OUTCOMES if (hour, outcome) in found}
        bars.append(
            Bar(str(hour), "", say("report.hour", hour=hour, next=hour + 1), parts, found.get((hour, "never_reached")))
        )
    return _drawn(bars, say("report.by_hour"), say, height=280)


def _estimates(result: Result, slice_: str) -> dict[tuple[int, str], Estimate]:
    rows = (row for row in result.summary((slice_,)) if row.kind == "all")
    return {(row.number, row.measure): Estimate(row.estimate, row.low, row.high) for row in rows}


def shown_outcomes(result: Result) -> list[str]:
    """Outcomes that ever happened in a run, in the order in which they are stacked."""
    happened = {row.measure for row in result.summary() if row.kind == "all" and row.estimate > 0}
    return [outcome for outcome in OUTCOMES if outcome in happened]


def _drawn(bars: Sequence[Bar], title: str, say: Language, *, height: float) -> str:
    highest = max([0.0, *map(_height, bars), *(end for bar in bars if bar.mark for end in _ends(bar.mark))])
    marks = ticks(highest)
    scale = (height - _TOP - _BELOW) / marks[-1]
    floor = height - _BELOW
    step = (_WIDTH - _LEFT - _RIGHT) / len(bars)
    parts = list(_grid(marks, scale, floor, say))
    every = max(1, round(44 / step + 0.49)) if step < 44 and bars[0].below else 1
    for number, bar in enumerate(bars):
        x = _LEFT + number * step
        parts += _bar(bar, x + step * 0.14, step * 0.72, floor, scale, say)
        if number % every == 0:
            parts.append(text(x + step / 2, floor + 16, bar.label, class_="tick", text_anchor="middle"))
            parts.append(text(x + step / 2, floor + 30, bar.below, class_="tick faint", text_anchor="middle"))
    return drawing(_WIDTH, height, *parts, title=title)


def _ends(found: Estimate) -> tuple[float, float]:
    """Ends of an interval as far as they are known."""
    return found.low if isfinite(found.low) else found.value, found.high if isfinite(found.high) else found.value


def _height(bar: Bar) -> float:
    return sum(part.value for part in bar.parts.values())


def _grid(marks: list[float], scale: float, floor: float, say: Language) -> Iterator[str]:
    digits = 0 if marks[1] >= 1 else 1 if marks[1] >= 0.1 else 2
    for mark in marks:
        y = floor - mark * scale
        yield tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="axis" if mark == 0 else "grid")
        yield text(_LEFT - 6, y + 4, say.number(mark, digits), class_="tick", text_anchor="end")


def _bar(bar: Bar, x: float, width: float, floor: float, scale: float, say: Language) -> Iterator[str]:
    y = floor
    for outcome, found in bar.parts.items():
        if found.value > 0:
            tall = found.value * scale
            y -= tall
            words = f"{bar.named}: {say(f'outcome.{outcome}')} {plain(found, say)}"
            yield tag("rect", hint(words), x=x, y=y, width=width, height=tall, fill=fill_of(outcome), class_="part")
    if bar.mark is not None and bar.mark.value > 0:
        middle, mark = x + width / 2, bar.mark
        at, (low, high) = floor - mark.value * scale, (floor - value * scale for value in _ends(mark))
        size = min(5.0, width / 2.2)
        words = f"{bar.named}: {say('measure.never_reached')} {plain(mark, say)}"
        yield tag("line", x1=middle, x2=middle, y1=low, y2=high, class_="whisker")
        diamond = (
            f"M{middle:.1f} {at - size:.1f} l{size:.1f} {size:.1f} l{-size:.1f} {size:.1f} l{-size:.1f} {-size:.1f} Z"
        )
        yield tag("path", hint(words), d=diamond, class_="diamond")

"""Rules of hours: shifts that overlap, breaks while no line works."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sim.model.clock import DAY, MINUTE
from sim.scenario.mistakes import Broken
from sim.scenario.routing import Service
from sim.scenario.sections import Sections
from sim.units import WEEKDAYS, WeeklyHours, parse_hours

_WEEK = 7 * DAY


def shift_rules(scenario: Sections) -> Iterator[Broken]:
    """Shifts of a group that overlap."""
    for name, group in scenario.lines.items():
        for (_, first), (number, second) in combinations(enumerate(group.shifts or ()), 2):
            common = _common(parse_hours(first), parse_hours(second))
            if common is not None:
                why = f"overlaps with {first!r} on {_span(*common)}; write lines on top of others below extra:"
                yield Broken(("lines", name, "shifts", number), why, key=True)


def break_rules(scenario: Sections) -> Iterator[Broken]:
    """Breaks of a group while none of its lines can work."""
    service = Service(scenario)
    for name, group in scenario.lines.items():
        duty = [extra.hours.value for extra in group.extra]
        if group.shifts is not None:
            duty += [parse_hours(text) for text in group.shifts]
        elif group.staffed is not None:
            duty.append(group.staffed.value)
        elif group.breaks and service.serves(name):
            duty.append(service.hours(name))
        else:  # it has no hours of its own, and a mistake of its own
            continue
        works = " and ".join(dict.fromkeys(hours.text for hours in duty))
        for number, pause in enumerate(group.breaks):
            if not any(_common(pause.hours.value, hours) for hours in duty):
                why = f"{pause.hours.text!r} is a break while no line works; they work {works}"
                yield Broken(("lines", name, "breaks", number, "hours"), why)


def _common(one: WeeklyHours, other: WeeklyHours) -> tuple[int, int] | None:
    """The first span of a week, in ms since Monday, that both hours hold."""
    spans = ((max(a, c), min(b, d)) for a, b in _week(one) for c, d in _week(other) if max(a, c) < min(b, d))
    return min(spans, default=None)


def _week(hours: WeeklyHours) -> list[tuple[int, int]]:
    """The spans of a week in ms since Monday; what passes Sunday's end goes on on Monday."""
    spans = [(day * DAY + a, day * DAY + b) for day, found in enumerate(hours.spans) for a, b in found]
    over = [(0, stop - _WEEK) for _, stop in spans if stop > _WEEK]
    return [*over, *((start, min(stop, _WEEK)) for start, stop in spans)]


def _span(start: int, stop: int) -> str:
    day, since = divmod(start, DAY)
    return f"{WEEKDAYS[day]} {_clock(since)}-{_clock(stop - day * DAY)}"


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours if hours <= 24 else hours - 24}:{minutes:02}"

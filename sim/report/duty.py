"""Lines on duty as they are scheduled: how many at some hours of the week, and how long one line is there."""

from __future__ import annotations

import datetime as dt

import numpy as np

from sim.model.clock import HOUR, MINUTE
from sim.scenario.scenario import Scenario
from sim.units import parse_hours


def lines_at(scenario: Scenario, group: str, hours: str) -> tuple[int, int] | None:
    """Fewest and most lines on duty within ``hours`` of working days; None where there is no such group or moment."""
    shifts = next((one.shifts for one in scenario.model.centre.groups if one.name == group), None)
    try:
        spans = parse_hours(hours).spans
    except ValueError:
        return None
    if shifts is None:
        return None
    days, first, end = scenario.model.calendar, scenario.period.first.weekday(), scenario.model.centre.end
    change = np.zeros(end // MINUTE + 1, dtype=np.int64)
    for line in shifts:
        for start, stop in line:
            change[min(start, end) // MINUTE] += 1
            change[min(stop, end) // MINUTE] -= 1
    present = np.cumsum(change)[:-1]
    asked = [
        present[days.on(day, start) // MINUTE : days.on(day, stop) // MINUTE]
        for day in range(days.days)
        if days.working[day]
        for start, stop in spans[(first + day) % 7]
    ]
    found = np.concatenate(asked) if asked else np.array([], dtype=np.int64)
    return (int(found.min()), int(found.max())) if found.size else None


def hours_between(scenario: Scenario, first: str, last: str, hours: str) -> float:
    """Hours that one line is there on working days from ``first`` to ``last`` (ISO dates) at ``hours`` of the week."""
    spans, days = parse_hours(hours).spans, scenario.model.calendar
    dates = (days.date(day) for day in range(days.days) if days.working[day])
    wanted = [date for date in dates if dt.date.fromisoformat(first) <= date <= dt.date.fromisoformat(last)]
    return sum(stop - start for date in wanted for start, stop in spans[date.weekday()]) / HOUR


def shown(found: tuple[int, int] | None) -> str:
    """``2``, or ``1-2`` where it changes within the hours."""
    if found is None:
        return "–"
    return str(found[0]) if found[0] == found[1] else f"{found[0]}\N{EN DASH}{found[1]}"

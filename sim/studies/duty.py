"""Lines on duty as they are scheduled: how many at some hours of the week."""

from __future__ import annotations

import numpy as np

from sim.model.clock import MINUTE
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

"""What theory says of the lines needed: where a search begins, never what it answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import UNLIMITED
from sim.model.clock import DAY
from sim.model.demand import Rates
from sim.scenario.distributions import Never
from sim.scenario.scenario import Scenario
from sim.scenario.sections import Callers
from sim.studies.staffing import Slot, Staff
from sim.studies.targets import Target
from sim.theory import lines_needed
from sim.units import parse_hours

Floats = NDArray[np.float64]


def guesses(scenario: Scenario, staff: Sequence[Staff], targets: Sequence[Target]) -> dict[str, list[int]]:
    """Lines of each group in each of its slots for the first calls expected then, as a steady state.

    Redials, waves within a slot and help between groups are left out. A queue with several groups gives each its part.
    """
    rates, centre = scenario.model.rates, scenario.model.centre
    names = [group.name for group in centre.groups]
    found = {one.group: [0.0] * len(one.slots) for one in staff}
    for number, queue in enumerate(centre.queues):
        at_once = [names[route.group] for route in queue.routes if route.after == 0]
        for one in staff:
            if one.group in at_once:
                for k, slot in enumerate(one.slots):
                    per_hour = _per_hour(rates, scenario, number, slot)
                    found[one.group][k] += needed(scenario, number, per_hour, targets) / len(at_once)
    return {group: [max(1, math.ceil(lines - 1e-9)) for lines in some] for group, some in found.items()}


def _per_hour(rates: Rates, scenario: Scenario, number: int, slot: Slot) -> float:
    """First contacts expected in an hour of a slot while the channel is open."""
    queue = scenario.model.centre.queues[number]
    mine = np.array([found == number for found in scenario.model.centre.queue_of[queue.channel]], dtype=float)
    contacts = (rates.mass[:, queue.channel] * (rates.weight @ mine)[:, None]).sum(axis=0)
    length = np.diff(rates.edges)
    middle = (rates.edges[:-1] + rates.edges[1:]) // 2
    middle = rates.calendar.clock.at(middle) % DAY
    weekday = (rates.calendar.first.weekday() + rates.date) % 7
    spans = parse_hours(slot.hours).spans
    inside = np.array(
        [
            any(a <= at < b for a, b in spans[day]) or any(a <= at + DAY < b for a, b in spans[day - 1])
            for at, day in zip(middle.tolist(), weekday.tolist(), strict=True)
        ]
    )
    if slot.first:
        dates = np.array([str(rates.calendar.date(int(day))) for day in rates.date])
        inside &= (dates >= slot.first) & (dates <= slot.last)
    # E-mails of a night are answered in the hours that there are.
    counted = contacts if rates.open[queue.channel].all() else contacts * (inside & rates.open[queue.channel])
    working = np.append(rates.calendar.working, False)[rates.date]
    hours = float((length * (inside & working)).sum()) / 3_600_000
    return float(counted.sum()) / hours if hours else 0.0


def needed(scenario: Scenario, number: int, per_hour: float, targets: Sequence[Target]) -> int:
    """Lines for so many calls an hour in a queue, as a steady state."""
    if per_hour <= 0:
        return 1
    queue = scenario.model.centre.queues[number]
    channel = list(scenario.channels)[queue.channel]
    handling = scenario.handling[channel]
    mean = handling.conversation.law().mean + (handling.wrap_up.law().mean if handling.wrap_up else 0.0)
    patience = scenario.callers.get(channel, Callers()).patience.law()
    places = None if queue.places >= UNLIMITED else queue.places
    waits = None if isinstance(patience, Never) or places == 0 else f"{patience.mean / 1000!r} s"
    try:
        return lines_needed(
            arrivals_per_hour=per_hour,
            handling=f"{mean / 1000!r} s",
            target=_target(targets, channel, queue.name, places),
            patience=waits if waits is None or math.isfinite(patience.mean) else None,
            places=places,
        )
    except ValueError:
        return max(1, math.ceil(per_hour * mean / 3_600_000))


def _target(targets: Sequence[Target], channel: str, queue: str, places: int | None) -> str:
    """A target of this queue in the words of theory; 5 % lost where there is none."""
    for target in targets:
        if target.within and target.name in (channel, queue):
            if places == 0:
                return f"{max(100 - target.limit, 0.1):g} % blocked"
            days = "working day" in target.within
            return f"{target.limit:g} % in {'1 day' if days else target.within}"
    return "5 % lost" if places is None else "5 % blocked"

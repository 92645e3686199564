"""What the lines of a plan cost, and line groups that are decided together with their prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.model.clock import DAY, MINUTE
from sim.scenario.scenario import Scenario
from sim.studies.staffing import Levels, PlanError, Slot, Staff, hours_of, joined, text_of
from sim.units import parse_hours

Floats = NDArray[np.float64]
_WEEK = 7 * DAY


@dataclass(frozen=True)
class Costs:
    """What an hour of one line costs, by minute of the week; 1 everywhere makes line-hours."""

    by_minute: tuple[float, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """What costs are counted in."""
        return "cost" if self.by_minute else "line-hours"

    @classmethod
    def of(cls, wishes: Sequence[str]) -> Costs:
        """From ``mon-fri 9:00-17:00=40``, or ``40`` for all hours that are not named."""
        if not wishes:
            return cls()
        rest, named = np.nan, np.full(_WEEK // MINUTE, np.nan)
        for wish in wishes:
            hours, equals, price = wish.rpartition("=")
            cost = _price(price, wish)
            if not equals:
                rest = cost
                continue
            try:
                spans = parse_hours(hours).spans
            except ValueError as error:
                raise PlanError(f"cost {wish!r}: {error}") from None
            for day, some in enumerate(spans):
                for start, stop in some:
                    minutes = np.arange(day * DAY + start, day * DAY + stop, MINUTE) % _WEEK // MINUTE
                    if np.isfinite(named[minutes]).any():
                        raise PlanError(f"cost {wish!r}: some of these hours have a cost already; name each hour once")
                    named[minutes] = cost
        return cls(tuple(np.where(np.isfinite(named), named, rest).tolist()), tuple(wishes))

    def of_groups(self, scenario: Scenario) -> dict[str, float]:
        """Cost of the lines of each group as they are scheduled in the period."""
        return {name: value[1] for name, value in self.duty(scenario).items()}

    def duty(self, scenario: Scenario) -> dict[str, tuple[float, float]]:
        """Line-hours and cost of each group in the period, absences not taken off."""
        centre, found = scenario.model.centre, {}
        paid, unpriced = self._since_the_first(scenario)
        for group in centre.groups:
            ends = zip(group.shifts, group.until_of(centre.end), strict=True)
            spans = [(a, min(b, until)) for line, until in ends for a, b in line if a < until]
            begins, stops = np.array(spans, dtype=np.int64).reshape(-1, 2).T // MINUTE
            if (unpriced[stops] > unpriced[begins]).any():
                when = text_of(self._without(scenario, group.name))
                raise PlanError(
                    f"cost: none is given for lines of {group.name} on {when}; add '{when}=...', or one number "
                    "for all other hours"
                )
            found[group.name] = (int((stops - begins).sum()) / 60, float((paid[stops] - paid[begins]).sum()) / 60)
        return found

    def _since_the_first(self, scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Cost of one line from the first minute of the period to each, and how many minutes have no cost."""
        minutes = np.arange(scenario.model.centre.hours * 60 + 1)
        if not self.by_minute:
            return minutes.astype(np.float64), np.zeros_like(minutes)
        shown = scenario.model.centre.clock.at(minutes[:-1] * MINUTE) // MINUTE
        at = (shown + scenario.period.first.weekday() * (DAY // MINUTE)) % (_WEEK // MINUTE)
        price = np.array(self.by_minute)[at]
        return np.append(0.0, np.nancumsum(price)), np.append(0, np.isnan(price).cumsum())

    def _without(self, scenario: Scenario, group: str) -> list[list[tuple[int, int]]]:
        """Hours of a group that have no cost."""
        price = np.isnan(np.array(self.by_minute))
        found = []
        for day, some in enumerate(hours_of(scenario, group).spans):
            minutes = [m for a, b in some for m in range(a, b, MINUTE) if price[(day * DAY + m) % _WEEK // MINUTE]]
            found.append(joined([(m, m + MINUTE) for m in minutes]))
        return found


def _price(text: str, wish: str) -> float:
    try:
        cost = float(text)
    except ValueError:
        raise PlanError(f"cost {wish!r} is not HOURS=COST, such as 'mon-fri 9:00-17:00=40', or one number") from None
    if not 0 < cost <= 1e9:
        raise PlanError(f"cost {wish!r}: {cost:g} is out of range; an hour of a line costs more than 0, at most 1e9")
    return cost


def line_hours(scenario: Scenario) -> float:
    """Line-hours of all groups over the period."""
    return sum(hours for hours, _ in Costs().duty(scenario).values())


@dataclass(frozen=True)
class Team:
    """Line groups that are decided together, with what their lines cost; levels are those of all slots in order."""

    scenario: Scenario
    staff: tuple[Staff, ...]
    costs: Costs

    @cached_property
    def units(self) -> tuple[tuple[Staff, Slot], ...]:
        """Every slot with its group, in the order of the levels."""
        return tuple((staff, slot) for staff in self.staff for slot in staff.slots)

    def of(self, levels: Levels) -> dict[str, Levels]:
        """Levels by group."""
        found, at = {}, 0
        for staff in self.staff:
            found[staff.group] = levels[at : at + len(staff.slots)]
            at += len(staff.slots)
        return found

    def settings(self, levels: Levels) -> list[str]:
        """What makes the scenario have these lines."""
        parts = self.of(levels)
        return [setting for staff in self.staff for setting in staff.settings(self.scenario, parts[staff.group])]

    @cached_property
    def _prices(self) -> tuple[float, Floats]:
        """Cost of the least lines, and of one line more in each slot."""
        # From one line upwards: none at all may be no scenario, where callers would wait for ever.
        some = tuple(max(staff.least, 1) for staff, _ in self.units)
        base = self._exact(some)
        more = [self._exact(tuple(n + (k == at) for k, n in enumerate(some))) - base for at in range(len(some))]
        prices = np.array(more, dtype=float)
        return base - float(prices @ [n - staff.least for n, (staff, _) in zip(some, self.units, strict=True)]), prices

    def _exact(self, levels: Levels) -> float:
        scenario = self.scenario.with_settings(self.settings(levels))
        groups = {staff.group for staff in self.staff}
        return sum(cost for name, cost in self.costs.of_groups(scenario).items() if name in groups)

    @property
    def prices(self) -> Floats:
        """Cost of one line more in each slot over the period."""
        return self._prices[1]

    def cost(self, levels: Levels) -> float:
        """Cost of these lines over the period."""
        base, prices = self._prices
        return base + float(prices @ (np.array(levels) - [staff.least for staff, _ in self.units]))

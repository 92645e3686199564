"""Shifts that cover the lines needed: whole people come for some hours on end, at least cost.

An integer programme: so many shifts from each possible start to each possible end, that every stretch of the day has at
least the lines it needs (Dantzig 1954, Operations Research 2, 339-341). Solved exactly by HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from sim.studies.costs import Team
from sim.studies.staffing import Levels, Staff, spans_by_day

#: A stretch of a day: (from, to) in ms of the day, and the slot that it belongs to.
Stretch = tuple[int, int, int]


@dataclass(frozen=True)
class Shift:
    """``lines`` people from ``start`` to ``stop`` (ms of the day) on each of ``days``, 0 for Monday."""

    days: tuple[int, ...]
    start: int
    stop: int
    lines: int


def cover(staff: Staff, need: Levels, prices: tuple[float, ...]) -> tuple[Levels, tuple[Shift, ...]] | None:
    """The cheapest levels of at least ``need`` that shifts of the shortest length or longer make up, and these shifts.

    None where none do within the most lines. Of equal cost, the one that HiGHS finds first.
    """
    if staff.extra:
        return need, ()
    return _solved(staff, need, prices)


def coverable(team: Team, levels: Levels) -> bool:
    """Whether shifts make up exactly these levels."""
    parts = team.of(levels)
    return all(
        not staff.shortest or staff.extra or len(staff.slots) == 1 or _exactly(staff, parts[staff.group])
        for staff in team.staff
    )


def covered(team: Team, need: Levels) -> Levels | None:
    """The cheapest levels of at least ``need`` that shifts make up; None where there are none within the limits."""
    found: list[int] = []
    parts, at = team.of(need), 0
    for staff in team.staff:
        size = len(staff.slots)
        levels = parts[staff.group]
        if staff.shortest and size > 1 and not staff.extra:
            solved = _solved(staff, levels, tuple(team.prices[at : at + size].tolist()))
            if solved is None:
                return None
            levels = solved[0]
        found += levels
        at += size
    return tuple(found)


@lru_cache(maxsize=20_000)
def _exactly(staff: Staff, levels: Levels) -> bool:
    solved = _solved(staff, levels, (1.0,) * len(levels))
    return solved is not None and solved[0] == levels


@lru_cache(maxsize=20_000)
def _solved(staff: Staff, need: Levels, prices: tuple[float, ...]) -> tuple[Levels, tuple[Shift, ...]] | None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    days = _equal_days(staff)
    runs = [(n, run) for n, (_, stretches) in enumerate(days) for run in _runs(stretches, staff.shortest)]
    slots = len(need)
    # Lines of each slot first, then how many shifts of each run; every stretch has the lines of its slot.
    rows = []
    for n, (_, stretches) in enumerate(days):
        for k, (_, _, slot) in enumerate(stretches):
            row = np.zeros(slots + len(runs))
            row[slot] = -1
            row[slots:] = [day == n and first <= k <= last for day, (first, last) in runs]
            rows.append(row)
    least = np.concatenate([need, np.zeros(len(runs))])
    most = np.concatenate([np.full(slots, max(staff.most, *need)), np.full(len(runs), np.inf)])
    # A trace of cost on shifts, so that of equal covers the one with the fewest and longest of them is found.
    cost = np.concatenate([prices, np.full(len(runs), 1e-6 * min(prices))])
    whole = np.ones(len(cost), dtype=np.int64)
    solved = milp(
        cost, constraints=LinearConstraint(np.array(rows), 0, 0), integrality=whole, bounds=Bounds(least, most)
    )
    if solved.x is None:
        return None
    counts = np.rint(solved.x).astype(int).tolist()
    shifts = tuple(
        Shift(days[day][0], days[day][1][first][0], days[day][1][last][1], lines)
        for (day, (first, last)), lines in zip(runs, counts[slots:], strict=True)
        if lines
    )
    return tuple(counts[:slots]), shifts


def _equal_days(staff: Staff) -> list[tuple[tuple[int, ...], list[Stretch]]]:
    """Weekdays with the same stretches, together."""
    found: dict[tuple[Stretch, ...], list[int]] = {}
    for day, stretches in spans_by_day(staff).items():
        found.setdefault(tuple(stretches), []).append(day)
    return [(tuple(days), list(stretches)) for stretches, days in found.items()]


def _runs(stretches: list[Stretch], shortest: int) -> list[tuple[int, int]]:
    """First and last stretch of every shift that may be: on end, and long enough or as long as can be."""
    found = []
    for first in range(len(stretches)):
        for last in range(first, len(stretches)):
            if last > first and stretches[last][0] != stretches[last - 1][1]:
                break
            alone = (first == 0 or stretches[first - 1][1] != stretches[first][0]) and (
                last == len(stretches) - 1 or stretches[last + 1][0] != stretches[last][1]
            )
            if alone or stretches[last][1] - stretches[first][0] >= shortest:
                found.append((first, last))
    return found


def shifts_of(team: Team, levels: Levels) -> dict[str, tuple[Shift, ...]]:
    """The shifts of each group that make up these levels, as few as can be."""
    found, at, parts = dict[str, tuple[Shift, ...]](), 0, team.of(levels)
    for staff in team.staff:
        size = len(staff.slots)
        solved = cover(staff, parts[staff.group], tuple(team.prices[at : at + size].tolist()))
        found[staff.group] = solved[1] if solved else ()
        at += size
    return found


def levels_within(team: Team, most_cost: float) -> Iterator[Levels]:
    """All levels within the limits that cost at most so much and that shifts make up."""
    return (levels for levels in _all_within(team, most_cost) if coverable(team, levels))


def number_within(team: Team, most_cost: float, *, enough: int) -> int:
    """How many there are before shifts are looked at, counted up to ``enough``."""
    return sum(1 for _ in islice(_all_within(team, most_cost), enough))


def _all_within(team: Team, most_cost: float) -> Iterator[Levels]:
    units, prices = team.units, team.prices
    budget = most_cost - team.cost(tuple(staff.least for staff, _ in units)) + 1e-6

    def further(at: int, left: float) -> Iterator[Levels]:
        if at == len(units):
            yield ()
            return
        staff = units[at][0]
        for level in range(staff.least, staff.most + 1):
            rest = left - (level - staff.least) * float(prices[at])
            if rest < 0:
                break
            yield from ((level, *others) for others in further(at + 1, rest))

    return further(0, budget)

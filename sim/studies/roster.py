"""Shifts that cover the lines needed in each interval of the week, at the fewest hours.

An integer programme for each day: so many shifts of each start, length and break that every interval has at least the
lines it needs (Dantzig 1954, Operations Research 2, 339-341). Solved exactly by HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.model.clock import DAY, MINUTE
from sim.units import WEEKDAYS

Grid = NDArray[np.int64]


@dataclass(frozen=True)
class Rules:
    """What a shift may be, in ms: its shortest and longest length, and the break in its middle third, 0 for none."""

    shortest: int
    longest: int
    pause: int = 0


@dataclass(frozen=True)
class Shift:
    """``lines`` people from ``start`` to ``stop``, in ms from Monday 0:00.

    rests: when their break begins, -1 for none.
    """

    start: int
    stop: int
    lines: int
    rests: int = -1
    length_of_rest: int = 0

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """When they are there."""
        if self.rests < 0:
            return ((self.start, self.stop),)
        return (self.start, self.rests), (self.rests + self.length_of_rest, self.stop)

    @property
    def hours(self) -> str:
        """As a scenario writes hours."""
        return _hours(self.start, self.stop)

    @property
    def pause(self) -> str:
        """The break likewise, '' without one."""
        return "" if self.rests < 0 else _hours(self.rests, self.rests + self.length_of_rest)


def _hours(start: int, stop: int) -> str:
    day, begin = divmod(start, DAY)
    ends = (stop - day * DAY) % DAY if stop - day * DAY > DAY else stop - day * DAY
    return f"{WEEKDAYS[day % 7]} {_clock(begin)}-{_clock(ends)}"


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours}:{minutes:02}"


def covering(need: Grid, interval: int, rules: Rules) -> tuple[Shift, ...]:
    """Shifts of the fewest hours that cover ``need`` (intervals of a week), in order of their start.

    A stretch without need ends all shifts of a day where it is an hour or longer; work past midnight is covered by
    shifts of the day on which it begins.
    """
    found: list[Shift] = []
    size = len(need)
    for begin, end in _stretches(need):
        wanted = tuple(int(need[k % size]) for k in range(begin, end))
        for first, last, rest, lines in _solved(wanted, interval, rules):
            start, stop = (begin + first) * interval, (begin + last) * interval
            rests = -1 if rest < 0 else (begin + rest) * interval
            found.append(Shift(start, stop, lines, rests, rules.pause))
    return tuple(sorted(found, key=lambda shift: (shift.start, shift.stop, shift.rests)))


def _stretches(need: Grid) -> Iterator[tuple[int, int]]:
    """First and last interval of each stretch that has need throughout; a whole week is cut at Monday 0:00."""
    size, some = len(need), need > 0
    starts = [k for k in range(size) if some[k] and not some[k - 1]] or ([0] if some.all() else [])
    for start in starts:
        stop = start
        while stop < start + size and some[stop % size]:
            stop += 1
        yield start, stop


@lru_cache(maxsize=1000)
def _solved(need: tuple[int, ...], interval: int, rules: Rules) -> tuple[tuple[int, int, int, int], ...]:
    """First and last interval, beginning of the break (-1: none) and number of the shifts for one stretch.

    A stretch that is shorter than the shortest shift has shifts of its own length.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    size, pause = len(need), rules.pause // interval
    shortest, longest = min(rules.shortest // interval, size), rules.longest // interval
    shifts = [
        (first, first + length, rest)
        for length in range(shortest, min(longest, size) + 1)
        for first in range(size - length + 1)
        for rest in _rests(first, length, pause)
    ]
    rows, columns = [], []
    for number, (first, last, rest) in enumerate(shifts):
        there = [k for k in range(first, last) if rest < 0 or not rest <= k < rest + pause]
        rows += there
        columns += [number] * len(there)
    covers = csc_array((np.ones(len(rows)), (rows, columns)), shape=(size, len(shifts)))
    # Hours first; of equally many hours the fewest shifts.
    cost = np.asarray(covers.sum(axis=0)).ravel() + 1e-3
    solved = milp(
        cost,
        constraints=LinearConstraint(covers, np.array(need), np.inf),
        integrality=np.ones(len(shifts), dtype=np.int64),
        bounds=Bounds(0, np.inf),
        options={"mip_rel_gap": 1e-4, "time_limit": 10.0},
    )
    if solved.x is None:
        raise AssertionError("shifts of every start and length cover any need")
    counts = np.rint(solved.x).astype(int).tolist()
    return tuple((*shift, count) for shift, count in zip(shifts, counts, strict=True) if count)


def _rests(first: int, length: int, pause: int) -> list[int]:
    """Where the break of a shift may begin: in its middle third; none in a shift of less than four breaks."""
    if not pause or length < 4 * pause:
        return [-1]
    low, high = first + -(-length // 3), first + 2 * length // 3 - pause
    return list(range(low, max(low, high) + 1))

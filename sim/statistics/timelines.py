"""Integrals over time: lines on duty and at work, contacts waiting, doors open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.centre import Group, Spans
from sim.model.contacts import Contacts

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """Step functions on common breakpoints: ``times`` (n+1,) and one row of ``levels`` (k, n) for each."""

    times: Whole
    levels: Whole

    def integral(self, values: NDArray[Any], edges: Whole) -> Whole:
        """Integral of ``values`` (n,) over each interval between ``edges``, which are among the times."""
        area = np.concatenate([[0], np.cumsum(values * np.diff(self.times))])
        return np.diff(area[np.searchsorted(self.times, edges)])


def steps_of(changes: list[tuple[Whole, Whole]], edges: Whole) -> Steps:
    """Step functions from their changes, each (instants, differences), and breakpoints at ``edges`` too."""
    every = np.sort(np.concatenate([edges, *(at for at, _ in changes)]), kind="stable")
    times = every[np.append(True, every[1:] > every[:-1])]
    levels = np.zeros((len(changes), len(times)), dtype=np.int64)
    for row, (at, difference) in zip(levels, changes, strict=True):
        row += np.bincount(np.searchsorted(times, at), difference, len(times)).astype(np.int64)
    return Steps(times, np.cumsum(levels, axis=1)[:, :-1])


def duty_of(absence: Whole, groups: Sequence[str], group: Group) -> Whole:
    """Shifts that are worked, as rows of line, start, stop and day; ``absence`` and ``groups`` as in ``World``."""
    rows = shifts_of(group)
    if group.absent and len(rows):
        absent = absence[groups.index(group.name)] < group.absent
        rows = rows[~absent[rows[:, 0], rows[:, 3]]]
    return rows


@lru_cache(maxsize=256)
def shifts_of(group: Group) -> Whole:
    """Shifts as rows of line, start, stop and day, absences left aside."""
    rows = [(line, *shift) for line, shifts in enumerate(group.schedule()) for shift in shifts]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def line_time(duty: Whole, contacts: Contacts, number: int, edges: Whole, until: Whole) -> dict[str, Whole]:
    """Line time of a group in ms between the edges; a line is busy with one contact in hand as with several.

    ``until`` (lines,): when the period is over for each line.
    """
    mine = contacts.group == number
    line, upto = contacts.line[mine], until[contacts.line[mine]]
    start, stop = np.minimum(contacts.left_queue[mine], upto), np.minimum(contacts.released[mine], upto)
    begins, ends = (np.minimum(at, until[duty[:, 0]]) for at in duty[:, 1:3].T)
    # Lines side by side on one axis, so that each is looked at alone.
    width = 1 + max(int(stop.max(initial=0)), int(ends.max(initial=0)), int(edges[-1]))
    shift, at = line * width, duty[:, 0] * width
    in_hand, shifts = _in_and_out(start + shift, stop + shift), _in_and_out(begins + at, ends + at)
    apart = steps_of([in_hand, shifts], edges[:1])
    busy, there = apart.levels > 0
    begin, length = apart.times[:-1] % width, np.diff(apart.times)
    pieces = [_in_and_out(begin[which], (begin + length)[which]) for which in (busy, there, busy & there)]
    together = steps_of(pieces, edges)
    working, staffed, both = together.levels
    return {
        "staffed": together.integral(staffed, edges),
        "on_duty": together.integral(staffed > 0, edges),
        "busy": together.integral(working, edges),
        "overtime": together.integral(working - both, edges),
        "all_busy": together.integral((staffed > 0) & (both == staffed), edges),
    }


def _in_and_out(start: Whole, stop: Whole) -> tuple[Whole, Whole]:
    ones = np.ones(len(start), dtype=np.int64)
    return np.concatenate([start, stop]), np.concatenate([ones, -ones])


def queue_time(start: Whole, stop: Whole, edges: Whole) -> dict[str, Whole]:
    """Time integral of the number waiting, and the most at once, between the edges."""
    steps = steps_of([_in_and_out(start, stop)], edges)
    waiting = steps.levels[0]
    # Changes beyond the last edge are after the period.
    upto = int(np.searchsorted(steps.times, edges[-1]))
    longest = np.maximum.reduceat(waiting[:upto], np.searchsorted(steps.times, edges[:-1]))
    return {"queue_time": steps.integral(waiting, edges), "longest_queue": longest}


def open_time(spans: Spans, edges: Whole) -> Whole:
    """Opening time in ms between the edges."""
    opens, closes = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    steps = steps_of([_in_and_out(opens, closes)], edges)
    return steps.integral(steps.levels[0] > 0, edges)

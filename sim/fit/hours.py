"""When a channel is open, read off its contacts: by weekday and hour of the day, as nobody writes it into a log."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from sim.model.clock import DAY, HOUR
from sim.units import WEEKDAYS

Bools = NDArray[np.bool_]
Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
#: An hour without answers counts as closed where so many were to be expected; by chance it happens once in 150 times.
_EXPECTED = 5.0
#: An hour with less than this share of the mean hour's answers is no opening hour: a stray call, the minute before.
_STRAY = 0.1


def opening(weekday: Whole, hour: Whole) -> Bools:
    """Whether it is open, (7, 24), from weekday and hour (n,) of the contacts that were answered.

    A weekday has the hours of all days together, unless so many answers are missing that their absence is no chance.
    """
    counts = np.zeros((7, 24))
    np.add.at(counts, (weekday, hour), 1)
    return opening_of(counts)


def opening_of(counts: Floats) -> Bools:
    """The same from numbers of answered contacts by weekday and hour, (7, 24)."""
    counts = counts.copy()
    if not counts.any():
        return np.zeros((7, 24), dtype=bool)
    counts[counts < _STRAY * counts[counts > 0].mean()] = 0
    # A line that is open at nine and at eleven is open at ten.
    seen = np.flatnonzero(counts.any(axis=0))
    usual = np.zeros(24, dtype=bool)
    usual[seen[0] : seen[-1] + 1] = True
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    found: Bools = (counts > 0) | (usual & (expected < _EXPECTED))
    found[counts.sum(axis=1) == 0] = False
    return found


def hours_text(open_: Bools) -> str:
    """As a scenario writes it, such as ``mon-fri 9:00-17:00; sat 10:00-12:00``; ``always`` where it never closes."""
    if open_.all():
        return "always"
    parts = []
    for row, days in groupby(range(7), key=lambda day: open_[day].tobytes()):
        if any(row):
            names = list(days)
            first, last = WEEKDAYS[names[0]], WEEKDAYS[names[-1]]
            who = first if first == last else f"{first}-{last}"
            parts.append(f"{who} {' '.join(f'{start}:00-{stop}:00' for start, stop in spans(open_[names[0]]))}")
    return "; ".join(parts)


def spans(open_: Bools) -> list[tuple[int, int]]:
    """Stretches [from, to) of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], open_.astype(int), [0]])))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def next_opening(open_: Bools, first_weekday: int, instants: Whole) -> Whole:
    """The first instant at or after each of ``instants`` (n,) at which it is open; itself where it never opens."""
    if not open_.any():
        return instants
    week = np.roll(open_, -first_weekday, axis=0).ravel()
    hours = np.flatnonzero(np.concatenate([week, week]))
    into_week = instants % (7 * DAY)
    at = hours[np.searchsorted(hours, into_week // HOUR)]
    opens: Whole = np.maximum(instants, instants - into_week + at * HOUR)
    return opens

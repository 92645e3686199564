"""How many lines were staffed, from simultaneous conversations: a lower bound, sharp only while somebody waited.

A log says who was talking, not who was ready to. As many lines as talked at once were there; more may have been. While
somebody waits no line that may help is free, so then as many are there as talk (and those who write up a call that the
log counts as finished are not there for callers either).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY, HOUR, SECOND
from sim.fit.fitted import Fitted, nothing
from sim.fit.log import ANSWERED, UNKNOWN, Log

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: A number of conversations counts that lasted so long in an hour; logs are rounded to seconds, so ends overlap.
_LASTED = 10 * SECOND
#: While somebody waits for so long in an hour, the mean number of conversations then tells the lines of that hour.
_WAITED = 60 * SECOND


@dataclass(frozen=True)
class Staffing:
    """Lines that serve ``queues`` (indices), by day and hour of the day, (days, 24).

    ``least`` is the most conversations at once, a lower bound. ``busy_while_waiting`` is the mean number while somebody
    waited, nan where nobody did for a minute. ``waited`` is the time in ms in which somebody did.
    """

    queues: tuple[int, ...]
    least: Whole
    busy_while_waiting: Floats
    waited: Whole

    @property
    def lines(self) -> Whole:
        """The best guess: the number while somebody waited, else the lower bound, (days, 24)."""
        told = np.isfinite(self.busy_while_waiting)
        return np.where(told, np.rint(np.where(told, self.busy_while_waiting, 0)), self.least).astype(np.int64)

    def by_hour(self, first_weekday: int) -> list[tuple[int, int, Fitted]]:
        """Weekday, hour and lines of each hour of the week in which anybody talked: mean, least and most of days."""
        weekday = (first_weekday + np.arange(len(self.least))) % 7
        found = []
        for day in range(7):
            mine = self.lines[weekday == day]
            for hour in range(24):
                if mine[:, hour].any():
                    # Holidays and nights without a call are no days of work.
                    worked = mine[mine.any(axis=1), hour]
                    number = Fitted(float(worked.mean()), float(worked.min()), float(worked.max()), "lines", METHOD)
                    found.append((day, hour, number))
        return found

    def hours(self, talked_h: float) -> Fitted:
        """Staffed line hours of the whole log: the guess, at least the hours that were talked, and no upper end."""
        if not self.least.any():
            return nothing("h", "nobody talked")
        return Fitted(float(self.lines.sum()), min(talked_h, float(self.lines.sum())), np.inf, "h", METHOD)


METHOD = "conversations at once: a lower bound; while somebody waits, as many as talk"


def staffing(log: Log) -> tuple[Staffing, ...]:
    """Lines of each set of queues that are served by the same lines, as far as the log names lines."""
    return tuple(staffing_of(log, queues) for queues in served_together(log))


def served_together(log: Log) -> list[tuple[int, ...]]:
    """Queues that share lines; where the log names no lines, each queue has its own."""
    answered = (log.outcome == ANSWERED) & (log.line != UNKNOWN)
    shares = np.zeros((len(log.lines), len(log.queues)))
    np.add.at(shares, (log.line[answered], log.queue[answered]), 1)
    # Who took over once is no line of that queue.
    linked = shares > 0.02 * shares.sum(axis=1, keepdims=True)
    group = list(range(len(log.queues)))
    for row in linked:
        together = {group[queue] for queue in np.flatnonzero(row)}
        group = [min(together) if number in together else number for number in group]
    return [tuple(q for q in range(len(group)) if group[q] == number) for number in sorted(set(group))]


def staffing_of(log: Log, queues: tuple[int, ...]) -> Staffing:
    """Lines of these queues by day and hour."""
    mine = log.picked(np.isin(log.queue, queues))
    begins, ends = _conversations(mine)
    came, left = _waits(mine)
    horizon = log.days * DAY
    grid = np.arange(0, horizon + 1, HOUR)
    moments = np.unique(np.clip(np.concatenate([grid, begins, ends, came, left]), 0, horizon))
    lasts, at = np.diff(moments), moments[:-1]
    busy = _level(at, begins, ends)
    waiting = _level(at, came, left)
    cell = at // HOUR
    least = _highest(cell, busy, lasts, len(grid) - 1)
    waited = np.bincount(cell[waiting > 0], lasts[waiting > 0], len(grid) - 1)
    talked = np.bincount(cell[waiting > 0], (busy * lasts)[waiting > 0], len(grid) - 1)
    told = np.where(waited >= _WAITED, talked / np.maximum(waited, 1), np.nan)
    shape = (log.days, 24)
    return Staffing(queues, least.reshape(shape), told.reshape(shape), waited.astype(np.int64).reshape(shape))


def _conversations(log: Log) -> tuple[Whole, Whole]:
    """Beginning and end of every conversation of which both are known."""
    talked = (log.outcome == ANSWERED) & (log.handling > 0) & (log.wait != UNKNOWN)
    begins = log.arrival[talked] + log.wait[talked]
    return begins, begins + log.handling[talked]


def _waits(log: Log) -> tuple[Whole, Whole]:
    """Beginning and end of every wait."""
    waited = log.wait > 0
    return log.arrival[waited], log.arrival[waited] + log.wait[waited]


def _level(at: Whole, begins: Whole, ends: Whole) -> Whole:
    """How many intervals [begin, end) hold each instant."""
    begun = np.searchsorted(np.sort(begins), at, side="right")
    return (begun - np.searchsorted(np.sort(ends), at, side="right")).astype(np.int64)


def _highest(cell: Whole, level: Whole, lasts: Whole, cells: int) -> Whole:
    """The highest level of each cell that lasted long enough."""
    table = np.zeros((cells, int(level.max(initial=0)) + 1))
    np.add.at(table, (cell, level), lasts)
    at_least = np.cumsum(table[:, ::-1], axis=1)[:, ::-1] >= _LASTED
    at_least[:, 0] = True
    found: Whole = at_least.shape[1] - 1 - np.argmax(at_least[:, ::-1], axis=1)
    return found

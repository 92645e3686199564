"""How many lines were staffed, from simultaneous conversations: a lower bound, sharp only while somebody waited.

A log says who was talking, not who was ready to. As many lines as talked at once were there; more may have been. While
somebody waits no line that may help is free, so then as many are there as talk (and those who write up a call that the
log counts as finished are not there for callers either). Between such moments of the same quarter of an hour, as many
are taken to be there as while somebody waited, or as talk if those are more. Where nobody waited, breaks of less than
an hour between conversations are not taken for absence, and while it is open one line is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fit.fitted import Fitted, nothing
from sim.fit.hours import opening
from sim.fit.log import ANSWERED, UNKNOWN, Log
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE, SECOND

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: Lines are told by quarters of an hour: people take breaks within the hour.
QUARTER = 15 * MINUTE
#: A number of conversations counts that lasted so long in a quarter; logs are rounded to seconds, so ends overlap.
_LASTED = 10 * SECOND
#: While somebody waits for so long in a quarter, the mean number of conversations then tells the lines of it.
_WAITED = 20 * SECOND


@dataclass(frozen=True)
class Staffing:
    """Lines that serve ``queues`` (indices), by day and quarter of an hour, (days, 96).

    ``least`` is the most conversations at once, a lower bound. ``known`` is the mean over time of the most that is
    known of the number of lines, and ``waited`` the time in ms in which somebody waited.
    """

    queues: tuple[int, ...]
    least: Whole
    known: Floats
    waited: Whole

    @property
    def lines(self) -> Whole:
        """The best guess in whole lines, (days, 96)."""
        return np.rint(self.known).astype(np.int64)

    def by_hour(self, first_weekday: int) -> list[tuple[int, int, Fitted]]:
        """Weekday, hour and lines of each hour of the week in which anybody talked: mean, least and most of days."""
        weekday = (first_weekday + np.arange(len(self.known))) % 7
        hourly = self.known.reshape(len(self.known), 24, -1).mean(axis=2)
        found = []
        for day in range(7):
            mine = hourly[weekday == day]
            # Holidays are no days of work.
            worked = mine[mine.any(axis=1)]
            for hour in np.flatnonzero(worked.any(axis=0)):
                here = worked[:, hour]
                lines = Fitted(float(here.mean()), float(here.min()), float(here.max()), "lines", METHOD)
                found.append((day, int(hour), lines))
        return found

    def hours(self, talked_h: float) -> Fitted:
        """Staffed line hours of the whole log: the guess, at least the hours that were talked, and no upper end."""
        if not self.least.any():
            return nothing("h", Said("how.nobody_talked"))
        guess = float(self.known.sum()) * QUARTER / HOUR
        return Fitted(guess, min(talked_h, guess), np.inf, "h", METHOD)

    @property
    def sharp(self) -> float:
        """Share of the quarters with conversations in which somebody waited, so that the number is no mere bound."""
        talked = self.least > 0
        return float((self.waited[talked] >= _WAITED).mean()) if talked.any() else 0.0


METHOD = Said("how.lines")


def staffing(log: Log) -> tuple[Staffing, ...]:
    """Lines of each set of queues that are served by the same lines, as far as the log names lines."""
    return tuple(staffing_of(log, queues) for queues in served_together(log))


def served_together(log: Log) -> list[tuple[int, ...]]:
    """Queues of the log that share lines; where the log names no lines, each queue has its own."""
    answered = (log.outcome == ANSWERED) & (log.line != UNKNOWN)
    shares = np.zeros((len(log.lines), len(log.queues)))
    np.add.at(shares, (log.line[answered], log.queue[answered]), 1)
    # Who took over once is no line of that queue.
    linked = shares > 0.02 * shares.sum(axis=1, keepdims=True)
    group = list(range(len(log.queues)))
    for row in linked:
        together = {group[queue] for queue in np.flatnonzero(row)}
        group = [min(together) if number in together else number for number in group]
    used = set(np.unique(log.queue).tolist())
    groups = [tuple(q for q in used if group[q] == number) for number in sorted(set(group))]
    return [queues for queues in groups if queues]


def staffing_of(log: Log, queues: tuple[int, ...]) -> Staffing:
    """Lines of these queues by day and quarter of an hour."""
    mine = log.picked(np.isin(log.queue, queues))
    begins, ends = conversations(mine)
    came, left = _waits(mine)
    horizon = log.days * DAY
    grid = np.arange(0, horizon + 1, QUARTER)
    moments = np.unique(np.clip(np.concatenate([grid, begins, ends, came, left]), 0, horizon))
    lasts, at, cells = np.diff(moments), moments[:-1], len(grid) - 1
    busy, waiting, cell = _level(at, begins, ends), _level(at, came, left) > 0, at // QUARTER
    least = _highest(cell, busy, lasts, cells)
    waited = np.bincount(cell[waiting], lasts[waiting], cells)
    talked = np.bincount(cell[waiting], (busy * lasts)[waiting], cells)
    usual = np.where(waited >= _WAITED, talked / np.maximum(waited, 1), least)
    lines = np.where(waiting & (waited >= _WAITED)[cell], busy, np.maximum(busy, usual[cell]))
    # Overlaps of rounded ends are no lines.
    lines = np.minimum(lines, least[cell])
    shape = (log.days, DAY // QUARTER)
    known = (np.bincount(cell, lines * lasts, cells) / QUARTER).reshape(shape)
    known = np.where(waited.reshape(shape) >= _WAITED, known, _filled(known))
    known = np.maximum(known, _open(mine) & (least.reshape(shape).any(axis=1, keepdims=True)))
    return Staffing(queues, least.reshape(shape), known, waited.astype(np.int64).reshape(shape))


def _filled(known: Floats) -> Floats:
    """With valleys of up to an hour filled to the lower side: who talked before and after was there between."""
    beside = np.zeros((2, *known.shape))
    for quarters in range(1, 5):
        beside[0, :, quarters:] = np.maximum(beside[0, :, quarters:], known[:, :-quarters])
        beside[1, :, :-quarters] = np.maximum(beside[1, :, :-quarters], known[:, quarters:])
    filled: Floats = np.maximum(known, beside.min(axis=0))
    return filled


def _open(log: Log) -> NDArray[np.bool_]:
    """Quarters (days, 96) in which these queues are served: then one line is there, also where nobody called."""
    begins, _ = conversations(log)
    weekday = (log.start.weekday() + np.arange(log.days)) % 7
    served = opening((log.start.weekday() + begins // DAY) % 7, begins % DAY // HOUR)
    hours: NDArray[np.bool_] = served[weekday]
    return np.repeat(hours, HOUR // QUARTER, axis=1)


def conversations(log: Log) -> tuple[Whole, Whole]:
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

"""How many contacts meet how many lines, stretch by stretch: what a formula is averaged over."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.beside.premises import Premises
from sim.model.centre import Centre
from sim.model.demand import Rates

Floats = NDArray[np.float64]
_ROUNDS = 20


class Counted(Protocol):
    """Contacts offered to a queue per period, as simulated."""

    def by_day(self, queue: int) -> Floats:
        """Shape (days,)."""

    def by_hour(self, queue: int) -> Floats:
        """Shape (24,)."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Stretches of opening time with a constant rate: ``contacts`` expected, ``seconds`` long, ``lines`` on duty.

    ``duty_s`` is the line time of the whole period. ``edges`` (ms) and ``rates`` (contacts per second, 0 while closed)
    are the same in order of time; ``levels``: (ms, lines from then on), also after the period.
    """

    contacts: Floats
    seconds: Floats
    lines: NDArray[np.int64]
    duty_s: float
    edges: NDArray[np.int64]
    rates: Floats
    levels: tuple[tuple[int, int], ...]
    #: Median length of an opening interval.
    interval_s: float
    always_open: bool
    rate_varies: bool
    lines_vary: bool
    #: Whether lines leave while others stay and the channel is open.
    lines_fall: bool

    @property
    def breaks(self) -> tuple[str, ...]:
        """What a steady state's constant rate and lines are not."""
        broken = {
            "rate varies": self.rate_varies,
            "lines vary": self.lines_vary,
            "opens empty and closes busy": not self.always_open,
        }
        return tuple(text for text, is_broken in broken.items() if is_broken)

    def lines_at(self, instant: int) -> int:
        """Lines on duty at an instant in ms."""
        return self.levels[bisect_right(self.levels, (instant, 1 << 62)) - 1][1]

    def loads(self, handling_s: float) -> Floats:
        """Offered load of each stretch, erlangs."""
        return self.contacts / self.seconds * handling_s


def profile_of(rates: Rates, centre: Centre, premises: Premises, counted: Counted) -> Profile:
    """Of first contacts as stated; with redials, as many as were simulated on each day and in each hour."""
    queue = centre.queues[premises.number]
    is_open, length = rates.open[queue.channel], np.diff(rates.edges)
    mine = np.array([number == premises.number for number in centre.queue_of[queue.channel]])
    first = (rates.mass[:, queue.channel] * (rates.weight * mine).sum(axis=1)[:, None]).sum(axis=0) * is_open
    varies = bool(np.ptp((first / length)[is_open]) > 1e-6 * (first / length).max())
    expected = first if varies else length * is_open * ((first.sum() or 1.0) / length[is_open].sum())
    if premises.follow_ups:
        expected = _as_counted(expected, rates, counted, premises.number, by_time=varies)
    levels = _together([centre.groups[group].levels() for group in premises.groups])
    changes = [at for at, _ in levels if at < centre.end]
    edges = np.union1d(rates.edges, np.array(changes, dtype=np.int64))
    whole = np.searchsorted(rates.edges, edges[:-1], side="right") - 1
    part, lines = np.diff(edges), _at(levels, edges[:-1])
    chosen = is_open[whole]
    contacts = expected[whole] * part / length[whole]
    fewer = (np.diff(lines) < 0) & (lines[1:] > 0) & chosen[1:] & chosen[:-1]
    return Profile(
        contacts=contacts[chosen],
        seconds=part[chosen] / 1000,
        lines=lines[chosen],
        duty_s=float((lines * part).sum()) / 1000,
        edges=edges,
        rates=np.where(chosen, contacts / part * 1000, 0.0),
        levels=levels,
        interval_s=_typical_length(is_open, length) / 1000,
        always_open=bool(is_open.all()),
        rate_varies=varies,
        lines_vary=bool(np.ptp(lines[chosen])),
        lines_fall=bool(fewer.any()),
    )


def _together(levels: list[tuple[tuple[int, int], ...]]) -> tuple[tuple[int, int], ...]:
    """Lines of several groups as one."""
    instants = np.unique([at for level in levels for at, _ in level])
    lines = np.sum([_at(level, instants) for level in levels], axis=0)
    return tuple(zip(instants.tolist(), lines.tolist(), strict=True))


def _typical_length(is_open: NDArray[np.bool_], length: NDArray[np.int64]) -> float:
    """Median of the lengths of what is open without a break."""
    begins = is_open & ~np.concatenate([[False], is_open[:-1]])
    return float(np.median(np.bincount(np.cumsum(begins)[is_open] - 1, length[is_open])))


def _at(levels: tuple[tuple[int, int], ...], instants: NDArray[np.int64]) -> NDArray[np.int64]:
    starts, values = np.array(levels, dtype=np.int64).T
    found: NDArray[np.int64] = values[np.searchsorted(starts, instants, side="right") - 1]
    return found


def _as_counted(expected: Floats, rates: Rates, counted: Counted, queue: int, *, by_time: bool) -> Floats:
    """Scaled to the simulated count; ``by_time``: in turns to those of days and of hours of the day.

    Iterative proportional fitting: W. E. Deming and F. F. Stephan 1940, Annals of Mathematical Statistics 11, 427-444.
    """
    by_day, by_hour = counted.by_day(queue), counted.by_hour(queue)
    found, sides = expected, ((rates.date, by_day), (rates.hour, by_hour))
    for _ in range(_ROUNDS if by_time else 0):
        for where, wanted in sides:
            have = np.bincount(where, found, len(wanted))
            found = found * np.divide(wanted, have, out=np.zeros_like(wanted), where=have > 0)[where]
    scaled: Floats = found * (by_day.sum() / found.sum())
    return scaled

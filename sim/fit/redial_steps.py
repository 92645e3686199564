"""What known callers did next: from each of their calls to the next one, and how busy each hour is with new matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fit.hours import next_opening, opening
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, OUTCOMES, UNKNOWN, Log
from sim.model.clock import DAY, HOUR

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Delays beyond a day are no redials any more.
HORIZON = DAY
#: After these somebody may try again.
TRIED = (ABANDONED, BLOCKED, CLOSED)


@dataclass(frozen=True)
class Activity:
    """How busy each hour of a log is beside its mean, from how many call in this hour of the week: (hours,)."""

    relative: Floats

    @classmethod
    def of(cls, log: Log) -> Activity:
        """From the contacts of a log; the next days after it are as its weeks are."""
        counts, days = np.zeros((7, 24)), np.zeros((7, 1))
        np.add.at(counts, (log.weekday, log.hour), 1)
        weekdays = (log.start.weekday() + np.arange(log.days + 2)) % 7
        np.add.at(days, weekdays[: log.days], 1)
        hourly = np.divide(counts, days, out=np.zeros_like(counts), where=days > 0)[weekdays].ravel()
        return cls(hourly / max(float(hourly.mean()), 1e-12))

    def at(self, instants: Whole) -> Floats:
        """At these instants."""
        return self.relative[np.clip(instants // HOUR, 0, len(self.relative) - 1)]

    def upto(self, instants: Whole) -> Floats:
        """Seconds of mean activity from the beginning to these instants."""
        grid = HOUR * np.arange(len(self.relative) + 1)
        return np.asarray(np.interp(instants, grid, np.concatenate([[0], np.cumsum(self.relative)]) * HOUR / 1000))


@dataclass(frozen=True)
class Steps:
    """Contacts of known callers in the order of their caller: what came next. Columns of equal length, ms.

    ``gap`` from call to call, ``delay`` from the end of the first to the next; UNKNOWN where nothing came. ``seen``
    is how long after its end a next call would have been in the log. ``fresh``: nothing that failed came within a day
    before it, so that a next call is not a late redial of an earlier one.
    """

    outcome: Whole
    next_outcome: Whole
    gap: Whole
    delay: Whole
    seen: Whole
    end: Whole
    row: Whole
    elsewhere: Bools
    fresh: Bools
    activity: Activity


def steps_of(log: Log) -> Steps:
    """What known callers did next."""
    known_rows = (log.caller != UNKNOWN) & (log.outcome < len(OUTCOMES) - 1)
    known = log.picked(known_rows)
    order = np.lexsort((known.arrival, known.caller))
    caller, arrival = known.caller[order], known.arrival[order]
    channel, outcome = known.channel[order], known.outcome[order]
    end = arrival + np.maximum(known.wait[order], 0) + np.maximum(known.handling[order], 0)
    end = np.where(outcome == CLOSED, _opened_next(known, log)[order], end)
    same = np.append(caller[1:] == caller[:-1], False) if len(caller) else np.zeros(0, dtype=bool)
    following = np.append(arrival[1:], 0) if len(caller) else arrival
    # Who calls again before the call before has ended (another telephone) did so at once.
    delay = np.where(same, np.maximum(following - end, 0), UNKNOWN)
    seen = np.clip(_last_seen(log, end) - end, 0, HORIZON)
    # Who calls again before it opens at last is not waiting for that any more.
    seen[(outcome == CLOSED) & same & (following < end)] = UNKNOWN
    rows = np.flatnonzero(known_rows)[order]
    fresh = _fresh(caller, arrival, np.where(np.isin(outcome, TRIED), end, UNKNOWN))
    return Steps(
        outcome=outcome,
        next_outcome=np.where(same, np.append(outcome[1:], UNKNOWN), UNKNOWN) if len(caller) else outcome,
        gap=np.where(same, following - arrival, UNKNOWN),
        delay=delay,
        seen=seen,
        end=end,
        row=rows,
        elsewhere=np.append(channel[1:] != channel[:-1], False) & same if len(caller) else same,
        fresh=fresh,
        activity=Activity.of(log.picked(np.isin(np.arange(len(log)), rows[fresh]))),
    )


def _fresh(caller: Whole, arrival: Whole, failed: Whole) -> Bools:
    """Whether each call is more than a day after all calls of its caller that failed; these end at ``failed``.

    Calls are in the order of their caller and of arrival; ``failed`` is UNKNOWN for those that did not fail.
    """
    # An end before this call is later than those of all callers before: a running maximum within each caller.
    shift = caller.astype(np.int64) * (failed.max(initial=0) + 2)
    latest = np.maximum.accumulate(np.where(failed == UNKNOWN, -1, failed) + shift) - shift if len(caller) else failed
    before = np.append(-1, latest[:-1]) if len(caller) else failed
    first = np.append(True, caller[1:] != caller[:-1]) if len(caller) else np.zeros(0, dtype=bool)
    fresh: Bools = first | (before < 0) | (arrival - before >= HORIZON)
    return fresh


def _opened_next(known: Log, log: Log) -> Whole:
    """From when on the delay after a closed door counts: the next opening of its channel."""
    since = known.arrival.copy()
    for channel in range(len(log.channels)):
        inside = (log.channel == channel) & (log.outcome == ANSWERED)
        mine = known.channel == channel
        open_ = opening(log.weekday[inside], log.hour[inside])
        # An hour is the finest that is known; who met a closed door in it called before or after it was open.
        at = known.arrival[mine]
        then = next_opening(open_, log.start.weekday(), at)
        since[mine] = np.where(then > at, then, at)
    return since


def _last_seen(log: Log, end: Whole) -> Whole:
    """Until when the log would have shown another call of who was done at ``end``."""
    whole = np.full(len(end), log.days * DAY)
    if (log.outcome == CLOSED).any() or not len(log):
        return whole
    last = np.zeros(log.days, dtype=np.int64)
    np.maximum.at(last, log.day, log.arrival)
    return np.where(end < whole, np.maximum(last[np.minimum(end // DAY, log.days - 1)], end), end)

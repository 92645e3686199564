"""First and last days that are only partly in a file: recognised by when their calls came, and left out.

Of n calls on such a day all came after some moment (or before it). On a whole day each comes so late with the share of
calls that usually come after it, so that all n do so by chance with the n-th power of that share.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.fit.log import COLUMNS, Log
from sim.language.said import Said
from sim.model.clock import DAY

Whole = NDArray[np.int64]

#: A day is partial where chance makes calls come so late (or leave off so early) no more often than this.
_CHANCE = 0.005
#: Less than this share of a day's calls is not worth a day.
_LEAST = 0.05
#: The same weekday says when calls come where it has so many calls on other days; else all other days do.
_ENOUGH = 30
#: Shorter logs are left as they are.
_FEWEST_DAYS = 4


def whole_days(log: Log) -> Log:
    """The log without a first or last day that is only partly in it; a note names such a day."""
    if log.days < _FEWEST_DAYS:
        return log
    for day, first in ((log.days - 1, False), (0, True)):
        time = _partial(log, day, first=first)
        if time is not None and log.days > _FEWEST_DAYS:
            log = _without(log, day, time, first=first)
    return log


def _partial(log: Log, day: int, *, first: bool) -> int | None:
    """Time of day at which a day begins (or ends) in the file, None where it is whole."""
    times = log.arrival[log.day == day] % DAY
    if not len(times):
        return None
    others = log.day != day
    if first:
        others &= log.day != log.days - 1
    else:
        others &= log.day != 0
    same = others & (log.weekday == (log.start.weekday() + day) % 7)
    usual = log.arrival[same if same.sum() >= _ENOUGH else others] % DAY
    return edge_of(times, usual, first=first)


def edge_of(times: Whole, usual: Whole, *, first: bool) -> int | None:
    """Time of day at which calls begin (or leave off) too late (or too early) for a whole day; None for a whole one.

    ``times`` (n,) of the day's calls, ``usual`` of calls of other days.
    """
    if not len(times) or len(usual) < _ENOUGH:
        return None
    edge = int(times.min() if first else times.max())
    missing = float((usual < edge).mean() if first else (usual > edge).mean())
    if missing < _LEAST or (1 - missing) ** len(times) > _CHANCE:
        return None
    return edge


def _without(log: Log, day: int, time: int, *, first: bool) -> Log:
    date = log.start + dt.timedelta(days=day)
    calls = int((log.day == day).sum())
    clock = dt.time(time // 3_600_000, time // 60_000 % 60)
    key = "reading.partial_first" if first else "reading.partial_last"
    note = Said(key, day=date, clock=f"{clock.hour}:{clock.minute:02}", calls=calls)
    return replace(_cut(log, day, first=first), notes=(*log.notes, note))


def _cut(log: Log, day: int, *, first: bool) -> Log:
    moved = DAY if first else 0
    kept = log.day != day
    columns = {name: getattr(log, name)[kept] for name in COLUMNS}
    columns["arrival"] = columns["arrival"] - moved
    forwarded = None if log.forwarded is None else _cut(log.forwarded, day, first=first)
    origins = None if log.origins is None or log.forwarded is None else log.origins[log.forwarded.day != day]
    start = log.start + dt.timedelta(milliseconds=moved)
    return replace(log, start=start, days=log.days - 1, forwarded=forwarded, origins=origins, **columns)

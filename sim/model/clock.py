"""Integer time: milliseconds that have passed since 00:00 on the first day, and what the clock on the wall shows then.

Engines count elapsed time. People write and read wall-clock time in a time zone, where the day on which clocks go
forward has 23 hours and the day on which they go back has 25. ``WallClock`` translates between the two, ``Calendar``
knows the days.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, overload
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]

MILLISECOND = 1
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

#: Later than any instant of any period, yet far from overflow when another duration is added.
FOREVER = 1 << 60
_MS = dt.timedelta(milliseconds=1)


@dataclass(frozen=True)
class WallClock:
    """What the clock on the wall shows, in ms since 00:00 on the first day as if every day had 24 hours.

    ``changes``: (instant, ms by which the clock is ahead of elapsed time from then on), in order of time.
    """

    changes: tuple[tuple[int, int], ...] = ()

    @overload
    def at(self, instant: int) -> int: ...
    @overload
    def at(self, instant: Times) -> Times: ...
    def at(self, instant: int | Times) -> int | Times:
        """What the clock shows at an instant, or at each of an array of instants."""
        if not self.changes:
            return instant
        if isinstance(instant, np.ndarray):
            begins, ahead = np.array(self.changes, dtype=np.int64).T
            shown: Times = instant + np.append(0, ahead)[np.searchsorted(begins, instant, side="right")]
            return shown
        return instant + next((ahead for begins, ahead in reversed(self.changes) if begins <= instant), 0)

    @overload
    def instant(self, shown: int) -> int: ...
    @overload
    def instant(self, shown: Times) -> Times: ...
    def instant(self, shown: int | Times) -> int | Times:
        """First instant at which the clock shows ``shown``; the instant of the change where it skips that."""
        found = shown
        for change, ahead in self.changes:
            if isinstance(found, np.ndarray):
                found = np.where(found < change, found, np.maximum(shown - ahead, change))
            elif found >= change:
                found = max(int(shown - ahead), change)
        return found

    def day(self, instant: Times) -> Times:
        """Day of each instant, counted from the first."""
        return self.at(instant) // DAY

    def hour(self, instant: Times) -> Times:
        """Hour of the day of each instant, 0 to 23."""
        return self.at(instant) % DAY // HOUR


@dataclass(frozen=True)
class Calendar:
    """The days of a period and of the follow-up after it, and which of them are working days.

    ``working`` has one truth value per day, ``days`` of the period first, then the follow-up; ``eve`` is the one of the
    day before the first. ``zone``: IANA name of the time zone, "" for days of 24 hours.
    """

    first: dt.date
    days: int
    working: tuple[bool, ...]
    zone: str = ""
    eve: bool = False

    def __getstate__(self) -> dict[str, Any]:
        # Without the clock, so that equal calendars are the same bytes.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def clock(self) -> WallClock:
        """The clock on the wall, with its changes until two days after the follow-up."""
        return WallClock(_changes(self.zone, self.first, max(self.days, len(self.working)) + 2) if self.zone else ())

    @property
    def end(self) -> int:
        """First millisecond after the last day of the period."""
        return self.midnight(self.days)

    @property
    def horizon(self) -> int:
        """First millisecond after the follow-up, in which no new callers come but waiting work is finished."""
        return self.midnight(len(self.working))

    @property
    def working_days(self) -> int:
        """Number of working days in the period."""
        return sum(self.working[: self.days])

    def midnight(self, day: int) -> int:
        """Instant at which day number ``day`` begins."""
        return self.on(day, 0)

    def on(self, day: int, shown: int) -> int:
        """Instant at which the clock shows ``shown`` ms after 00:00 of a day; more than 24 h is on the next day."""
        return self.clock.instant(day * DAY + shown)

    def date(self, day: int) -> dt.date:
        """Date of day number ``day``."""
        return self.first + dt.timedelta(days=day)

    def weekday(self, day: int) -> int:
        """0 for Monday to 6 for Sunday."""
        return (self.first.weekday() + day) % 7

    def instant(self, moment: dt.datetime) -> int:
        """Milliseconds that pass from the start of the period to ``moment`` (negative before it).

        A moment without an offset is on the clock of the zone, the first of the two where it occurs twice. ValueError
        where the clock skips it, unless it is the midnight with which a day begins.
        """
        start = dt.datetime.combine(self.first, dt.time())
        if not self.zone:
            return (moment.replace(tzinfo=None) - start) // _MS
        skipped = "change" if moment.time() == dt.time() else "refuse"
        since = elapsed_time(moment, self.zone, skipped=skipped)
        return (since - elapsed_time(start, self.zone, skipped="change")) // _MS

    def moment(self, instant: int) -> dt.datetime:
        """Date and time on the clock at ``instant``."""
        shown = self.clock.at(int(instant))
        return dt.datetime.combine(self.first, dt.time()) + dt.timedelta(milliseconds=shown)


def elapsed_time(moment: dt.datetime, zone: str, *, skipped: str = "refuse") -> dt.timedelta:
    """Time from 1970 UTC to a moment on the clock of ``zone``, or with an offset of its own.

    ValueError where clocks skip the moment; with ``skipped="change"`` the instant of the change then.
    """
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    if moment.tzinfo is not None:
        return moment - epoch
    there = moment.replace(tzinfo=ZoneInfo(zone))
    passed = there.astimezone(dt.UTC) - epoch
    if on_the_clock(epoch + passed, zone) == moment.replace(fold=0):
        return passed
    if skipped == "refuse":
        before, after = there.replace(fold=0).utcoffset(), there.replace(fold=1).utcoffset()
        assert before is not None
        assert after is not None
        raise ValueError(
            f"{moment} does not exist in {zone}: clocks go forward by {_in_words(after - before)} then; "
            f"write a time before or after that"
        )
    return _last_change(passed, ZoneInfo(zone))


def on_the_clock(moment: dt.datetime, zone: str) -> dt.datetime:
    """A moment with an offset as the clock in ``zone`` shows it."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _in_words(change: dt.timedelta) -> str:
    minutes = abs(change) // dt.timedelta(minutes=1)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


@lru_cache(maxsize=64)
def _changes(zone: str, first: dt.date, days: int) -> tuple[tuple[int, int], ...]:
    """Changes of the clock from the first day on, as ``WallClock`` has them."""
    where = ZoneInfo(zone)
    start = elapsed_time(dt.datetime.combine(first, dt.time()), zone, skipped="change")
    shown = dt.datetime.combine(first, dt.time()) - dt.datetime(1970, 1, 1)
    found, before = [], shown - start
    at = start
    for _ in range(days + 1):
        offset = _offset(at, where)
        if offset != before:
            change = max(_last_change(at, where), start)
            found.append(((change - start) // _MS, (offset - (shown - start)) // _MS))
            before = offset
        at += dt.timedelta(days=1)
    return tuple(found)


def _offset(passed: dt.timedelta, where: ZoneInfo) -> dt.timedelta:
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + passed
    offset = moment.astimezone(where).utcoffset()
    assert offset is not None  # of a zone
    return offset


def _last_change(passed: dt.timedelta, where: ZoneInfo) -> dt.timedelta:
    """When within the last 25 hours the offset of a zone became what it is, to the second."""
    second = dt.timedelta(seconds=1)
    low, high, now = -(25 * 3600), 0, _offset(passed, where)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(passed + middle * second, where) == now:
            high = middle
        else:
            low = middle
    return passed + high * second

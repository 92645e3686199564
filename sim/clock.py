"""Integer time: milliseconds since 00:00 on the first day, local wall time, every day 24 hours long.

Helplines open by the clock on the wall, so the night in which summer time begins is an ordinary night here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]

MILLISECOND = 1
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: Later than any instant of any period, yet far from overflow when another duration is added.
FOREVER = 1 << 60


@dataclass(frozen=True)
class Calendar:
    """The days of a period and of the follow-up after it, and which of them are working days.

    ``working`` has one truth value per day, ``days`` of the period first, then the follow-up.
    """

    first: dt.date
    days: int
    working: tuple[bool, ...]

    @property
    def end(self) -> int:
        """First millisecond after the period."""
        return self.days * DAY

    @property
    def horizon(self) -> int:
        """First millisecond after the follow-up, in which nobody new calls but waiting work is finished."""
        return len(self.working) * DAY

    @property
    def working_days(self) -> int:
        """Number of working days in the period."""
        return sum(self.working[: self.days])

    def date(self, day: int) -> dt.date:
        """Date of day number ``day``."""
        return self.first + dt.timedelta(days=day)

    def weekday(self, day: int) -> int:
        """0 for Monday to 6 for Sunday."""
        return (self.first.weekday() + day) % 7

    def instant(self, moment: dt.datetime) -> int:
        """Milliseconds from the start of the period to ``moment`` (negative before it)."""
        since = moment - dt.datetime.combine(self.first, dt.time())
        return since.days * DAY + since.seconds * SECOND + since.microseconds // 1000

    def moment(self, instant: int) -> dt.datetime:
        """Date and time of ``instant``."""
        return dt.datetime.combine(self.first, dt.time()) + dt.timedelta(milliseconds=int(instant))

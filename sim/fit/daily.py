"""Daily counts and nothing more: weekdays, trend, busyness, holidays, memory of days, and what a campaign did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.arrivals import Holiday, holiday_list, holiday_ratio
from sim.fit.day_counts import DailyCounts
from sim.fit.days import DayFit, dead, fit_days
from sim.fit.fitted import Fitted
from sim.fit.log import UNKNOWN
from sim.fit.memory import Test
from sim.fit.surge import Campaign, Days, SurgeFit, fit_surge
from sim.language.said import Said
from sim.scenario.holidays import BELGIUM, holidays_of

Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEK = 7
#: A first or last day counts as partial below this share of a usual one and so many standard deviations below it,
#: where so many others of its weekday are known.
_PARTIAL, _FAR, _FEWEST_OTHERS = 0.7, 4.0, 3


@dataclass(frozen=True)
class DailyFit:
    """What daily counts say; fields as in ``sim.fit.arrivals.Arrivals``."""

    counts: DailyCounts
    name: str
    days: DayFit
    per_day: Fitted
    weekdays: tuple[Fitted, ...]
    busyness: Fitted
    overdispersion: Test
    memory: Test
    trend: Fitted
    holiday: Fitted
    holidays: tuple[Holiday, ...]
    silent: tuple[dt.date, ...]

    @property
    def warnings(self) -> tuple[Said, ...]:
        """What makes the intervals doubtful."""
        found = []
        if self.memory.rejected:
            found.append(Said("test.allowed_for", memory=self.memory.says))
        if self.counts.missing:
            found.append(Said("test.missing_days", days=len(self.counts.missing)))
        if self.silent:
            found.append(Said("test.silent_days", days=len(self.silent)))
        return tuple(found)


def fit_daily(counts: DailyCounts, *, country: str = BELGIUM) -> DailyFit:
    """The fit of the first series; SimError where there are too few days."""
    counts = _without_partial_ends(counts, country)
    values, weekday, free, ordinary = _ordinary(counts, country)
    silent = dead(np.maximum(values, 0), weekday) & (values != UNKNOWN)
    day = np.flatnonzero(ordinary & ~silent)
    fit = fit_days(values[day], day, weekday[day])
    if fit is None:
        raise SimError(f"{counts.source}: only {len(day)} ordinary days with contacts; two or more are needed")
    known = {d: name for d, name in free.items() if values[d] != UNKNOWN}
    sizes = np.ones(WEEK)
    return DailyFit(
        counts=counts,
        name=counts.names[0],
        days=fit,
        per_day=fit.per_day,
        weekdays=fit.weekdays,
        busyness=fit.busyness,
        overdispersion=fit.overdispersion,
        memory=fit.memory,
        trend=fit.trend,
        holiday=holiday_ratio(fit, values, weekday, list(known), sizes),
        holidays=holiday_list(fit, values, weekday, known, sizes, counts.start),
        silent=tuple(counts.start + dt.timedelta(days=int(d)) for d in np.flatnonzero(silent)),
    )


def _without_partial_ends(counts: DailyCounts, country: str) -> DailyCounts:
    """With a first or last day far below all others of its weekday taken for one that is only partly counted."""
    values, weekday, free, _ = _ordinary(counts, country)
    for day, key in ((0, "reading.partial_first_count"), (counts.days - 1, "reading.partial_last_count")):
        others = values[(weekday == weekday[day]) & (values > 0) & (np.arange(counts.days) != day)]
        if len(others) < _FEWEST_OTHERS or day in free or values[day] == UNKNOWN:
            continue
        middle = float(np.median(others))
        spread = max(1.4826 * float(np.median(np.abs(others - middle))), middle**0.5)
        if values[day] < min(_PARTIAL * middle, middle - _FAR * spread, float(others.min())):
            changed = counts.counts.copy()
            changed[:, day] = UNKNOWN
            note = Said(key, day=counts.start + dt.timedelta(days=day), count=int(values[day]), usual=round(middle))
            counts = replace(counts, counts=changed, missing=(*counts.missing, day), notes=(*counts.notes, note))
    return counts


def daily_surge(counts: DailyCounts, campaign: Campaign, *, country: str = BELGIUM, trend: bool = False) -> SurgeFit:
    """A campaign's surge in daily counts; people are taken to call at all hours alike, as nothing tells when."""
    values, weekday, _, ordinary = _ordinary(counts, country)
    day = np.flatnonzero(ordinary & ~dead(np.maximum(values, 0), weekday))
    hours = np.full((len(day), 24), 1 / 24)
    return fit_surge(Days(counts.start, values[day], day, weekday[day], np.ones(len(day)), hours, trend), campaign)


def _ordinary(counts: DailyCounts, country: str) -> tuple[Whole, Whole, dict[int, str], Bools]:
    """Counts of the first series, weekdays, holidays, and which days are known and no holiday."""
    values = counts.counts[0]
    weekday = (counts.start.weekday() + np.arange(counts.days)) % WEEK
    free = holidays_of(counts.start, counts.days, country)
    ordinary = values != UNKNOWN
    ordinary[list(free)] = False
    return values, weekday, free, ordinary

"""Who calls when, from a log: hours, weekdays, trend and busyness, holidays, and who calls when it is closed.

All of it is of the contacts that are handed in. A scenario states first contacts: pick these first (``log.picked``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.days import DayFit, dead, fit_days
from sim.fit.fitted import Fitted, nothing
from sim.fit.hours import hours_text, opening
from sim.fit.log import ANSWERED, Log
from sim.fit.memory import Test
from sim.language.said import Said
from sim.scenario.holidays import BELGIUM, holidays_of
from sim.statistics.intervals import interval, zero_count_bound

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

_SHARE = "%"
_BY_DAYS = Said("how.ratio_over_days")
#: Rounds in which weekdays and hours are told apart; nothing moves after some ten.
_ROUNDS = 60


@dataclass(frozen=True)
class Holiday:
    """A public holiday in the log: its contacts, and how many an ordinary day like it would have had."""

    date: dt.date
    name: str
    contacts: int
    expected: float


@dataclass(frozen=True)
class Arrivals:
    """Who calls when.

    ``open`` (7, 24): hours in which contacts are answered, and ``hours_open`` the same as a scenario writes it.
    ``contacts`` are those expected while open on the log's ordinary days (no holidays, no ``silent`` days), and
    ``per_day`` on one of them. ``weekdays`` (7) and ``hours`` (24) are weights: an hour's rate is the product, so a
    weekday's weight is of its rate, not of how long it is open; hours' add up to 1 while some weekday is open.
    ``busyness`` is the coefficient of variation of a day's busyness; ``outside`` contacts while closed, as a share of
    those while open; ``holiday`` the contacts of a holiday as a share of those of an ordinary day. ``rates`` (7, 24, 3)
    are contacts an hour by weekday and hour of the day: value, low, high (nan where there is no such day).
    """

    start: dt.date
    open: Bools
    days: DayFit
    contacts: Fitted
    per_day: Fitted
    weekdays: tuple[Fitted, ...]
    hours: tuple[Fitted, ...]
    busyness: Fitted
    overdispersion: Test
    memory: Test
    trend: Fitted
    outside: Fitted
    holiday: Fitted
    holidays: tuple[Holiday, ...]
    silent: tuple[dt.date, ...]
    rates: Floats

    @property
    def hours_open(self) -> str:
        """Opening hours as a scenario writes them."""
        return hours_text(self.open)

    def rate(self, weekday: int, hour: int) -> Fitted:
        """Contacts an hour on a weekday (0 for Monday) in an hour of the day."""
        value, low, high = self.rates[weekday, hour].tolist()
        return Fitted(value, low, high, "an hour", _RATES)


_RATES = Said("how.mean_over_days")


def arrivals_of(
    log: Log, *, country: str = BELGIUM, open_hours: Bools | None = None, leave_out: Bools | None = None
) -> Arrivals:
    """What the contacts of a log say of when people call; SimError where there are too few days.

    ``open_hours`` (7, 24) takes the place of the hours that are read off who was answered; ``leave_out`` (days,) are
    days that are not ordinary, such as those of a campaign.
    """
    is_open = _open(log) if open_hours is None else open_hours
    return arrivals_in(log.source, log.start, _grid(log), is_open, country=country, leave_out=leave_out)


def arrivals_in(
    source: str, start: dt.date, grid: Whole, is_open: Bools, *, country: str = BELGIUM, leave_out: Bools | None = None
) -> Arrivals:
    """The same from contacts by day and hour, (days, 24), from the day ``start``; ``is_open`` (7, 24)."""
    days = len(grid)
    weekday = (start.weekday() + np.arange(days)) % 7
    free = holidays_of(start, days, country)
    inside = np.where(is_open[weekday], grid, 0)
    totals = inside.sum(axis=1)
    silent = dead(totals, weekday)
    silent[list(free)] = False
    ordinary = is_open[weekday].any(axis=1) & ~silent
    ordinary[list(free)] = False
    if leave_out is not None:
        ordinary &= ~leave_out
    day = np.flatnonzero(ordinary)
    usual = ordinary | ~is_open[weekday].any(axis=1)
    hours, size = _hours(inside[day], weekday[day], is_open)
    fit = fit_days(totals[day], day, weekday[day], size)
    if fit is None:
        raise SimError(f"{source}: only {len(day)} ordinary open days with contacts; two or more are needed")
    return Arrivals(
        start=start,
        open=is_open,
        days=fit,
        contacts=_contacts(fit, totals[day]),
        per_day=fit.per_day,
        weekdays=fit.weekdays,
        hours=_hour_weights(inside[day], weekday[day], is_open, hours, grid, ordinary),
        busyness=fit.busyness,
        overdispersion=fit.overdispersion,
        memory=fit.memory,
        trend=fit.trend,
        outside=_outside(grid.sum(axis=1) - totals, totals),
        holiday=holiday_ratio(fit, totals, weekday, list(free), _sizes(hours, is_open)),
        holidays=holiday_list(fit, totals, weekday, free, _sizes(hours, is_open), start),
        silent=tuple(start + dt.timedelta(days=int(d)) for d in np.flatnonzero(silent)),
        rates=_rates(grid[usual], weekday[usual]),
    )


def by_day(log: Log, usual: Arrivals, *, country: str) -> tuple[Whole, Whole, Whole, Floats, Floats]:
    """Contacts while open of the open days that are no holidays and not silent, (D,), for a curve to go through.

    With the number of each day, its weekday, its size, and the weights of its hours (D, 24), which add up to 1.
    """
    weekday = (log.start.weekday() + np.arange(log.days)) % 7
    weights = np.array([hour.value for hour in usual.hours])
    weights = np.where(usual.open, np.nan_to_num(weights), 0.0)
    used = weights[weekday].sum(axis=1) > 0
    used[list(holidays_of(log.start, log.days, country))] = False
    used[[(date - log.start).days for date in usual.silent]] = False
    day = np.flatnonzero(used)
    hours = weights[weekday[day]]
    size = hours.sum(axis=1)
    totals = np.where(usual.open[weekday], _grid(log), 0).sum(axis=1)
    return totals[day], day, weekday[day], size, hours / size[:, None]


def _grid(log: Log) -> Whole:
    """Contacts by day and hour, (days, 24)."""
    return np.bincount(log.day * 24 + log.hour, minlength=24 * log.days).reshape(log.days, 24)


def _open(log: Log) -> Bools:
    answered = log.outcome == ANSWERED
    if not answered.any():  # a log that does not say: open whenever people call
        answered = np.ones(len(log), dtype=bool)
    return opening(log.weekday[answered], log.hour[answered])


def _sizes(hours: Floats, is_open: Bools) -> Floats:
    """By weekday, the weights of its open hours together, (7,)."""
    sizes: Floats = np.where(is_open, hours, 0.0).sum(axis=1)
    return sizes


def _hours(inside: Whole, weekday: Whole, is_open: Bools) -> tuple[Floats, Floats]:
    """Weights (24,) of hours, adding up to 1, and sizes (D,) of days: rate = weekday's x hour's, fitted in turns.

    The maximum of the Poisson likelihood of a table with some cells closed (Deming and Stephan's iteration).
    """
    opened = is_open[weekday]
    ever = is_open.any(axis=0)
    hours: Floats = np.where(ever, 1 / max(int(ever.sum()), 1), 0.0)
    by_hour, by_day = inside.sum(axis=0), inside.sum(axis=1)
    for _ in range(_ROUNDS):
        size = (opened * hours).sum(axis=1)
        level = np.divide(by_day, size, out=np.zeros(len(size)), where=size > 0)
        exposed = (opened * level[:, None]).sum(axis=0)
        hours = np.divide(by_hour, exposed, out=np.zeros(24), where=exposed > 0)
        hours = hours / max(hours.sum(), 1e-300)
    sizes: Floats = (opened * hours).sum(axis=1)
    return hours, sizes


def _hour_weights(
    inside: Whole, weekday: Whole, is_open: Bools, hours: Floats, grid: Whole, ordinary: Bools
) -> tuple[Fitted, ...]:
    """The hours' weights: each day is as busy as its own total says, so only its split over hours counts."""
    opened = is_open[weekday]
    size = (opened * hours).sum(axis=1)
    level = np.divide(inside.sum(axis=1), size, out=np.zeros(len(size)), where=size > 0)
    found = []
    for hour in range(24):
        days = opened[:, hour] & (level > 0)
        if days.any():
            found.append(ratio_over_days(inside[days, hour], level[days], "of a day", share=True))
        else:  # closed all week: those who call then, on the same scale
            found.append(ratio_over_days(grid[ordinary, hour], level, "of a day", share=True))
    return tuple(found)


def ratio_over_days(over: Whole, under: Floats, unit: str, *, share: bool = False) -> Fitted:
    """Ratio of two sums over days, positive; its variance is that between days, not less than Poisson's.

    ``share``: the events are among those below, so that chance alone has the variance of a share.
    """
    n, total, base = len(over), float(over.sum()), float(under.sum())
    if base <= 0:
        return nothing(unit, Said("how.nothing_to_compare"))
    value = total / base
    if not total:
        return Fitted(0.0, 0.0, zero_count_bound() / base, unit, Said("how.none_seen"))
    left = over - value * under
    between = float((left**2).sum()) * n / max(n - 1, 1)
    chance = total * (max(1 - value, 0.0) if share else 1 + value)
    found = interval(value, max(between, chance) / base**2, n, kind="share" if share and value < 1 else "positive")
    return Fitted(value, max(found.low, 0.0), found.high, unit, _BY_DAYS)


def _outside(outside: Whole, inside: Whole) -> Fitted:
    if not outside.sum():
        most = zero_count_bound() / max(float(inside.sum()), 1.0)
        return Fitted(0.0, 0.0, most, _SHARE, Said("how.nobody_while_closed"))
    return ratio_over_days(outside, inside.astype(float), _SHARE)


def _contacts(fit: DayFit, totals: Whole) -> Fitted:
    """Expected contacts of the fitted days together: their number, with the variance of all these days."""
    total, n = float(totals.sum()), len(totals)
    means = fit.fit.means
    variance = float((means * (1 + fit.fit.alpha * means)).sum())
    found = interval(total, variance, fit.fit.degrees + 1 if n > 1 else 1, kind="positive")
    return Fitted(total, found.low, found.high, "contacts", Said("how.sum_over_days"))


def holiday_ratio(fit: DayFit, totals: Whole, weekday: Whole, days: list[int], sizes: Floats) -> Fitted:
    """Contacts of holidays as a share of those of ordinary days like them."""
    expected = fit.expected(fit.fit.theta, np.array(days, dtype=np.int64), weekday[days], sizes[weekday[days]])
    base, total = float(expected.sum()), float(totals[days].sum())
    if base <= 0:
        return nothing(_SHARE, Said("how.no_holiday"))
    # If ordinary: Poisson given busyness. How much holidays differ among themselves is not known from a few.
    variance = total + fit.fit.alpha * (total / base) ** 2 * float((expected**2).sum())
    if not total:
        return Fitted(0.0, 0.0, zero_count_bound() / base, _SHARE, Said("how.none_on_holidays"))
    found = interval(total / base, variance / base**2, fit.fit.degrees + 1, kind="positive")
    return Fitted(found.value, found.low, found.high, _SHARE, Said("how.holidays"))


def holiday_list(
    fit: DayFit, totals: Whole, weekday: Whole, free: dict[int, str], sizes: Floats, start: dt.date
) -> tuple[Holiday, ...]:
    """The holidays of the log, day by day."""
    days = np.array(list(free), dtype=np.int64)
    expected = fit.expected(fit.fit.theta, days, weekday[days], sizes[weekday[days]]) if len(days) else days
    return tuple(
        Holiday(start + dt.timedelta(days=int(day)), free[int(day)], int(totals[day]), float(mean))
        for day, mean in zip(days, expected, strict=True)
    )


def _rates(grid: Whole, weekday: Whole) -> Floats:
    """Contacts an hour by weekday and hour: value, low, high, (7, 24, 3)."""
    rates = np.full((7, 24, 3), np.nan)
    days = np.bincount(weekday, minlength=7)
    degrees = max(len(weekday) - int((days > 0).sum()), 1)
    means = np.array([grid[weekday == w].mean(axis=0) if days[w] else np.zeros(24) for w in range(7)])
    expected = means[weekday]
    left = (grid - expected) ** 2
    # Beyond Poisson, one number for each hour of the day: a single cell has too few days to tell. Variance may grow
    # with the mean or with its square (busy days); the larger one is taken.
    linear = np.divide(left, expected, out=np.zeros(grid.shape), where=expected > 0).sum(axis=0) / degrees
    base = np.maximum((expected**2).sum(axis=0), 1e-300)
    square = np.maximum((left.sum(axis=0) * len(weekday) / degrees - expected.sum(axis=0)) / base, 0.0)
    for w in np.flatnonzero(days):
        for hour in range(24):
            mean, n = float(means[w, hour]), int(days[w])
            if mean:
                variance = mean * max(float(linear[hour]), 1 + float(square[hour]) * mean) / n
                found = interval(mean, variance, degrees + 1, kind="positive")
                rates[w, hour] = mean, found.low, found.high
            else:
                rates[w, hour] = 0.0, 0.0, zero_count_bound() / n
    return rates

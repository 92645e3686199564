"""Logs from known rates, and whether these are found again: hours, weekdays, busyness, campaigns, daily counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from math import expm1

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from sim.engines.streams import days_of
from sim.fit.arrivals import arrivals_of
from sim.fit.campaign import with_campaign
from sim.fit.daily import fit_daily
from sim.fit.day_counts import DailyCounts
from sim.fit.days import MONTH
from sim.fit.forecast import forecast
from sim.fit.log import ANSWERED, CLOSED, UNKNOWN, Log
from sim.fit.surge import Campaign
from sim.model.clock import DAY, HOUR
from sim.scenario.surges import Decay

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_SEED = 1712
_START = dt.date(2024, 1, 1)
_WEEKDAYS = np.array([1.4, 1.1, 1.0, 0.8, 0.7, 0.0, 0.0])
_HOURS = np.zeros(24)
_HOURS[9:17] = np.array([0.16, 0.17, 0.14, 0.09, 0.11, 0.13, 0.11, 0.09])
#: Who calls before and after hours, as a share of those within.
_OUTSIDE = np.zeros(24)
_OUTSIDE[[8, 18]] = 0.04, 0.03


def uniforms(name: str, log: int, days: int, each: int) -> Floats:
    """Luck of a log: (days, each) uniform numbers."""
    chunks = -(-each // 2)
    return days_of(_SEED, ("fit", name), np.array([log]), days).pairs(chunks).reshape(days, -1)[:, :each]


def drawn_counts(name: str, log: int, means: Floats, cv: float) -> Whole:
    """Counts (D, h) with these means, all hours of a day multiplied by its busyness."""
    luck = uniforms(name, log, len(means), means.shape[1] + 1)
    busy = special.gammaincinv(1 / cv**2, luck[:, :1]) * cv**2 if cv else 1.0
    return np.where(means > 0, stats.poisson.ppf(luck[:, 1:], np.maximum(means * busy, 1e-12)), 0).astype(np.int64)


def log_of(name: str, log: int, counts: Whole, is_open: NDArray[np.bool_]) -> Log:
    """A log with these contacts by day and hour, answered at once while open; times within the hour are uniform."""
    hour = np.repeat(np.arange(counts.size), counts.ravel())
    within = uniforms(f"{name}, times", log, len(hour), 1)[:, 0]
    arrival = np.sort(hour * HOUR + np.floor(within * HOUR).astype(np.int64))
    inside = is_open.ravel()[arrival // HOUR]
    n = len(arrival)
    nothing, zero = np.full(n, UNKNOWN, dtype=np.int64), np.zeros(n, dtype=np.int64)
    outcome = np.where(inside, ANSWERED, CLOSED)
    names = ("phone",)
    return Log(
        "simulated", _START, len(counts), arrival, nothing, zero, zero, zero, outcome, nothing, nothing, nothing,
        names, names, (), n, (),
    )  # fmt: skip


def _open(days: int) -> tuple[Whole, NDArray[np.bool_]]:
    weekday = (_START.weekday() + np.arange(days)) % 7
    return weekday, (_HOURS > 0) & (_WEEKDAYS[weekday] > 0)[:, None]


def arrivals(number: int) -> Mapping[str, bool]:
    """Ten weeks of 40 contacts a day, growing by 5 % a month."""
    mean, cv, growth, days = 40.0, 0.25, 0.05, 70
    weekday, is_open = _open(days)
    day = np.arange(days)
    rises = np.exp(growth * (day - day[_WEEKDAYS[weekday] > 0].mean()) / MONTH)
    level = mean * _WEEKDAYS[weekday] * rises
    counts = drawn_counts("arrivals", number, level[:, None] * (_HOURS + _OUTSIDE), cv)
    found = arrivals_of(log_of("arrivals", number, counts, is_open), country="none")
    monday = level[weekday == 0].mean() * _HOURS[10]
    inside = {
        "opening hours": found.hours_open == "mon-fri 9:00-17:00",
        "contacts a day": found.per_day.covers(mean),
        "contacts of the period": found.contacts.covers(float(level.sum())),
        "busyness": found.busyness.covers(cv),
        "trend": found.trend.covers(expm1(growth)),
        "outside hours": found.outside.covers(float(_OUTSIDE.sum())),
        "rate on Monday at ten": found.rate(0, 10).covers(float(monday)),
    }
    inside |= {f"weekday {d}": found.weekdays[d].covers(float(_WEEKDAYS[d])) for d in range(5)}
    return inside | {f"hour {h}": found.hours[h].covers(float(_HOURS[h])) for h in range(9, 17)}


def poisson(number: int) -> Mapping[str, bool]:
    """Eight weeks of Poisson counts, in which there is no busyness, no trend and no memory to be found."""
    weekday, is_open = _open(56)
    counts = drawn_counts("poisson", number, 25.0 * _WEEKDAYS[weekday][:, None] * _HOURS, 0.0)
    found = arrivals_of(log_of("poisson", number, counts, is_open), country="none")
    return {
        "busyness": found.busyness.covers(0.0),
        "test of busyness": not found.overdispersion.rejected,
        "test of memory": not found.memory.rejected,
        "trend": found.trend.covers(0.0),
    }


def campaign(number: int, *, jump: float = 2.0, days: float = 4.0, plateau: float = 0.25) -> Mapping[str, bool]:
    """Ten weeks with two broadcasts in the evening, a week apart, after four weeks without."""
    cv, length = 0.2, 70
    starts = tuple(dt.datetime(2024, 1, 29, 21) + dt.timedelta(days=7 * k) for k in range(2))
    weekday, is_open = _open(length)
    edges = np.arange(length * 24 + 1) * float(HOUR)
    since = [(start - dt.datetime.combine(_START, dt.time())).total_seconds() * 1000 for start in starts]
    jumps = [jump * np.diff(Decay(days * DAY).integral(np.maximum(edges - s, 0))) / HOUR for s in since]
    extra = (np.sum(jumps, axis=0) + plateau * (edges[:-1] >= since[0])).reshape(length, 24)
    ordinary = 25.0 * _WEEKDAYS[weekday][:, None] * _HOURS
    name = f"campaign {jump:g}"
    counts = drawn_counts(name, number, ordinary * (1 + extra), cv)
    usual, found = with_campaign(log_of(name, number, counts, is_open), Campaign(starts), country="none")
    inside = {
        "jump": found.jump.covers(jump),
        "plateau": found.plateau.covers(plateau),
        "extra contacts": found.extra.covers(float((ordinary * extra).sum())),
        "busyness": found.busyness.covers(cv),
        "ordinary contacts a day": usual.per_day.covers(25.0),
    }
    if jump:
        return inside | {"time constant": found.decay.covers(days), "test of the campaign": found.test.rejected}
    return inside | {"test of the campaign": not found.test.rejected}


def small_campaign(number: int) -> Mapping[str, bool]:
    """A campaign that chance does as much as in some of the logs, so that the test misses it now and then."""
    found = campaign(number, jump=0.6, plateau=0.1)
    return {quantity: inside for quantity, inside in found.items() if quantity != "test of the campaign"}


def no_campaign(number: int) -> Mapping[str, bool]:
    """The same weeks in which the broadcasts did nothing."""
    return campaign(number, jump=0.0, plateau=0.0)


def daily(number: int) -> Mapping[str, bool]:
    """Half a year of daily counts, every day open, shrinking by 3 % a month; and the week after it."""
    weights, cv, growth, days = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.9, 0.8]), 0.3, -0.03, 182
    day = np.arange(days + 7)
    means = 30.0 * weights[(_START.weekday() + day) % 7] * np.exp(growth * (day - day[:days].mean()) / MONTH)
    counts = drawn_counts("daily", number, means[:, None], cv)[:, 0]
    fit = fit_daily(DailyCounts("simulated", _START, counts[None, :days], ("n",), (), days, ()), country="none")
    week = forecast(fit, country="none")
    inside = {
        "contacts a day": fit.per_day.covers(30.0),
        "busyness": fit.busyness.covers(cv),
        "test of busyness": fit.overdispersion.rejected,
        "trend": fit.trend.covers(expm1(growth)),
        "test of memory": not fit.memory.rejected,
        "next week": week.total.covers(float(counts[days:].sum())),
        "the day after": week.days[0].covers(float(counts[days])),
    }
    return inside | {f"weekday {d}": fit.weekdays[d].covers(float(weights[d])) for d in range(7)}


CHECKS: dict[str, Callable[[int], Mapping[str, bool]]] = {
    "arrivals": arrivals,
    "poisson": poisson,
    "campaign": campaign,
    "small campaign": small_campaign,
    "no campaign": no_campaign,
    "daily": daily,
}

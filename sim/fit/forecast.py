"""The week to come, from daily counts: the recent level times the weights of the weekdays, and how far off it may be.

How quickly old days are forgotten, and how wide the interval is, follow from how well past weeks would have been
foretold from the days before them; so drift and memory of days are in it without a model of either.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.daily import WEEK, DailyFit
from sim.fit.days import DayFit, fit_days
from sim.fit.fitted import Fitted
from sim.fit.log import UNKNOWN
from sim.language.said import Said
from sim.scenario.holidays import BELGIUM, holidays_of
from sim.statistics.intervals import interval

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Weeks after which a day counts half; the one that foretells past weeks best is taken.
_HALF_LIVES = (1.0, 2.0, 4.0, 8.0, 16.0, inf)
#: So many past weeks are foretold, each from four weeks or more.
_PAST, _BEFORE = 52, 28
#: Days that tell weekdays apart, and days that tell how much a day differs from its week.
_YEAR, _NEAR = 364, 56
#: With fewer past weeks, their errors say too little: the model of the days gives the interval.
_FEW = 8
#: A week counts where so many of its days are known.
_KNOWN = 5
_BY_ERRORS = Said("how.recent_level")
_BY_MODEL = Said("how.level_of_all")


@dataclass(frozen=True)
class Forecast:
    """The week from ``start``: contacts expected by day (7,), and prediction intervals of each day and the ``total``.

    ``half_life``: weeks after which a day counts half. Of ``weeks`` past weeks, each foretold with what was known
    before it, the share ``checked`` fell inside its interval (nan where there are none). ``busyness`` is the
    coefficient of variation of days in recent weeks.
    """

    start: dt.date
    expected: tuple[float, ...]
    days: tuple[Fitted, ...]
    total: Fitted
    busyness: Fitted
    half_life: float
    weeks: int
    checked: float


@dataclass(frozen=True)
class _Series:
    """Counts (D,), which are ``known`` and ordinary, and the days' weights (D + 7,), the coming week's at the end."""

    counts: Whole
    known: Bools
    weights: Floats
    fit: DayFit

    def level(self, upto: int, half_life: float) -> float:
        """Contacts a day of weight 1, from the days before ``upto``."""
        age = np.arange(upto, 0, -1) / WEEK
        fades = np.where(self.known[:upto], 0.5 ** (age / half_life), 0.0)
        return float((fades * self.counts[:upto]).sum() / max((fades * self.weights[:upto]).sum(), 1e-300))


@dataclass(frozen=True)
class _Past:
    """Past weeks foretold: means and counts (K, 7), 0 in both where a day is not known; the earliest week first."""

    means: Floats
    counts: Floats

    def excess(self, *, weekly: bool, upto: int | None = None) -> float:
        """Variance beyond Poisson of a week's total, or of a day, as a share of its squared mean."""
        means, counts = self.means[:upto], self.counts[:upto]
        if weekly:
            means, counts = means.sum(axis=1), counts.sum(axis=1)
        return max(float(((counts - means) ** 2 - means).sum() / max((means**2).sum(), 1e-300)), 0.0)

    @property
    def score(self) -> float:
        """How far weeks were off; lower is better."""
        means, counts = self.means.sum(axis=1), self.counts.sum(axis=1)
        return float(((counts - means) ** 2 / np.maximum(means, 1e-9)).sum())


def forecast(fit: DailyFit, *, country: str = BELGIUM) -> Forecast:
    """The seven days after the last one of the counts."""
    series = _series(fit, country)
    upto = len(series.counts)
    pasts = {half_life: _past(series, half_life) for half_life in _HALF_LIVES}
    enough = len(pasts[inf].means) >= _FEW
    half_life = min(pasts, key=lambda h: pasts[h].score) if enough else inf
    means = series.level(upto, half_life) * series.weights[upto:]
    if not means.sum() > 0:
        raise SimError(f"{fit.counts.source}: there is no contact in the days that tell the coming week")
    past = pasts[half_life]
    if enough:
        weekly, daily, n = past.excess(weekly=True), past.excess(weekly=False), len(past.means)
    else:
        weekly, daily, n = _by_model(series, means)
    weeks, checked = _checked(past)
    near = fit_days(*_last(series, _NEAR, fit.counts.start), trend=False)
    return Forecast(
        start=fit.counts.start + dt.timedelta(days=upto),
        expected=tuple(means.tolist()),
        days=tuple(_predicted(float(mean), daily, n, enough=enough) for mean in means),
        total=_predicted(float(means.sum()), weekly, n, enough=enough),
        busyness=near.busyness if near is not None else fit.busyness,
        half_life=half_life,
        weeks=weeks,
        checked=checked,
    )


def _series(fit: DailyFit, country: str) -> _Series:
    counts, start = fit.counts.counts[0], fit.counts.start
    days = len(counts)
    free = holidays_of(start, days + WEEK, country)
    weekday = (start.weekday() + np.arange(days + WEEK)) % WEEK
    known = counts != UNKNOWN
    known[[day for day in free if day < days]] = False
    known[[(day - start).days for day in fit.silent]] = False
    bare = _Series(counts, known, np.ones(days + WEEK), fit.days)
    near = fit_days(*_last(bare, _YEAR, start), trend=False) or fit.days
    weights = np.array([weight.value if weight.known else 0.0 for weight in near.weekdays])[weekday]
    weights[list(free)] *= fit.holiday.value if fit.holiday.known else 1.0
    return _Series(counts, known, weights, near)


def _last(series: _Series, days: int, start: dt.date) -> tuple[Whole, Whole, Whole]:
    """Counts, numbers and weekdays of the last known days."""
    day = np.flatnonzero(series.known)
    day = day[day >= len(series.counts) - days]
    return series.counts[day], day, (start.weekday() + day) % WEEK


def _past(series: _Series, half_life: float) -> _Past:
    upto = len(series.counts)
    means, counts = [], []
    for start in range(upto - WEEK * min(_PAST, (upto - _BEFORE) // WEEK), upto, WEEK):
        week = slice(start, start + WEEK)
        known = series.known[week]
        if start >= _BEFORE and known.sum() >= _KNOWN:
            means.append(np.where(known, series.level(start, half_life) * series.weights[week], 0.0))
            counts.append(np.where(known, series.counts[week], 0))
    return _Past(np.array(means).reshape(-1, WEEK), np.array(counts, dtype=float).reshape(-1, WEEK))


def _by_model(series: _Series, means: Floats) -> tuple[float, float, int]:
    """Excess variance of a week and of a day, and degrees of freedom: busyness, and a level known from few days."""
    alpha, fit = series.fit.fit.alpha, series.fit.fit
    level = 1 / max(float(fit.counts.sum()), 1.0) + alpha / len(fit.counts)
    return alpha * float((means**2).sum()) / float(means.sum()) ** 2 + level, alpha + level, fit.degrees


def _predicted(mean: float, excess: float, n: int, *, enough: bool) -> Fitted:
    method = _BY_ERRORS if enough else _BY_MODEL
    found = interval(mean, mean + excess * mean**2, n + 1, kind="positive")
    return Fitted(mean, max(found.low, 0.0), found.high, "contacts", method)


def _checked(past: _Past) -> tuple[int, float]:
    """Past weeks with enough before them, and the share whose total fell within the interval made then."""
    inside = []
    for week in range(_FEW, len(past.means)):
        mean, seen = float(past.means[week].sum()), float(past.counts[week].sum())
        then = _predicted(mean, past.excess(weekly=True, upto=week), week, enough=True)
        inside.append(then.covers(seen))
    return len(inside), float(np.mean(inside)) if inside else float("nan")

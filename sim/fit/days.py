"""Counts by day: mean by weekday, trend, and how much busier some days are than chance makes them.

The mean of a day is exp(weekday + growth * time) times its size (its open hours, weighed by how busy these are).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, expm1, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.fit.counts import CountFit, LogLinear, fitted_counts
from sim.fit.fitted import Fitted, nothing
from sim.fit.memory import Test, long_run, memory_of, p_text
from sim.language.said import Digits, Said
from sim.statistics.intervals import zero_count_bound

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: A trend is looked for over so many days; in fewer, one busy week would be taken for growth.
_SPAN = 28
#: Growth is told per so many days.
MONTH = 30.0
_DEPENDENT = Said("how.regression_memory")
_DELTA = Said("how.regression")


@dataclass(frozen=True)
class DayFit:
    """The fit of D days: which ``day`` (D,) each is, its weekday and ``size``.

    ``memory`` tests whether days are independent; where they are not, the covariance of the fit allows for it.
    ``present`` weekdays have contacts; ``absent`` (7,) is the size of the days that are open and have none.
    """

    fit: CountFit
    day: Whole
    weekday: Whole
    size: Floats
    present: tuple[int, ...]
    absent: tuple[float, ...]
    trended: bool
    middle: float
    memory: Test

    @property
    def method(self) -> Said:
        """How means and their intervals were found."""
        return _DEPENDENT if self.memory.rejected else _DELTA

    def level(self, theta: Floats, weekday: int) -> float:
        """Mean of a day of size 1 in the middle of the time."""
        return exp(float(theta[self.present.index(weekday)]))

    def mean_level(self, theta: Floats) -> float:
        """The same over the weekdays that have contacts."""
        return float(np.mean([self.level(theta, weekday) for weekday in self.present]))

    def expected(self, theta: Floats, day: Whole, weekday: Whole, size: Floats) -> Floats:
        """Means (n,) of any days; 0 on weekdays without contacts."""
        levels = np.array([self.level(theta, w) if w in self.present else 0.0 for w in range(7)])
        growth = theta[-1] * (day - self.middle) / MONTH if self.trended else 0.0
        means: Floats = levels[weekday] * np.exp(growth) * size
        return means

    @property
    def per_day(self) -> Fitted:
        """Mean contacts on a day, over the weekdays that have contacts, in the middle of the time."""
        usual = np.array([self.size[self.weekday == w].mean() for w in self.present])

        def of(theta: Floats) -> float:
            return float(np.mean(np.exp(theta[: len(self.present)]) * usual))

        return Fitted(*self.fit.positive(of), "a day", self.method)

    @property
    def weekdays(self) -> tuple[Fitted, ...]:
        """Weight of each weekday, 1 the mean of those that have contacts."""
        return tuple(self._weight(weekday) for weekday in range(7))

    def _weight(self, weekday: int) -> Fitted:
        if len(self.present) == 1 and weekday in self.present:
            return Fitted(1.0, 1.0, 1.0, "times the mean day", Said("how.only_weekday"))
        if weekday in self.present:
            ends = self.fit.positive(lambda theta: self.level(theta, weekday) / self.mean_level(theta))
            return Fitted(*ends, "times the mean day", self.method)
        size = self.absent[weekday]
        if not size:
            return nothing("times the mean day", Said("how.no_such_day"))
        most = zero_count_bound() / (size * self.mean_level(self.fit.theta))
        return Fitted(0.0, 0.0, most, "times the mean day", Said("how.none_on_such_days"))

    @property
    def trend(self) -> Fitted:
        """Growth per 30 days, as a share."""
        if not self.trended:
            return nothing("%", Said("how.short_span", days=_SPAN))
        growth, half = float(self.fit.theta[-1]), self.fit.t * sqrt(max(float(self.fit.covariance[-1, -1]), 0.0))
        return Fitted(expm1(growth), expm1(growth - half), expm1(min(growth + half, 700.0)), "%", self.method)

    @property
    def busyness(self) -> Fitted:
        """Coefficient of variation of a day's busyness, a gamma variable with mean 1."""
        fit = self.fit
        return Fitted(sqrt(fit.alpha), sqrt(fit.alpha_low), sqrt(fit.alpha_high), "", Said("how.busyness"))

    @property
    def overdispersion(self) -> Test:
        """Whether days differ by more than Poisson counts of the same mean would."""
        fit = self.fit
        dispersion = float((((fit.counts - fit.means) ** 2) / fit.means).sum()) / fit.degrees
        key = "test.dispersion" if fit.p_value < 0.05 else "test.no_dispersion"
        says = Said(key, times=Digits(dispersion, 2), p=p_text(fit.p_value))
        return Test(fit.statistic, fit.p_value, says)


def fit_days(
    counts: Whole, day: Whole, weekday: Whole, size: Floats | None = None, *, trend: bool = True
) -> DayFit | None:
    """The fit of ordinary days: ``counts``, ``day`` and ``weekday`` (D,); None where there is nothing to fit."""
    size = np.ones(len(counts)) if size is None else size
    totals = np.bincount(weekday, weights=counts, minlength=7)
    present = tuple(int(w) for w in np.flatnonzero(totals))
    used = np.isin(weekday, present) & (size > 0)
    if not present or used.sum() < 2:
        return None
    span = int(day[used].max() - day[used].min()) + 1
    middle = float(day[used].mean())
    trended = trend and span >= _SPAN and used.sum() > len(present) + 2
    columns = [(weekday[used] == w).astype(float) for w in present]
    start = [np.log(totals[w] / size[used & (weekday == w)].sum()) for w in present]
    if trended:
        columns.append((day[used] - middle) / MONTH)
        start.append(0.0)
    curve = LogLinear(np.stack(columns, axis=1), size[used])
    fit = fitted_counts(curve, counts[used], np.array(start))
    absent = tuple(float(size[(weekday == w) & ~used].sum()) for w in range(7))
    memory = memory_of(fit.residuals, day[used], weekday[used])
    if memory.rejected:
        slopes = curve.mean(fit.theta)[1]
        scores = (fit.counts - fit.means) / (fit.means * (1 + fit.alpha * fit.means))
        fit = replace(fit, covariance=long_run(slopes, scores, fit.covariance, day[used]))
    return DayFit(fit, day[used], weekday[used], size[used], present, absent, trended, middle, memory)


def dead(counts: Whole, weekday: Whole) -> NDArray[np.bool_]:
    """Days without any contact on a weekday that has some twelve or more: closed, or not written down."""
    usual = np.array([np.median(counts[weekday == w]) if (weekday == w).any() else 0.0 for w in range(7)])
    found: NDArray[np.bool_] = (counts == 0) & (usual[weekday] >= 12)
    return found

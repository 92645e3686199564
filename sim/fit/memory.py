"""Whether a day tells the next: correlation of residuals some days apart, held to what their order alone would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engines.streams import days_of
from sim.language.said import Digits, Said

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: How many days back a day is compared with.
LAGS = 7
#: Other orders of the same days that the order of the log is compared with.
_ORDERS = 399
_SEED = 1712
#: Days that may still tell each other.
_REACH = 28


@dataclass(frozen=True)
class Test:
    """A hypothesis held to the data: ``p_value`` is how often it would show as much, and ``says`` what that means."""

    statistic: float
    p_value: float
    says: Said

    @property
    def rejected(self) -> bool:
        """Whether chance alone would do this less than once in twenty times."""
        return self.p_value < 0.05


def p_text(value: float) -> Said:
    """A p-value as it is told."""
    return Said("test.p", p=Digits(value, 3)) if value >= 0.001 else Said("test.p_small", p=Digits(0.001, 3))


def memory_of(residuals: Floats, day: Whole, weekday: Whole) -> Test:
    """Whether residuals (n,) of nearby days go together; days may be missing between them.

    The statistic is that of Ljung and Box over distances of 1 to 7 days. Its p-value comes from other orders of the
    same residuals, each within its weekday, since means that were fitted by weekday leave a correlation of their own a
    week apart, which the chi-squared law takes for a discovery in a short log.
    """
    n = len(residuals)
    if n < LAGS + 3 or not float(residuals.std()) > 0:
        return Test(0.0, 1.0, Said("test.too_few_days"))
    scaled = (residuals - residuals.mean()) / residuals.std()
    lines = np.concatenate([scaled[None], scaled[_orders(weekday)]])
    grid = np.full((len(lines), int(day.max() - day.min()) + 1), np.nan)
    grid[:, day - day.min()] = lines
    statistics, first = _ljung_box(grid, n)
    p_value = float((statistics >= statistics[0] * (1 - 1e-12)).mean())
    key = "test.memory" if p_value < 0.05 else "test.no_memory"
    says = Said(key, correlation=Digits(first, 2), p=p_text(p_value))
    return Test(float(statistics[0]), p_value, says)


def long_run(slopes: Floats, scores: Floats, covariance: Floats, day: Whole) -> Floats:
    """Covariance (k, k) of parameters where days are not independent: the sandwich of Newey and West (1987).

    ``slopes`` (n, k) of the means, ``scores`` (n,) = (count - mean) / variance. Econometrica 55, 703-708; pairs of days
    up to four weeks apart, or a tenth of the time, are weighed down in a straight line.
    """
    span = int(day.max() - day.min()) + 1
    grid = np.zeros((span, slopes.shape[1]))
    grid[day - day.min()] = slopes * scores[:, None]
    reach = min(_REACH, span // 10)
    filling = grid.T @ grid
    for lag in range(1, reach + 1):
        pair = grid[lag:].T @ grid[:-lag]
        filling += (1 - lag / (reach + 1)) * (pair + pair.T)
    found: Floats = covariance @ filling @ covariance * (len(day) / max(len(day) - slopes.shape[1], 1))
    return found


def _orders(weekday: Whole) -> Whole:
    """Random orders (R, n) of the days in which each day has the residual of one of its own weekday."""
    draws = days_of(_SEED, ("fit", "memory"), np.arange(_ORDERS), len(weekday)).pairs()[:, 0, 0]
    # Sorted by weekday and then at random: the k-th of these takes the place of the k-th day of its weekday.
    mixed = np.argsort(draws.reshape(_ORDERS, -1) + weekday, axis=1)
    found = np.empty_like(mixed)
    found[:, np.argsort(weekday, kind="stable")] = mixed
    return found


def _ljung_box(grid: Floats, n: int) -> tuple[Floats, float]:
    """Statistics of rows (R, D) with gaps, and the first row's correlation of days next to each other."""
    total, first = np.zeros(len(grid)), 0.0
    for lag in range(1, LAGS + 1):
        products = grid[:, lag:] * grid[:, :-lag]
        pairs = int(np.isfinite(products[0]).sum())
        if pairs >= 5:
            correlation = np.nansum(products, axis=1) / pairs
            first = float(correlation[0]) if lag == 1 else first
            total += correlation**2 * pairs * (n + 2) / n
    return total, first

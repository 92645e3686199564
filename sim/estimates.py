"""Numbers with their intervals, from sums over independent replications.

A ratio is the ratio of the sums over all replications, with a delta-method interval; a mean has a t-interval; a
count that stayed zero has the upper bound of a Poisson count. Intervals are at 95 % unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Weights = Mapping[str, int]


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; all three are nan where there is nothing to estimate from."""

    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


NOTHING = Estimate(nan, nan, nan)


def vector(columns: Sequence[str], weights: Weights | None) -> NDArray[np.int64]:
    """Weights as a vector over ``columns``, zeros for None."""
    found = np.zeros(len(columns), dtype=np.int64)
    for name, weight in (weights or {}).items():
        found[columns.index(name)] += weight
    return found


@dataclass(frozen=True)
class Pairs:
    """What is estimated: each pair a weighted sum of columns, over another one or per replication (None).

    Weights are whole numbers, so sums over columns are exact.
    """

    columns: tuple[str, ...]
    pairs: tuple[tuple[Weights, Weights | None], ...]

    @cached_property
    def over(self) -> NDArray[np.int64]:
        """Weights of the numerators, shape (D, columns)."""
        return np.stack([vector(self.columns, over) for over, _ in self.pairs])

    @cached_property
    def under(self) -> NDArray[np.int64]:
        """Weights of the denominators, zeros where there is none, shape (D, columns)."""
        return np.stack([vector(self.columns, under) for _, under in self.pairs])

    def position(self, over: Weights, under: Weights | None) -> int:
        """Number of a pair; ValueError where it is not one of these."""
        return self.pairs.index((over, under))


@dataclass(frozen=True)
class Moments:
    """Sums over replications: all that means, ratios and their intervals need. They add, so memory does not grow.

    ``total`` (cells, columns) of every column. Of D pairs (see Pairs) the sums of numerators and denominators and of
    their squares and products, ``sums`` (5, cells, D): y, x, yy, xy, xx.
    """

    pairs: Pairs
    replications: int
    total: NDArray[np.int64]
    sums: Floats

    @classmethod
    def nothing(cls, pairs: Pairs, cells: int) -> Moments:
        """No replications yet."""
        total = np.zeros((cells, len(pairs.columns)), dtype=np.int64)
        return cls(pairs, 0, total, np.zeros((5, cells, len(pairs.pairs))))

    @classmethod
    def of(cls, pairs: Pairs, values: NDArray[np.int64]) -> Moments:
        """Moments of ``values`` (replications, cells, columns)."""
        # Whole numbers below 2**53, so that these products are exact in any order.
        exact = values.astype(float)
        y, x = exact @ pairs.over.T.astype(float), exact @ pairs.under.T.astype(float)
        sums = np.stack([part.sum(axis=0) for part in (y, x, y * y, x * y, x * x)])
        return cls(pairs, len(values), values.sum(axis=0), sums)

    def __add__(self, other: Moments) -> Moments:
        sums = self.sums + other.sums
        return Moments(self.pairs, self.replications + other.replications, self.total + other.total, sums)

    def mean(self, cell: int, weights: Weights, *, level: float = 0.95) -> Estimate:
        """Mean per replication of a weighted sum of columns, with its t-interval."""
        n, at = self.replications, self.pairs.position(weights, None)
        total, square = float(self.sums[0, cell, at]), float(self.sums[2, cell, at])
        mean = total / n
        if total == 0 and square == 0:
            return Estimate(0.0, 0.0, zero_count_bound(level=level) / n)
        return _interval(mean, square / n - mean * mean, n, level)

    def ratio(self, cell: int, over: Weights, under: Weights, *, level: float = 0.95) -> Estimate:
        """Sum over sum, with the delta-method interval and t quantiles.

        Var(r) is about mean((y - r x)^2) / mean(x)^2 / (n - 1), e.g. Cochran, Sampling Techniques, 3rd ed., 6.4.
        """
        n, at = self.replications, self.pairs.position(over, under)
        y, x, yy, xy, xx = (float(part) for part in self.sums[:, cell, at])
        if x == 0:
            return NOTHING
        ratio = y / x
        if y == 0 and yy == 0:
            return Estimate(0.0, 0.0, zero_count_bound(level=level) / x)
        spread = (yy - 2 * ratio * xy + ratio * ratio * xx) / n
        return _interval(ratio, spread / (x / n) ** 2, n, level)


def zero_count_bound(*, level: float = 0.95) -> float:
    """Largest mean under which a Poisson count stays zero with probability 1 - level: 3.0 at 95 %."""
    return -log(1 - level)


def t_quantile(n: int, level: float) -> float:
    """Quantile of Student's t with n - 1 degrees of freedom for a two-sided interval."""
    return float(special.stdtrit(n - 1, (1 + level) / 2)) if n > 1 else inf


def _interval(value: float, variance: float, n: int, level: float) -> Estimate:
    if n < 2:
        return Estimate(value, -inf, inf)
    half = t_quantile(n, level) * sqrt(max(variance, 0.0) / (n - 1))
    return Estimate(value, value - half, value + half)


def bounded(estimate: Estimate, low: float, high: float = inf) -> Estimate:
    """The same with the interval cut to what the quantity can be."""
    if not isfinite(estimate.value):
        return estimate
    return Estimate(estimate.value, max(estimate.low, low), min(estimate.high, high))


def mean_of(values: Floats, *, level: float = 0.95) -> Estimate:
    """Mean of independent values with its t-interval."""
    n = len(values)
    if n == 0:
        return NOTHING
    return _interval(float(np.mean(values)), float(np.var(values)), n, level)


def paired_difference(after: Floats, before: Floats, *, level: float = 0.95) -> Estimate:
    """Mean difference of two columns of values on the same worlds, with its t-interval."""
    return mean_of(np.asarray(after, dtype=float) - np.asarray(before, dtype=float), level=level)


def ratio_difference(after: tuple[Floats, Floats], before: tuple[Floats, Floats], *, level: float = 0.95) -> Estimate:
    """Difference of two ratios of sums on the same worlds; each pair is (numerators, denominators)."""
    terms, value = [], 0.0
    for sign, (over, under) in ((1, after), (-1, before)):
        if np.sum(under) == 0:
            return NOTHING
        ratio = float(np.sum(over) / np.sum(under))
        value += sign * ratio
        terms.append(sign * (over - ratio * under) / np.mean(under))
    return _interval(value, float(np.mean(np.sum(terms, axis=0) ** 2)), len(after[0]), level)


@dataclass(frozen=True)
class Distribution:
    """Counts over all replications by ordered value, both of shape (values,)."""

    values: Floats
    counts: NDArray[np.int64]

    @property
    def upto(self) -> Floats:
        """Share of all counts at or below each value."""
        cumulative: Floats = np.cumsum(self.counts) / self.counts.sum()
        return cumulative

    def position(self, share: float) -> int:
        """Index of the smallest value with at least ``share`` of all counts at or below it."""
        # A hair below, since the cumulative shares are rounded.
        return min(int(np.searchsorted(self.upto, share - 1e-12)), len(self.values) - 1)

    def quantile(self, share: float, products: tuple[float, float, float], n: int, *, level: float = 0.95) -> Estimate:
        """Value within which ``share`` of the counts lie, with Woodruff's interval.

        The share at or below that value is a ratio with a delta-method interval, which is carried back through the
        distribution (Woodruff 1952, JASA 47, 635-646). ``products`` are the sums over ``n`` replications of b*b, b*e
        and e*e, where b counts what is at or below ``values[position(share)]`` and e counts everything.
        """
        at = self.position(share)
        reached = float(self.upto[at])
        bb, be, ee = products
        square = (bb - 2 * reached * be + reached**2 * ee) / n
        # Rounding leaves a trace where every replication has the same share.
        variance = square / (float(self.counts.sum()) / n) ** 2 if square * n > 1e-9 * ee else 0.0
        if n > 1 and variance == 0:
            return Estimate(*(float(self.values[at]),) * 3)
        around = _interval(share, variance, n, level)
        low, high = (self.position(min(max(end, 0.0), 1.0)) for end in (around.low, around.high))
        return Estimate(float(self.values[at]), float(self.values[low]), float(self.values[high]))

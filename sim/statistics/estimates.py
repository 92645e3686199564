"""Numbers with their intervals, from sums over independent replications.

A ratio is the ratio of the sums over all replications, its variance that of the delta method; how intervals follow
from variances is said in ``sim.statistics.intervals``. A count that stayed zero has the upper bound of a Poisson count.
Intervals are at 95 % unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.statistics.intervals import NOTHING, Estimate, Kind, bounded, interval, zero_count_bound

__all__ = [
    "NOTHING",
    "Distribution",
    "Estimate",
    "Moments",
    "Pairs",
    "Weights",
    "bounded",
    "mean_of",
    "paired_difference",
    "ratio_difference",
    "zero_count_bound",
]

#: So many cells are squared at a time, which bounds memory.
_CELLS = 1000
Floats = NDArray[np.float64]
Weights = Mapping[str, int]


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
        sums = np.zeros((5, values.shape[1], len(pairs.pairs)))
        for first in range(0, values.shape[1], _CELLS):
            some = slice(first, first + _CELLS)
            # Whole numbers below 2**53, so that these products are exact in any order.
            exact = values[:, some].astype(float)
            y, x = exact @ pairs.over.T.astype(float), exact @ pairs.under.T.astype(float)
            sums[:, some] = [part.sum(axis=0) for part in (y, x, y * y, x * y, x * x)]
        return cls(pairs, len(values), values.sum(axis=0), sums)

    def __add__(self, other: Moments) -> Moments:
        sums = self.sums + other.sums
        return Moments(self.pairs, self.replications + other.replications, self.total + other.total, sums)

    def mean(self, cell: int, weights: Weights, *, kind: Kind | None = None, level: float = 0.95) -> Estimate:
        """Mean per replication of a weighted sum of columns; ``kind`` follows from the weights unless told."""
        n, at = self.replications, self.pairs.position(weights, None)
        total, square = float(self.sums[0, cell, at]), float(self.sums[2, cell, at])
        mean = total / n
        if total == 0 and square == 0 and n > 1:
            return Estimate(0.0, 0.0, zero_count_bound(level=level) / n)
        variance = (square / n - mean * mean) / max(n - 1, 1)
        return interval(mean, variance, n, kind=kind or _kind(weights), level=level)

    def ratio(
        self, cell: int, over: Weights, under: Weights, *, kind: Kind | None = None, level: float = 0.95
    ) -> Estimate:
        """Sum over sum; ``kind`` follows from the weights unless told.

        Var(r) is about sum((y - r x)^2) / sum(x)^2 k / (k - 1), e.g. Cochran, Sampling Techniques, 3rd ed., 6.4. There
        k is the number of replications, here the effective one: sum(x)^2 / sum(x^2) of Kish (Survey Sampling, 1965,
        11.7), which is the same where all denominators are, and few where few replications have most of it.
        """
        at = self.pairs.position(over, under)
        y, x, yy, xy, xx = self.sums[:, cell, at].tolist()
        if x == 0:
            return NOTHING
        ratio = y / x
        if self.replications <= 1:
            return Estimate(ratio, -inf, inf)
        if y == 0 and yy == 0:
            return Estimate(0.0, 0.0, zero_count_bound(level=level) / x)
        spread = yy - 2 * ratio * xy + ratio * ratio * xx
        if kind == "share" and y == x and spread == 0:
            return Estimate(1.0, 1 - min(zero_count_bound(level=level) / x, 1.0), 1.0)
        return interval(ratio, *_of_ratio(spread, x, xx), kind=kind or _kind(over, under), level=level)


def _kind(*weights: Weights) -> Kind:
    """What a sum or ratio of columns can be, as no column is ever below zero."""
    return "any" if any(weight < 0 for some in weights for weight in some.values()) else "positive"


def _of_ratio(spread: float, x: float, xx: float) -> tuple[float, float]:
    """Variance of a ratio, and effective replications, from sums of squared residuals, of x and of squares of x."""
    # One replication of the same x more than there are has a k of 1 plus rounding.
    k = x * x / xx
    return (spread / (x * x) * k / (k - 1) if k > 1 + 1e-9 else inf), k


def mean_of(values: Floats, *, kind: Kind = "any", level: float = 0.95) -> Estimate:
    """Mean of independent values with its interval."""
    n = len(values)
    if n == 0:
        return NOTHING
    return interval(float(np.mean(values)), float(np.var(values)) / max(n - 1, 1), n, kind=kind, level=level)


def paired_difference(after: Floats, before: Floats, *, level: float = 0.95) -> Estimate:
    """Mean difference of two columns of values on the same worlds, with its t-interval.

    Where every difference has the same sign, as with rare gains, it is the gamma interval of a positive number.
    """
    difference = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    fewer, more = bool(np.any(difference < 0)), bool(np.any(difference > 0))
    found = mean_of(-difference if fewer else difference, kind="any" if fewer and more else "positive", level=level)
    return Estimate(-found.value, -found.high, -found.low) if fewer else found


def ratio_difference(after: tuple[Floats, Floats], before: tuple[Floats, Floats], *, level: float = 0.95) -> Estimate:
    """Difference of two ratios of sums on the same worlds; each pair is (numerators, denominators)."""
    return ratios_added([(1, after), (-1, before)], level=level)


def ratios_added(ratios: Sequence[tuple[int, tuple[Floats, Floats]]], *, level: float = 0.95) -> Estimate:
    """Sum of ratios of sums on the same worlds, each with a sign; ``NOTHING`` where one has no denominator.

    Effective replications are those of the ratio with fewest, as in ``Moments.ratio``.
    """
    terms, value, effective = [], 0.0, inf
    for sign, (over, under) in ratios:
        if np.sum(under) == 0:
            return NOTHING
        ratio = float(np.sum(over) / np.sum(under))
        value += sign * ratio
        terms.append(sign * (over - ratio * under) / np.mean(under))
        effective = min(effective, float(np.sum(under)) ** 2 / float(np.sum(np.square(under, dtype=float))))
    if effective <= 1 + 1e-9:
        return Estimate(value, -inf, inf)
    spread = float(np.mean(np.sum(terms, axis=0) ** 2)) / len(terms[0])
    return interval(value, spread * effective / (effective - 1), effective, level=level)


@dataclass(frozen=True)
class Distribution:
    """Counts over all replications by ordered value, both of shape (values,).

    ``bin`` is the upper over the lower end of what a value stands for; 1 where values are exact.
    """

    values: Floats
    counts: NDArray[np.int64]
    bin: float = 1.0

    @cached_property
    def upto(self) -> Floats:
        """Share of all counts at or below each value."""
        cumulative: Floats = np.cumsum(self.counts) / self.counts.sum()
        return cumulative

    def position(self, share: float) -> int:
        """Index of the smallest value with at least ``share`` of all counts at or below it."""
        # A hair below, since the cumulative shares are rounded.
        return min(int(np.searchsorted(self.upto, share - 1e-12)), len(self.values) - 1)

    def at(self, share: float) -> float:
        """Value within which ``share`` of the counts lie, interpolated within its bin."""
        here = self.position(share)
        below = float(self.upto[here - 1]) if here else 0.0
        inside = min(max((share - below) / (float(self.upto[here]) - below), 0.0), 1.0)
        return float(self.values[here] * self.bin ** (inside - 0.5))

    def quantile(self, share: float, products: tuple[float, float, float], *, level: float = 0.95) -> Estimate:
        """Value within which ``share`` of the counts lie, with Woodruff's interval.

        The share at or below that value is a ratio with an interval of its own, which is carried back through the
        distribution (Woodruff 1952, JASA 47, 635-646). ``products`` are the sums over replications of b*b, b*e and
        e*e, where b counts what is at or below ``values[position(share)]`` and e counts everything. Where so little
        has been seen that even the largest value may lie below the quantile, there is no upper end, and none but
        zero below where even the smallest may lie above.
        """
        found, reached = self.at(share), float(self.upto[self.position(share)])
        bb, be, ee = products
        spread = bb - 2 * reached * be + reached**2 * ee
        variance, k = _of_ratio(spread, float(self.counts.sum()), ee)
        # Rounding leaves a trace where every replication has the same share.
        if spread <= 1e-9 * ee and variance < inf:
            if reached < 1:
                return Estimate(found, found, found)
            # So few that it is the largest of all: at least as uncertain as if all were independent.
            variance = share * (1 - share) / float(self.counts.sum())
        around = interval(share, variance, k, kind="share", level=level)
        trials, tail = share * (1 - share) / variance, (1 - level) / 2
        low = self.at(around.low) if (1 - share) ** trials < tail else 0.0
        return Estimate(found, low, self.at(around.high) if share**trials < tail else inf)

"""Intervals for one value, from its variance and what it can be: any number, a positive one, or a share.

Student's interval around a skewed estimate misses on one side far more often than on the other. Positive numbers and
shares say how they are skewed by being near their limits, so these get the gamma and the beta interval with the same
mean and variance; far from the limits both become Student's. They need no third moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log, nan, sqrt
from typing import Literal

import scipy

#: What a quantity can be: any number, at least 0, or between 0 and 1.
Kind = Literal["any", "positive", "share"]

#: So many events or trials that gamma and beta cannot be told from the normal law; also the reach of rounding.
_MANY = 1e7
#: A half interval that says nothing: Student's quantile has no bound as effective replications come down to one.
_ENDLESS = 1e20


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

    @property
    def reach(self) -> float:
        """Distance from the value to the farther end."""
        return max(self.high - self.value, self.value - self.low)

    @property
    def turned(self) -> Estimate:
        """With the other sign: what a change of so many fewer saves."""
        return Estimate(-self.value, -self.high, -self.low)

    @property
    def size(self) -> Estimate:
        """Without its sign."""
        return self.turned if self.value < 0 else self

    def scaled(self, scale: float) -> Estimate:
        """The same in another unit."""
        return Estimate(self.value * scale, self.low * scale, self.high * scale)


NOTHING = Estimate(nan, nan, nan)


def interval(value: float, variance: float, n: float, *, kind: Kind = "any", level: float = 0.95) -> Estimate:
    """The interval of ``value`` with this estimated ``variance`` (of the value itself) from n replications.

    A positive value: the gamma interval (Fay and Feuer 1997, Statistics in Medicine 16, 791-801). With K = value^2 /
    variance as the effective number of events it is exact for Poisson counts, where it is Garwood's. A share: the
    beta interval with effective numbers of trials (Korn and Graubard 1998, Survey Methodology 24, 193-201), exact for
    binomial counts, where it is Clopper and Pearson's. In both, the variance is widened by the square of Student's
    quantile over the normal one, as Korn and Graubard do. With one replication it is not known: from -inf to inf.
    """
    tail = (1 - level) / 2
    half = t_quantile(n, level) * sqrt(max(variance, 0.0)) if n > 1 + 1e-9 else inf
    if not half < _ENDLESS:
        return Estimate(value, -inf, inf)
    widened = (half / float(scipy.special.ndtri(1 - tail))) ** 2
    room = value * (1 - value) if kind == "share" else value * value
    if kind == "any" or room <= 0 or room >= _MANY * widened:
        return Estimate(value, value - half, value + half)
    if kind == "positive":
        events = room / widened
        low, high = scipy.special.gammaincinv(events, tail), scipy.special.gammaincinv(events + 1, 1 - tail)
        return Estimate(value, value * float(low) / events, value * float(high) / events)
    hits, misses = value * room / widened, (1 - value) * room / widened
    low, high = scipy.special.betaincinv(hits, misses + 1, tail), scipy.special.betaincinv(hits + 1, misses, 1 - tail)
    return Estimate(value, float(low), float(high))


def zero_count_bound(*, level: float = 0.95) -> float:
    """Upper end for a Poisson count that stayed zero: 3.7 at 95 %, Garwood's interval of no events."""
    return -log((1 - level) / 2)


def t_quantile(n: float, level: float) -> float:
    """Quantile of Student's t with n - 1 degrees of freedom for a two-sided interval; n need not be whole."""
    return float(scipy.special.stdtrit(n - 1, (1 + level) / 2)) if n > 1 else inf


def bounded(estimate: Estimate, low: float, high: float = inf) -> Estimate:
    """The same with the interval cut to what the quantity can be; one that is not known stays so."""
    if not isfinite(estimate.value) or (estimate.low, estimate.high) == (-inf, inf):
        return estimate
    return Estimate(estimate.value, max(estimate.low, low), min(estimate.high, high))

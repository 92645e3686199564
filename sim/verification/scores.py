"""From replications to a verdict: z-scores, the error of a whole family, and whether z-scores look normal."""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, exp, inf, sqrt

import numpy as np
from scipy import special

from sim.verification.counts import Floats

#: Beyond this t a probability is too small to be turned back into a z-score; t itself is shown.
_FAR = 30.0
#: Relative difference that is put down to rounding where replications do not differ at all.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Score:
    """One measure of one system: what theory says, what was found with its standard error, and how likely that is.

    ``z`` is Student's t of the replications carried to the normal distribution; ``p`` its two-sided probability, and
    ``adjusted`` the smallest family-wise error at which it would be called wrong.
    """

    system: str
    measure: str
    unit: str
    exact: float
    found: float
    error: float
    z: float
    p: float
    adjusted: float = 1.0


def student_z(differences: Floats, scale: float) -> float:
    """z-score of the hypothesis that ``differences``, one of each replication, have the mean 0.

    Student's t with n - 1 degrees of freedom, carried to the normal distribution. Differences that are all the same
    count as 0 where they are rounding of ``scale``, as infinite else.
    """
    n = len(differences)
    mean, spread = float(np.mean(differences)), float(np.std(differences, ddof=1))
    if spread <= _ROUNDING * scale:
        return 0.0 if abs(mean) <= 1e3 * _ROUNDING * scale else copysign(inf, mean)
    t = mean / (spread / sqrt(n))
    if abs(t) > _FAR:
        return t
    # By the lower tail, which keeps its digits.
    return float(copysign(special.ndtri(special.stdtr(n - 1, -abs(t))), -t) * -1) if t else 0.0


def two_sided(z: float) -> float:
    """Probability of a z-score at least as far from 0."""
    return float(2 * special.ndtr(-abs(z)))


def holm(p: Floats) -> Floats:
    """Adjusted probabilities of S. Holm 1979, Scandinavian Journal of Statistics 6, 65-70.

    Calling wrong what is below alpha has a chance of at most alpha to call anything right wrong, however the tests
    depend on each other.
    """
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def kolmogorov_smirnov(z: Floats) -> float:
    """Probability of independent normal z-scores so far from the normal distribution, by the largest distance."""
    from scipy import stats

    return float(stats.kstest(np.clip(z, -40, 40), "norm").pvalue) if len(z) else 1.0


def anderson_darling(z: Floats) -> float:
    """The same by T. W. Anderson and D. A. Darling 1954, JASA 49, 765-769, which looks at the tails.

    Probabilities of the limit distribution after G. and J. Marsaglia 2004, Journal of Statistical Software 9(2).
    """
    n = len(z)
    if not n:
        return 1.0
    ordered = np.sort(np.clip(z, -35, 35))
    odd = 2 * np.arange(1, n + 1) - 1
    square = -n - float(np.sum(odd * (special.log_ndtr(ordered) + special.log_ndtr(-ordered[::-1])))) / n
    return 1 - _limit(square) if square > 0 else 1.0


def _limit(x: float) -> float:
    """Distribution function of the limit of Anderson and Darling's statistic, to 2e-6."""
    if x < 2:
        series = 2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * x) * x) * x) * x) * x
        return exp(-1.2337141 / x) / sqrt(x) * series
    x = min(x, 12.0)  # 1e-7 beyond
    tail = 1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * x) * x) * x) * x) * x
    return exp(-exp(tail))

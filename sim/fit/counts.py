"""Counts whose mean follows a curve and whose days are busier or quieter than it says: negative binomial regression.

Given its day's busyness, a gamma variable with mean 1 and variance ``alpha``, a count is Poisson; so its variance is
mu + alpha mu^2, and 0 for alpha is Poisson itself. The curve's parameters are found by Fisher scoring; ``alpha`` by
the likelihood highest over them, less half the logarithm of their information (Cox and Reid 1987, Journal of the Royal
Statistical Society B 49, 1-39), which takes away that parameters were fitted to the same days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

#: Below it counts are Poisson, up to rounding; above the other end nothing is learnt from them.
_LEAST, _MOST = 1e-7, 100.0
_STEPS = 100
_FIRST_DAMPING, _STIFF = 1e-2, 1e8
#: An end of an interval is found to this part of a standard error, or of ``alpha``.
_NEAR = 5e-3
#: Directions in which the curve moves this much less than in others are none.
_FLAT = 1e-6
#: An end of an interval is looked for so many standard errors away at most.
_FARTHEST = 60.0
#: A likelihood this near to its maximum is there.
_SETTLED = 1e-7
_IMPOSSIBLE = -1e300


class Curve(Protocol):
    """The mean of n counts by k parameters."""

    def mean(self, theta: Floats) -> tuple[Floats, Floats]:
        """Means (n,) and their derivatives (n, k); a mean that is not above 0 is impossible."""


@dataclass(frozen=True)
class LogLinear:
    """Means exp(design @ theta) * size: ``design`` (n, k), ``size`` (n,)."""

    design: Floats
    size: Floats

    def mean(self, theta: Floats) -> tuple[Floats, Floats]:
        """See Curve."""
        means = np.exp(np.clip(self.design @ theta, -50, 50)) * self.size
        return means, means[:, None] * self.design


@dataclass(frozen=True)
class CountFit:
    """A curve fitted to counts (n,): parameters ``theta`` (k,), their ``covariance``, ``alpha`` and the means (n,).

    ``alpha_low`` and ``alpha_high`` are the ends of its 95 % interval; ``statistic`` is twice the gain in likelihood
    over Poisson, and ``p_value`` how often Poisson counts would show as much or more.
    """

    curve: Curve
    counts: Floats
    theta: Floats
    covariance: Floats
    alpha: float
    alpha_low: float
    alpha_high: float
    statistic: float
    p_value: float
    means: Floats

    @property
    def degrees(self) -> int:
        """Counts less parameters."""
        return max(len(self.counts) - len(self.theta), 1)

    @property
    def t(self) -> float:
        """Student's quantile for a 95 % interval."""
        return float(special.stdtrit(self.degrees, 0.975))

    @property
    def residuals(self) -> Floats:
        """Pearson's residuals (n,): mean 0 and variance 1 where the model holds."""
        return (self.counts - self.means) / np.sqrt(self.means * (1 + self.alpha * self.means))

    def error(self, of: Callable[[Floats], float]) -> float:
        """Standard error of a smooth function of the parameters (delta method)."""
        spread = np.sqrt(np.maximum(np.diag(self.covariance), 1e-12))
        steps = np.diag(1e-3 * spread)
        slope = np.array([(of(self.theta + s) - of(self.theta - s)) / (2 * s.sum()) for s in steps])
        return sqrt(max(float(slope @ self.covariance @ slope), 0.0))

    def positive(self, of: Callable[[Floats], float]) -> tuple[float, float, float]:
        """Value and 95 % interval of a positive function of the parameters: Student's on its logarithm."""
        middle = log(max(of(self.theta), 1e-300))
        half = self.t * self.error(lambda theta: log(max(of(theta), 1e-300)))
        return exp(middle), exp(middle - half), exp(min(middle + half, 700.0))


def likelihood(counts: Floats, means: Floats, alpha: float) -> float:
    """Logarithm of the likelihood of counts (n,) with these means."""
    if not (means > 0).all() or not np.isfinite(means).all():
        return _IMPOSSIBLE
    if alpha < _LEAST:
        return float((special.xlogy(counts, means) - means - special.gammaln(counts + 1)).sum())
    shape = 1 / alpha
    grown = alpha * means
    terms = special.gammaln(counts + shape) - special.gammaln(shape) - special.gammaln(counts + 1)
    terms += special.xlogy(counts, grown) - (counts + shape) * np.log1p(grown)
    return float(terms.sum())


def fitted_counts(curve: Curve, counts: NDArray[np.int64] | Floats, start: Floats) -> CountFit:
    """The curve's parameters and the busyness of days by maximum likelihood, from ``start`` (k,)."""
    values = np.asarray(counts, dtype=float)
    theta = scored(curve, values, 0.0, start)
    profile = _Profile(curve, values, theta)
    poisson = profile(0.0)
    found = optimize.minimize_scalar(
        lambda x: -profile(exp(x)), bounds=(log(_LEAST), log(_MOST)), method="bounded", options={"xatol": 1e-4}
    )
    alpha, height = exp(float(found.x)), -float(found.fun)
    if height <= poisson + 1e-9 or alpha < 2 * _LEAST:
        alpha, height = 0.0, poisson
    low, high = _alpha_ends(profile, alpha, height - poisson, height - _drop(len(values) - len(start)))
    gain = max(2 * (height - poisson), 0.0)
    theta = scored(curve, values, alpha, theta)
    means, slopes = curve.mean(theta)
    covariance: Floats = np.linalg.pinv(information(means, slopes, alpha), hermitian=True).astype(np.float64)
    return CountFit(
        curve=curve,
        counts=values,
        theta=theta,
        covariance=covariance,
        alpha=alpha,
        alpha_low=low,
        alpha_high=high,
        statistic=gain,
        # Under Poisson half of all samples stay at 0 (Self and Liang 1987): half a chi-squared.
        p_value=0.5 * float(special.chdtrc(1, gain)) if gain > 0 else 1.0,
        means=means,
    )


class _Profile:
    """Adjusted likelihood of ``alpha``, highest over the curve's parameters; goes on from where it last was.

    The information is that of the directions in which the curve moves at the start: a parameter that means nothing
    there, such as the decay of a jump of nothing, takes nothing away.
    """

    def __init__(self, curve: Curve, counts: Floats, theta: Floats) -> None:
        self.curve, self.counts, self.theta = curve, counts, theta
        means, slopes = curve.mean(theta)
        scaled = slopes / np.sqrt(means)[:, None]
        left, sizes, _ = np.linalg.svd(scaled / np.maximum(np.linalg.norm(scaled, axis=0), 1e-12), full_matrices=False)
        self.directions = left[:, sizes > _FLAT * sizes[0]]
        self.start = means

    def __call__(self, alpha: float) -> float:
        self.theta = scored(self.curve, self.counts, alpha, self.theta)
        means = self.curve.mean(self.theta)[0]
        weights = self.start / (means * (1 + alpha * means))
        _, logarithm = np.linalg.slogdet(self.directions.T @ (self.directions * weights[:, None]))
        return likelihood(self.counts, means, alpha) - 0.5 * float(logarithm)


def _drop(degrees: int, parameters: int = 1) -> float:
    """How far the likelihood falls to the ends of a 95 % interval: half the quantile of F times its parameters."""
    return parameters * float(special.fdtri(parameters, max(degrees, 1), 0.95)) / 2


def _alpha_ends(profile: _Profile, alpha: float, gain: float, floor: float) -> tuple[float, float]:
    """Where the likelihood falls to ``floor`` around ``alpha``; 0 below where Poisson is not as low as that."""

    def above(x: float) -> float:
        return profile(exp(x)) - floor

    at = log(max(alpha, 2 * _LEAST))
    low = exp(_crossing(above, at, log(_LEAST))) if alpha > 0 and above(log(_LEAST)) < 0 < gain else 0.0
    high = exp(_crossing(above, at, log(_MOST))) if above(log(_MOST)) < 0 else inf
    return low, high


def _crossing(above: Callable[[float], float], inside: float, outside: float) -> float:
    """Where a function goes from positive to negative, by halving.

    A likelihood over other parameters may be reached from one side and not from the other: no method that counts on
    the values at the ends.
    """
    while abs(outside - inside) > _NEAR:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if above(middle) > 0 else (inside, middle)
    return (inside + outside) / 2


def information(means: Floats, slopes: Floats, alpha: float) -> Floats:
    """Fisher's information (k, k) of the curve's parameters."""
    weighted: Floats = slopes.T @ (slopes / (means * (1 + alpha * means))[:, None])
    return weighted


def scored(curve: Curve, counts: Floats, alpha: float, start: Floats, free: NDArray[np.bool_] | None = None) -> Floats:
    """Parameters (k,) at the highest likelihood for this ``alpha``, moving only those that are ``free``.

    Fisher scoring; a step that would go down is shortened along the directions that are known worst (Marquardt 1963).
    """
    theta = np.array(start, dtype=float)
    moving = np.ones(len(theta), dtype=bool) if free is None else free
    if not moving.any():
        return theta
    means, slopes = curve.mean(theta)
    height, damping = likelihood(counts, means, alpha), 0.0
    for _ in range(_STEPS):
        weights = 1 / (means * (1 + alpha * means))
        part = slopes[:, moving]
        score = part.T @ (weights * (counts - means))
        grid = part.T @ (part * weights[:, None])
        step: Floats = np.linalg.lstsq(grid + damping * np.diag(np.diag(grid)), score, rcond=1e-12)[0].astype(
            np.float64
        )
        trial = theta.copy()
        trial[moving] += step
        new_means, new_slopes = curve.mean(trial)
        reached = likelihood(counts, new_means, alpha)
        if reached < height:
            if float(score @ step) < _SETTLED or damping > _STIFF:
                break
            damping = max(10 * damping, _FIRST_DAMPING)
            continue
        gone = reached - height
        theta, means, slopes, height, damping = trial, new_means, new_slopes, reached, damping / 10
        if gone < _SETTLED and float(score @ step) < 100 * _SETTLED:
            break
    return theta


def profile_interval(
    fit: CountFit, index: int, *, at_once: int = 1, others: Sequence[float] = ()
) -> tuple[float, float]:
    """95 % interval of parameter ``index`` by the likelihood highest over the others, ``alpha`` as it was found.

    The drop is half the square of Student's quantile, chi-squared where days are many; ``at_once`` parameters share
    it where one of them means nothing without another. ``others`` are values of the last parameter from which the
    likelihood is climbed besides, where it has several peaks. Ends are infinite where nothing bounds the parameter.
    """
    floor = likelihood(fit.counts, fit.means, fit.alpha) - _drop(fit.degrees, at_once)
    error = sqrt(max(float(fit.covariance[index, index]), 1e-12))
    low, high = (_profile_end(fit, index, others, floor, side * error) for side in (-1.0, 1.0))
    return low, high


def _profile_end(fit: CountFit, index: int, others: Sequence[float], floor: float, error: float) -> float:
    free = np.arange(len(fit.theta)) != index
    guess = fit.theta.copy()

    def above(distance: float) -> float:
        guess[index] = fit.theta[index] + distance * error
        starts = [guess, *(np.append(guess[:-1], other) for other in others)]
        reached = [scored(fit.curve, fit.counts, fit.alpha, start, free) for start in starts]
        heights = [likelihood(fit.counts, fit.curve.mean(theta)[0], fit.alpha) for theta in reached]
        best = int(np.argmax(heights))
        guess[:] = reached[best]
        return heights[best] - floor

    near, far = 0.0, 1.5
    while above(far) > 0:
        near, far = far, 1.7 * far
        if far > _FARTHEST:
            return inf if error > 0 else -inf
    return float(fit.theta[index] + error * _crossing(above, near, far))

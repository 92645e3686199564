"""The highest point of a log-likelihood and how far one may walk from it: maximum and profile-likelihood intervals.

A parameter's interval holds the values at which the likelihood, highest over all other parameters, stays within half a
chi-squared quantile of the maximum (Wilks 1938). Unlike standard errors it need not be symmetric, does not depend on
how the parameter is written, and is open where the data do not bound it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Objective = Callable[[Floats], float]

#: So far below the maximum lies the end of a 95 % interval: half the 95 % quantile of chi-squared with one degree.
DROP = 1.920729
#: An end is looked for so many standard errors away at most; beyond, the data do not bound it.
_FARTHEST = 40.0
#: More different values than these are put together.
_MOST_VALUES = 4000
#: What stands for the logarithm of an impossible likelihood, so that differences stay numbers.
NEVER = -1e15


@dataclass(frozen=True)
class Peak:
    """Where the log-likelihood ``of`` is highest: ``at`` (k,), how high, and ``spread`` (k,), standard errors."""

    of: Objective
    at: Floats
    height: float
    spread: Floats

    @property
    def aic(self) -> float:
        """Akaike's criterion: 2 k - 2 log L; lower is better."""
        return 2.0 * len(self.at) - 2.0 * self.height


def climb(of: Objective, starts: Sequence[Sequence[float]]) -> Peak:
    """The highest peak reached from any of the starts; ``of`` takes unbounded parameters (k,)."""
    best = max((_climbed(of, np.array(start, dtype=float)) for start in starts), key=lambda found: found[1])
    return Peak(of, *best, _spread(of, best[0]))


def interval(peak: Peak, index: int) -> tuple[float, float]:
    """95 % profile-likelihood interval of parameter ``index``; an end is infinite where nothing bounds it."""
    return _end(peak, index, -1.0), _end(peak, index, 1.0)


def _climbed(of: Objective, start: Floats) -> tuple[Floats, float]:
    """Quasi-Newton steps, then a simplex, which needs no derivatives, until neither gains anything."""
    from scipy.optimize import minimize

    scale = max(1.0, abs(of(start)))

    def below(theta: Floats) -> float:
        return -of(theta) / scale

    at, value = start, below(start)
    searches: tuple[Callable[[Floats], Any], ...] = (
        lambda x: minimize(below, x, method="BFGS", options={"gtol": 1e-9}),
        lambda x: minimize(below, x, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-13}),
        lambda x: minimize(below, x, method="BFGS"),
    )
    for search in searches:
        with np.errstate(all="ignore"):  # far out, where nothing is likely
            found = search(at)
        if found.fun <= value:
            at, value = np.asarray(found.x, dtype=float), float(found.fun)
    return at, of(at)


def _spread(of: Objective, at: Floats) -> Floats:
    """Standard errors if only this parameter moved: a scale for steps, from the curvature along each axis."""
    spread = np.ones_like(at)
    height = of(at)
    for k in range(len(at)):
        step = np.zeros_like(at)
        # A step over which the likelihood falls by about half a unit.
        size = 1e-3
        for _ in range(40):
            step[k] = size
            fall = height - (of(at + step) + of(at - step)) / 2
            if fall > 0.1 or size > 10:
                break
            size *= 2
        spread[k] = size / np.sqrt(2 * fall) if 0 < fall < inf else 1.0
    return spread


def _end(peak: Peak, index: int, side: float) -> float:
    from scipy.optimize import brentq

    others = np.arange(len(peak.at)) != index
    guess = {"at": peak.at[others]}

    def above(distance: float) -> float:
        """How far the profile at this distance lies above the end's height."""
        height, guess["at"] = _profile(peak, index, peak.at[index] + side * distance, guess["at"])
        return height - (peak.height - DROP)

    step = max(float(peak.spread[index]), 1e-9)
    near, far = 0.0, 2.0 * step
    while above(far) > 0:
        near, far = far, 1.6 * far
        if far > _FARTHEST * step:
            return side * inf
    try:
        end = float(brentq(above, near, far, xtol=2e-3 * step, rtol=1e-9))
    except ValueError:
        # Searched from elsewhere, the profile is not the same to the last digit: both ends may lie on one side now.
        end = _halved(above, near, far, xtol=2e-3 * step)
    return float(peak.at[index] + side * end)


def _halved(above: Callable[[float], float], near: float, far: float, *, xtol: float) -> float:
    """The end between these two by halving, for a function whose sign at them is not certain."""
    while far - near > xtol:
        middle = (near + far) / 2
        near, far = (middle, far) if above(middle) > 0 else (near, middle)
    return (near + far) / 2


def _profile(peak: Peak, index: int, value: float, guess: Floats) -> tuple[float, Floats]:
    """The likelihood with this parameter held, highest over the others, and where."""
    from scipy.optimize import minimize

    others = np.arange(len(peak.at)) != index
    if not others.any():
        return peak.of(np.array([value])), guess
    theta = peak.at.copy()
    theta[index] = value
    unit = peak.spread[others]

    def below(moved: Floats) -> float:
        theta[others] = guess + unit * moved
        return peak.height - peak.of(theta)

    with np.errstate(all="ignore"):  # far out, where nothing is likely
        found = minimize(below, np.zeros(len(unit)), method="BFGS", options={"gtol": 5e-3})
    return peak.height - float(found.fun), guess + unit * found.x


def expit(x: float) -> float:
    """A share from its logit; 0 and 1 from infinite ones."""
    if x < 0:
        return 0.0 if x < -700 else exp(x) / (1 + exp(x))
    return 1 / (1 + exp(-x))


def exp_of(x: float) -> float:
    """A positive number from its logarithm; 0 and infinity from infinite ones."""
    if not isfinite(x):
        return 0.0 if x < 0 else inf
    return exp(min(x, 700.0))


def covariance(peak: Peak) -> Floats:
    """Covariance (k, k) of the parameters from the curvature at the peak; infinite where it is flat."""
    k = len(peak.at)
    steps = np.diag(np.minimum(peak.spread, 1.0) * 0.3)
    rows = [
        [
            (
                peak.of(peak.at + steps[i] + steps[j])
                - peak.of(peak.at + steps[i] - steps[j])
                - peak.of(peak.at - steps[i] + steps[j])
                + peak.of(peak.at - steps[i] - steps[j])
            )
            / (4 * steps[i, i] * steps[j, j])
            for j in range(k)
        ]
        for i in range(k)
    ]
    try:
        found: Floats = np.linalg.inv(-np.array(rows))
    except np.linalg.LinAlgError:
        return np.full((k, k), inf)
    return found if (np.diag(found) > 0).all() else np.full((k, k), inf)


def error_of(peak: Peak, of: Callable[[Floats], float]) -> float:
    """Standard error of a function of the parameters (delta method)."""
    steps = np.minimum(peak.spread, 1.0) * 0.1
    slope = np.array([(of(peak.at + step) - of(peak.at - step)) / (2 * step.sum()) for step in np.diag(steps)])
    spread = covariance(peak)
    if not np.isfinite(spread).all():
        return inf
    variance = float(slope @ spread @ slope)
    return float(np.sqrt(variance)) if isfinite(variance) and variance >= 0 else inf


def grouped(values: Floats) -> tuple[Floats, Floats]:
    """Values with how often they occur; many different ones are put together where they differ by less than 0.3 %.

    Positive values keep their mean within each group; zeros stay zeros. A likelihood is then as quick for a hundred
    thousand values as for some thousands.
    """
    different, counts = np.unique(values, return_counts=True)
    if len(different) <= _MOST_VALUES:
        return different.astype(float), counts.astype(float)
    bins = np.where(different > 0, np.floor(np.log(np.maximum(different, 1e-6)) / 0.003), -1e9)
    _, group = np.unique(bins, return_inverse=True)
    weight = np.bincount(group, weights=counts).astype(float)
    return np.bincount(group, weights=counts * different) / weight, weight

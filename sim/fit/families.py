"""Families of laws that data may follow, in seconds: densities, survival, parameters as told, laws as they run.

Each family has unbounded parameters ``theta`` (logarithms and logits), which the likelihood climbs on. Shares and
survival are kept as logarithms, so that a far tail is small and never zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, lgamma, log

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.fit.likelihood import NEVER, exp_of, expit
from sim.scenario import distributions as d

Floats = NDArray[np.float64]
#: What an unbounded parameter is on the way out: its value, or its exponential, or its share.
Link = Callable[[float], float]
#: The largest logarithm of a Weibull's shape: values differ by a few thousandths then.
_STEEPEST = 6.0


@dataclass(frozen=True)
class Family:
    """A family of laws on (0, infinity); ``names``, ``units`` and ``links`` are of its parameters in order."""

    name: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    links: tuple[Link, ...]
    log_density: Callable[[Floats, Floats], Floats]
    log_survival: Callable[[Floats, Floats], Floats]
    law: Callable[[Floats], d.Law]
    starts: Callable[[Floats, Floats], list[list[float]]]


def _mean(values: Floats, weights: Floats) -> float:
    return max(float(np.average(values, weights=weights)), 1e-3)


def _log_moments(values: Floats, weights: Floats) -> tuple[float, float]:
    logs = np.log(np.maximum(values, 1e-3))
    mu = float(np.average(logs, weights=weights))
    return mu, max(float(np.sqrt(np.average((logs - mu) ** 2, weights=weights))), 1e-2)


def _exponential_density(theta: Floats, x: Floats) -> Floats:
    return np.asarray(-theta[0] - x * exp_of(-theta[0]))


def _exponential_survival(theta: Floats, x: Floats) -> Floats:
    return -x * exp_of(-theta[0])


EXPONENTIAL = Family(
    "exponential", ("mean",), ("s",), (exp_of,), _exponential_density, _exponential_survival,
    lambda theta: d.Exponential(1000 * exp_of(theta[0])),
    lambda values, weights: [[log(_mean(values, weights))]],
)  # fmt: skip


def _weibull_density(theta: Floats, x: Floats) -> Floats:
    if theta[0] > _STEEPEST:
        return np.full_like(x, NEVER)  # all on one value: the likelihood has no maximum there
    shape = exp_of(theta[0])
    logs = np.log(np.maximum(x, 1e-9)) - theta[1]
    return np.asarray(theta[0] - theta[1] + (shape - 1) * logs - np.exp(np.minimum(shape * logs, 600)))


def _weibull_survival(theta: Floats, x: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(-np.exp(np.minimum(exp_of(theta[0]) * (np.log(x) - theta[1]), 600)))


WEIBULL = Family(
    "weibull", ("shape", "scale"), ("", "s"), (exp_of, exp_of), _weibull_density, _weibull_survival,
    lambda theta: d.Weibull(exp_of(theta[0]), 1000 * exp_of(theta[1])),
    lambda values, weights: [[0.0, log(_mean(values, weights))]],
)  # fmt: skip


def _gamma_density(theta: Floats, x: Floats) -> Floats:
    shape = exp_of(min(max(theta[0], -12.0), 12.0))
    x = np.maximum(x, 1e-9)
    return np.asarray((shape - 1) * np.log(x) - x * exp_of(-theta[1]) - shape * theta[1] - lgamma(shape))


def _gamma_survival(theta: Floats, x: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(special.gammaincc(exp_of(min(max(theta[0], -12.0), 12.0)), x * exp_of(-theta[1]))))


def _gamma_starts(values: Floats, weights: Floats) -> list[list[float]]:
    mean = _mean(values, weights)
    cv2 = max(float(np.average((values - mean) ** 2, weights=weights)) / mean**2, 1e-3)
    return [[-log(cv2), log(mean * cv2)]]


GAMMA = Family(
    "gamma", ("shape", "scale"), ("", "s"), (exp_of, exp_of), _gamma_density, _gamma_survival,
    lambda theta: d.Gamma(exp_of(theta[0]), 1000 * exp_of(theta[1])), _gamma_starts,
)  # fmt: skip


def _normal_density(mu: float, log_sigma: float, logs: Floats) -> Floats:
    return -0.5 * ((logs - mu) * exp_of(-log_sigma)) ** 2 - log_sigma - 0.5 * log(2 * np.pi) - logs


def _normal_survival(mu: float, log_sigma: float, x: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(special.log_ndtr(-(np.log(x) - mu) * exp_of(-log_sigma)))


LOGNORMAL = Family(
    "lognormal", ("median", "sigma"), ("s", ""), (exp_of, exp_of),
    lambda theta, x: _normal_density(theta[0], theta[1], np.log(np.maximum(x, 1e-9))),
    lambda theta, x: _normal_survival(theta[0], theta[1], x),
    lambda theta: d.Lognormal(theta[0] + log(1000), exp_of(theta[1])),
    lambda values, weights: [[(m := _log_moments(values, weights))[0], log(m[1])]],
)  # fmt: skip


def _two(theta: Floats, of: Callable[[float, float, Floats], Floats], x: Floats) -> Floats:
    share = expit(theta[4])
    with np.errstate(divide="ignore"):
        first, second = np.log(share), np.log1p(-share) if share < 1 else -inf
    return np.asarray(np.logaddexp(first + of(theta[0], theta[1], x), second + of(theta[2], theta[3], x)))


def _two_density(theta: Floats, x: Floats) -> Floats:
    # A part that stands on one value, or lies where nothing was seen: the likelihood has no maximum there.
    if min(theta[1], theta[3]) < log(0.02) or min(theta[0], theta[2]) < np.log(max(float(x.min()), 1e-9)):
        return np.full_like(x, NEVER)
    logs = np.log(np.maximum(x, 1e-9))
    return _two(theta, lambda mu, log_sigma, _x: _normal_density(mu, log_sigma, logs), x)


def _two_law(theta: Floats) -> d.Law:
    share = expit(theta[4])
    parts = (d.Lognormal(theta[k] + log(1000), exp_of(theta[k + 1])) for k in (0, 2))
    return d.Mixture((share, 1 - share), tuple(parts))


def _two_starts(values: Floats, weights: Floats) -> list[list[float]]:
    """Lower and upper half apart, and a narrow part within a wide one."""
    mu, sigma = _log_moments(values, weights)
    halves = [mu - 0.8 * sigma, log(0.6 * sigma), mu + 0.8 * sigma, log(0.6 * sigma), 0.0]
    within = [mu, log(0.6 * sigma), mu, log(1.5 * sigma), 0.5]
    return [halves, within]


TWO_LOGNORMALS = Family(
    "two lognormals", ("median of the first", "sigma of the first", "median of the second", "sigma of the second",
    "share of the first"), ("s", "", "s", "", "%"), (exp_of, exp_of, exp_of, exp_of, expit),
    _two_density, lambda theta, x: _two(theta, _normal_survival, x), _two_law, _two_starts,
)  # fmt: skip


def mean_s(law: d.Law) -> float:
    """Mean in seconds; infinite where it cannot be told."""
    try:
        return law.mean / 1000
    except OverflowError:
        return inf

"""Distributions as quantile functions: a uniform number in, a value out, never the other way round.

Each law is a monotone transform of one uniform number, so a parameter that moves a little moves each caller a
little and nobody's rank changes. Values are milliseconds wherever the law describes a duration.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.model.clock import FOREVER
from sim.scenario import elementary

Floats = NDArray[np.float64]

#: Members of the kernel's struct by name.
KernelForm = dict[str, Any]
#: Codes of the kernel's formulas, in the order of its header.
CONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM, EMPIRICAL, TRIANGULAR = range(7)


class Law(Protocol):
    """A distribution on [0, infinity)."""

    @property
    def mean(self) -> float:
        """Expected value."""

    def quantile(self, u: Floats) -> Floats:
        """Value below which a share ``u`` lies, for u in (0, 1), any shape."""

    def cdf(self, x: Floats) -> Floats:
        """Share at or below ``x``."""

    def kernel(self) -> KernelForm | None:
        """Code and parameters of the kernel's formula, None where it has none and the readable path draws."""


@dataclass(frozen=True)
class Exponential:
    """Exponential with the given mean."""

    mean: float

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return -self.mean * elementary.log(1.0 - u)

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return -np.expm1(-np.maximum(x, 0) / self.mean)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": EXPONENTIAL, "a": self.mean}


@dataclass(frozen=True)
class Lognormal:
    """exp of a normal variable with mean ``mu`` and standard deviation ``sigma``."""

    mu: float
    sigma: float

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Lognormal:
        """Lognormal with this mean and coefficient of variation."""
        variance = log(1 + cv * cv)
        return cls(log(mean) - variance / 2, sqrt(variance))

    @property
    def mean(self) -> float:
        """Expected value."""
        return exp(self.mu + self.sigma**2 / 2)

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return elementary.exp(self.mu + self.sigma * elementary.normal_quantile(u))

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        with np.errstate(divide="ignore"):
            return scipy.special.ndtr((np.log(np.maximum(x, 0)) - self.mu) / self.sigma)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": LOGNORMAL, "a": self.mu, "b": self.sigma}


@dataclass(frozen=True)
class Gamma:
    """Gamma with this shape and scale."""

    shape: float
    scale: float

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Gamma:
        """Gamma with this mean and coefficient of variation."""
        return cls(1 / cv**2, mean * cv**2)

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.shape * self.scale

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return np.asarray(self.scale * scipy.special.gammaincinv(self.shape, u), dtype=np.float64)

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return np.asarray(scipy.special.gammainc(self.shape, np.maximum(x, 0) / self.scale), dtype=np.float64)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return None


@dataclass(frozen=True)
class Weibull:
    """Weibull with this shape and scale."""

    shape: float
    scale: float

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Weibull:
        """Weibull with this mean and coefficient of variation (the shape is solved for)."""
        from scipy.optimize import brentq

        def excess(log_shape: float) -> float:
            k = exp(log_shape)
            return float(scipy.special.gammaln(1 + 2 / k) - 2 * scipy.special.gammaln(1 + 1 / k) - log(1 + cv * cv))

        shape = exp(brentq(excess, log(0.05), log(500), xtol=1e-14))
        return cls(shape, mean / float(scipy.special.gamma(1 + 1 / shape)))

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.scale * float(scipy.special.gamma(1 + 1 / self.shape))

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return self.scale * elementary.exp(elementary.log(-elementary.log(1.0 - u)) / self.shape)

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return -np.expm1(-((np.maximum(x, 0) / self.scale) ** self.shape))

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": WEIBULL, "a": self.scale, "b": self.shape}


@dataclass(frozen=True)
class Deterministic:
    """Always the same value."""

    mean: float

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return np.full_like(u, self.mean)

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return np.where(np.asarray(x) >= self.mean, 1.0, 0.0)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": CONSTANT, "a": self.mean}


@dataclass(frozen=True)
class Uniform:
    """Evenly spread between two values."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.high) / 2

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return self.low + (self.high - self.low) * u

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": UNIFORM, "a": self.low, "b": self.high}


@dataclass(frozen=True)
class Triangular:
    """Density that rises in a straight line from ``low`` to ``mode`` and falls in one from there to ``high``."""

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.mode + self.high) / 3

    def quantile(self, u: Floats) -> Floats:
        """See Law. Products and roots alone, in the order of the kernel: the same to the last digit."""
        span, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        up = self.low + np.sqrt(u * (span * rise))
        down = self.high - np.sqrt((1.0 - u) * (span * fall))
        return np.where(u * span < rise, up, down)

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        x = np.clip(np.asarray(x, dtype=np.float64), self.low, self.high)
        span, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        below = (x - self.low) ** 2 / (span * rise) if rise else np.zeros_like(x)
        above = 1.0 - (self.high - x) ** 2 / (span * fall) if fall else np.ones_like(x)
        return np.where(x < self.mode, below, above)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": TRIANGULAR, "a": self.low, "b": self.high, "mode": self.mode}


@dataclass(frozen=True)
class Empirical:
    """One of the observed values, each as likely as the other: the step function of the data."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Expected value."""
        return sum(self.values) / len(self.values)

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        ordered = np.sort(np.array(self.values, dtype=float))
        return ordered[np.minimum((u * len(ordered)).astype(np.int64), len(ordered) - 1)]

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        ordered = np.sort(np.array(self.values, dtype=float))
        return np.searchsorted(ordered, x, side="right") / len(ordered)

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {
            "kind": EMPIRICAL,
            "values": np.sort(np.array(self.values, dtype=np.float64)),
            "count": len(self.values),
        }


@dataclass(frozen=True)
class Mixture:
    """Each part with its share; inverted as one distribution, so that it too is monotone in the uniform."""

    shares: tuple[float, ...]
    parts: tuple[Law, ...]

    @property
    def mean(self) -> float:
        """Expected value."""
        return sum(share * part.mean for share, part in zip(self.shares, self.parts, strict=True))

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return sum(
            (share * part.cdf(x) for share, part in zip(self.shares, self.parts, strict=True)),
            np.zeros_like(np.asarray(x, dtype=float)),
        )

    def quantile(self, u: Floats) -> Floats:
        """See Law. An atom at 0 is split off exactly; the rest is bisected to a tenth of a millisecond."""
        zero = self._share_at_zero()
        rest = [(s, p) for s, p in zip(self.shares, self.parts, strict=True) if not _is_zero(p)]
        result = np.zeros_like(u)
        positive = u > zero
        if not rest or not positive.any():
            return result
        if len(rest) == 1:
            result[positive] = rest[0][1].quantile((u[positive] - zero) / (1 - zero))
            return result
        target = u[positive]
        # The mixture's quantile lies between the smallest and the largest of its parts'.
        inner = np.clip((target - zero) / (1 - zero), 2.0**-54, 1 - 2.0**-53)
        ends = np.stack([part.quantile(inner) for _, part in rest])
        low, high = ends.min(axis=0), ends.max(axis=0)
        steps = max(1, int(np.ceil(np.log2(max(float((high - low).max()), 0.1) / 0.1))))
        for _ in range(steps):
            middle = (low + high) / 2
            below = self.cdf(middle) < target
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        result[positive] = high
        return result

    def kernel(self) -> KernelForm | None:
        """See Law. Only an atom at 0 with one other part."""
        rest = [part for part in self.parts if not _is_zero(part)]
        inner = rest[0].kernel() if len(rest) == 1 and not isinstance(rest[0], Mixture) else None
        if inner is None:
            return None
        zero = sum(share for share, part in zip(self.shares, self.parts, strict=True) if part is not rest[0])
        return {**inner, "zero": zero}

    def _share_at_zero(self) -> float:
        return sum(share for share, part in zip(self.shares, self.parts, strict=True) if _is_zero(part))


def _is_zero(part: Law) -> bool:
    return isinstance(part, Deterministic) and part.mean == 0


@dataclass(frozen=True)
class Never:
    """Longer than any period: the patience of an e-mail."""

    mean: float = float("inf")

    def quantile(self, u: Floats) -> Floats:
        """See Law."""
        return np.full_like(u, float(FOREVER))

    def cdf(self, x: Floats) -> Floats:
        """See Law."""
        return np.zeros_like(np.asarray(x, dtype=float))

    def kernel(self) -> KernelForm | None:
        """See Law."""
        return {"kind": CONSTANT, "a": float(FOREVER)}


def whole_ms(values: Floats) -> NDArray[np.int64]:
    """Durations rounded down to whole milliseconds, at most FOREVER."""
    return np.minimum(values, float(FOREVER)).astype(np.int64)

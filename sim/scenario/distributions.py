"""Distributions: of each its quantile function, its moments, the kernel's code for it, and how it is written.

A quantile function turns a uniform number into a value. It is monotone, so a parameter that moves a little
moves each caller a little and changes no caller's rank. Values are milliseconds wherever the law describes a duration.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray
from pydantic import model_validator

from sim.model.clock import FOREVER
from sim.scenario import elementary
from sim.scenario.types import Block, Duration, LawShape, Share, Sigma, Stated, Variation, kinds_of, tagged_union
from sim.units import format_duration, one_of, shown

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


class WrittenLaw(Block):
    """A distribution as a file has it: by name, with mean and cv or with parameters of its own."""

    #: Alternative sets of parameters, of which exactly one is given, whole.
    choices: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @model_validator(mode="after")
    def _complete(self) -> WrittenLaw:
        given = {name for choice in self.choices for name in choice if getattr(self, name) is not None}
        if self.choices and given not in [set(choice) for choice in self.choices]:
            allowed = ", or ".join(" and ".join(choice) for choice in self.choices)
            raise ValueError(f"needs {allowed}; found {' and '.join(sorted(given)) or 'nothing'}")
        self.law()
        return self

    def law(self) -> Law:
        """The distribution, in milliseconds; ValueError where its parameters do not go together."""
        raise NotImplementedError


def _positive(key: str, value: float) -> float:
    if value <= 0:
        raise ValueError(f"{key}: 0 s is not allowed here: this distribution needs a positive duration")
    return float(value)


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


class ExponentialLaw(WrittenLaw):
    """Memoryless, with the given mean."""

    distribution: Literal["exponential"]
    mean: Stated[Duration]

    def law(self) -> Law:
        """See WrittenLaw."""
        return Exponential(_positive("mean", self.mean.value))


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


class LognormalLaw(WrittenLaw):
    """Lognormal: mean and cv, or median and sigma."""

    choices = ("mean", "cv"), ("median", "sigma")
    distribution: Literal["lognormal"]
    mean: Stated[Duration] | None = None
    cv: Stated[Variation] | None = None
    median: Stated[Duration] | None = None
    sigma: Stated[Sigma] | None = None

    def law(self) -> Law:
        """See WrittenLaw."""
        if self.mean is not None and self.cv is not None:
            return Lognormal.from_mean_cv(_positive("mean", self.mean.value), self.cv.value)
        assert self.median is not None and self.sigma is not None  # noqa: PT018  # by _complete
        return Lognormal(log(_positive("median", self.median.value)), self.sigma.value)


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


class GammaLaw(WrittenLaw):
    """Gamma: mean and cv, or shape and scale."""

    choices = ("mean", "cv"), ("shape", "scale")
    distribution: Literal["gamma"]
    mean: Stated[Duration] | None = None
    cv: Stated[Variation] | None = None
    shape: Stated[LawShape] | None = None
    scale: Stated[Duration] | None = None

    def law(self) -> Law:
        """See WrittenLaw."""
        if self.mean is not None and self.cv is not None:
            return Gamma.from_mean_cv(_positive("mean", self.mean.value), self.cv.value)
        assert self.shape is not None and self.scale is not None  # noqa: PT018  # by _complete
        return Gamma(self.shape.value, _positive("scale", self.scale.value))


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


class WeibullLaw(WrittenLaw):
    """Weibull: mean and cv, or shape and scale."""

    choices = ("mean", "cv"), ("shape", "scale")
    distribution: Literal["weibull"]
    mean: Stated[Duration] | None = None
    cv: Stated[Variation] | None = None
    shape: Stated[LawShape] | None = None
    scale: Stated[Duration] | None = None

    def law(self) -> Law:
        """See WrittenLaw."""
        if self.mean is not None and self.cv is not None:
            if not 0.02 <= self.cv.value <= 30:
                raise ValueError(f"cv: {self.cv.value:g} is out of range for a Weibull; allowed is 0.02 to 30")
            return Weibull.from_mean_cv(_positive("mean", self.mean.value), self.cv.value)
        assert self.shape is not None and self.scale is not None  # noqa: PT018  # by _complete
        return Weibull(self.shape.value, _positive("scale", self.scale.value))


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


class DeterministicLaw(WrittenLaw):
    """Always the same."""

    distribution: Literal["deterministic"]
    always: Stated[Duration]

    def law(self) -> Law:
        """See WrittenLaw."""
        return Deterministic(float(self.always.value))


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


class UniformLaw(WrittenLaw):
    """Evenly spread between two durations."""

    distribution: Literal["uniform"]
    least: Stated[Duration]
    most: Stated[Duration]

    @model_validator(mode="after")
    def _ordered(self) -> UniformLaw:
        if self.least.value >= self.most.value:
            raise ValueError("least: must be less than most")
        return self

    def law(self) -> Law:
        """See WrittenLaw."""
        return Uniform(float(self.least.value), float(self.most.value))


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


class TriangularLaw(WrittenLaw):
    """Between a least and a most, with a most likely value between them."""

    distribution: Literal["triangular"]
    min: Stated[Duration]
    mode: Stated[Duration]
    max: Stated[Duration]

    @model_validator(mode="after")
    def _ordered(self) -> TriangularLaw:
        low, mode, high = self.min.value, self.mode.value, self.max.value
        if low >= high:
            raise ValueError("min: must be less than max")
        if not low <= mode <= high:
            ends = f"{format_duration(low)} and {format_duration(high)}"
            raise ValueError(f"mode: must lie from min to max, which are {ends}")
        return self

    def law(self) -> Law:
        """See WrittenLaw."""
        return Triangular(float(self.min.value), float(self.mode.value), float(self.max.value))


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


class EmpiricalLaw(WrittenLaw):
    """One of the observed durations, each as likely as the other."""

    distribution: Literal["empirical"]
    values: tuple[Duration, ...]

    @model_validator(mode="after")
    def _some(self) -> EmpiricalLaw:
        if not self.values:
            raise ValueError("values: is empty; list at least one duration")
        return self

    def law(self) -> Law:
        """See WrittenLaw."""
        return Empirical(tuple(float(value) for value in self.values))


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


class NeverLaw(WrittenLaw):
    """No limit: whoever waits for an e-mail does not hang up."""

    distribution: Literal["never"]

    def law(self) -> Law:
        """See WrittenLaw."""
        return Never()


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


class Part(Block):
    """A part of a mixture with its share."""

    share: Stated[Share]
    of: AnyLaw


class MixtureLaw(WrittenLaw):
    """Several kinds of people: each part with its share, the last may say ``rest``."""

    choices = ("at_once", "rest"), ("parts",)
    distribution: Literal["mixture"]
    at_once: Stated[Share] | None = None
    rest: AnyLaw | None = None
    parts: tuple[Part, ...] | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> MixtureLaw:
        if self.parts is not None:
            total = sum(part.share.value for part in self.parts)
            if abs(total - 1) > 1e-6:
                raise ValueError(f"parts: the shares add up to {total * 100:g} %; they must add up to 100 %")
        return self

    def law(self) -> Law:
        """See WrittenLaw."""
        if self.parts is not None:
            return Mixture(tuple(part.share.value for part in self.parts), tuple(part.of.law() for part in self.parts))
        assert self.at_once is not None and self.rest is not None  # noqa: PT018  # by _complete
        share = self.at_once.value
        return Mixture((share, 1 - share), (Deterministic(0.0), self.rest.law()))


#: What each name in a file stands for.
_LAWS = kinds_of(WrittenLaw, "distribution")


class UnknownLaw(Block):
    """Never valid: it is where a missing or misspelt name gets its message."""

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, value: object) -> object:
        if not isinstance(value, dict):
            written = value if isinstance(value, str) else "25 min"
            hint = f"{{distribution: exponential, mean: {written}}}"
            raise ValueError(f"{shown(value)} is not a distribution; write for example {hint}")
        if "distribution" not in value:
            raise ValueError(f"has no 'distribution:'; allowed are {', '.join(_LAWS)}")
        raise ValueError(f"distribution: {one_of(value['distribution'], _LAWS, 'is unknown')}")


if TYPE_CHECKING:
    AnyLaw = WrittenLaw
else:
    AnyLaw = tagged_union("distribution", _LAWS, UnknownLaw, "unknown")
#: Tags of the union above, which appear in pydantic's error locations but in no file.
TAGS = frozenset([*_LAWS, "unknown"])
Part.model_rebuild()
MixtureLaw.model_rebuild()


def whole_ms(values: Floats) -> NDArray[np.int64]:
    """Durations rounded down to whole milliseconds, at most FOREVER."""
    return np.minimum(values, float(FOREVER)).astype(np.int64)

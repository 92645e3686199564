"""Shapes of the extra arrivals a campaign brings: amplitude 1, with exact integrals."""

from __future__ import annotations

from dataclasses import dataclass
from math import e
from typing import Any, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.scenario import elementary

Floats = NDArray[np.float64]

#: Codes of the kernel's formulas, in the order of its header.
DECAY, TRAPEZOID = range(2)


class Shape(Protocol):
    """A function of the time since its start in ms, zero before it."""

    def value(self, t: Floats) -> Floats:
        """Amplitude at ``t`` ms after the start."""

    def integral(self, t: Floats) -> Floats:
        """Integral of the amplitude from the start to ``t``, in ms."""

    def corners(self) -> tuple[float, ...]:
        """Instants after the start at which the shape has a corner or its peak."""

    def bound(self, a: Floats, b: Floats) -> Floats:
        """What the amplitude does not exceed from ``a`` to ``b`` ms after the start."""

    def kernel(self) -> dict[str, Any] | None:
        """Code and parameters of the kernel's formula, None where it has none."""


@dataclass(frozen=True)
class Trapezoid:
    """Rises in a straight line, holds, falls in a straight line: step, ramp and plateau in one."""

    rise: float
    hold: float
    fall: float

    def corners(self) -> tuple[float, ...]:
        """See Shape."""
        return (0.0, self.rise, self.rise + self.hold, self.rise + self.hold + self.fall)

    def value(self, t: Floats) -> Floats:
        """See Shape."""
        top_from, top_to, stop = self.corners()[1:]
        up = np.where(t >= top_from, 1.0, t / self.rise if self.rise else 0.0)
        down = np.where(t < top_to, 1.0, (stop - t) / self.fall if self.fall else 0.0)
        return np.clip(np.minimum(up, down), 0.0, 1.0)

    def bound(self, a: Floats, b: Floats) -> Floats:
        """See Shape."""
        up = Trapezoid(self.rise, np.inf, 0.0).value(b)
        return np.minimum(up, Trapezoid(0.0, self.rise + self.hold, self.fall).value(np.maximum(a, 0)))

    def integral(self, t: Floats) -> Floats:
        """See Shape."""
        top_from, top_to, stop = self.corners()[1:]
        rising = np.clip(t, 0, top_from)
        holding = np.clip(t, top_from, top_to) - top_from
        falling = np.clip(t, top_to, stop) - top_to
        up = rising**2 / (2 * self.rise) if self.rise else 0.0
        down = falling - falling**2 / (2 * self.fall) if self.fall else 0.0
        return up + holding + down

    def kernel(self) -> dict[str, Any] | None:
        """See Shape."""
        return {"kind": TRAPEZOID, "rise": self.rise, "hold": self.hold, "fall": self.fall}


@dataclass(frozen=True)
class Decay:
    """A jump, then exponential decay with a time constant."""

    time_constant: float

    def corners(self) -> tuple[float, ...]:
        """See Shape."""
        return (0.0,)

    def value(self, t: Floats) -> Floats:
        """See Shape."""
        return np.where(t >= 0, elementary.exp(-np.maximum(t, 0) / self.time_constant), 0.0)

    def bound(self, a: Floats, b: Floats) -> Floats:
        """See Shape."""
        return np.where(b >= 0, self.value(np.maximum(a, 0)), 0.0)

    def integral(self, t: Floats) -> Floats:
        """See Shape."""
        return self.time_constant * (1.0 - elementary.exp(-np.maximum(t, 0) / self.time_constant))

    def kernel(self) -> dict[str, Any] | None:
        """See Shape."""
        return {"kind": DECAY, "time_constant": self.time_constant}


@dataclass(frozen=True)
class GammaPulse:
    """x**k exp(k (1 - x)) with x = t / peak: rises smoothly to 1 at ``peak``, then fades."""

    peak: float
    k: float

    def corners(self) -> tuple[float, ...]:
        """See Shape."""
        return (0.0, self.peak)

    def value(self, t: Floats) -> Floats:
        """See Shape."""
        x = np.maximum(t, 0) / self.peak
        shape: Floats = np.exp(scipy.special.xlogy(self.k, x) + self.k * (1 - x))  # one exp, as x**k overflows
        return shape

    def bound(self, a: Floats, b: Floats) -> Floats:
        """See Shape."""
        return self.value(np.minimum(np.maximum(a, self.peak), b))

    def integral(self, t: Floats) -> Floats:
        """See Shape. Substituting y = k x gives the lower incomplete gamma function."""
        y = self.k * np.maximum(t, 0) / self.peak
        scale = self.peak * e**self.k * self.k ** -(self.k + 1) * scipy.special.gamma(self.k + 1)
        area: Floats = scale * scipy.special.gammainc(self.k + 1, y)
        return area

    def kernel(self) -> dict[str, Any] | None:
        """See Shape."""
        return None


@dataclass(frozen=True)
class Surge:
    """A weighted sum of shapes, each from its own start in ms since the period began."""

    weights: tuple[float, ...]
    starts: tuple[int, ...]
    shapes: tuple[Shape, ...]

    def value(self, t: Floats) -> Floats:
        """Size of the surge at instants ``t``, relative to the base rate."""
        terms = zip(self.weights, self.starts, self.shapes, strict=True)
        return sum((w * shape.value(t - start) for w, start, shape in terms), np.zeros_like(t, dtype=float))

    def integral(self, t: Floats) -> Floats:
        """Integral of the surge up to instants ``t``, in ms."""
        terms = zip(self.weights, self.starts, self.shapes, strict=True)
        return sum((w * shape.integral(t - start) for w, start, shape in terms), np.zeros_like(t, dtype=float))

    def bound(self, start: Floats, stop: Floats) -> Floats:
        """What the surge does not exceed between ``start`` and ``stop``: the sum of what its shapes reach there."""
        terms = zip(self.weights, self.starts, self.shapes, strict=True)
        return sum((w * shape.bound(start - s, stop - s) for w, s, shape in terms), np.zeros_like(start, dtype=float))

    def corners(self) -> list[int]:
        """Instants at which the surge has a corner or a peak, whole ms."""
        terms = zip(self.starts, self.shapes, strict=True)
        return sorted({start + round(corner) for start, shape in terms for corner in shape.corners()})

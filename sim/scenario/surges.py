"""Shapes of the extra arrivals a campaign brings: of each its amplitude, its exact integral, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from math import e
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from sim.scenario import elementary
from sim.scenario.types import Block, Duration, Moment, Positive, Stated, Weight, kinds_of, tagged_union
from sim.units import one_of

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


class _OneOrList:
    """In the JSON schema: an item alone may stand for a list of one."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        several = handler(schema)
        return {"anyOf": [several["items"], dict(several)]}


_Starts = Annotated[
    tuple[Stated[Moment], ...],
    BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,)),
    _OneOrList(),
]


class WrittenWave(Block):
    """What all shapes share: when it starts, once or several times, and its weight among the others."""

    at: _Starts = Field(description="start, one or a list with one per broadcast; a date is its midnight")
    weight: Stated[Weight] = Field(
        default=Stated[Weight](value=1.0), description="part of the campaign's contacts that comes this way"
    )

    if TYPE_CHECKING:
        shape: str

    @model_validator(mode="after")
    def _some(self) -> WrittenWave:
        if not self.at:
            raise ValueError("at: is empty; name at least one start, such as [2020-02-11 20:30]")
        return self

    def unit(self) -> Shape:
        """The shape with amplitude 1."""
        raise NotImplementedError


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


class Step(WrittenWave):
    """A jump that lasts."""

    shape: Literal["step"]
    lasts: Stated[Duration]

    def unit(self) -> Shape:
        """See WrittenWave."""
        return Trapezoid(0.0, float(self.lasts.value), 0.0)


class Ramp(WrittenWave):
    """A straight rise, then as high for as long as it lasts."""

    shape: Literal["ramp"]
    rise: Stated[Duration]
    lasts: Stated[Duration] = Field(description="how long it stays at the top")

    def unit(self) -> Shape:
        """See WrittenWave."""
        return Trapezoid(float(self.rise.value), float(self.lasts.value), 0.0)


class Plateau(WrittenWave):
    """A rise, a flat top, a fall."""

    shape: Literal["plateau"]
    lasts: Stated[Duration]
    rise: Stated[Duration] = Stated[Duration].model_validate("0 s")
    fall: Stated[Duration] = Stated[Duration].model_validate("0 s")

    def unit(self) -> Shape:
        """See WrittenWave."""
        return Trapezoid(float(self.rise.value), float(self.lasts.value), float(self.fall.value))


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


class DecayWave(WrittenWave):
    """A jump at each start, then exponential decay."""

    shape: Literal["decay"]
    time_constant: Stated[Duration] = Field(description="after it, 37 % of the jump is left")

    @model_validator(mode="after")
    def _positive(self) -> DecayWave:
        if self.time_constant.value <= 0:
            raise ValueError("time_constant: 0 s is not allowed; a decay takes time")
        return self

    def unit(self) -> Shape:
        """See WrittenWave."""
        return Decay(float(self.time_constant.value))


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


class Pulse(WrittenWave):
    """Rises smoothly to a peak, then fades."""

    shape: Literal["gamma pulse"]
    peak_after: Stated[Duration]
    sharpness: Stated[Positive] = Stated[Positive](value=1.0)

    @model_validator(mode="after")
    def _positive(self) -> Pulse:
        if self.peak_after.value <= 0:
            raise ValueError("peak_after: 0 s is not allowed; use shape: decay for a jump")
        if self.sharpness.value > 100:
            raise ValueError(f"sharpness: {self.sharpness.value:g} is out of range; allowed is up to 100")
        return self

    def unit(self) -> Shape:
        """See WrittenWave."""
        return GammaPulse(float(self.peak_after.value), self.sharpness.value)


_SHAPES = kinds_of(WrittenWave, "shape")


class UnknownShape(WrittenWave):
    """Never valid: where a missing or misspelt shape gets its message."""

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, value: object) -> object:
        name = value.get("shape") if isinstance(value, dict) else value
        if name is None:
            raise ValueError(f"has no 'shape:'; allowed are {', '.join(_SHAPES)}")
        raise ValueError(f"shape: {one_of(name, _SHAPES, 'is unknown')}")


if TYPE_CHECKING:
    AnyWave = WrittenWave
else:
    AnyWave = tagged_union("shape", _SHAPES, UnknownShape, "unknown shape")
#: Tags of the union above, which appear in pydantic's error locations but in no file.
TAGS = frozenset([*_SHAPES, "unknown shape"])


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

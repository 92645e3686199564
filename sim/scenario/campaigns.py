"""Campaigns as they are written: when, which shape, how large, and for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, GetJsonSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema

from sim.scenario import surges
from sim.scenario.types import (
    Block,
    Change,
    Contacts,
    Day,
    DayText,
    Duration,
    Moment,
    Positive,
    Shares,
    Stated,
    Weight,
    distinct_keys,
)
from sim.units import one_of, parse_date


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


class _Wave(Block):
    """What all shapes share: when it starts, once or several times, and its weight among the others."""

    at: _Starts = Field(description="start, one or a list with one per broadcast; a date is its midnight")
    weight: Stated[Weight] = Field(
        default=Stated[Weight](value=1.0), description="part of the campaign's contacts that comes this way"
    )

    @model_validator(mode="after")
    def _some(self) -> _Wave:
        if not self.at:
            raise ValueError("at: is empty; name at least one start, such as [2020-02-11 20:30]")
        return self

    def unit(self) -> surges.Shape:
        """The shape with amplitude 1."""
        raise NotImplementedError


class Step(_Wave):
    """A jump that lasts."""

    shape: Literal["step"]
    lasts: Stated[Duration]

    def unit(self) -> surges.Shape:
        """See _Wave."""
        return surges.Trapezoid(0.0, float(self.lasts.value), 0.0)


class Ramp(_Wave):
    """A straight rise, then as high for as long as it lasts."""

    shape: Literal["ramp"]
    rise: Stated[Duration]
    lasts: Stated[Duration] = Field(description="how long it stays at the top")

    def unit(self) -> surges.Shape:
        """See _Wave."""
        return surges.Trapezoid(float(self.rise.value), float(self.lasts.value), 0.0)


class Plateau(_Wave):
    """A rise, a flat top, a fall."""

    shape: Literal["plateau"]
    lasts: Stated[Duration]
    rise: Stated[Duration] = Stated[Duration].model_validate("0 s")
    fall: Stated[Duration] = Stated[Duration].model_validate("0 s")

    def unit(self) -> surges.Shape:
        """See _Wave."""
        return surges.Trapezoid(float(self.rise.value), float(self.lasts.value), float(self.fall.value))


class DecayWave(_Wave):
    """A jump at each start, then exponential decay."""

    shape: Literal["decay"]
    time_constant: Stated[Duration] = Field(description="after it, 37 % of the jump is left")

    @model_validator(mode="after")
    def _positive(self) -> DecayWave:
        if self.time_constant.value <= 0:
            raise ValueError("time_constant: 0 s is not allowed; a decay takes time")
        return self

    def unit(self) -> surges.Shape:
        """See _Wave."""
        return surges.Decay(float(self.time_constant.value))


class Pulse(_Wave):
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

    def unit(self) -> surges.Shape:
        """See _Wave."""
        return surges.GammaPulse(float(self.peak_after.value), self.sharpness.value)


_SHAPES = ("step", "ramp", "plateau", "decay", "gamma pulse")


def _shape_of(value: object) -> str:
    name = value.get("shape") if isinstance(value, dict) else getattr(value, "shape", None)
    return name if isinstance(name, str) and name in _SHAPES else "unknown shape"


class UnknownShape(_Wave):
    """Never valid: where a missing or misspelt shape gets its message."""

    @model_validator(mode="before")
    @classmethod
    def _refuse(cls, value: object) -> object:
        name = value.get("shape") if isinstance(value, dict) else value
        if name is None:
            raise ValueError(f"has no 'shape:'; allowed are {', '.join(_SHAPES)}")
        raise ValueError(f"shape: {one_of(name, _SHAPES, 'is unknown')}")


AnyWave = Annotated[
    Annotated[Step, Tag("step")]
    | Annotated[Ramp, Tag("ramp")]
    | Annotated[Plateau, Tag("plateau")]
    | Annotated[DecayWave, Tag("decay")]
    | Annotated[Pulse, Tag("gamma pulse")]
    | Annotated[UnknownShape, Tag("unknown shape")],
    Discriminator(_shape_of),
]
TAGS = frozenset([*_SHAPES, "unknown shape", "one uplift", "by day"])
Uplift = Annotated[
    Annotated[Stated[Change], Tag("one uplift")]
    | Annotated[dict[DayText, Stated[Change]], distinct_keys(parse_date, "is the same as"), Tag("by day")],
    Discriminator(
        lambda value: "by day" if isinstance(value, dict) and not value.keys() & Stated.model_fields else "one uplift"
    ),
]


class Campaign(Block):
    """Extra callers of their own on top of the base demand; exactly one of extra, uplift and peak is its size."""

    name: str = Field(min_length=1)
    surge: tuple[AnyWave, ...] = Field((), description="when they call; not where the uplift is stated by day")
    extra: Stated[Contacts] | None = Field(None, description="extra contacts in the period")
    uplift: Uplift | None = Field(
        None,
        description="extra contacts in percent of the base, over the days from..to (default: the period), or by day, "
        "such as {2018-09-27: +174 %, 2018-09-28: +738 %}",
    )
    peak: Stated[Positive] | None = Field(None, description="rate at the highest moment, in times the base rate")
    first: Day | None = Field(None, description="first day over which the uplift holds")
    last: Day | None = Field(None, description="last day over which the uplift holds")
    channels: tuple[str, ...] | None = Field(None, min_length=1, description="only these channels (default: all)")
    provinces: tuple[str, ...] | None = Field(None, min_length=1, description="only these provinces (default: all)")
    topics: Stated[Shares] | None = Field(None, description="what its callers call about (default: as the others)")
    ages: dict[str, Stated[Shares]] | None = Field(None, description="their age groups by channel")

    @model_validator(mode="after")
    def _one_size(self) -> Campaign:
        sizes = [name for name in ("extra", "uplift", "peak") if getattr(self, name) is not None]
        if len(sizes) != 1:
            found = " and ".join(sizes) or "none"
            raise ValueError(f"needs exactly one of extra, uplift and peak as its size; found {found}")
        if self.by_day and self.surge:
            raise ValueError(
                "surge: does not go with an uplift by day, which says when callers call; remove one of the two"
            )
        if not self.by_day and "surge" not in self.model_fields_set:
            raise ValueError("has no 'surge:', which says when its callers call")
        if not self.by_day and not self.surge:
            raise ValueError("surge: is empty; at least one entry is needed")
        for key, size in [*self.by_day.items(), ("", None if self.by_day else self.uplift)]:
            if isinstance(size, Stated) and size.value < 0:
                day = f"{key}: " if key else ""
                why = "is negative; a campaign adds callers. Use demand.change for fewer"
                raise ValueError(f"uplift: {day}{why}")
        if self.peak is not None and self.peak.value < 1:
            raise ValueError(f"peak: {self.peak.value:g} is below 1, the base rate itself; allowed is 1 or more")
        if self.peak is not None and self.peak.value > 10_000:
            raise ValueError(f"peak: {self.peak.value:g} is out of range; allowed is 1 to 10000 times the base rate")
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"last: {self.last} is before the first day, {self.first}")
        if not isinstance(self.uplift, Stated) and (self.first or self.last):
            raise ValueError("first and last go with uplift only")
        return self

    @property
    def by_day(self) -> dict[str, Stated[float]]:
        """Uplift of each day where it is stated by day, else nothing."""
        return self.uplift if isinstance(self.uplift, dict) else {}

    @property
    def waves(self) -> tuple[AnyWave, ...]:
        """Its surge; that of an uplift by day is level within each day."""
        days = ((f"{day} 0:00", size.value) for day, size in self.by_day.items())
        level = {"shape": "plateau", "lasts": "1 day"}
        return self.surge or tuple(Plateau.model_validate({**level, "at": at, "weight": size}) for at, size in days)

    def surge_from(self, instant: Callable[[dt.datetime], int]) -> surges.Surge:
        """The surge with its weights as amplitudes; ``instant`` turns a moment into ms since the start.

        An uplift by day has its size as its amplitude, and lasts until the end of a night that begins on the day.
        """
        if self.by_day:
            days = [dt.datetime.fromisoformat(day) for day in self.by_day]
            starts = [instant(day) for day in days]
            lasts = [instant(day + dt.timedelta(days=2)) - start for day, start in zip(days, starts, strict=True)]
            level = tuple(surges.Trapezoid(0.0, float(length), 0.0) for length in lasts)
            return surges.Surge(tuple(size.value for size in self.by_day.values()), tuple(starts), level)
        weights, starts, shapes = [], [], []
        for wave in self.surge:
            unit = wave.unit()
            whole = float(unit.integral(np.array([1e15]))[0])
            for start in wave.at:
                # Per unit of area, so that a weight is a share of the contacts and not a height.
                weights.append(wave.weight.value / (len(wave.at) * max(whole, 1.0)))
                starts.append(instant(start.value))
                shapes.append(unit)
        return surges.Surge(tuple(weights), tuple(starts), tuple(shapes))

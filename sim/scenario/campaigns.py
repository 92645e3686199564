"""Campaigns as they are written: when, which shape, how large, and for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from sim.scenario.surges import AnyWave, Plateau, Surge, Trapezoid
from sim.scenario.types import (
    Block,
    Change,
    Contacts,
    Day,
    DayText,
    Positive,
    Shares,
    Stated,
    distinct_keys,
)
from sim.units import parse_date

#: Tags of the union below.
TAGS = frozenset(["one uplift", "by day"])
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

    def surge_from(self, instant: Callable[[dt.datetime], int]) -> Surge:
        """The surge with its weights as amplitudes; ``instant`` turns a moment into ms since the start.

        An uplift by day has its size as its amplitude, and lasts until the end of a night that begins on the day.
        """
        if self.by_day:
            days = [dt.datetime.fromisoformat(day) for day in self.by_day]
            starts = [instant(day) for day in days]
            lasts = [instant(day + dt.timedelta(days=2)) - start for day, start in zip(days, starts, strict=True)]
            level = tuple(Trapezoid(0.0, float(length), 0.0) for length in lasts)
            return Surge(tuple(size.value for size in self.by_day.values()), tuple(starts), level)
        weights, starts, shapes = [], [], []
        for wave in self.surge:
            unit = wave.unit()
            whole = float(unit.integral(np.array([1e15]))[0])
            for start in wave.at:
                # Per unit of area, so that a weight is a share of the contacts and not a height.
                weights.append(wave.weight.value / (len(wave.at) * max(whole, 1.0)))
                starts.append(instant(start.value))
                shapes.append(unit)
        return Surge(tuple(weights), tuple(starts), tuple(shapes))

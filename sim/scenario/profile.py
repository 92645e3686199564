"""When in the day callers call: relative arrival rates by hour or by clock time, alike every day or by weekday."""

from __future__ import annotations

import re
from itertools import pairwise
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic_core import CoreSchema

from sim import units as q

#: (from, to, weight) in minutes of the day, in order and disjoint; times in no span have no weight.
Spans = tuple[tuple[int, int, float], ...]
_DAY = 24 * 60
_FLAT: Spans = ((0, _DAY, 1.0),)
_HOURS = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")
_CLOCK = re.compile(r"\s*(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?\s*")
_HELP = "an hour, a range of hours or clock times; write for example 9, 9-16 or 8:30-9:00"


class DayProfile(BaseModel):
    """Relative arrival rate over the day: ``flat`` or weights by hour or clock time, for all days or by weekday.

    ``{9-11: 1.4, 12-16: 1}``, ``{8:00-8:30: 4, 8:30-9:00: 6}``, ``{mon: {...}, tue-fri: {...}}``. ``days`` has the
    spans of every day, or seven of them, Monday's first.
    """

    model_config = ConfigDict(frozen=True)
    days: tuple[Spans, ...]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("days"), tuple):  # from code: files have no tuples
            return value
        if isinstance(value, dict) and value and all(_is_weekdays(str(key)) for key in value):
            return {"days": _by_weekday(value)}
        return {"days": (_spans(value),)}

    @model_serializer(mode="plain")
    def _write(self) -> Any:
        if len(self.days) == 1:
            return _written(self.days[0])
        return {name: _written(spans) for name, spans in zip(q.WEEKDAYS, self.days, strict=True) if spans != _FLAT}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        del schema, handler
        time, day = r"\d{1,2}(:\d\d)?", f"({'|'.join(q.WEEKDAYS)}|daily)"
        weight = {"type": "number", "minimum": 0}
        ranges = {"type": "object", "patternProperties": {rf"^{time}(-{time})?$": weight}}
        every = {"anyOf": [{"const": "flat"}, {**ranges, "additionalProperties": False}]}
        by_weekday = {"type": "object", "patternProperties": {f"^{day}([,-]{day})*$": every}}
        return {"anyOf": [*every["anyOf"], {**by_weekday, "additionalProperties": False}], "description": cls.__doc__}

    @property
    def boundaries(self) -> list[int]:
        """Minutes of the day at which a weight may change, any day."""
        return sorted({end for spans in self.days for start, stop, _ in spans for end in (start, stop)})

    @property
    def minutes(self) -> NDArray[np.float64]:
        """Weight of each minute, (1, 1440), or (7, 1440) by weekday; nan where no weight is written."""
        table = np.full((len(self.days), _DAY), np.nan)
        for row, spans in zip(table, self.days, strict=True):
            for start, stop, weight in spans:
                row[start:stop] = weight
        return table


def between(low: DayProfile, value: DayProfile, high: DayProfile, mixed: Any) -> Any:
    """A profile as it is written, of which each weight, as a share of its day, is ``mixed`` of those of the three.

    ``mixed`` takes a list of three numbers and returns one.
    """
    ends = low, value, high
    step = gcd(60, *(minute for end in ends for minute in end.boundaries))
    days = max(len(end.days) for end in ends)
    tables = [np.broadcast_to(end.minutes, (days, _DAY))[:, ::step] for end in ends]
    totals = [[sum(weight for weight in row.tolist() if weight == weight) for row in table] for table in tables]
    written = []
    for day in range(days):
        shares = [[w / total[day] for w in table[day].tolist()] for table, total in zip(tables, totals, strict=True)]
        found = {
            _name(n * step, (n + 1) * step): mixed(list(three)) for n, three in enumerate(zip(*shares, strict=True))
        }
        written.append({name: weight for name, weight in found.items() if weight == weight})
    return written[0] if days == 1 else dict(zip(q.WEEKDAYS, written, strict=True))


def _is_weekdays(text: str) -> bool:
    return bool(re.match(r"\s*[a-z]", text.lower())) and text != "value"


def _by_weekday(value: dict[Any, Any]) -> tuple[Spans, ...]:
    """Spans of the seven days; days that are not named are flat."""
    days: dict[int, Spans] = {}
    for key, profile in value.items():
        for day in q.parse_weekday_set(str(key)):
            if day in days:
                raise ValueError(f"{q.WEEKDAYS[day]} is given twice")
            try:
                days[day] = _spans(profile)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from None
    found = tuple(days.get(day, _FLAT) for day in range(7))
    return (_FLAT,) if all(map(_is_flat, found)) else found


def _spans(value: object) -> Spans:
    if value == "flat":
        return _FLAT
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{q.shown(value)} is not 'flat' or a mapping of hours to weights, such as {{9-16: 1}}")
    weights = {str(key): _weight(str(key), weight) for key, weight in value.items()}
    spans = sorted((*_times(times), weight) for times, weight in weights.items())
    for (_, stop, _), (start, after, _) in pairwise(spans):
        if start < stop:
            until = min(stop, after)
            whole = start % 60 == 0 and until - start >= 60
            twice = f"hour {start // 60}" if whole else clock_times(start, until)
            raise ValueError(f"{twice} is given twice")
    if not any(weight for _, _, weight in spans):
        raise ValueError("all weights are zero; at least one must be positive")
    return _joined(spans)


def _joined(spans: list[tuple[int, int, float]]) -> Spans:
    joined: list[tuple[int, int, float]] = []
    for start, stop, weight in spans:
        if joined and joined[-1][1:] == (start, weight):
            start = joined.pop()[0]
        joined.append((start, stop, weight))
    return tuple(joined)


def _is_flat(spans: Spans) -> bool:
    return [span[:2] for span in spans] == [(0, _DAY)]


def _weight(name: str, value: object) -> float:
    try:
        return q.parse_number(value, what="a count")
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _times(text: str) -> tuple[int, int]:
    """Minutes from and to: ``9-11`` are the hours 9, 10 and 11, ``9:00-11:00`` ends at 11:00."""
    if hours := _HOURS.fullmatch(text):
        first, last = int(hours[1]), int(hours[2] or hours[1])
        if not 0 <= first <= last <= 23:
            raise ValueError(f"{text!r} is not within the hours 0 to 23")
        return 60 * first, 60 * (last + 1)
    clock = _CLOCK.fullmatch(text)
    if clock is None or int(clock[2] or 0) > 59 or int(clock[4] or 0) > 59:
        raise ValueError(f"{text!r} is not {_HELP}")
    start, stop = (60 * int(clock[n]) + int(clock[n + 1] or 0) for n in (1, 3))
    if not 0 <= start < stop <= _DAY:
        night = f"; write {_name(0, stop)} and {_name(start, _DAY)}" if 0 < stop <= start < _DAY else ""
        raise ValueError(f"{text!r} does not run forward from 0:00 to 24:00{night}")
    return start, stop


def _name(start: int, stop: int) -> str:
    """Times as they are written: hours where these are whole."""
    if start % 60 == stop % 60 == 0:
        return str(start // 60) if stop - start == 60 else f"{start // 60}-{stop // 60 - 1}"
    return clock_times(start, stop)


def clock_times(start: int, stop: int) -> str:
    """Minutes of the day as clock times, ``8:30-9:00``."""
    return f"{start // 60}:{start % 60:02}-{stop // 60}:{stop % 60:02}"


def _written(spans: Spans) -> Any:
    return "flat" if spans == _FLAT else {_name(start, stop): weight for start, stop, weight in spans}

"""What is not known of a scenario: every value with a low and a high, and the values in between.

An unknown has a coordinate. That of a number is the number itself; that of shares, of a profile of the day or of
anything that is written by name runs from -1 (low) over 0 (as stated) to 1 (high), with straight lines between; what
cannot lie in between, such as hours, has as many levels as there are different values.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from typing import Any, Literal

from pydantic import BaseModel

from sim.answers.answer import Message, Named, Term, Value, message
from sim.language import ENGLISH, Language
from sim.language.shown import in_words, short
from sim.scenario.profile import DayProfile, between
from sim.scenario.scenario import Scenario
from sim.scenario.types import Shares, Stated
from sim.units import format_duration, format_percent, parse_duration, parse_percent

#: How likely values within a range are: most likely as stated and least at the ends, or all alike.
Law = Literal["triangular", "uniform"]
LAWS: dict[str, str] = {
    "triangular": "most likely as stated, falling in a straight line to the low and the high (triangular)",
    "uniform": "all values between the low and the high equally likely (uniform)",
}


@dataclass(frozen=True)
class Scale:
    """A range as coordinates, ``whole`` where only whole ones have a value, and what stands at a coordinate."""

    low: float
    stated: float
    high: float
    whole: bool
    at: Callable[[float], Any]

    def draw(self, share: float, law: Law) -> float:
        """The coordinate below which lies ``share`` of the law, a number between 0 and 1."""
        margin = 0.5 if self.whole else 0.0
        low, high = self.low - margin, self.high + margin
        if law == "uniform":
            found = low + share * (high - low)
        elif share * (high - low) <= self.stated - low:
            found = low + sqrt(share * (high - low) * (self.stated - low))
        else:
            found = high - sqrt((1 - share) * (high - low) * (high - self.stated))
        found = min(max(found, self.low), self.high)
        return float(round(found)) if self.whole else found


@dataclass(frozen=True)
class Unknown:
    """A value with a low and a high, as it is written; the same statement of several line groups is one."""

    paths: tuple[str, ...]
    value: Any = field(hash=False)
    low: Any = field(hash=False)
    high: Any = field(hash=False)
    status: str = ""
    whole: bool = False

    @property
    def name(self) -> str:
        """Where it stands."""
        more = f" and {len(self.paths) - 1} alike" if len(self.paths) > 1 else ""
        return self.paths[0] + more

    def told(self, say: Language = ENGLISH) -> str:
        """Where it stands, as a reader's sentence has it."""
        more = len(self.paths) - 1
        return say("sensitivity.alike", path=self.paths[0], count=more) if more else self.paths[0]

    def words(self, say: Language) -> str:
        """What it is, in words."""
        text, more = in_words(self.paths[0], say), len(self.paths) - 1
        return f"{text} {say('ranking.alike', count=more)}" if more else text

    @property
    def ends(self) -> list[Any]:
        """Low and high, as far as they differ from the value."""
        return [end for end in (self.low, self.high) if end != self.value]

    @property
    def range(self) -> str:
        """The range in words."""
        return f"{short(self.low)} to {short(self.high)}"

    def settings(self, value: Any) -> list[str]:
        """What sets all its places to ``value``."""
        return [f"{path}={json.dumps(value)}" for path in self.paths]

    @cached_property
    def scale(self) -> Scale:
        """Coordinates of its values."""
        return scale_of(self.low, self.value, self.high, whole=self.whole)


def unknowns_of(scenario: Scenario) -> list[Unknown]:
    """Every stated range of a scenario, in the order of the file."""
    places: dict[str, list[str]] = {}
    stated: dict[str, dict[str, Any]] = {}
    for path, found in _stated(scenario, scenario.model_dump(mode="json", exclude_none=True), ()):
        same = json.dumps([_of_any_group(path), found])
        places.setdefault(same, []).append(".".join(path))
        stated[same] = found
    return [
        Unknown(tuple(paths), item["value"], item["low"], item["high"], item.get("status", ""), item["whole"])
        for paths, item in ((paths, stated[same]) for same, paths in places.items())
    ]


def _of_any_group(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path that is the same for all line groups: five lines of which one thing is assumed are one assumption."""
    return ("lines", *path[2:]) if path[0] == "lines" else path


def _stated(value: Any, dumped: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if isinstance(value, Stated):
        if isinstance(dumped, dict) and {"value", "low", "high"} <= set(dumped):
            yield path, dumped | {"whole": isinstance(value.value, int)}
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            below = dumped.get(name) if isinstance(dumped, dict) else None
            yield from _stated(getattr(value, name), below, (*path, name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _stated(item, dumped[name], (*path, str(name)))
    elif isinstance(value, tuple) and isinstance(dumped, list):
        for number, item in enumerate(value):
            yield from _stated(item, dumped[number], (*path, str(number)))


def name_of(of: Unknown) -> Message | Term:
    """What is assumed, in words."""
    name, more = Term("path", of.paths[0]), len(of.paths) - 1
    return message("ranking.with_alike", path=name, count=more) if more else name


def setting_of(value: Any) -> Value:
    """A value as a cell of an answer."""
    return value if isinstance(value, bool | int | float | str) else Named(short(value), Term("setting", value))


def scale_of(low: Any, value: Any, high: Any, *, whole: bool = False) -> Scale:
    """Coordinates for a range as it is written in a file; levels where nothing lies in between.

    ``whole`` for percentages that must be whole ones.
    """
    if whole and str(value).endswith("%"):
        low, value, high = (round(100 * parse_percent(end)) for end in (low, value, high))
        return Scale(float(low), float(value), float(high), True, lambda x: f"{round(x)} %")
    for kind in (_numbers, _moments, _profiles, _shares):
        found = kind(low, value, high)
        if found is not None:
            return found
    levels = [level for n, level in enumerate((low, value, high)) if level not in (low, value, high)[:n]]
    return Scale(0.0, float(levels.index(value)), len(levels) - 1.0, True, lambda x: levels[round(x)])


def _numbers(low: Any, value: Any, high: Any) -> Scale | None:
    """Plain numbers, percentages and durations: whatever one number says."""
    ends = low, value, high
    if all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        return Scale(float(low), float(value), float(high), True, round)
    if all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
        return Scale(float(low), float(value), float(high), False, float)
    if all(isinstance(end, str) and end.endswith("%") for end in ends):
        low, value, high = (parse_percent(end, least=-1e9, most=1e9) for end in ends)
        return Scale(low, value, high, False, format_percent)
    try:
        low, value, high = (float(parse_duration(end)) for end in ends)
    except ValueError:
        return None
    return Scale(low, value, high, False, lambda x: format_duration(round(x)))


def _moments(low: Any, value: Any, high: Any) -> Scale | None:
    """Days, and moments to the minute."""
    try:
        moments = [dt.datetime.fromisoformat(end) for end in (low, value, high)]
    except (TypeError, ValueError):
        return None
    step = dt.timedelta(minutes=1) if " " in value else dt.timedelta(days=1)
    form = "%Y-%m-%d %H:%M" if " " in value else "%Y-%m-%d"
    start, end = ((moment - moments[1]) / step for moment in (moments[0], moments[2]))
    return Scale(start, 0.0, end, True, lambda x: f"{moments[1] + round(x) * step:{form}}")


def _shares(low: Any, value: Any, high: Any) -> Scale | None:
    """Parts of a whole by name: the share of each name moves in straight lines."""
    try:
        ends = [Shares.model_validate(end) for end in (low, value, high)]
    except ValueError:
        return None
    names = dict.fromkeys(name for end in ends for name in end.parts)

    def at(x: float) -> dict[str, str]:
        mixed = {name: _between([end.fraction(name) for end in ends], x) for name in names}
        return {name: format_percent(round(share, 12)) for name, share in mixed.items()}

    return _bent(low, value, high, at)


def _profiles(low: Any, value: Any, high: Any) -> Scale | None:
    """Weights over the day: each moves in straight lines, as a share of all."""
    try:
        ends = [DayProfile.model_validate(end) for end in (low, value, high)]
    except ValueError:
        return None
    below, stated, above = ends
    return _bent(low, value, high, lambda x: between(below, stated, above, lambda three: _between(three, x)))


def _bent(low: Any, value: Any, high: Any, at: Callable[[float], Any]) -> Scale:
    """From low over the value to high; the three themselves are as they are written."""
    written = {-1.0: low, 0.0: value, 1.0: high}
    ends = 0.0 if low == value else -1.0, 0.0 if high == value else 1.0
    return Scale(ends[0], 0.0, ends[1], False, lambda x: written[x] if x in written else at(x))


def _between(ends: list[float], x: float) -> float:
    low, value, high = ends
    return value + x * (value - low) if x < 0 else value + x * (high - value)

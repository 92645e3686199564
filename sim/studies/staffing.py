"""What a plan decides: how many lines each group has in each part of its time, what these cost, how they are written.

A slot is a part of a group's time in which it has one number of lines: hours of the week, or hours on some days. A
level is that number; the levels of a group are one number for each of its slots.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.errors import QuestionError
from sim.model.clock import DAY, MINUTE
from sim.scenario.lines import LineGroup
from sim.scenario.routing import Service
from sim.scenario.scenario import Scenario
from sim.units import WEEKDAYS, WeeklyHours, parse_duration, parse_hours

Floats = NDArray[np.float64]
Levels = tuple[int, ...]
_WEEK = 7 * DAY


class PlanError(QuestionError):
    """A question that cannot be answered, with what is wrong with it."""


@dataclass(frozen=True)
class Slot:
    """``hours`` of the week in which a group has one number of lines; on the days first..last only, where given."""

    hours: str
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Staff:
    """What is decided of one line group: its ``slots``, from ``least`` to ``most`` lines in each of them.

    ``extra``: levels are lines on top of those that the scenario has. ``shortest`` is the shortest shift in ms.
    """

    group: str
    slots: tuple[Slot, ...]
    least: int
    most: int
    extra: bool = False
    whole: bool = False
    shortest: int = 0

    def settings(self, scenario: Scenario, levels: Levels) -> list[str]:
        """What makes the scenario have these lines."""
        path = f"lines.{self.group}"
        if self.extra:
            kept = [item.model_dump(mode="json", exclude_none=True) for item in scenario.lines[self.group].extra]
            added = [_extra(slot, count) for slot, count in zip(self.slots, levels, strict=True) if count]
            return [f"{path}.extra={json.dumps([*kept, *added])}"] if added else []
        if self.whole:
            return [f"{path}.count={levels[0]}"]
        shifts = {slot.hours: count for slot, count in zip(self.slots, levels, strict=True)}
        return [f"{path}.shifts={json.dumps(shifts)}"]

    def clipped(self, levels: Sequence[int]) -> Levels:
        """Levels within the limits."""
        return tuple(min(max(level, self.least), self.most) for level in levels)


def _extra(slot: Slot, count: int) -> dict[str, object]:
    days = {"first": slot.first, "last": slot.last} if slot.first else {}
    return {"count": count, "hours": slot.hours, **days}


def hours_of(scenario: Scenario, group: str) -> WeeklyHours:
    """The hours in which a group has lines, whatever their number."""
    block: LineGroup = scenario.lines[group]
    if block.shifts is not None:
        every = [parse_hours(text) for text in block.shifts]
        return _weekly([joined([span for hours in every for span in hours.spans[day]]) for day in range(7)])
    return block.staffed.value if block.staffed else Service(scenario).hours(group)


def staff_of(
    scenario: Scenario, group: str, *, parts: Sequence[WeeklyHours], least: int, most: int, shortest: int = 0
) -> Staff:
    """A group whose hours are cut into ``parts``; what they leave of its hours is a part of its own.

    Without parts, the hours of a group are one part, or those of its shifts where it has some.
    """
    block = scenario.lines[group]
    if not parts and block.shifts is None:
        return Staff(group, (Slot(hours_of(scenario, group).text),), least, most, whole=True, shortest=shortest)
    hours, slots, left = hours_of(scenario, group), list[Slot](), hours_of(scenario, group)
    for part in parts or [parse_hours(text) for text in block.shifts or ()]:
        inside, left = _cut(left, part)
        if any(inside.spans):
            slots.append(Slot(inside.text))
    if any(left.spans):
        slots.append(Slot(left.text))
    if len(slots) == 1 and block.shifts is None:
        return Staff(group, (Slot(hours.text),), least, most, whole=True, shortest=shortest)
    return Staff(group, tuple(slots), least, most, shortest=shortest)


def parse_parts(text: str | None, scenario: Scenario) -> list[WeeklyHours]:
    """``9-13,13-17`` on all days, ``mon 9-17; tue-fri 9-17`` by days, or ``2 h``: pieces of that length."""
    if not text:
        return []
    try:
        if any(day in text.lower() for day in (*WEEKDAYS, "daily")):
            return _apart([parse_hours(part) for part in text.split(";")])
        if "-" in text:
            return _apart([parse_hours(f"daily {part.strip()}") for part in text.split(",")])
        length = parse_duration(text)
    except ValueError as error:
        raise PlanError(f"parts {text!r}: {error}; write 9-13,13-17 or 'mon 9-17; tue-fri 9-17' or '2 h'") from None
    if length < 30 * MINUTE or DAY % length:
        raise PlanError(f"parts {text!r}: a part of the day is 30 min or longer, and so many fill a day")
    opens = min((s for g in scenario.lines for d in hours_of(scenario, g).spans for s, _ in d), default=0) % length
    starts = range(opens, DAY, length)
    pieces = [(start, min(start + length, DAY)) for start in starts]
    return [_weekly([[piece]] * 7) for piece in ([(0, opens), *pieces] if opens else pieces)]


def _apart(parts: list[WeeklyHours]) -> list[WeeklyHours]:
    for number, part in enumerate(parts):
        for other in parts[:number]:
            if any(_cut(part, other)[0].spans):
                raise ValueError("two parts overlap; a line-hour belongs to one part")
    return parts


def _weekly(spans: Sequence[Sequence[tuple[int, int]]]) -> WeeklyHours:
    """Hours of a week with the text that ``parse_hours`` reads back."""
    found = tuple(tuple(day) for day in spans)
    return WeeklyHours(text_of(found), found)


def text_of(spans: Sequence[Sequence[tuple[int, int]]]) -> str:
    """``mon-fri 9:00-17:00``; days with equal hours stand together."""
    by_hours: dict[str, list[int]] = {}
    for day, some in enumerate(spans):
        if some:
            by_hours.setdefault(" ".join(f"{_clock(a)}-{_clock(b)}" for a, b in some), []).append(day)
    return "; ".join(f"{_days(days)} {hours}" for hours, days in by_hours.items())


def _days(days: list[int]) -> str:
    if len(days) == 7:
        return "daily"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ",".join(WEEKDAYS[day] for day in days)


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours if hours <= 24 else hours - 24}:{minutes:02}"


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def _cut(hours: WeeklyHours, part: WeeklyHours) -> tuple[WeeklyHours, WeeklyHours]:
    """What of ``hours`` lies in ``part``, and what does not; hours past midnight belong to the day they begin on."""
    inside, outside = list[list[tuple[int, int]]](), list[list[tuple[int, int]]]()
    for mine, theirs in zip(hours.spans, part.spans, strict=True):
        edges = sorted({edge for a, b in (*mine, *theirs) for edge in (a, b)})
        pieces = [(a, b) for a, b in pairwise(edges) if any(s <= a and b <= e for s, e in mine)]
        within = [(a, b) for a, b in pieces if any(s <= a and b <= e for s, e in theirs)]
        inside.append(joined(within))
        outside.append(joined([piece for piece in pieces if piece not in within]))
    return _weekly(inside), _weekly(outside)


def spans_by_day(staff: Staff) -> Mapping[int, list[tuple[int, int, int]]]:
    """By weekday the stretches (from, to, slot) in order of time."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for number, slot in enumerate(staff.slots):
        for day, some in enumerate(parse_hours(slot.hours).spans):
            for start, stop in some:
                found.setdefault(day, []).append((start, stop, number))
    return {day: sorted(some) for day, some in found.items()}

"""When which line is on duty: hours on the days of a calendar, extra lines, breaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from sim.model.clock import Calendar, Times
from sim.scenario.lines import LineGroup
from sim.units import WeeklyHours, parse_hours

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Piece:
    """``count`` lines from ``start`` to ``stop``, because of hours that are written for ``day``."""

    day: int
    start: int
    stop: int
    count: int


@lru_cache(maxsize=256)
def open_spans(hours: WeeklyHours, calendar: Calendar) -> Spans:
    """Intervals [from, to) in which ``hours`` hold on working days, touching ones joined, up to the horizon.

    Hours that begin on a day of the period are whole, also where they pass the horizon.
    """
    spans = sorted((start, stop) for _, start, stop in _by_day(hours, calendar))
    return tuple(_joined(spans))


def period_of(hours: WeeklyHours, calendar: Calendar) -> tuple[int, int]:
    """From when until when the period lasts for who keeps these hours.

    It begins after hours of the day before the first, and ends with the last that begin on a day of the period.
    """
    eve = _on_day(hours, calendar, -1) if calendar.eve else ()
    last = _on_day(hours, calendar, calendar.days - 1)
    return max([0, *(stop for _, _, stop in eve)]), max([calendar.end, *(stop for _, _, stop in last)])


def spans_within(hours: WeeklyHours, calendar: Calendar, period: tuple[int, int]) -> Spans:
    """Intervals in which ``hours`` hold within a period, those that began on the day before the first included."""
    eve = _on_day(hours, calendar, -1) if calendar.eve else ()
    spans = sorted((start, stop) for _, start, stop in (*eve, *_by_day(hours, calendar)))
    clipped = ((max(start, period[0]), min(stop, period[1])) for start, stop in _joined(spans))
    return tuple((start, stop) for start, stop in clipped if start < stop)


def days_of(hours: WeeklyHours, calendar: Calendar, edges: Times) -> Times:
    """Day of each interval between edges: that on which its opening interval begins, else the date.

    -1 and ``calendar.days`` outside the period of these hours.
    """
    begins, day = edges[:-1], calendar.clock.day(edges[:-1])
    for number, start, stop in _by_day(hours, calendar):
        day[slice(*np.searchsorted(begins, (start, stop)))] = number
    starts, ends = period_of(hours, calendar)
    return np.where(begins < starts, -1, np.where(begins < ends, day, calendar.days))


@lru_cache(maxsize=256)  # studies build hundreds of scenarios that differ in something else
def _by_day(hours: WeeklyHours, calendar: Calendar) -> tuple[tuple[int, int, int], ...]:
    """(day, from, to) of every stretch of hours; one may pass midnight and still belongs to its day."""
    horizon = calendar.horizon
    return tuple(
        (day, start, stop if day < calendar.days else min(stop, horizon))
        for number, working in enumerate(calendar.working)
        if working or hours.always
        for day, start, stop in _on_day(hours, calendar, number)
    )


def _on_day(hours: WeeklyHours, calendar: Calendar, day: int) -> tuple[tuple[int, int, int], ...]:
    """The stretches of hours of one day; nothing is left of one that clocks skip."""
    stretches = _joined(hours.spans[calendar.weekday(day)])
    found = ((day, calendar.on(day, start), calendar.on(day, stop)) for start, stop in stretches)
    return tuple((day, start, stop) for day, start, stop in found if start < stop)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


@dataclass(frozen=True)
class Duty:
    """When the lines of a group are on duty, by line: line k wherever more than k lines are scheduled.

    ``days``: the day that each stretch belongs to. ``until``: the end of what belongs to the period.
    """

    shifts: tuple[Spans, ...]
    days: tuple[tuple[int, ...], ...]
    until: tuple[int, ...]


def duty(group: LineGroup, usual: WeeklyHours, calendar: Calendar) -> Duty:
    """When the lines of a group are on duty.

    ``usual`` are the hours of a count without ``staffed``. A stretch of duty ends where the next one is written for
    another day, so that a line may be absent on the one and not on the other.
    """
    return _duty(_level(group, usual), _extra(group), _breaks(group), calendar)


#: Hours and lines, and the first and last day with them.
_Written = tuple[tuple[WeeklyHours, int, dt.date | None, dt.date | None], ...]
#: More lines than any group has.
_EVERYONE = 1 << 40


def _level(group: LineGroup, usual: WeeklyHours) -> _Written:
    shifts = tuple((parse_hours(text), lines.value, None, None) for text, lines in (group.shifts or {}).items())
    if group.count is None:
        return shifts
    return ((group.staffed.value if group.staffed else usual, group.count.value, None, None), *shifts)


def _extra(group: LineGroup) -> _Written:
    return tuple((extra.hours.value, extra.count.value, extra.first, extra.last) for extra in group.extra)


def _breaks(group: LineGroup) -> _Written:
    return tuple(
        (pause.hours.value, pause.count.value if pause.count is not None else _EVERYONE, None, None)
        for pause in group.breaks
    )


@lru_cache(maxsize=256)
def _duty(level: _Written, extra: _Written, breaks: _Written, calendar: Calendar) -> Duty:
    pieces = [piece for piece in _pieces((*level, *extra), calendar) if piece.count]
    pauses = _pieces(breaks, calendar)
    lines, until = _lines(_steps(pieces, pauses)), calendar.end
    ends = [until] * len(lines)
    own = [piece for piece in pieces if piece.day < calendar.days]
    if any(piece.stop > until for piece in own):
        for line, stretches in enumerate(_lines(_steps(own, pauses))):
            ends[line] = max([until, *(stop for _, stop, _ in stretches[-1:])])
    # Lines with the same duty share it: there may be 100,000 of them.
    different = {id(line): line for line in lines}
    spans = {key: tuple((start, stop) for start, stop, _ in line) for key, line in different.items()}
    days = {key: tuple(day for _, _, day in line) for key, line in different.items()}
    return Duty(tuple(spans[id(line)] for line in lines), tuple(days[id(line)] for line in lines), tuple(ends))


def _pieces(written: _Written, calendar: Calendar) -> list[_Piece]:
    pieces = []
    for hours, lines, first, last in written:
        start = (first - calendar.first).days if first else 0
        stop = (last - calendar.first).days if last else len(calendar.working)
        pieces += [_Piece(*span, lines) for span in _by_day(hours, calendar) if start <= span[0] <= stop]
    return pieces


def _steps(pieces: list[_Piece], pauses: list[_Piece]) -> list[tuple[int, int, int, int]]:
    """(from, to, lines, day) of each stretch with lines, in order; ``day`` is the earliest that these belong to."""
    edges = sorted({edge for piece in (*pieces, *pauses) for edge in (piece.start, piece.stop)})
    active, paused = _Active(pieces), _Active(pauses)
    steps = []
    for start, stop in pairwise(edges):
        present = active.at(start)
        level = sum(piece.count for piece in present) - sum(pause.count for pause in paused.at(start))
        if level > 0:
            steps.append((start, stop, level, min(piece.day for piece in present)))
    return steps


class _Active:
    """Walks along pieces once: those that hold at one instant after the other."""

    def __init__(self, pieces: list[_Piece]) -> None:
        self.coming = sorted(pieces, key=lambda piece: piece.start, reverse=True)
        self.present: list[_Piece] = []

    def at(self, instant: int) -> list[_Piece]:
        while self.coming and self.coming[-1].start <= instant:
            self.present.append(self.coming.pop())
        self.present = [piece for piece in self.present if piece.stop > instant]
        return self.present


#: (from, to, day) of stretches of duty.
_Stretches = tuple[tuple[int, int, int], ...]


def _lines(steps: list[tuple[int, int, int, int]]) -> list[_Stretches]:
    lines: list[_Stretches] = []
    for level in sorted({step[2] for step in steps}):
        # Lines between one level that occurs and the next have the same duty.
        lines += [_stretches(steps, level)] * (level - len(lines))
    return lines


def _stretches(steps: list[tuple[int, int, int, int]], least: int) -> _Stretches:
    spans: list[tuple[int, int, int]] = []
    for start, stop, level, day in steps:
        if level < least:
            continue
        if spans and spans[-1][1:] == (start, day):
            spans[-1] = (spans[-1][0], stop, day)
        else:
            spans.append((start, stop, day))
    return tuple(spans)

"""Rules of hours: shifts that overlap, breaks while nobody works."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sim.errors import Mistake
from sim.model.clock import DAY, MINUTE
from sim.scenario.service import Service
from sim.scenario.source import Located
from sim.scenario.tree import at, entries, items, stated
from sim.units import WEEKDAYS, WeeklyHours, parse_duration, parse_hours

_WEEK = 7 * DAY


def timetable_rules(tree: Located) -> Iterator[Mistake]:
    """Every broken rule of hours."""
    service = Service.read(tree)
    for name, group in entries(tree, "lines").items():
        yield from _overlapping_shifts(group, f"lines.{name}.shifts")
        duty = _duty(tree, service, name, group)
        if duty is not None:
            yield from _idle_breaks(group, f"lines.{name}.breaks", duty)
    for name, callers in entries(tree, "callers").items():
        yield from _same_waits(callers, f"callers.{name}.balk_at_wait")


def _hours(item: Located | None) -> WeeklyHours | None:
    try:
        return parse_hours(item.value) if item is not None else None
    except ValueError:
        return None


def _overlapping_shifts(group: Located, path: str) -> Iterator[Mistake]:
    shifts = []
    for text, item in entries(group, "shifts").items():
        hours = _hours(Located(text, item.key, item.key))
        if hours is not None:
            shifts.append((text, item, hours))
    for (first, _, one), (second, item, other) in combinations(shifts, 2):
        common = _common(one, other)
        if common is not None:
            why = f"overlaps with {first!r} on {_span(*common)}; write lines on top of others below extra:"
            yield Mistake(item.key, f"{path}.{second}", why)


def _duty(tree: Located, service: Service | None, name: str, group: Located) -> list[WeeklyHours] | None:
    """All hours in which a group may have lines; None where they are not readable."""
    found = [_hours(stated(extra, "hours")) for extra in items(group, "extra")]
    if at(group, "shifts") is not None:
        found += [_hours(Located(text, item.key, item.key)) for text, item in entries(group, "shifts").items()]
    elif at(group, "staffed") is not None:
        found.append(_hours(stated(group, "staffed")))
    elif service is not None and name in service.lines:
        helped = [queue for queue in service.routes if service.takes(name, queue)]
        served = [*service.own[name], *helped]
        channel = at(tree, "channels", service.queues.channel(served[0])) if served else None
        hours = None if channel is None else stated(channel, "staffed") or stated(channel, "hours")
        found.append(_hours(hours))
    complete = [hours for hours in found if hours is not None]
    return complete if len(complete) == len(found) else None


def _idle_breaks(group: Located, path: str, duty: list[WeeklyHours]) -> Iterator[Mistake]:
    for number, item in enumerate(items(group, "breaks")):
        inside = isinstance(item.value, dict) and "hours" in item.value
        written = stated(item, "hours") if inside else stated(item)
        pause = _hours(written)
        if written is None or pause is None or any(_common(pause, hours) for hours in duty):
            continue
        works = " and ".join(dict.fromkeys(hours.text for hours in duty))
        where = f"{path}.{number}.hours" if inside else f"{path}.{number}"
        yield Mistake(written.place, where, f"{written.value!r} is a break while no line works; they work {works}")


def _same_waits(callers: Located, path: str) -> Iterator[Mistake]:
    seen: dict[int, str] = {}
    for text, item in entries(callers, "balk_at_wait").items():
        try:
            wait = parse_duration(text)
        except ValueError:
            continue
        if wait in seen:
            yield Mistake(item.key, f"{path}.{text}", f"is as long as {seen[wait]!r}; keep one")
        seen.setdefault(wait, text)


def _common(one: WeeklyHours, other: WeeklyHours) -> tuple[int, int] | None:
    """The first span of a week, in ms since Monday, that both hours hold."""
    spans = ((max(a, c), min(b, d)) for a, b in _week(one) for c, d in _week(other) if max(a, c) < min(b, d))
    return min(spans, default=None)


def _week(hours: WeeklyHours) -> list[tuple[int, int]]:
    """The spans of a week in ms since Monday; what passes Sunday's end goes on on Monday."""
    spans = [(day * DAY + a, day * DAY + b) for day, found in enumerate(hours.spans) for a, b in found]
    over = [(0, stop - _WEEK) for _, stop in spans if stop > _WEEK]
    return [*over, *((start, min(stop, _WEEK)) for start, stop in spans)]


def _span(start: int, stop: int) -> str:
    day, since = divmod(start, DAY)
    return f"{WEEKDAYS[day]} {_clock(since)}-{_clock(stop - day * DAY)}"


def _clock(instant: int) -> str:
    hours, minutes = divmod(instant // MINUTE, 60)
    return f"{hours if hours <= 24 else hours - 24}:{minutes:02}"

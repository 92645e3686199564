"""Numbers of lines in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sim.studies.staffing import Levels, Staff


def staffing_text(staffing: Mapping[str, tuple[Staff, Levels]]) -> str:
    """``antwerpen and limburg 2 lines each, chat 3 lines``; with hours where a group has several parts."""
    alike: dict[str, list[str]] = {}
    for name, (staff, levels) in staffing.items():
        alike.setdefault(_levels_text(staff, levels), []).append(name)
    return (
        ", ".join(f"{and_list(names)} {text}" + (" each" if len(names) > 1 else "") for text, names in alike.items())
        or "nothing is decided"
    )


def _levels_text(staff: Staff, levels: Levels) -> str:
    if staff.extra:
        added = [f"{_count(n)} more {_dates(first, last)}" for first, last, n in _stretches(staff, levels)]
        return " and ".join(added) or "none more"
    if len(set(levels)) == 1:
        return _count(levels[0])
    days = {slot.hours.split(" ")[0] for slot in staff.slots}
    shown = [slot.hours.split(" ", 1)[1] if len(days) == 1 else slot.hours for slot in staff.slots]
    return " and ".join(f"{_count(n)} {hours}" for n, hours in zip(levels, shown, strict=True))


def _stretches(staff: Staff, levels: Levels) -> list[tuple[str, str, int]]:
    """First and last day with so many extra lines; slots that follow each other with as many are one stretch."""
    found: list[tuple[str, str, int]] = []
    before = 0
    for slot, n in zip(staff.slots, levels, strict=True):
        if n and n == before:
            found[-1] = (found[-1][0], slot.last, n)
        elif n:
            found.append((slot.first, slot.last, n))
        before = n
    return found


def _dates(first: str, last: str) -> str:
    """``10 to 14 Feb``."""
    start, end = (dt.date.fromisoformat(day) for day in (first, last))
    if start == end:
        return f"on {end.day} {end:%b}"
    return (
        f"{start.day} to {end.day} {end:%b}"
        if start.month == end.month
        else f"{start.day} {start:%b} to {end.day} {end:%b}"
    )


def _count(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines} lines"


def and_list(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

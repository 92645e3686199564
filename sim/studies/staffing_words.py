"""Numbers of lines in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sim.language import ENGLISH, Language
from sim.language.shown import and_list
from sim.studies.staffing import Levels, Slot, Staff


def staffing_text(staffing: Mapping[str, tuple[Staff, Levels]], say: Language = ENGLISH) -> str:
    """``antwerpen and limburg 2 lines each; chat 3 lines``; with hours where a group has several parts."""
    alike: dict[str, list[str]] = {}
    for name, (staff, levels) in staffing.items():
        alike.setdefault(_levels_text(staff, levels, say), []).append(say.name(name))
    return "; ".join(_of_groups(names, text, say) for text, names in alike.items()) or say("staffing.nothing")


def _of_groups(names: Sequence[str], lines: str, say: Language) -> str:
    if len(names) == 1:
        return say("staffing.alone", name=names[0], lines=lines)
    return say("staffing.each", names=and_list(names, say), lines=lines)


def _levels_text(staff: Staff, levels: Levels, say: Language) -> str:
    if staff.extra:
        stretches = _stretches(staff, levels)
        return and_list([_added(n, _dates(first, last, say), say) for first, last, n in stretches], say) or say(
            "staffing.extra_none"
        )
    if len(set(levels)) == 1:
        return _count(levels[0], say)
    days = {slot.hours.split(" ")[0] for slot in staff.slots}
    shown = [slot.hours.split(" ", 1)[1] if len(days) == 1 else slot.hours for slot in staff.slots]
    return and_list(
        [
            say("staffing.hours", lines=_count(n, say), hours=say.hours(hours))
            for n, hours in zip(levels, shown, strict=True)
        ],
        say,
    )


def _stretches(staff: Staff, levels: Levels) -> list[tuple[dt.date, dt.date, int]]:
    """First and last day with so many extra lines; slots that follow each other with as many are one stretch."""
    found: list[tuple[dt.date, dt.date, int]] = []
    before = 0
    for slot, n in zip(staff.slots, levels, strict=True):
        first, last = (dt.date.fromisoformat(day) for day in (slot.first, slot.last))
        if n and n == before:
            found[-1] = (found[-1][0], last, n)
        elif n:
            found.append((first, last, n))
        before = n
    return found


def _dates(first: dt.date, last: dt.date, say: Language) -> str:
    """``10 to 14 Feb``."""
    if first == last:
        return say("staffing.on", day=_day(first, say))
    start = str(first.day) if (first.year, first.month) == (last.year, last.month) else _day(first, say)
    return say("staffing.days", first=start, last=_day(last, say))


def _day(day: dt.date, say: Language) -> str:
    """``14 Feb``."""
    return say.short_date(day).partition(" ")[2]


def slot_text(slot: Slot, say: Language = ENGLISH) -> str:
    """Its days, where it is of some days only, and its hours."""
    days = ""
    if slot.first:
        days = slot.first if slot.first == slot.last else say("staffing.days", first=slot.first, last=slot.last)
    return " ".join(part for part in (days, say.hours(slot.hours)) if part)


def _count(lines: int, say: Language) -> str:
    return say("staffing.line_one") if lines == 1 else say("staffing.line_more", count=lines)


def _added(lines: int, when: str, say: Language) -> str:
    return say("staffing.extra_one", when=when) if lines == 1 else say("staffing.extra_more", count=lines, when=when)

"""Numbers of lines as messages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sim.answers.answer import Message, Named, Term, Value, message
from sim.scenario.scenario import Scenario
from sim.studies.staffing import Levels, Slot, Staff

Staffing = Mapping[str, tuple[Staff, Levels]]


def staffing_cell(staffing: Staffing, scenario: Scenario) -> Named:
    """Lines of every group that is decided as a cell has them: the settings that make them, as JSON."""
    settings = [text for staff, levels in staffing.values() for text in staff.settings(scenario, levels)]
    return Named(json.dumps(settings), staffing_text(staffing))


def staffing_text(staffing: Staffing) -> Message | Term:
    """``antwerpen and limburg 2 lines each; chat 3 lines``; with hours where a group has several parts."""
    alike: list[tuple[Message | Term, list[str]]] = []
    for name, (staff, levels) in staffing.items():
        lines = _levels_text(staff, levels)
        names = next((names for text, names in alike if text == lines), None)
        if names is None:
            alike.append((lines, [name]))
        else:
            names.append(name)
    groups = tuple(_of_groups(names, lines) for lines, names in alike)
    return Term("semicolons", groups) if groups else message("staffing.nothing")


def _of_groups(names: Sequence[str], lines: Message | Term) -> Message:
    if len(names) == 1:
        return message("staffing.alone", name=Term("name", names[0]), lines=lines)
    return message("staffing.each", names=Term("and", tuple(Term("name", name) for name in names)), lines=lines)


def _levels_text(staff: Staff, levels: Levels) -> Message | Term:
    if staff.extra:
        stretches = _stretches(staff, levels)
        added = tuple(_added(n, Term("dates", (first, last))) for first, last, n in stretches)
        return Term("and", added) if added else message("staffing.extra_none")
    if len(set(levels)) == 1:
        return _count(levels[0])
    days = {slot.hours.split(" ")[0] for slot in staff.slots}
    shown = [slot.hours.split(" ", 1)[1] if len(days) == 1 else slot.hours for slot in staff.slots]
    parts = (
        message("staffing.hours", lines=_count(n), hours=Term("hours", hours))
        for n, hours in zip(levels, shown, strict=True)
    )
    return Term("and", tuple(parts))


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


def slot_text(slot: Slot) -> Message | Term:
    """Its days, where it is of some days only, and its hours."""
    hours = Term("hours", slot.hours)
    return message("staffing.slot", days=Term("dates", (slot.first, slot.last)), hours=hours) if slot.first else hours


def _count(lines: int) -> Message:
    return message("staffing.line_one") if lines == 1 else message("staffing.line_more", count=lines)


def _added(lines: int, when: Value) -> Message:
    more: dict[str, Value] = {} if lines == 1 else {"count": lines}
    return message("staffing.extra_one" if lines == 1 else "staffing.extra_more", when=when, **more)

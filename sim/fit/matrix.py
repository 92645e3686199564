"""Counts in matrix form, a row for each day and a column for each time of day, as a table in long form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from sim.fit.interval_counts import is_group, measure_named
from sim.fit.roles import kind_of
from sim.fit.text import Table
from sim.language.said import Said

_CLOCK = r"\d{1,2}[:.hHuU]\d{2}(?::\d{2})?|\d{1,2}\s?(?:[hHuU]|uur|Uhr)"
_RANGE = re.compile(rf"({_CLOCK}|\d{{1,2}})(?:\s*(?:-|–|tot|to|bis|à)\s*(?:{_CLOCK}|\d{{1,2}}))?")
_DIGITS = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
#: Fewer columns of times are none of a day; two may be an opening and a closing time.
_FEWEST = 3
#: Minutes between columns.
_STEPS = (15, 20, 30, 60)
_COUNT, _TIME = "calls", "interval"


def long_form(table: Table) -> Table | None:
    """A table with a row for each day and time; None where the columns are no times of day.

    Where a column names a measure in each row, as ``Offered`` and ``Answered``, these become columns. Empty cells are
    no intervals; totals of a row are left out.
    """
    times = _times(table.header)
    dates = [n for n in range(len(table.header)) if n not in times and kind_of(table.column(n)) == "date"]
    if not times or not dates:
        return None
    kept = [n for n in range(len(table.header)) if n not in times and (n == dates[0] or _is_words(table, n))]
    measure = next((n for n in kept if n != dates[0] and _names_measures(table, n)), None)
    kept = [n for n in kept if n != measure]
    measures = [_COUNT] if measure is None else list(dict.fromkeys(table.column(measure)))
    found: dict[tuple[object, ...], tuple[int, list[str]]] = {}
    for number, (line, row) in enumerate(zip(table.lines, table.rows, strict=True)):
        what = _COUNT if measure is None else row[measure]
        # A day that comes twice stays twice, to be refused by who reads it.
        day = tuple(row[n] for n in kept) if measure is not None else (number,)
        for n in times:
            if row[n]:
                begun = [*(row[k] for k in kept), table.header[n], *([""] * len(measures))]
                found.setdefault((day, n), (line, begun))[1][len(kept) + 1 + measures.index(what)] = row[n]
    header = (*(table.header[n] for n in kept), _TIME, *measures)
    note = Said("reading.matrix", columns=len(times), first=table.header[times[0]], last=table.header[times[-1]])
    rows = [row for _, row in found.values()]
    return replace(
        table, header=header, rows=rows, lines=[line for line, _ in found.values()], notes=(*table.notes, note)
    )


def _times(header: Sequence[str]) -> list[int]:
    """Columns whose names are times of one day, in order and evenly apart."""
    at = {n: minute for n, name in enumerate(header) if (minute := _minute(name)) is not None}
    minutes = list(at.values())
    steps = {later - earlier for earlier, later in pairwise(minutes)}
    # A gap, as of a lunch hour, is so many steps.
    even = bool(steps) and min(steps) in _STEPS and all(step % min(steps) == 0 for step in steps)
    return list(at) if len(at) >= _FEWEST and even else []


def _minute(name: str) -> int | None:
    """Minute of the day that a heading says, ``8``, ``8:00``, ``8u``, ``0800`` or ``08:00-08:30``."""
    if found := _DIGITS.fullmatch(name):
        return 60 * int(found[1]) + int(found[2])
    found = _RANGE.fullmatch(name)
    if found is None:
        return None
    hour, minute, *_ = (*map(int, re.findall(r"\d+", found[1])), 0)
    return 60 * hour + minute if hour < 24 and minute < 60 else None


def _is_words(table: Table, number: int) -> bool:
    return bool(table.header[number]) and kind_of(table.column(number)) == "words"


def _names_measures(table: Table, number: int) -> bool:
    """Whether a column's cells are names of measures: all of them, or one where its name is not that of queues."""
    known = [measure_named(cell) is not None for cell in set(table.column(number))]
    return all(known) or (any(known) and not is_group(table.header[number]))

"""Contacts counted by day and nothing more: what many helplines publish. One row per day, columns of counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.fit.assemble import Sieve
from sim.fit.columns import SYNONYMS, assigned, plain
from sim.fit.dates import date, order_of
from sim.fit.interval_counts import COUNTS, IntervalCounts, Layout, Part, counted, counted_as
from sim.fit.log import UNKNOWN, Dropped
from sim.fit.text import Table
from sim.fit.values import parsed
from sim.language.said import Said
from sim.units import nearest, shown

Whole = NDArray[np.int64]

_EPOCH = dt.date(1970, 1, 1)
_KNOWN = {
    "date": ("date", "datum", "dag", "day"),
    "count": ("count", "counts", "aantal", "contacts", "contacten", "calls", "oproepen", "total", "totaal",
              "total calls", "total calls handled", "aantal oproepen", "aantal contacten", "gesprekken", "n"),
}  # fmt: skip
_MOST_DAYS = 366 * 50
#: Words of channels, by which columns are channels and not regions.
_CHANNELS = re.compile(r"phone|tele|call|oproep|chat|mail|whatsapp|sms|web|social|brief|letter")
#: Rows so many days apart are no counts by day.
_WEEK = 6
#: So many cells of a column must be counts.
_MOSTLY = 0.9
_NO_COUNTS = ("id", "nr", "rij", "row", "index", "year", "jaar", "month", "maand", "week")


@dataclass(frozen=True)
class DailyCounts:
    """Counts of D days in a row from ``start``: ``counts`` (S, D) by series, UNKNOWN where a day is missing.

    ``names`` (S,) of the series, the one to look at first; ``missing`` days by number. ``rows``, ``dropped`` and
    ``notes`` are as in a log. ``answered`` (D,) of the first series, where the file says it; ``parts`` are totals of
    the regions, queues or channels that the first series is the sum of, and ``of`` says whether they are a ``province``
    or a ``channel`` each.
    """

    source: str
    start: dt.date
    counts: Whole
    names: tuple[str, ...]
    missing: tuple[int, ...]
    rows: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...] = ()
    answered: Whole | None = None
    parts: tuple[Part, ...] = ()
    of: str = "channel"

    @property
    def days(self) -> int:
        """Calendar days from the first to the last."""
        return int(self.counts.shape[1])

    def series(self, name: str) -> DailyCounts:
        """The same with the series ``name`` first; SimError where there is none."""
        if name not in self.names:
            there = ", ".join(repr(known) for known in self.names)
            raise SimError(f"{self.source}: has no counts {shown(name)}; there are {there}.{nearest(name, self.names)}")
        order = sorted(range(len(self.names)), key=lambda k: self.names[k] != name)
        return replace(self, counts=self.counts[order], names=tuple(self.names[k] for k in order))


def _refuse_matrix(table: Table) -> None:
    """SimError where columns are hours of the day: each is a part of a day."""
    hours = [name for name in table.header if re.fullmatch(r"\d{1,2}(?:[:.hHuU]\d{0,2})?(?:\s*-.*)?", name)]
    if len(hours) > 1:
        raise SimError(Said("refused.matrix", source=table.source, columns=", ".join(map(repr, hours[:4]))))


def _refuse_mixed(table: Table, columns: Sequence[int]) -> None:
    """SimError where some columns say in their names that they are of offered contacts, and others of answered ones."""
    names = [table.header[number] for number in columns]
    if len({counted_as(name) for name in names}) > 1:
        raise SimError(Said("refused.mixed", source=table.source, columns=", ".join(map(repr, names[:4]))))


def _is_total(table: Table, columns: Sequence[int]) -> bool:
    """Whether the first of three columns or more is the sum of the others."""
    total, *others = [parsed(table.column(number), counted)[0] for number in columns]
    return len(others) > 1 and bool(np.mean(np.sum(others, axis=0) == total) > _MOSTLY)


def _of_parts(
    table: Table, date_column: int, columns: Sequence[int], days: Whole, sieve: Sieve, notes: Sequence[str]
) -> DailyCounts:
    """Columns of which none is called a count: parts of a day's total, which one of them may be."""
    values = {number: parsed(table.column(number), counted)[0] for number in columns}
    every: Whole = np.sum(list(values.values()), axis=0)
    total = next((n for n in columns if len(columns) > 2 and (every == 2 * values[n]).mean() > _MOSTLY), None)
    parts = [number for number in columns if number != total]
    for number in parts:
        for row in np.flatnonzero(values[number] == UNKNOWN):
            sieve.drop(int(row), Said("unread.count_unknown"), table.column(number)[row])
    _same_days(days, table.column(date_column), sieve)
    kept = np.flatnonzero(sieve.kept)
    if not len(kept):
        raise SimError(Said("refused.no_counts", source=table.source, width=1440))
    _refuse_weeks(table.source, days[kept])
    start, length = int(days[kept].min()), int(days[kept].max() - days[kept].min()) + 1
    if length > _MOST_DAYS:
        raise SimError(f"{table.source}: runs over {length // 365} years; name a file of at most 50")
    counts = np.full((1, length), UNKNOWN, dtype=np.int64)
    counts[0, days[kept] - start] = sum(values[number][kept] for number in parts)
    names = [table.header[number] for number in parts]
    said = Said("reading.counts_sum", names=", ".join(map(repr, names)))
    return DailyCounts(
        source=table.source,
        start=_EPOCH + dt.timedelta(days=start),
        counts=counts,
        names=("total",),
        missing=tuple(np.flatnonzero(counts[0] == UNKNOWN).tolist()),
        rows=len(table.rows) + len(table.dropped),
        dropped=tuple(sorted(sieve.dropped, key=lambda row: row.line)),
        notes=(*table.notes, *notes, said),
        parts=tuple(
            Part(name.replace("/", "-"), int(values[number][kept].sum()), UNKNOWN, UNKNOWN)
            for name, number in zip(names, parts, strict=True)
        ),
        of="channel" if any(_CHANNELS.search(plain(name)) for name in names) else "province",
    )


def daily_of(table: Table, counts: IntervalCounts, layout: Layout) -> DailyCounts:
    """Counts by day with offered and answered, or of several regions or queues, as one series with its parts."""
    known = counts.present
    offered = np.where(known, counts.offered.sum(axis=1), UNKNOWN)
    answered = None if counts.answered is None else np.where(known, counts.answered.sum(axis=1), UNKNOWN)
    _refuse_weeks(table.source, np.flatnonzero(counts.offered.sum(axis=1) > 0))
    first = next(layout.measures[what] for what in COUNTS if what in layout.measures)
    return DailyCounts(
        source=counts.source,
        start=counts.start,
        counts=offered[None, :],
        names=(table.header[first],),
        missing=tuple(np.flatnonzero(~known).tolist()),
        rows=counts.rows,
        dropped=counts.dropped,
        notes=counts.notes,
        answered=answered,
        parts=counts.parts,
        of=counts.of,
    )


def _refuse_weeks(source: str, days: Whole) -> None:
    """SimError where rows are a week, a month or more apart: their counts are not of days."""
    gaps = np.diff(np.unique(days))
    if len(gaps) > 1 and np.median(gaps) >= _WEEK:
        raise SimError(Said("refused.not_by_day", source=source, days=int(np.median(gaps))))


def looks_daily(table: Table) -> bool:
    """Whether a table has a date without time in each row, one row per day, and nothing that says an arrival."""
    found, _ = assigned(table.source, table.header, None, _KNOWN)
    tidy, _ = assigned(table.source, table.header, None, SYNONYMS)
    if "date" not in found or "time" in tidy or "arrival" in tidy or not table.rows:
        return False
    cells = table.column(found["date"])
    order = order_of(cells)
    days, wrong = parsed(cells, lambda text: date(text, month_first=order.month_first))
    right = len(days) - len(wrong)
    return right > 0.5 * len(days) and len(set(days.tolist())) > _MOSTLY * right


def daily_counts(table: Table, *, mapping: Mapping[str, str] | None, dates: str | None = None) -> DailyCounts:
    """The counts of a table; a day whose counts cannot be read is missing. ``dates`` is one of ``dates.ORDERS``."""
    found, notes = assigned(table.source, table.header, mapping, _KNOWN)
    if "date" not in found:
        names = ", ".join(shown(name) for name in table.header[:12])
        raise SimError(f"{table.source}: no column is known as the date (datum, date); there are {names}")
    sieve = Sieve(table.lines, list(table.dropped))
    cells = table.column(found["date"])
    order = order_of(cells, dates)
    days, wrong = parsed(cells, lambda text: date(text, month_first=order.month_first))
    sieve.drop_all(wrong, cells)
    _refuse_matrix(table)
    columns = _columns(table, found)
    if len(columns) > 1 and ("count" not in found or _is_total(table, columns)):
        _refuse_mixed(table, columns)
        return _of_parts(table, found["date"], columns, days, sieve, (*notes, *order.notes))
    first = columns[0]
    values = {number: parsed(table.column(number), counted) for number in columns}
    sieve.drop_all(values[first][1], table.column(first))
    for row in np.flatnonzero(values[first][0] == UNKNOWN):
        sieve.drop(int(row), Said("unread.count_unknown"), "")
    _same_days(days, cells, sieve)
    kept = np.flatnonzero(sieve.kept)
    if not len(kept):
        dropped = min(sieve.dropped, key=lambda row: row.line, default=None)
        why = dropped.told() if dropped else Said("refusal.only_header")
        raise SimError(Said("refusal.no_day", path=table.source, why=why))
    _refuse_weeks(table.source, days[kept])
    start, length = int(days[kept].min()), int(days[kept].max() - days[kept].min()) + 1
    if length > _MOST_DAYS:
        raise SimError(
            f"{table.source}: runs over {length // 365} years; name a file of at most 50, or look at its dates"
        )
    counts = np.full((len(columns), length), UNKNOWN, dtype=np.int64)
    for series, number in enumerate(columns):
        counts[series, days[kept] - start] = values[number][0][kept]
    return DailyCounts(
        source=table.source,
        start=_EPOCH + dt.timedelta(days=start),
        counts=counts,
        names=tuple(table.header[number] for number in columns),
        missing=tuple(np.flatnonzero(counts[0] == UNKNOWN).tolist()),
        rows=len(table.rows) + len(table.dropped),
        dropped=tuple(sorted(sieve.dropped, key=lambda row: row.line)),
        notes=(*table.notes, *notes, *order.notes, Said("reading.counts", name=repr(table.header[first]))),
    )


def _columns(table: Table, found: Mapping[str, int]) -> list[int]:
    """The columns that hold counts, the one that is asked for (or named like one) first."""
    numbers = []
    for number, name in enumerate(table.header):
        cells = table.column(number)
        counts = sum(_is_count(cell) for cell in cells)
        if number != found["date"] and plain(name) not in _NO_COUNTS and plain(name) and counts > _MOSTLY * len(cells):
            numbers.append(number)
    if "count" in found:
        numbers = [found["count"], *(number for number in numbers if number != found["count"])]
    if not numbers:
        names = ", ".join(shown(name) for name in table.header[:12])
        raise SimError(f"{table.source}: no column holds counts; there are {names}. Say which: --column count=NAME")
    return numbers


def _is_count(cell: str) -> bool:
    try:
        return counted(cell) != UNKNOWN
    except ValueError:
        return False


def _same_days(days: Whole, cells: Sequence[str], sieve: Sieve) -> None:
    seen: set[int] = set()
    for row, day in enumerate(days.tolist()):
        if sieve.kept[row]:
            if day in seen:
                sieve.drop(row, Said("unread.same_day"), cells[row])
            seen.add(day)

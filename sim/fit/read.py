"""A call log from a file of any known format: which one it is, is seen from its content or said by the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import QuestionError, SimError
from sim.fit.bank_log import NEEDED, bank_log, is_bank
from sim.fit.dates import ORDERS
from sim.fit.day_counts import DailyCounts, daily_counts, daily_of, looks_daily
from sim.fit.interval_counts import IntervalCounts, Layout, interval_counts, layout_of
from sim.fit.log import Log
from sim.fit.matrix import long_form
from sim.fit.queue_log import LOOKS, is_queue_table, queue_log, queue_table
from sim.fit.text import Table, decoded, lines_of, read_bytes, table_of
from sim.fit.tidy import tidy_log
from sim.fit.workbook import MARKS, sheet_text
from sim.language.said import Said
from sim.units import nearest, shown

#: Formats by what they are called on the command line.
FORMATS = {
    "csv": "one row per contact: CSV, TSV or any separator",
    "parquet": "one row per contact: Parquet",
    "bank": "the anonymous bank's log (Technion SEE)",
    "queue_log": "Asterisk's queue_log",
    "daily": "counts by day",
    "intervals": "counts by half-hour, quarter or hour",
}
_PARQUET = b"PAR1"
#: Marks of a file that is no text at all.
_BINARY = 0.3


def read(
    path: str | Path,
    *,
    form: str | None = None,
    columns: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
    zone: str = "Europe/Brussels",
    dates: str | None = None,
) -> Log | DailyCounts | IntervalCounts:
    """The log, or the counts by day or by interval, in a file; SimError where nothing in it can be read.

    ``form`` is one of FORMATS (default: seen from the content); ``columns`` names columns by what they are,
    ``{"arrival": "Tijdstip"}``; ``outcomes`` says what the file's words mean, ``{"doorverbonden": "answered"}``;
    ``zone`` is the clock on the wall, for moments with an offset; ``dates`` says whether 02/03/2020 is ``day-first`` or
    ``month-first`` (default: seen from the whole column).
    """
    source = str(path)
    if dates is not None and dates not in ORDERS:
        allowed = f"allowed are {' and '.join(ORDERS)}.{nearest(dates, ORDERS)}"
        raise QuestionError(f"dates: {shown(dates)} is unknown; {allowed}")
    if form is not None and form not in FORMATS:
        raise QuestionError(
            f"format {shown(form)} is unknown; allowed are {', '.join(FORMATS)}.{nearest(form, FORMATS)}"
        )
    content = read_bytes(Path(path), source)
    if form == "parquet" or (form is None and content.startswith(_PARQUET)):
        table = _parquet(Path(path), source)
        return _from_table(table, form=None, columns=columns, outcomes=outcomes, zone=zone, dates=dates)
    if form == "queue_log" or (form is None and _is_queue_log(content)):
        return queue_log(source, content, zone=zone)
    if content.count(0) > _BINARY * len(content) and not content.startswith((b"\xff\xfe", b"\xfe\xff", *MARKS)):
        raise SimError(f"{source}: is no text file, nor one of Parquet")
    note = None
    if content.startswith(MARKS):
        content, note = sheet_text(source, content)
    table = table_of(source, content)
    if note is not None:
        table = replace(table, notes=(note,))
    if form is None and is_queue_table(table):
        return queue_table(table, zone=zone)
    return _from_table(table, form=form, columns=columns, outcomes=outcomes, zone=zone, dates=dates)


def _from_table(
    table: Table,
    *,
    form: str | None,
    columns: Mapping[str, str] | None,
    outcomes: Mapping[str, str] | None,
    zone: str,
    dates: str | None,
) -> Log | DailyCounts | IntervalCounts:
    if form == "bank" or (form is None and is_bank(table.header)):
        if not is_bank(table.header):
            missing = ", ".join(sorted(set(NEEDED) - set(table.header)))
            raise SimError(f"{table.source}: is not the bank's layout: it has no column {missing}")
        return bank_log(table)
    if form in (None, "intervals"):
        table = long_form(table) or table
        layout = layout_of(table, mapping=columns, dates=dates)
        if layout is not None:
            return interval_counts(table, layout)
        if form is not None:
            raise SimError(Said("refused.no_intervals", source=table.source))
    counts = form is None and "count" in (columns or {})
    if form in (None, "daily") and not counts:
        layout = layout_of(table, mapping=columns, dates=dates, daily=True)
        if layout is not None and _says_more(layout):
            return daily_of(table, interval_counts(table, layout), layout)
    if form == "daily" or counts or (form is None and not columns and looks_daily(table)):
        return daily_counts(table, mapping=columns, dates=dates)
    return tidy_log(table, mapping=columns, outcomes=outcomes, zone=zone, dates=dates)


def _says_more(layout: Layout) -> bool:
    """Whether counts by day are offered and answered, or those of several regions or queues."""
    return bool(layout.groups) or "offered" in layout.measures or {"answered", "abandoned"} <= set(layout.measures)


def _is_queue_log(content: bytes) -> bool:
    text, _ = decoded(content[:4096])
    some = [line for line in lines_of(text)[:20] if line.strip()]
    return bool(some) and sum(LOOKS.match(line) is not None for line in some) > len(some) / 2


def _parquet(path: Path, source: str) -> Table:
    """A Parquet file as text, so that its cells are read like all others; rows count from 1."""
    from sim.results.store import Store

    name = str(path).replace("'", "''")
    found: dict[str, Any] = Store(path).sql(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet('{name}')")
    cells = [["" if cell is None else str(cell).strip() for cell in column.tolist()] for column in found.values()]
    rows = [list(row) for row in zip(*cells, strict=True)]
    return Table(source, tuple(found), rows, list(range(1, len(rows) + 1)), [], False, (Said("reading.parquet"),))

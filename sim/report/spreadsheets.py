"""Tables for Belgian spreadsheets, in UTF-8 with a byte order mark.

Cells are separated by ``;``, numbers have decimal commas, and days are written 10/02/2020.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.language import key_of
from sim.report.sheets import Sheet, Value
from sim.results.store import write_atomically
from sim.results.tables import decimal, harmless

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


def write_spreadsheets(sheets: Iterable[Sheet], stem: Path) -> list[Path]:
    """One file for each sheet of the workbook: ``report-by-day.csv``."""
    written = []
    for sheet in sheets:
        path = stem.with_name(f"{stem.name}-{key_of(sheet.title).replace('_', '-')}.csv")
        write_atomically(path, _MARK + _text(sheet))
        written.append(path)
    return written


def _text(sheet: Sheet) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in (sheet.heads, *sheet.rows):
        writer.writerow(_cells(row))
    return out.getvalue()


def _cells(row: Sequence[Value]) -> Iterable[str]:
    for cell in row:
        if cell is None:
            yield ""
        elif isinstance(cell, str):
            yield harmless(cell)
        elif isinstance(cell, dt.date):
            yield f"{cell:%d/%m/%Y}"
        else:
            yield decimal(cell).replace(".", ",")

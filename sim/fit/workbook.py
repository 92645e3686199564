"""The first sheet of a spreadsheet's workbook (.xlsx, .xls, .xlsb, .ods) as text separated by tabs."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from sim.errors import SimError
from sim.language.said import Said

#: How workbooks begin; an archive of another kind does too.
MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: A table has so many cells in its heading, a title above it fewer.
_FEWEST = 2


def sheet_text(source: str, content: bytes) -> tuple[bytes, Said]:
    """The rows of the first sheet that has any, and a note that names it; SimError where the file is no workbook."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = ((name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
        name, rows = next(((name, rows) for name, rows in sheets if len(rows) > 1), ("", []))
    except (CalamineError, OSError, ValueError) as error:
        raise SimError(Said("refused.no_workbook", source=source, why=str(error))) from None
    cells = [[_text(cell) for cell in row] for row in rows]
    widest = max((sum(map(bool, row)) for row in cells), default=0)
    first = next((n for n, row in enumerate(cells) if sum(map(bool, row)) >= min(_FEWEST, widest)), 0)
    if not widest:
        raise SimError(Said("refused.no_sheet", source=source))
    # Lines keep the numbers that the sheet's rows have.
    lines = [*([""] * first), *("\t".join(row) for row in cells[first:])]
    return "\n".join(lines).encode(), Said("reading.sheet", name=repr(name))


def _text(cell: object) -> str:
    """A cell as a text file would have it; durations in hours, minutes and seconds."""
    match cell:
        case bool():
            return str(cell).lower()
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case dt.datetime():
            return cell.isoformat(" ") if cell.time() != dt.time() else cell.date().isoformat()
        case dt.timedelta():
            seconds = round(cell.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case dt.time():
            return cell.isoformat("seconds")
    return " ".join(str(cell).split())

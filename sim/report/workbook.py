"""The workbook: sheets with charts that the spreadsheet draws itself.

Text is always written as text, so no name becomes a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from sim.answers.colours import OUTCOMES
from sim.language import Language
from sim.report.sheets import Sheet, Value
from sim.results.store import write_bytes_atomically

#: Numbers this near to a whole one are whole.
_WHOLE = 1e-6
#: First row of the heads, below title and note.
_TOP = 3
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(sheets: Sequence[Sheet], path: Path, *, title: str, written: str, say: Language) -> Path:
    """Write the workbook; the same results give the same bytes. ``written`` is when they were, '' where unknown."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties({"title": title, "created": _moment(written)})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"font_color": "#59626B", "text_wrap": False}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "indent": 1}),
        "right": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": "right"}),
        "count": book.add_format({"num_format": "#,##0"}),
        "number": book.add_format({"num_format": "#,##0.00"}),
        "faint": book.add_format({"num_format": "#,##0.00", "font_color": "#59626B"}),
        "day": book.add_format({"num_format": f"[$-{say('workbook.locale')}]ddd d mmm yyyy", "align": "left"}),
        "text": book.add_format({"valign": "top", "indent": 1}),
    }
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.title), sheet, title, formats, say)
        _chart(book, sheet, say)
    book.close()
    write_bytes_atomically(path, out.getvalue())
    return path


def _moment(written: str) -> dt.datetime:
    """When the results were written, so that the workbook does not depend on when it was made."""
    try:
        at = dt.datetime.fromisoformat(written)
    except ValueError:
        at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    return at.replace(tzinfo=None)


def _fill(page: Any, sheet: Sheet, title: str, formats: dict[str, Any], say: Language) -> None:
    page.write_string(0, 0, f"{title}: {sheet.title}", formats["title"])
    page.write_string(1, 0, sheet.note, formats["note"])
    page.set_row(_TOP, 64 if len(sheet.heads) > 8 else 18)
    ends = {say("workbook.low"), say("workbook.high")}
    for column, head in enumerate(sheet.heads):
        numeric = any(isinstance(row[column], float) for row in sheet.rows)
        page.write_string(_TOP, column, head, formats["right" if numeric else "head"])
    looks = [_look(sheet, column, ends) for column in range(len(sheet.heads))]
    for number, row in enumerate(sheet.rows, start=_TOP + 1):
        for column, value in enumerate(row):
            _write(page, number, column, value, formats, looks[column])
    for column, width in enumerate(_widths(sheet)):
        page.set_column(column, column, width)
    page.freeze_panes(_TOP + 1, 1)
    if len(sheet.rows) > 1 and sheet.key != "made":
        page.autofilter(_TOP, 0, _TOP + len(sheet.rows), len(sheet.heads) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(_TOP)


def _look(sheet: Sheet, column: int, ends: set[str]) -> str:
    """How the numbers of a column are written: counts without decimals, ends of intervals fainter than estimates."""
    if sheet.heads[column] in ends:
        return "faint"
    if sheet.heads[column + 1 : column + 2] and sheet.heads[column + 1] in ends:
        return "number"
    cells = (row[column] for row in sheet.rows)
    whole = all(abs(cell - round(cell)) < _WHOLE for cell in cells if isinstance(cell, float))
    return "count" if whole else "number"


def _write(page: Any, row: int, column: int, value: Value, formats: dict[str, Any], look: str) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value, formats["text"])
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, value, formats["day"])
    elif value is not None:
        page.write_number(row, column, value, formats[look])


def _widths(sheet: Sheet) -> Sequence[float]:
    """Wide enough for most of what stands in a column."""
    found = []
    for column, head in enumerate(sheet.heads):
        longest = max((_length(row[column]) for row in sheet.rows), default=0)
        found.append(min(max(longest + 1, min(len(head), 12) + 2, 9), 60))
    return found


def _length(cell: Value) -> int:
    """Signs of a text, and of a day as it is shown; a number has room in any column."""
    return len(cell) if isinstance(cell, str) else len("Mon 10 Feb 2020") if isinstance(cell, dt.date) else 0


def _chart(book: Any, sheet: Sheet, say: Language) -> None:
    """A chart below the table, where there is one to draw."""
    if not sheet.rows:
        return
    if sheet.key in ("days", "hours"):
        chart = _stacked(book, sheet, say)
    elif sheet.key == "queues" and say("measure.loss") in sheet.heads:
        chart = _bars(book, sheet, say("measure.loss"), say("workbook.chart_loss"), "#D55E00")
    elif sheet.key == "differences" and say("measure.never_reached") in sheet.heads:
        chart = _bars(book, sheet, say("measure.never_reached"), say("workbook.chart_never"), "#0072B2")
    else:
        return
    page = book.get_worksheet_by_name(sheet.title)
    page.insert_chart(_TOP + len(sheet.rows) + 3, 0, chart, {"object_position": 2})


def _stacked(book: Any, sheet: Sheet, say: Language) -> Any:
    """Contacts by what happened to them."""
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for outcome, (colour, _) in OUTCOMES.items():
        name = say(f"measure.{outcome}")
        if name in sheet.heads:
            fill = {"fill": {"color": colour}, "border": {"color": "#FFFFFF", "width": 0.5}, "gap": 40}
            chart.add_series(_series(sheet, name) | fill)
    chart.set_title({"name": say(f"workbook.chart_{sheet.key}"), "name_font": {"size": 12}})
    chart.set_y_axis(
        {"name": say("workbook.contacts_axis"), "major_gridlines": {"visible": True, "line": {"color": "#E6EAED"}}}
    )
    chart.set_x_axis({"text_axis": True, "num_format": f"[$-{say('workbook.locale')}]ddd d mmm"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 960, "height": 380})
    return chart


def _series(sheet: Sheet, head: str) -> dict[str, Any]:
    """A column of a sheet as a series, named by its head."""
    first, last, column = _TOP + 1, _TOP + len(sheet.rows), list(sheet.heads).index(head)
    return {
        "name": [sheet.title, _TOP, column],
        "categories": [sheet.title, first, 0, last, 0],
        "values": [sheet.title, first, column, last, column],
    }


def _bars(book: Any, sheet: Sheet, head: str, title: str, colour: str) -> Any:
    """A bar for each row, with its interval."""
    column = list(sheet.heads).index(head)
    values = [row[column : column + 3] for row in sheet.rows]
    ends = {"plus_values": [_away(row, 2) for row in values], "minus_values": [_away(row, 1) for row in values]}
    chart = book.add_chart({"type": "bar"})
    look = {"fill": {"color": colour}, "gap": 60, "x_error_bars": {"type": "custom", **ends}}
    chart.add_series(_series(sheet, head) | look)
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E6EAED"}}, "num_format": "0"})
    chart.set_legend({"none": True})
    chart.set_size({"width": 960, "height": 140 + 34 * len(sheet.rows)})
    return chart


def _away(row: Sequence[Value], end: int) -> float:
    """How far an end of an interval lies from its value; 0 where it is not known."""
    value, other = row[0], row[end]
    return abs(value - other) if isinstance(value, float) and isinstance(other, float) else 0.0

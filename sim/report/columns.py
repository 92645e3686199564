"""Tables of a study as a reader sees them: heads in words, estimates with intervals, notations read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite

from sim.answers.grids import Cell, Code, Grid, Number, difference, grid, number, time
from sim.language.said import Shown
from sim.language.shown import in_time
from sim.report.reading import Reader, as_day
from sim.report.studied import Row, Value, text
from sim.statistics.estimates import Estimate
from sim.studies.columns import HEADS

#: How the cells of a column are read where they are text; a column that is not here holds a value or a name.
_KINDS: Mapping[str, str] = {
    "unit": "unit",
    "assumption": "path",
    "value_of": "path",
    "hours": "hours",
    "from": "day",
    "to": "day",
    "group": "group",
    "stated": "value",
    "set_to": "value",
    "parameter": "path",
    "measure": "outcome",
    "outcome": "outcome",
    "low": "value",
    "high": "value",
    "status": "status",
}
#: Kinds that pages say otherwise than the tables of a terminal.
_ALWAYS_READ = ("path",)
#: Numbers this near to a whole one, or this large, are shown without decimals.
_ROUND, _LARGE = 0.005, 100
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
TIMES = ("asa_s",)
#: Shares under a head in percent.
PERCENT = ("probability_best", "first_order", "total", "variance_by_chance")


def head_of(column: str, reader: Reader) -> str:
    """The head of a column: its word, or a target, a measure or a path in words."""
    if column in HEADS:
        return reader.say(HEADS[column])
    shown = reader.with_unit(column)
    return shown if shown != column else reader.path(column)


def read_text(column: str, found: str, reader: Reader) -> str:
    """Text of a cell in words: its own, or what its notation stands for. Pages have words of their own for some."""
    kind = _KINDS.get(column, "" if column in HEADS else "value")
    if isinstance(found, Shown) and kind not in _ALWAYS_READ:
        return found.in_words(reader.say)
    say = reader.say
    ways: Mapping[str, Callable[[str], str]] = {
        "group": say.name, "hours": say.hours, "path": reader.path, "day": reader.day, "value": reader.value,
        "outcome": reader.outcome,
        "unit": reader.unit, "status": lambda status: say.known("status", status),
    }  # fmt: skip
    return ways[kind](found) if kind else found


def table_of(
    title: str,
    rows: Iterable[Row],
    columns: Sequence[str],
    reader: Reader,
    *,
    heads: Mapping[str, str] | None = None,
    good: Mapping[str, int] | None = None,
    note: str = "",
) -> Grid:
    """A table of these columns, where they hold anything.

    ``heads`` are other heads than usual; ``good`` are columns of differences, with the sign that is better (or 0).
    """
    kept = list(rows)
    shown = [c for c in columns if any(row.get(c) not in (None, "") for row in kept)]
    named = [(heads or {}).get(column) or head_of(column, reader) for column in shown]
    cells = [[cell_of(column, row, reader, good or {}) for column in shown] for row in kept]
    return grid(title, named, cells, note=note)


def cell_of(column: str, row: Row, reader: Reader, good: Mapping[str, int]) -> Cell:
    """One cell as it is shown."""
    found = row.get(column)
    if found is None:
        return ""
    if isinstance(found, bool):
        return reader.yes(found)
    if isinstance(found, str):
        if _KINDS.get(column) == "path":
            return Code(read_text(column, found, reader), found)
        return read_text(column, found, reader)
    if isinstance(found, Estimate):
        return _estimate(column, found, row, reader, good)
    return exact(100 * found if column in PERCENT else found, reader)


def exact(found: float, reader: Reader) -> Number:
    """A number without an interval, with as many decimals as it takes."""
    if not isfinite(found):
        return Number("–")
    whole = abs(found - round(found)) < _ROUND or abs(found) >= _LARGE
    digits = 0 if whole else 1 if abs(found) >= 1 else 2
    head, sign, rest = reader.say.number(found, digits).replace("-", "\N{MINUS SIGN}").rpartition(reader.say.decimal)
    return Number(head if sign else rest, sign + rest if sign else "")


def _estimate(column: str, found: Estimate, row: Row, reader: Reader, good: Mapping[str, int]) -> Number:
    if not isfinite(found.value):
        return Number("–")
    in_seconds = column in TIMES or text(row, "unit") == "s"
    if column in good:
        if in_seconds:
            return time_difference(found, reader, good=good[column])
        return difference(found, reader.say, good=good[column])
    if column in PERCENT:
        found = Estimate(*(min(max(100 * end, 0.0), 100.0) for end in (found.value, found.low, found.high)))
    return time(found, reader.say) if in_seconds else number(found, reader.say)


def time_difference(found: Estimate, reader: Reader, *, good: int) -> Number:
    """A difference of times, in the unit that suits it."""
    scaled, unit = in_time(found)
    shown = difference(scaled, reader.say, good=good)
    if not found.value:
        return shown
    return Number(shown.whole, shown.decimals, shown.half, reader.say.known("unit", unit), tone=shown.tone)


def plain_of(column: str, found: Value, reader: Reader) -> str | float | dt.date | None:
    """A cell of a spreadsheet other than an estimate: text in words, a day, or a number.

    What was swept over, under the path of a setting, is a number where it is written as one.
    """
    if isinstance(found, bool):
        return reader.yes(found)
    if isinstance(found, str):
        day = _KINDS.get(column) == "day" and as_day(found)
        swept = column not in _KINDS and column not in HEADS and _NUMBER.fullmatch(found)
        return float(found) if swept else day or read_text(column, found, reader)
    if found is None or isinstance(found, Estimate) or not isfinite(found):
        return None
    return float(100 * found if column in PERCENT else found)

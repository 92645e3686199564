"""A call log in place of drawn callers: one row per contact, read strictly, every bad row told with its line.

Columns: arrival (``2020-02-11 20:31:05`` on the clock of the helpline, or with an offset), channel and province unless
the scenario has only one; caller, topic, age, handling_s and patience_s where they are known. Seconds may have
decimals; an empty cell is not known and is drawn like any caller's.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from io import StringIO
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.errors import Mistake, Place
from sim.model.clock import Calendar
from sim.scenario.types import Block
from sim.units import nearest, shown

Whole = NDArray[np.int64]
UNKNOWN = -1
_NEEDED, _KNOWN = ("channel", "province", "arrival"), ("caller", "topic", "age", "handling_s", "patience_s")
#: A log as long as the clock's ten years of a busy line.
_MOST_ROWS = 5_000_000
_LONGEST_S = 7 * 86_400


class TraceFile(Block):
    """A call log (CSV) whose callers take the place of drawn ones."""

    file: str = Field(min_length=1, description="path of the CSV file, relative to the scenario file")
    repeats: Literal["drop", "keep"] = Field(
        "drop", description="drop: a caller's first row counts, redials are simulated; keep: each row is replayed"
    )
    sha256: str | None = Field(None, description="what the file must be, filled in on loading")


@dataclass(frozen=True)
class Trace:
    """First contacts of a log in its order, n rows: indices, instants and durations in ms, UNKNOWN where not known."""

    channel: Whole
    province: Whole
    topic: Whole
    age: Whole
    arrival: Whole
    handling: Whole
    patience: Whole

    def __len__(self) -> int:
        return len(self.arrival)


@dataclass(frozen=True)
class Known:
    """What the rows of a log may say: names by column in the order of their numbers, and the period.

    ``periods`` by channel: from when until when its period lasts (see ``shifts.period_of``).
    """

    names: Mapping[str, Sequence[str]]
    calendar: Calendar
    periods: Sequence[tuple[int, int]]


def fingerprint(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_trace(path: Path, known: Known, *, repeats: str) -> tuple[Trace, list[Mistake]]:
    """The callers of the log at ``path`` and every mistake in it; rows with a mistake are left out."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _empty(), [Mistake(Place(str(path)), "", f"byte {error.start} is not UTF-8 text; save it as UTF-8")]
    except OSError as error:
        return _empty(), [Mistake(Place(str(path)), "", f"cannot be read: {error.strerror or error}")]
    header = text.partition("\n")[0]
    table = csv.reader(StringIO(text, newline=""), delimiter=";" if ";" in header and "," not in header else ",")
    names = [name.strip() for name in next(table, [])]
    needed = [name for name in _NEEDED if len(known.names.get(name, ())) != 1]
    mistakes = list(_wrong_header(path, names, needed, repeats))
    if mistakes:
        return _empty(), mistakes
    rows: list[tuple[int, ...]] = []
    seen: set[str] = set()
    for cells in table:
        if not any(cell.strip() for cell in cells):
            continue
        place = Place(str(path), table.line_num, 1)
        if len(rows) >= _MOST_ROWS:
            return _empty(), [Mistake(place, "", f"more than {_MOST_ROWS:,} rows")]
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        found, wrong = _row(row, known) if len(cells) == len(names) else ((), [_lengths(names, cells)])
        mistakes += [Mistake(place, column, message) for column, message in wrong]
        caller = row.get("caller", "")
        if wrong or (repeats == "drop" and caller and caller in seen):
            continue
        seen.add(caller)
        rows.append(found)
    if not rows and not mistakes:
        mistakes = [Mistake(Place(str(path)), "", "has no rows; nobody calls")]
    return Trace(*np.array(rows, dtype=np.int64).reshape(-1, len(fields(Trace))).T.copy()), mistakes


def _empty() -> Trace:
    return Trace(*(np.zeros(0, dtype=np.int64) for _ in fields(Trace)))


def _wrong_header(path: Path, names: list[str], needed: list[str], repeats: str) -> Iterator[Mistake]:
    place, allowed = Place(str(path), 1, 1), (*_NEEDED, *_KNOWN)
    for name in names:
        if name not in allowed:
            known = f"allowed are {', '.join(allowed)}.{nearest(name, allowed)}"
            yield Mistake(place, "", f"unknown column {shown(name)}; {known}")
        elif names.count(name) > 1:
            yield Mistake(place, "", f"the column {name} is there twice")
    for name in needed:
        if name not in names:
            yield Mistake(place, "", f"has no column {name}; needed are {', '.join(needed)}")
    if repeats == "drop" and "caller" not in names:
        why = "has no column caller, so nobody knows whose first call a row is; add it, or write repeats: keep"
        yield Mistake(place, "", why)


def _lengths(names: list[str], cells: list[str]) -> tuple[str, str]:
    return "", f"has {len(cells)} cells where the header has {len(names)}"


def _row(row: dict[str, str], known: Known) -> tuple[tuple[int, ...], list[tuple[str, str]]]:
    """Numbers in the order of Trace's columns, and what is wrong by column."""
    wrong: list[tuple[str, str]] = []
    numbers = []
    for column in ("channel", "province", "topic", "age"):
        text, only = row.get(column), len(known.names[column]) == 1 and column in _NEEDED
        number, message = (0, "") if text is None and only else _index(text or "", column, known.names[column])
        numbers.append(number)
        wrong += [(column, message)] if message else []
    arrival, message = _arrival(row["arrival"], known.calendar, known.periods[max(numbers[0], 0)])
    wrong += [("arrival", message)] if message else []
    for column in ("handling_s", "patience_s"):
        duration, message = _duration(row.get(column, ""))
        numbers.append(duration)
        wrong += [(column, message)] if message else []
    return (*numbers[:4], arrival, *numbers[4:]), wrong


def _index(text: str, column: str, names: Sequence[str]) -> tuple[int, str]:
    if text in names:
        return list(names).index(text), ""
    if not text and column not in _NEEDED:
        return UNKNOWN, ""
    allowed = ", ".join(name for name in names if name) or "none"
    return UNKNOWN, f"{shown(text)} is not a {column} of this scenario; they are {allowed}.{nearest(text, names)}"


def _arrival(text: str, calendar: Calendar, period: tuple[int, int]) -> tuple[int, str]:
    """Instant of a moment on the clock of the helpline, or with an offset of its own."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return UNKNOWN, f"{shown(text)} is not a date with a time; write it as 2020-02-11 20:31:05"
    try:
        instant = calendar.instant(moment)
    except ValueError as error:
        return UNKNOWN, str(error)
    if 0 <= instant < period[0]:
        eve = calendar.date(-1)
        why = f"{text} is in opening hours that began on {eve}, before the period; leave it out, or begin on {eve}"
        return UNKNOWN, why
    if not 0 <= instant < period[1]:
        last = calendar.date(calendar.days - 1)
        return UNKNOWN, f"{text} is outside the period, which runs from {calendar.first} to {last}"
    return instant, ""


def _duration(text: str) -> tuple[int, str]:
    if not text:
        return UNKNOWN, ""
    try:
        seconds = float(text)
    except ValueError:
        return UNKNOWN, f"{shown(text)} is not a number of seconds"
    if not 0 <= seconds <= _LONGEST_S:
        return UNKNOWN, f"{text} s is out of range; allowed are 0 to {_LONGEST_S} (a week)"
    return round(seconds * 1000), ""

"""What the cells of a column can be, so that a column is not taken for something by its name alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

from sim.fit.columns import SYNONYMS, Fits, core, rank_of
from sim.fit.dates import date, digits_only, moment, order_of, time_of_day
from sim.fit.log import UNKNOWN
from sim.fit.text import Table
from sim.fit.values import NOT_KNOWN, parsed
from sim.model.clock import DAY, HOUR

#: So many cells, evenly spaced, show what a column holds.
_SAMPLE = 300
_MOSTLY = 0.6
#: The arrival comes before all else in so many rows.
_FIRST = 0.95
#: A time of day is later than this in most rows; a duration of minutes and seconds reads as an earlier one.
_MORNING = 5 * HOUR
#: Names of queues, channels or provinces are few.
_FEW, _SHARE = 50, 0.1
_INBOUND = frozenset({
    "inbound", "in", "incoming", "inkomend", "inkomende", "binnenkomend", "entrant", "eingehend", "entrante",
})  # fmt: skip
_OUTBOUND = frozenset({
    "outbound", "out", "outgoing", "uitgaand", "uitgaande", "sortant", "ausgehend", "saliente", "internal", "intern",
})  # fmt: skip


def is_outbound(text: str) -> bool:
    """Whether a direction is not that of people who call the line."""
    return core(text) in _OUTBOUND


def fits_of(table: Table) -> Fits:
    """Whether a column of a table may have a role, from its cells."""

    @cache
    def kind(number: int) -> str:
        return kind_of(table.column(number))

    @cache
    def words(number: int) -> frozenset[str]:
        return frozenset(core(cell) for cell in table.column(number))

    def fits(what: str, number: int) -> bool:
        holds = kind(number)
        if what == "arrival":
            named = rank_of(table.header[number], _ARRIVAL, moments=True) is not None
            return holds not in ("clock", "date") if named else holds == "moment"
        if what in ("answer", "end"):
            return holds in ("moment", "clock")
        if what == "date":
            return holds != "moment"
        if what == "outcome":
            return holds in ("words", "empty") or (holds == "number" and len(words(number)) <= 20)
        if what == "direction":
            return bool(words(number) & _INBOUND) or bool(words(number) & _OUTBOUND)
        if what in ("channel", "queue", "province"):
            return holds in ("words", "number", "empty") and len(words(number)) <= max(_FEW, _SHARE * len(table.rows))
        if what == "time":
            usual = rank_of(table.header[number], SYNONYMS["time"]) is not None
            return holds in (("clock", "number", "words", "empty") if usual else ("clock",))
        return holds not in ("moment", "date") or what in ("id", "caller")

    return fits


_ARRIVAL = SYNONYMS["arrival"]
#: A column of dates or times may have both: then it is the arrival.
KNOWN = {
    **SYNONYMS,
    "arrival": (*SYNONYMS["arrival"], *SYNONYMS["date"], *SYNONYMS["time"]),
    "time": (*SYNONYMS["time"], *SYNONYMS["arrival"]),
}


def earliest(table: Table, found: Mapping[str, int]) -> int | None:
    """The column of moments that come first in nearly every row, before those of answers or ends; None for none."""
    if not found.keys() & {"answer", "end"}:
        return None
    columns = {}
    for number in range(len(table.header)):
        cells = table.column(number)
        if kind_of(cells) != "moment" or all(cell.isdigit() for cell in cells):
            continue
        first = order_of(cells).month_first
        columns[number], _ = parsed(cells, partial(moment, zone="UTC", month_first=first))
    for number, at in columns.items():
        if number in found.values():
            continue
        later = [(at <= other)[(at != UNKNOWN) & (other != UNKNOWN)] for other in columns.values()]
        if all(len(rows) and rows.mean() > _FIRST for rows in later):
            return number
    return None


def kind_of(cells: Sequence[str]) -> str:
    """What most cells of a column are: ``moment``, ``date``, ``clock``, ``number``, ``words``, or ``empty``."""
    known = [cell for cell in cells if cell.lower() not in NOT_KNOWN]
    some = known[:: max(len(known) // _SAMPLE, 1)]
    if not some:
        return "empty"
    first = order_of(some).month_first
    is_date = _is(lambda cell: date(cell, month_first=first))
    for name, is_one in (("date", is_date), ("moment", _is(lambda cell: moment(cell, "UTC", month_first=first)))):
        if sum(map(is_one, some)) > _MOSTLY * len(some):
            # A date at midnight is a date, unless others have a time.
            return name
    digits = digits_only(some)
    times = [found for cell in some if (found := _time(cell, digits)) is not None]
    enough = len(times) == len(some) if digits else len(times) > _MOSTLY * len(some)
    if enough and sorted(times)[len(times) // 2] >= _MORNING:
        return "clock"
    return "number" if sum(map(_is(_number), some)) > _MOSTLY * len(some) else "words"


def _is(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def one(cell: str) -> bool:
        try:
            parse(cell)
        except (ValueError, OverflowError):
            return False
        return True

    return one


def _number(cell: str) -> float:
    return float(cell.replace(",", "."))


def _time(cell: str, digits: bool) -> int | None:
    if not digits and not any(sign in cell for sign in ":.uUhH"):
        return None
    try:
        return time_of_day(cell, digits=digits) % DAY
    except ValueError:
        return None

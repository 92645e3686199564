"""Dates and moments in the forms people write them, and whether the day or the month comes first in a column.

Every parser takes a stripped text and raises ``ValueError`` with the reason, said so that reasons can be counted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from sim.clock import DAY, HOUR, MINUTE, SECOND
from sim.errors import SimError
from sim.fit.values import NOT_KNOWN, millis
from sim.language.said import Said

#: What may be said of ``02/03/2020``.
ORDERS = ("day-first", "month-first")
_EPOCH = dt.datetime(1970, 1, 1)
_YEARS = range(1970, 2101)

_TIME = (
    r"(\d{1,2})(?:[:uUhH.](\d{2})?)(?:[:.m'](\d{2})(?:[.,](\d{1,9}))?)?"
    r"(?:\s*([AaPp])\.?\s?[Mm]\.?)?"
)
_ZONE = r"\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:[T\s,]+{_TIME}{_ZONE})?", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}})(?:[T\s,]+(?:om\s+)?{_TIME})?", re.ASCII)
_COMPACT = re.compile(
    rf"(\d{{4}})(\d{{2}})(\d{{2}})(?:T(\d{{2}}):?(\d{{2}}):?(\d{{2}})?(?:[.,](\d{{1,9}}))?()?{_ZONE})?", re.ASCII
)
_UNIX = re.compile(r"(\d{10})(?:\.(\d{1,9}))?|(\d{13})", re.ASCII)


@dataclass(frozen=True)
class Order:
    """Whether the month comes first in the dates of a column, and what is to be said of it, if anything."""

    month_first: bool = False
    notes: tuple[Said, ...] = ()


def order_of(cells: Sequence[str], stated: str | None = None) -> Order:
    """The order of dates that end in the year: as stated, else as a number above 12 decides, else day first.

    A column that has both is read as most of its cells are; the others are no dates then.
    """
    if stated is not None:
        return Order(stated == "month-first")
    found = [(match, cell) for cell in cells if (match := _YEAR_LAST.fullmatch(cell))]
    pairs = [(int(match[1]), int(match[2]), cell) for match, cell in found]
    days = [cell for first, second, cell in pairs if second <= 12 < first]
    months = [cell for first, second, cell in pairs if first <= 12 < second]
    if days and months:
        month_first = len(months) > len(days)
        of = {"rows": len(days) + len(months), "day": days[0], "month": months[0]}
        return Order(month_first, (Said("dates.both_month" if month_first else "dates.both_day", **of),))
    if months:
        return Order(True, (Said("dates.month", rows=len(months), cells=len(pairs), example=months[0]),))
    if not days and (unclear := next((cell for first, second, cell in pairs if first != second), None)):
        return Order(False, (Said("dates.unclear", example=unclear),))
    return Order()


def zone_named(name: str) -> ZoneInfo:
    """A time zone; SimError where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SimError(f"{name!r} is not a time zone; write for example Europe/Brussels") from None


def moment(text: str, zone: str, *, month_first: bool = False) -> int:
    """Milliseconds since 1970 on the wall clock; a moment with an offset, or in Unix time, is put on that of ``zone``.

    ISO 8601 and year first; day first (or month first) with ``/``, ``-`` or ``.``; hours with ``:``, ``u`` or ``h``, of
    24 or with am and pm.
    """
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        *day, hour, minute, second, part, half, offset = match.groups()
        local = _instant(day, hour, minute, second, part, half)
        return local if offset is None else _shifted(local, offset, zone)
    match = _YEAR_LAST.fullmatch(text)
    if match:
        *day, hour, minute, second, part, half = match.groups()
        return _instant(_year_first(day, month_first), hour, minute, second, part, half)
    match = _UNIX.fullmatch(text)
    if match:
        seconds, part, whole = match.groups()
        return local_of(int(whole) if whole else int(seconds) * SECOND + millis(part), zone)
    unknown = text.lower() in NOT_KNOWN
    raise ValueError(Said("unread.arrival_unknown") if unknown else Said("unread.no_moment"))


def date(text: str, *, month_first: bool = False) -> int:
    """Days since 1970 of a date without a time of day (or at midnight)."""
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    last = None if match else _YEAR_LAST.fullmatch(text)
    found = match or last
    if found is None:
        raise ValueError(Said("unread.no_date"))
    day = found.groups()[:3]
    clock = _instant(("1970", "1", "1"), *(found.groups()[3:8] if found[4] else ("0", None, None, None, None)))
    if clock:
        raise ValueError(Said("unread.date_with_time"))
    return _instant(_year_first(day, month_first) if last else day, "0", None, None, None, None) // DAY


def _year_first(day: Sequence[str], month_first: bool) -> tuple[str, str, str]:
    first, second, year = day
    return (year if len(year) == 4 else f"20{year}", *((first, second) if month_first else (second, first)))


def _instant(
    day: Sequence[str], hour: str | None, minute: str | None, second: str | None, part: str | None, half: str | None
) -> int:
    if hour is None:
        raise ValueError(Said("unread.no_time"))
    year, month, number = (int(word) for word in day)
    if year not in _YEARS:
        raise ValueError(Said("unread.year", first=str(_YEARS.start), last=str(_YEARS.stop - 1)))
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if half:
        hours = hours % 12 + (12 if half in "Pp" else 0) if 1 <= hours <= 12 else 24
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(Said("unread.clock"))
    return _midnight(year, month, number) + hours * HOUR + minutes * MINUTE + seconds * SECOND + millis(part)


@lru_cache(maxsize=8192)
def _midnight(year: int, month: int, day: int) -> int:
    try:
        return (dt.datetime(year, month, day) - _EPOCH).days * DAY
    except ValueError:
        raise ValueError(Said("unread.calendar")) from None


def _shifted(local: int, offset: str, zone: str) -> int:
    if offset in "Zz":
        return local_of(local, zone)
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:
        raise ValueError(Said("unread.offset"))
    away = hours * HOUR + minutes * MINUTE
    return local_of(local - away if offset[0] == "+" else local + away, zone)


def local_of(utc: int, zone: str) -> int:
    """Wall clock of ``zone`` at so many ms after 1970 in UTC, as ms since 1970."""
    quarter = utc // (15 * MINUTE)
    return utc + _offset(quarter, zone)


@lru_cache(maxsize=1 << 16)
def _offset(quarter: int, zone: str) -> int:
    try:
        moment = dt.datetime.fromtimestamp(quarter * 900, zone_named(zone))
    except (OverflowError, OSError, ValueError):
        raise ValueError(Said("unread.out_of_range")) from None
    if moment.year not in _YEARS:
        raise ValueError(Said("unread.year", first=str(_YEARS.start), last=str(_YEARS.stop - 1)))
    away = moment.utcoffset() or dt.timedelta()
    return round(away.total_seconds()) * SECOND

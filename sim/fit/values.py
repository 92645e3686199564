"""What stands in a cell, read to whole milliseconds: moments, durations, whole numbers, in the forms people write.

Every parser takes a stripped text and raises ``ValueError`` with the reason, said so that reasons can be counted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY, HOUR, MINUTE, SECOND
from sim.errors import SimError
from sim.fit.log import UNKNOWN

Whole = NDArray[np.int64]

#: What stands for "not known" in an export.
NOT_KNOWN = frozenset({"", "-", "--", "?", "na", "n/a", "nan", "none", "null", "nvt", "n.v.t.", "#n/a", "nil"})
_EPOCH = dt.datetime(1970, 1, 1)
_YEARS = range(1970, 2101)
#: Nobody waits longer than a week, and no contact is handled longer.
LONGEST = 7 * DAY

_TIME = r"(\d{1,2})(?:[:uUhH.](\d{2})?)(?:[:.m'](\d{2})(?:[.,](\d{1,9}))?)?"
_ZONE = r"\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:[T\s,]+{_TIME}{_ZONE})?", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}})(?:[T\s,]+(?:om\s+)?{_TIME})?", re.ASCII)
_COMPACT = re.compile(
    rf"(\d{{4}})(\d{{2}})(\d{{2}})(?:T(\d{{2}}):?(\d{{2}}):?(\d{{2}})?(?:[.,](\d{{1,9}}))?{_ZONE})?", re.ASCII
)
_UNIX = re.compile(r"(\d{10})(?:\.(\d{1,9}))?|(\d{13})", re.ASCII)

_PLAIN = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+)\s*(?:days?|dagen|dag),?\s+)?(?:(\d+):)?(\d+):(\d{2})(?:[.,](\d{1,9}))?", re.ASCII)
_TERM = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z'\"′″]+)\.?\s*", re.ASCII | re.IGNORECASE)
_UNITS = {
    "ms": 1, "msec": 1, "millisecond": 1, "milliseconds": 1, "milliseconden": 1,
    "s": SECOND, "sec": SECOND, "secs": SECOND, "second": SECOND, "seconds": SECOND, "seconde": SECOND,
    "seconden": SECOND, '"': SECOND, "''": SECOND,
    "m": MINUTE, "min": MINUTE, "mins": MINUTE, "minute": MINUTE, "minutes": MINUTE, "minuut": MINUTE,
    "minuten": MINUTE, "'": MINUTE,
    "h": HOUR, "hr": HOUR, "hrs": HOUR, "hour": HOUR, "hours": HOUR, "u": HOUR, "uur": HOUR, "uren": HOUR,
}  # fmt: skip


def unit_of(word: str) -> int | None:
    """Milliseconds of a unit of time, None where the word is none."""
    return _UNITS.get(word.lower())


def zone_named(name: str) -> ZoneInfo:
    """A time zone; SimError where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SimError(f"{name!r} is not a time zone; write for example Europe/Brussels") from None


def moment(text: str, zone: str) -> int:
    """Milliseconds since 1970 on the wall clock; a moment with an offset, or in Unix time, is put on that of ``zone``.

    ISO 8601 and year first; day first with ``/``, ``-`` or ``.``; hours with ``:``, ``u`` or ``h``.
    """
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        year, month, day, hour, minute, second, part, offset = match.groups()
        local = _instant((year, month, day), hour, minute, second, part)
        return local if offset is None else _shifted(local, offset, zone)
    match = _DAY_FIRST.fullmatch(text)
    if match:
        day, month, year, hour, minute, second, part = match.groups()
        return _instant((year if len(year) == 4 else f"20{year}", month, day), hour, minute, second, part)
    match = _UNIX.fullmatch(text)
    if match:
        seconds, part, millis = match.groups()
        return local_of(int(millis) if millis else int(seconds) * SECOND + _millis(part), zone)
    raise ValueError(
        "the arrival is not known" if text.lower() in NOT_KNOWN else "the arrival is not a date with a time"
    )


def date(text: str) -> int:
    """Days since 1970 of a date without a time of day (or at midnight)."""
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    parts = match.groups()[:3] if match else None
    if match is None:
        match = _DAY_FIRST.fullmatch(text)
        parts = match.groups()[2::-1] if match else None
    if match is None or parts is None:
        raise ValueError("the date is not a date")
    year, month, day = parts
    clock = match.groups()[3:6]
    if any(part and int(part) for part in clock):
        raise ValueError("the date has a time of day")
    return _instant((year if len(year) == 4 else f"20{year}", month, day), "0", None, None, None) // DAY


def _instant(day: Sequence[str], hour: str | None, minute: str | None, second: str | None, part: str | None) -> int:
    if hour is None:
        raise ValueError("the arrival has no time of day")
    year, month, number = (int(word) for word in day)
    if year not in _YEARS:
        raise ValueError(f"the year is not one of {_YEARS.start} to {_YEARS.stop - 1}")
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("the time of day does not exist")
    return _midnight(year, month, number) + hours * HOUR + minutes * MINUTE + seconds * SECOND + _millis(part)


@lru_cache(maxsize=8192)
def _midnight(year: int, month: int, day: int) -> int:
    try:
        return (dt.datetime(year, month, day) - _EPOCH).days * DAY
    except ValueError:
        raise ValueError("the date does not exist (dates are read as day, month, year, or year, month, day)") from None


def _millis(part: str | None) -> int:
    return int((part + "00")[:3]) if part else 0


def _shifted(local: int, offset: str, zone: str) -> int:
    if offset in "Zz":
        return local_of(local, zone)
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:
        raise ValueError("the offset from UTC does not exist")
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
        raise ValueError("the arrival is out of range") from None
    if moment.year not in _YEARS:
        raise ValueError(f"the year is not one of {_YEARS.start} to {_YEARS.stop - 1}")
    away = moment.utcoffset() or dt.timedelta()
    return round(away.total_seconds()) * SECOND


def duration(text: str, what: str, *, unit: int, comma: bool) -> int:
    """Milliseconds of a duration: a number in ``unit``, ``mm:ss``, ``h:mm:ss``, or with units; UNKNOWN for none.

    ``comma``: whether decimals may come after a comma, so that ``1,234`` is not a thousand.
    """
    word = text.lower()
    if word in NOT_KNOWN:
        return UNKNOWN
    if _THOUSANDS.fullmatch(word) and not (comma and word.count(",") == 1 and "." not in word):
        last = max(word.rfind("."), word.rfind(","))
        decimal = word[last] if "." in word and "," in word else ""
        word = "".join(c if c.isdigit() else "." if c == decimal else "" for c in word)
    if _PLAIN.fullmatch(word):
        found = float(word.replace(",", ".")) * unit
    elif match := _CLOCK.fullmatch(word):
        days, hours, minutes, seconds, part = match.groups()
        if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
            raise ValueError(f"the {what} has more than 59 minutes or seconds")
        found = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes) * MINUTE + int(seconds) * SECOND
        found += _millis(part)
    else:
        found = _with_units(word, what)
    if not 0 <= found <= LONGEST:
        raise ValueError(f"the {what} is negative" if found < 0 else f"the {what} is longer than a week")
    return round(found)


def _with_units(word: str, what: str) -> float:
    total, position, last = 0.0, 0, HOUR
    while position < len(word):
        term = _TERM.match(word, position)
        unit = unit_of(term[2]) if term else None
        if term is None or unit is None:
            rest = word[position:].strip()
            if position and last in (HOUR, MINUTE) and rest.isascii() and rest.isdigit() and len(rest) <= 2:
                return total + int(rest) * last // 60  # 1u05
            raise ValueError(f"the {what} is not a duration")
        total += float(term[1].replace(",", ".")) * unit
        position, last = term.end(), unit
    return total


def whole(text: str, what: str) -> int:
    """A whole number from 0; UNKNOWN for none."""
    if text.lower() in NOT_KNOWN:
        return UNKNOWN
    if not re.fullmatch(r"\d{1,9}(?:[.,]0+)?", text, re.ASCII):
        raise ValueError(f"the {what} is not a whole number")
    return int(re.split("[.,]", text)[0])


def parsed(texts: Sequence[str], parse: Callable[[str], int]) -> tuple[Whole, dict[int, str]]:
    """Numbers of a column (n,), UNKNOWN where a cell is wrong, and the reason for each of these by its row."""
    known: dict[str, tuple[int, str]] = {}
    values = np.full(len(texts), UNKNOWN, dtype=np.int64)
    wrong: dict[int, str] = {}
    for row, text in enumerate(texts):
        found = known.get(text)
        if found is None:
            try:
                found = parse(text), ""
            except (ValueError, OverflowError) as error:
                found = UNKNOWN, str(error)
            known[text] = found
        values[row] = found[0]
        if found[1]:
            wrong[row] = found[1]
    return values, wrong

"""Dates and moments in the forms people write them, and whether the day or the month comes first in a column.

Every parser takes a stripped text and raises ``ValueError`` with the reason, said so that reasons can be counted.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from sim.errors import SimError
from sim.fit.values import NOT_KNOWN, millis
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE, SECOND

#: What may be said of ``02/03/2020``.
ORDERS = ("day-first", "month-first")
_EPOCH = dt.datetime(1970, 1, 1)
_YEARS = range(1970, 2101)

_TIME = (
    r"(\d{1,2})(?:[:uUhH.](\d{2})?)(?:[:.m'](\d{2})(?:[.,](\d{1,9}))?)?"
    r"(?:\s*([AaPp])\.?\s?[Mm]\.?)?"
)
_ZONE = r"\s*(Z|z|UTC|GMT|utc|gmt|[+-]\d{2}(?::?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:[T\s,]+{_TIME}{_ZONE})?", re.ASCII)
_YEAR_LAST = re.compile(
    rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}})(?:[T\s,]+(?:om\s+)?{_TIME}{_ZONE})?", re.ASCII
)
_COMPACT = re.compile(
    rf"(\d{{4}})(\d{{2}})(\d{{2}})(?:[T\s]?(\d{{2}}):?(\d{{2}}):?(\d{{2}})?(?:[.,](\d{{1,9}}))?()?{_ZONE})?", re.ASCII
)
_CLOCK = re.compile(_TIME, re.ASCII)
#: A time of day in a spreadsheet comes with its day zero.
_DAY_ZERO = re.compile(r"(?:1899-12-30|1899-12-31|1900-01-0[01]|30/12/1899|12/30/1899)[T\s]+", re.ASCII)
#: Days since 30 December 1899, as spreadsheets count: 1970 to 2100.
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,12}))?", re.ASCII)
_SERIAL_1970 = 25_569
_FRACTION = re.compile(r"[01](?:[.,]\d{1,15})?(?:[eE]-\d{1,2})?", re.ASCII)
_DIGITS = re.compile(r"\d{1,6}", re.ASCII)
#: Months by how their names begin, without accents: English, Dutch, French, German, Spanish.
_MONTHS = {
    "jan": 1, "ene": 1, "feb": 2, "fev": 2, "fevr": 2, "mar": 3, "mrt": 3, "maa": 3, "apr": 4, "avr": 4, "abr": 4,
    "may": 5, "mei": 5, "mai": 5, "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aou": 8, "ago": 8, "sep": 9,
    "set": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
_DAY_NAMES = (
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "maa", "din", "woe", "don", "vri", "zat", "zon", "lun", "mar",
    "mer", "jeu", "ven", "sam", "dim", "mon", "die", "mit", "fre", "son", "mie", "jue", "vie", "sab", "dom", "lu",
    "ma", "di", "wo", "do", "vr", "za", "zo", "me", "je", "ve", "sa", "mi", "fr", "so", "mo", "tu", "we", "th", "su",
)  # fmt: skip
_WORDY = re.compile(r"[^\W\d_]{3,}")
_DAY_WORD = re.compile(r"^([^\W\d_]{2,12})\.?,?\s+(.*)$", re.DOTALL)
_DAY_FIRST_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|e|\.)?[\s/.-]*(?:de\s+|of\s+)?([^\W\d_]{3,10})\.?[\s/.,-]*(?:de\s+)?(\d{4}|\d{2})"
    r"(?!\d)(?:,|\s+(?:om|at|um)\b)?(.*)",
    re.DOTALL,
)
_MONTH_FIRST_NAMED = re.compile(
    r"([^\W\d_]{3,10})\.?[\s/.-]*(\d{1,2})(?:st|nd|rd|th)?,?[\s/.-]+(\d{4})(?!\d)(?:,|\s+at\b)?(.*)", re.DOTALL
)
_YEAR_FIRST_NAMED = re.compile(r"(\d{4})[\s/.-]*([^\W\d_]{3,10})\.?[\s/.-]*(\d{1,2})(?!\d)(.*)", re.DOTALL)
_YEAR_AT_THE_END = re.compile(r"([^\W\d_]{3,10})\.?\s+(\d{1,2})\s+(\d{1,2}:\S+)\s+(?:([A-Z]{3,4})\s+)?(\d{4})")
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


def moment(text: str, zone: str, *, month_first: bool = False, utc: bool = False) -> int:
    """Milliseconds since 1970 on the wall clock; a moment with an offset, or in Unix time, is put on that of ``zone``.

    ISO 8601 and year first; day first (or month first) with ``/``, ``-`` or ``.``; months by name; hours with ``:``,
    ``u`` or ``h``, of 24 or with am and pm; spreadsheets' serial numbers. ``utc``: cells without an offset are in UTC.
    A time that clocks skip in ``zone`` is refused.
    """
    text = _numbered(text)
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        *day, hour, minute, second, part, half, offset = match.groups()
        return _placed(_instant(day, hour, minute, second, part, half), offset or ("Z" if utc else None), zone)
    match = _YEAR_LAST.fullmatch(text)
    if match:
        *day, hour, minute, second, part, half, offset = match.groups()
        local = _instant(_year_first(day, month_first), hour, minute, second, part, half)
        return _placed(local, offset or ("Z" if utc else None), zone)
    match = _SERIAL.fullmatch(text)
    if match and match[2]:
        return _placed(_serial(match[1], match[2]), "Z" if utc else None, zone)
    match = _UNIX.fullmatch(text)
    if match:
        seconds, part, whole = match.groups()
        return local_of(int(whole) if whole else int(seconds) * SECOND + millis(part), zone)
    unknown = text.lower() in NOT_KNOWN
    raise ValueError(Said("unread.arrival_unknown") if unknown else Said("unread.no_moment"))


def date(text: str, *, month_first: bool = False) -> int:
    """Days since 1970 of a date without a time of day (or at midnight)."""
    text = _numbered(text)
    if (serial := _SERIAL.fullmatch(text)) and not (serial[2] or "").strip("0"):
        return _serial(serial[1], "0") // DAY
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


def time_of_day(text: str, *, digits: bool = False) -> int:
    """Milliseconds since midnight: ``9:05``, ``9u05``, ``9.05.30``, ``9:05 PM``, or a spreadsheet's fraction of a day.

    ``digits``: the column has hours and minutes (and seconds) without a sign between, as ``0905``; zeros at the front
    may be missing.
    """
    text = _DAY_ZERO.sub("", text)
    if match := _CLOCK.fullmatch(text):
        return _instant(("1970", "1", "1"), *match.groups())
    if digits and _DIGITS.fullmatch(text):
        word = text.zfill(4 if len(text) <= 4 else 6)
        return _instant(("1970", "1", "1"), word[:2], word[2:4], word[4:] or None, None, None)
    if _FRACTION.fullmatch(text) and not digits and 0 <= float(text.replace(",", ".")) < 1:
        return round(float(text.replace(",", ".")) * DAY / SECOND) * SECOND % DAY
    unknown = text.lower() in NOT_KNOWN
    raise ValueError(Said("unread.time_unknown") if unknown else Said("unread.no_time_of_day"))


def digits_only(cells: Sequence[str]) -> bool:
    """Whether a column of times has hours and minutes without a sign between, as ``0905``: three digits and more."""
    known = [cell for cell in cells if cell.lower() not in NOT_KNOWN]
    return bool(known) and all(map(_DIGITS.fullmatch, known)) and max(map(len, known)) >= 3


def has_time(text: str) -> bool:
    """Whether a cell is a date with a time of day other than midnight."""
    try:
        return moment(text, "UTC") % DAY != 0
    except ValueError:
        return False


def _serial(days: str, part: str) -> int:
    """Milliseconds since 1970 of a spreadsheet's number, to the second where it has the digits for it."""
    fraction = float(f"0.{part}") * DAY
    whole = round(fraction / SECOND) * SECOND
    # A second is 0.0000116 of a day.
    fraction = whole if len(part) >= 5 and abs(fraction - whole) < SECOND / 2 else round(fraction)
    found = (int(days) - _SERIAL_1970) * DAY + int(fraction)
    if not 0 <= found < 47_847 * DAY:
        raise ValueError(Said("unread.year", first=str(_YEARS.start), last=str(_YEARS.stop - 1)))
    return found


@lru_cache(maxsize=1 << 12)
def _month(word: str) -> int | None:
    letters = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return _MONTHS.get(letters[:4]) or _MONTHS.get(letters[:3])


def _numbered(text: str) -> str:
    """A date whose month has a name, rewritten as ISO 8601; any other text as it is."""
    if not _WORDY.search(text):
        return text
    rest = text
    if (found := _DAY_WORD.match(text)) and (found[1].lower()[:3] in _DAY_NAMES or found[1].lower() in _DAY_NAMES):
        rest = found[2] if _month(found[1]) is None or _WORDY.search(found[2]) else text
    for pattern, at in ((_DAY_FIRST_NAMED, (3, 2, 1)), (_MONTH_FIRST_NAMED, (3, 1, 2)), (_YEAR_FIRST_NAMED, (1, 2, 3))):
        if (match := pattern.fullmatch(rest)) and (month := _month(match[at[1]])):
            year = match[at[0]] if len(match[at[0]]) == 4 else f"20{match[at[0]]}"
            return f"{year}-{month}-{match[at[2]]} {match[4].strip(' ,')}".strip()
    if (match := _YEAR_AT_THE_END.fullmatch(rest)) and (month := _month(match[1])):
        return f"{match[5]}-{month}-{match[2]} {match[3]} {'UTC' if match[4] in ('UTC', 'GMT') else ''}".strip()
    return text


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


def placed(local: int, zone: str, *, utc: bool = False) -> int:
    """A time without an offset on the wall clock of ``zone``, which must show it; ``utc``: it is one of UTC."""
    return _placed(local, "Z" if utc else None, zone)


def _placed(local: int, offset: str | None, zone: str) -> int:
    """On the wall clock of ``zone``: a time with an offset is put there, one without must exist there."""
    if offset is not None:
        return _shifted(local, offset, zone)
    if _skipped(local // (15 * MINUTE), zone):
        raise ValueError(Said("unread.skipped", zone=zone))
    return local


def _shifted(local: int, offset: str, zone: str) -> int:
    if offset[0] not in "+-":
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


def utc_of(local: int, zone: str) -> int:
    """Milliseconds after 1970 in UTC of a time on the wall clock; the earlier one of an hour that comes twice."""
    quarter = local // (15 * MINUTE)
    return local - _away(quarter, zone)


@lru_cache(maxsize=1 << 16)
def _skipped(quarter: int, zone: str) -> bool:
    return local_of(utc_of(quarter * 15 * MINUTE, zone), zone) != quarter * 15 * MINUTE


@lru_cache(maxsize=1 << 16)
def _away(quarter: int, zone: str) -> int:
    """How far the wall clock of ``zone`` is ahead of UTC at a quarter of an hour that it shows."""
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(minutes=15 * quarter)
    away = moment.replace(tzinfo=zone_named(zone)).utcoffset() or dt.timedelta()
    return round(away.total_seconds()) * SECOND


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

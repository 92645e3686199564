"""What stands in a cell, read to whole numbers: durations in milliseconds and counts, in the forms people write.

Every parser takes a stripped text and raises ``ValueError`` with the reason, said so that reasons can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.fit.log import UNKNOWN
from sim.language.said import Said
from sim.model.clock import DAY, HOUR, MINUTE, SECOND

Whole = NDArray[np.int64]
Cell = TypeVar("Cell", bound=Hashable)

#: What stands for "not known" in an export.
NOT_KNOWN = frozenset({
    "", "-", "--", "---", "?", "na", "n/a", "<na>", "nan", "nat", "none", "null", "nvt", "n.v.t.", "#n/a", "nil", "\\n",
})  # fmt: skip
#: Nobody waits longer than a week, and no contact is handled longer.
LONGEST = 7 * DAY

_PLAIN = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+)\s*(?:days?|dagen|dag),?\s+)?(?:(\d+):)?(\d+):(\d{2})(?:[.,](\d{1,9}))?", re.ASCII)
#: Hours, minutes and seconds with full stops, as ``0.01.23``.
_DOTTED = re.compile(r"(\d{1,3})\.(\d{2})\.(\d{2})(?:,(\d{1,9}))?", re.ASCII)
_ISO = re.compile(r"p(?:(\d{1,4})d)?(?:t(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})(?:[.,](\d{1,9}))?s)?)?", re.ASCII)
#: Digits after the decimal sign that a fraction of a day needs to hold a whole second.
_FEWEST_DIGITS = 5
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


def millis(part: str | None) -> int:
    """Milliseconds of the digits after a decimal sign."""
    return int((part + "00")[:3]) if part else 0


def duration(text: str, what: str, *, unit: int, comma: bool) -> int:
    """Milliseconds of a duration, UNKNOWN for none.

    A number in ``unit``, ``mm:ss``, ``h:mm:ss``, ``h.mm.ss``, ISO 8601 (``PT1M30S``), or with units.

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
            raise ValueError(Said("unread.sixty", what=cell(what)))
        found = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes) * MINUTE + int(seconds) * SECOND
        found += millis(part)
    elif match := _DOTTED.fullmatch(word):
        hours, minutes, seconds, part = match.groups()
        if int(seconds) > 59 or int(minutes) > 59:
            raise ValueError(Said("unread.sixty", what=cell(what)))
        found = int(hours) * HOUR + int(minutes) * MINUTE + int(seconds) * SECOND + millis(part)
    elif (match := _ISO.fullmatch(word)) and any(match.groups()):
        days, hours, minutes, seconds, part = match.groups()
        found = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE + int(seconds or 0) * SECOND
        found += millis(part)
    else:
        found = _with_units(word, what)
    if not 0 <= found <= LONGEST:
        raise ValueError(Said("unread.negative" if found < 0 else "unread.longer_than_a_week", what=cell(what)))
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
            raise ValueError(Said("unread.no_duration", what=cell(what)))
        total += float(term[1].replace(",", ".")) * unit
        position, last = term.end(), unit
    return total


def day_fractions(texts: Sequence[str]) -> bool:
    """Whether a column holds fractions of a day, as spreadsheets store durations: below 1, each a whole second."""
    known = {text for text in texts if text.lower() not in NOT_KNOWN}
    longest, seconds = 0, 0
    for text in known:
        if not _PLAIN.fullmatch(text):
            return False
        value = float(text.replace(",", "."))
        if not 0 <= value < 1:
            return False
        if value == 0:
            continue
        # Digits after the decimal sign; an exponent moves the sign.
        mantissa, _, power = text.lower().partition("e")
        digits = len(re.split("[.,]", mantissa)[-1]) - int(power or 0)
        off = abs(value * 86_400 - round(value * 86_400))
        if digits < _FEWEST_DIGITS and off > 1e-6:
            return False
        if off > 86_400 * 0.51 * 10.0**-digits + 1e-6 or round(value * 86_400) < 1:
            return False
        longest, seconds = max(longest, digits), seconds + 1
    return seconds > 0 and longest >= _FEWEST_DIGITS


def whole(text: str, what: str) -> int:
    """A whole number from 0; UNKNOWN for none."""
    if text.lower() in NOT_KNOWN:
        return UNKNOWN
    if not re.fullmatch(r"\d{1,9}(?:[.,]0+)?", text, re.ASCII):
        raise ValueError(Said("unread.no_whole_number", what=cell(what)))
    return int(re.split("[.,]", text)[0])


def cell(what: str) -> Said:
    """What stands in a cell, by its name: ``wait``, ``handling``, ``wrap_up``, ``priority``, ``count``, and so on."""
    return Said(f"cell.{what}")


def reason_of(error: Exception) -> str:
    """Why a cell cannot be read, as it can be told."""
    found = error.args[0] if error.args else ""
    return found if isinstance(found, str) else str(error)


def parsed(texts: Sequence[Cell], parse: Callable[[Cell], int]) -> tuple[Whole, dict[int, str]]:
    """Numbers of a column (n,), UNKNOWN where a cell is wrong, and the reason for each of these by its row."""
    known: dict[Cell, tuple[int, str]] = {}
    values = np.full(len(texts), UNKNOWN, dtype=np.int64)
    wrong: dict[int, str] = {}
    for row, text in enumerate(texts):
        found = known.get(text)
        if found is None:
            try:
                found = parse(text), ""
            except (ValueError, OverflowError) as error:
                found = UNKNOWN, reason_of(error)
            known[text] = found
        values[row] = found[0]
        if found[1]:
            wrong[row] = found[1]
    return values, wrong

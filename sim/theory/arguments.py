"""What the functions of this package accept: durations with their unit, rates, counts; else a sentence says why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import isfinite

from sim.units import DURATION_HELP, parse_duration

#: Text with a unit such as ``'25 min'``, or a ``datetime.timedelta``; never a plain number.
Duration = str | dt.timedelta

HOUR_S = 3600.0


def seconds(value: Duration, what: str, *, zero: bool = False) -> float:
    """Seconds of a duration; ``what`` names it in the error. Zero only if ``zero``."""
    if isinstance(value, dt.timedelta):
        found = value.total_seconds()
    elif isinstance(value, str):
        try:
            found = parse_duration(value) / 1000
        except ValueError as error:
            raise ValueError(f"{what}: {error}") from None
    else:
        raise ValueError(f"{what}: {value!r} has no unit; write {DURATION_HELP}, or give a datetime.timedelta")
    if found < 0 or (found == 0 and not zero):
        raise ValueError(f"{what}: {value!s} is too short; it must be {'0 s or more' if zero else 'longer than 0 s'}")
    return found


def patience_seconds(value: Duration | None) -> float:
    """Mean patience in seconds; infinite where nobody gives up (None)."""
    return float("inf") if value is None else seconds(value, "patience")


def rate(value: float, what: str = "arrivals_per_hour", *, zero: bool = False) -> float:
    """Rate per second of a rate per hour."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise ValueError(f"{what}: {value!r} is not a number per hour")
    if value < 0 or (value == 0 and not zero):
        raise ValueError(f"{what}: {value} is not allowed; it must be {'0 or more' if zero else 'more than 0'}")
    return value / HOUR_S


def whole(value: int, what: str, *, least: int) -> int:
    """A whole number, at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{what}: {value!r} is not a whole number of at least {least}")
    return value


def share(value: float, what: str) -> float:
    """A probability as a fraction from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"{what}: {value!r} is not a share from 0 to 1")
    return float(value)


def same_length(what: str, parts: Sequence[object], count: int) -> None:
    """Refuse a list that has not one entry for each of ``count``."""
    if len(parts) != count:
        raise ValueError(f"{what}: {len(parts)} given, {count} needed")

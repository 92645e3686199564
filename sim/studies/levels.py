"""Levels of a setting that is varied, as written: ``lines.antwerpen=1..3``, ``uplift=50%..200%/4``, ``a|b``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import product

from sim.errors import QuestionError

#: Levels of a range of numbers that are not whole, where their number is not written.
USUAL = 5
#: Whole numbers that are all taken where their number is not written.
_MOST_WHOLE = 20
_MOST_LEVELS = 10_000
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(\D*)")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d{1,2}):(\d\d))?")
LEVELS_HELP = (
    "PATH=VALUES, such as lines.antwerpen=1..3, campaigns.0.uplift=50%..200%/4 (4 levels), "
    "period.first=2020-02-10..2020-02-14 or channels.phone.waiting_places='0|unlimited'"
)


class LevelsError(QuestionError):
    """Levels that cannot be read."""


@dataclass(frozen=True)
class Axis:
    """A setting and its levels: ``texts`` as they are set, ``numbers`` for a figure (None where they are just names).

    ``low`` and ``high`` are the ends of a range of numbers, between which a design may choose anything. ``usual`` where
    nobody wrote how many levels to take; ``too_many`` says why a grid cannot take all whole numbers of a range.
    """

    path: str
    texts: tuple[str, ...]
    numbers: tuple[float, ...] | None = None
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    usual: bool = False
    too_many: str = ""

    def settings(self, text: str) -> str:
        """What sets a level."""
        return f"{self.path}={text}"

    def at(self, share: float) -> str:
        """The level at a share in [0, 1) of the way from the first to the last."""
        if self.numbers is None:
            return self.texts[int(share * len(self.texts))]
        if self.whole:
            return _text(int(self.low) + int(share * (int(self.high) - int(self.low) + 1)), self.unit)
        return _text(float(f"{self.low + share * (self.high - self.low):.4g}"), self.unit)


def axis_of(text: str) -> Axis:
    """The axis that is written so; LevelsError with what is allowed."""
    path, equals, levels = (part.strip() for part in text.partition("="))
    if not equals or not path or not levels:
        raise LevelsError(f"{text!r} is not {LEVELS_HELP}")
    if ".." not in levels:
        texts = tuple(part.strip() for part in levels.split("|"))
        if not all(texts):
            raise LevelsError(f"{text!r} has an empty level between the |; write {LEVELS_HELP}")
        if len(set(texts)) < len(texts):
            raise LevelsError(f"{text!r} has a level twice")
        return Axis(path, texts)
    span, slash, count = levels.partition("/")
    low, high = (part.strip() for part in span.split("..", 1))
    if slash and not (count.strip().isdigit() and 2 <= int(count) <= _MOST_LEVELS):
        raise LevelsError(f"{text!r}: {count.strip()!r} is not a number of levels from 2 to {_MOST_LEVELS}")
    wanted = int(count) if slash else None
    if _DAY.fullmatch(low) and _DAY.fullmatch(high):
        return _days(text, path, low, high, wanted)
    return _numbers(text, path, low, high, wanted)


def _numbers(text: str, path: str, low: str, high: str, wanted: int | None) -> Axis:
    ends = [_NUMBER.fullmatch(end) for end in (low, high)]
    if ends[0] is None or ends[1] is None:
        wrong = low if ends[0] is None else high
        raise LevelsError(f"{text!r}: {wrong!r} is not a number, with its unit if it has one; write {LEVELS_HELP}")
    units = [end[2].strip() for end in ends if end]
    if units[0] and units[0] != units[1]:
        raise LevelsError(f"{text!r}: the ends have different units, {units[0]!r} and {units[1] or 'none'!r}")
    first, last = float(ends[0][1]), float(ends[1][1])
    if last <= first:
        raise LevelsError(f"{text!r}: the first end is not below the last")
    whole = all("." not in end[1] for end in ends if end) and not units[1]
    every = whole and wanted is None and last - first < _MOST_WHOLE
    numbers = _apart(first, last, int(last - first) + 1 if every else wanted or USUAL)
    if wanted and any(number != int(number) for number in numbers):
        whole = False
    texts = tuple(_text(number, units[1]) for number in numbers)
    usual = wanted is None and not whole
    too_many = _too_many(text, int(last - first) + 1) if whole and wanted is None and not every else ""
    return Axis(path, texts, tuple(numbers), units[1], first, last, whole, usual, too_many)


def _apart(first: float, last: float, steps: int) -> list[float]:
    """So many numbers equally far apart, both ends as they are written."""
    between = [first + (last - first) * step / (steps - 1) for step in range(1, steps - 1)]
    return [first, *(number if number == int(number) else float(f"{number:.6g}") for number in between), last]


def _too_many(text: str, numbers: int) -> str:
    """That a range has more whole numbers than are all taken, with a number of them that makes whole steps."""
    fitting = [count for count in range(3, _MOST_WHOLE + 1) if (numbers - 1) % (count - 1) == 0]
    such_as = min(fitting, key=lambda count: abs(count - USUAL), default=2)
    return (
        f"{text!r}: a range of {numbers:,} whole numbers is more than the {_MOST_WHOLE} that are all taken; write how "
        f"many, such as {text}/{such_as}, or name them with | between them"
    )


def _text(number: float, unit: str) -> str:
    return f"{number:.12g}{' ' if unit and unit != '%' else ''}{unit}"


def _days(text: str, path: str, low: str, high: str, wanted: int | None) -> Axis:
    first, last = (_moment(text, end) for end in (low, high))
    days = (last - first).days
    if days < 1 or (last - first) != dt.timedelta(days=days):
        raise LevelsError(f"{text!r}: the ends are to be whole days apart, the first before the last")
    if wanted and days % (wanted - 1):
        allowed = [count for count in range(2, min(days, _MOST_WHOLE) + 2) if days % (count - 1) == 0]
        raise LevelsError(
            f"{text!r}: {wanted} levels would not be whole days apart; possible here are "
            f"{', '.join(str(count) for count in allowed)}"
        )
    step = days // (wanted - 1) if wanted else 1
    if days // step >= _MOST_LEVELS:
        raise LevelsError(f"{text!r}: has more than {_MOST_LEVELS} levels")
    timed = _DAY.fullmatch(low)
    form = "%Y-%m-%d %H:%M" if timed and timed[2] else "%Y-%m-%d"
    moments = [first + dt.timedelta(days=day) for day in range(0, days + 1, step)]
    return Axis(path, tuple(moment.strftime(form) for moment in moments))


def _moment(text: str, end: str) -> dt.datetime:
    try:
        day, _, time = end.replace("T", " ").partition(" ")
        hour, minute = (int(part) for part in (time or "0:00").split(":"))
        return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute))
    except ValueError:
        raise LevelsError(f"{text!r}: {end!r} is not a date; write it as 2020-02-28 or 2020-02-28 21:00") from None


def grid(axes: tuple[Axis, ...]) -> list[tuple[str, ...]]:
    """Every combination of levels, the last axis changing fastest."""
    return list(product(*(axis.texts for axis in axes)))


def latin_hypercube(axes: tuple[Axis, ...], points: int, *, seed: int) -> list[tuple[str, ...]]:
    """``points`` combinations in which every axis meets each part of its range once.

    M. D. McKay, R. J. Beckman and W. J. Conover 1979, Technometrics 21, 239-245.
    """
    from scipy.stats.qmc import LatinHypercube

    shares = LatinHypercube(len(axes), rng=seed).random(points)
    return [tuple(axis.at(float(share)) for axis, share in zip(axes, row, strict=True)) for row in shares]

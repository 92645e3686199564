"""Numbers with their intervals as they are shown in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, inf, isfinite, log10
from typing import Any

from sim.language import ENGLISH, Language
from sim.statistics.intervals import Estimate

#: Sizes of units of time in s, with the largest value in the smaller one.
_UNITS = ((1, "s"), (60, "min"), (3600, "h"))
#: From here on numbers are large: sentences leave out their decimals.
_LARGE = 10
_MOST_DIGITS = 9
#: Sums of floats differ by so little, relative, where they are the same.
_EXACT = 1e-9
#: Every one of them, in percent.
_ALL = 100.0


@dataclass(frozen=True)
class Rounded:
    """A value, the ends of its interval and half its width as text with the same decimals.

    The ends and the half are '' where there is no interval to show.
    """

    value: str
    low: str = ""
    high: str = ""
    half: str = ""
    digits: int = 0


def rounded(found: Estimate, say: Language = ENGLISH, *, coarse: bool = False) -> Rounded:
    """A value rounded together with its interval: every text that shows an estimate takes its digits from here.

    Rounding all three to the same decimals keeps the value between the ends. ``coarse`` is for sentences and cards: no
    decimals of numbers from 10 on where the interval is wider than one.
    """
    if not isfinite(found.value):
        return Rounded("-")
    digits = _digits(found, coarse=coarse)
    if not (isfinite(found.low) and isfinite(found.high)):
        return Rounded(say.number(found.value, digits), digits=digits)
    value, low, high = (say.number(end, digits) for end in (found.value, found.low, found.high))
    if found.half <= _EXACT * max(abs(found.value), 1.0):
        return Rounded(value, value, value, digits=digits)
    return Rounded(value, low, high, say.number(found.half, digits), digits)


def _digits(found: Estimate, *, coarse: bool) -> int:
    half, exact = found.half, _EXACT * max(abs(found.value), 1.0)
    whole = abs(found.value - round(found.value)) <= exact
    if not isfinite(half):
        return 0 if whole or (coarse and abs(found.value) >= _LARGE) else 1
    if half <= exact:
        return 0 if whole else digits_of(abs(found.value))
    if coarse and half > 0.5 and (half >= 1 or abs(found.value) >= _LARGE):
        return 0
    return digits_of(half)


def digits_of(half: float) -> int:
    """Decimals that an interval of this half width supports: one, or those of its first digit."""
    return 1 if half >= 0.05 or half == 0 else min(-floor(log10(2 * half)), _MOST_DIGITS)


def plain(found: Estimate, say: Language = ENGLISH, *, coarse: bool = False) -> str:
    """Value and half interval with the digits that the interval supports; a bound for what never happened."""
    value, half = parts(found, say, coarse=coarse)
    return f"{value} {half}".rstrip()


def parts(found: Estimate, say: Language = ENGLISH, *, coarse: bool = False) -> tuple[str, str]:
    """Value, and half the interval with its sign, apart; the second is empty where there is no interval to show."""
    if found.value == 0 <= found.low and 0 < found.high < inf:
        # Never seen: the bound says how rare it may still be.
        return f"<{say.significant(found.high, 2)}", ""
    if _is_all(found):
        return say.number(found.value), ""
    shown = rounded(found, say, coarse=coarse)
    return shown.value, f"±{shown.half}" if shown.half else ""


def _is_all(found: Estimate) -> bool:
    """Whether it is 100 % as far as two decimals tell: no share is larger, so that an interval says nothing more."""
    return found.high <= _ALL and found.low < found.high and (found.value == _ALL or found.low >= _ALL - 0.005)


def with_sign(value: float, digits: int, say: Language = ENGLISH) -> str:
    """A number of so many decimals, with a + before one that is more than nothing."""
    return ("+" if value > 0 else "") + say.number(value, digits)


def signed(found: Estimate, say: Language = ENGLISH) -> str:
    """A difference with its sign and half interval."""
    text = plain(found, say)
    return f"+{text}" if found.value > 0 else text


def measured(measure: str, kind: str, name: str, say: Language = ENGLISH) -> str:
    """A measure, and of whom: ``lost, phone``; a percentage shows in its unit."""
    words = say.known("measure", measure).removesuffix(" %")
    return words if kind == "all" else f"{words}, {say.name(name)}"


def axis_of(measures: Iterable[str], unit: str, say: Language) -> str:
    """What an axis has: each measure with its definition, and the unit of all."""
    named = [f"{measured(m, 'all', 'all', say)}: {say.known('definition', m)}" for m in dict.fromkeys(measures)]
    return f"{'; '.join(named)} ({say.known('unit', unit)})"


def more_or_fewer(difference: Estimate, counted: str, say: Language = ENGLISH) -> str:
    """So many more or fewer of what is counted, or that no change is clear: ``34.1 ±0.9 fewer busy tones``."""
    what = say(f"counted.{counted}")
    if difference.low == 0 == difference.high:
        return say("changed.same", what=what)
    if difference.low <= 0 <= difference.high:
        return say("changed.unclear", change=signed(difference, say), what=what)
    size = plain(difference.size, say)
    return say("changed.more" if difference.value > 0 else "changed.fewer", size=size, what=what)


def and_list(names: Sequence[str], say: Language = ENGLISH) -> str:
    """``a, b and c``; '' of nothing."""
    if len(names) < 2:
        return "".join(names)
    return say("list.and", first=", ".join(names[:-1]), last=names[-1])


def working_days(days: int, say: Language = ENGLISH) -> str:
    """So many working days, as a promise has them."""
    return say("target.working_day") if days == 1 else say("target.working_days", days=days)


def in_words(path: str, say: Language) -> str:
    """What a value is, and whose: ``callers.phone.redial.closed`` -> ``Calling again after a closed door (phone)``."""
    words, whose, before = [""], [], ""
    for part in path.split("."):
        both, alone = say.known_if("part", f"{before}_{part}"), say.known_if("part", part)
        if part.isdigit():
            words[-1] += f" {int(part) + 1}"
        elif both and not words[-1][-1:].isdigit():  # it says what the part before said, too
            words[-1], before = both, part
        elif both or alone:
            words.append(both or alone)
            before = part
        else:
            whose.append(say.name(part))
    text = " · ".join(word for word in words if word)
    names = f"({', '.join(whose)})" if whose and text else ", ".join(whose)
    return " ".join(filter(None, (text[:1].upper() + text[1:], names)))


def in_time(found: Estimate) -> tuple[Estimate, str]:
    """Seconds in the unit that suits them: s, min or h."""
    for size, unit in _UNITS:
        if abs(found.value) < 120 * size or unit == "h":
            break
    return Estimate(found.value / size, found.low / size, found.high / size), unit


def seconds(found: Estimate, say: Language = ENGLISH) -> str:
    """A time in s, shown in the unit that suits it."""
    if not isfinite(found.value):
        return "-"
    scaled, unit = in_time(found)
    return f"{plain(scaled, say)} {say.known('unit', unit)}"


def short(value: Any) -> str:
    """A value as it is shown in tables."""
    if isinstance(value, dict):
        return ", ".join(
            f"{name} {f'({short(part)})' if isinstance(part, dict) else part}" for name, part in value.items()
        )
    return f"{value:g}" if isinstance(value, float) else str(value)


def shown_value(value: Any, say: Language = ENGLISH) -> str:
    """A value as a reader has it: numbers, units, days and names that everybody uses in the language."""
    if isinstance(value, dict):
        parts = ((say.name(str(name)), shown_value(part, say), isinstance(part, dict)) for name, part in value.items())
        return ", ".join(f"{name} {f'({part})' if inside else part}" for name, part, inside in parts)
    return say.value(say.hours(short(value)))


def in_unit(value: float, unit: str, say: Language = ENGLISH) -> str:
    """A fitted number with its unit; shares in percent."""
    if not isfinite(value):
        return say("fit.no_limit") if value > 0 else say("fit.not_known")
    if unit == "%":
        return f"{say.number(100 * value, 1)} %"
    if not unit:
        return say.significant(value, 3)
    return f"{say.number(value, unit_digits(value))} {say.known('unit', unit)}"


def unit_digits(value: float) -> int:
    """Decimals with which a number of a unit is shown."""
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0

"""Numbers with their intervals as they are shown in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, isfinite

from sim.intervals import Estimate
from sim.language import ENGLISH, Language

#: Sizes of units of time in s, with the largest value in the smaller one.
_UNITS = ((1, "s"), (60, "min"), (3600, "h"))


def digits_of(half: float) -> int:
    """Decimals that an interval of this half width supports."""
    return 1 if half >= 0.05 or half == 0 else 2 if half >= 0.005 else 3


def plain(found: Estimate, say: Language = ENGLISH) -> str:
    """Value and half interval with the digits that the interval supports; a bound for what never happened."""
    value, half = parts(found, say)
    return f"{value} {half}".rstrip()


def parts(found: Estimate, say: Language = ENGLISH) -> tuple[str, str]:
    """Value, and half the interval with its sign, apart; the second is empty where there is no interval to show."""
    if not isfinite(found.value):
        return "-", ""
    if found.value == 0:
        # Never seen: the bound says how rare it may still be.
        return (f"<{say.significant(found.high, 2)}" if 0 < found.high < inf else "0"), ""
    if not isfinite(found.half):
        return say.number(found.value, 1), "±?"
    exact = found.low == found.value == found.high
    digits = 0 if exact and found.value.is_integer() else digits_of(found.half)
    return say.number(found.value, digits), f"±{say.number(found.half, digits)}" if found.half else ""


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
    size = Estimate(abs(difference.value), *sorted((abs(difference.low), abs(difference.high))))
    return say("changed.more" if difference.value > 0 else "changed.fewer", size=plain(size, say), what=what)


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

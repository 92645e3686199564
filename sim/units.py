"""What people write, read strictly: ``25 min``, ``80 %``, ``mon-fri 9:00-17:00``. A number needs its unit.

Every parser raises ``ValueError`` with one sentence that says what was found and what is allowed.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sim.model.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND

_UNITS = {
    "ms": MILLISECOND,
    "s": SECOND,
    "sec": SECOND,
    "second": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "day": DAY,
    "week": 7 * DAY,
}
_WRITTEN = (("week", 7 * DAY), ("day", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND), ("ms", MILLISECOND))
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_TERM = re.compile(rf"\s*({_NUMBER})\s*([a-zA-Z]+)\s*")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DURATION_HELP = "a duration such as '25 min', '1 h 30 min', '45 s' or '2 days'"
#: A century: longer is a slip, and would not fit the integer clock for long.
_LONGEST = 36_525 * DAY


def nearest(word: str, allowed: Iterable[str]) -> str:
    """' Did you mean ...?' for the closest other word that is allowed, or nothing."""
    known = {str(a).lower(): str(a) for a in allowed if str(a) != word}
    found = difflib.get_close_matches(str(word).lower(), known, n=1, cutoff=0.55)
    return f" Did you mean {known[found[0]]!r}?" if found else ""


def one_of(value: object, allowed: Iterable[str], wrong: str = "is not allowed here") -> str:
    """What is wrong with a value that is none of the words that may stand there."""
    words = list(allowed)
    if isinstance(value, str):
        return f"{shown(value)} {wrong}; allowed are {', '.join(words)}.{nearest(value, words)}"
    return f"{shown(value)} is not a single word; allowed are {', '.join(words)}"


def shown(value: object) -> str:
    """A value as it is quoted in messages: short, text in quotes, the rest as YAML writes it."""
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def parse_duration(value: object) -> int:
    """Milliseconds of a duration with its unit(s): ``'1 h 30 min'`` -> 5400000."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(f"{shown(value)} is not {DURATION_HELP}")
    if not isinstance(value, str):
        raise ValueError(f"{value} has no unit; write {DURATION_HELP}")
    total, position = 0.0, 0
    while position < len(value):
        term = _TERM.match(value, position)
        if term is None:
            raise ValueError(_not_a_duration(value))
        total += float(term[1]) * _unit(term[2], value)
        position = term.end()
    if position == 0:
        raise ValueError(_not_a_duration(value))
    if total < 0:
        raise ValueError(f"{value!r} is negative; a duration is 0 s or more")
    if total > _LONGEST:
        raise ValueError(f"{value!r} is longer than a century; write {DURATION_HELP}")
    return round(total)


def _unit(word: str, text: str) -> int:
    singular = word[:-1] if len(word) > 2 and word.endswith("s") and word != "ms" else word
    if singular in _UNITS:
        return _UNITS[singular]
    hint = " Did you mean 'min'?" if word == "m" else nearest(word, _UNITS)
    raise ValueError(f"{text!r}: unknown unit {word!r}; allowed are ms, s, min, h, days, weeks.{hint}")


def _not_a_duration(text: str) -> str:
    if re.fullmatch(r"\s*\d+:\d+(:\d+)?\s*", text):
        return f"{text!r} could be hours or minutes; write {DURATION_HELP}"
    if re.fullmatch(rf"\s*{_NUMBER}\s*", text):
        return f"{text!r} has no unit; write {DURATION_HELP}"
    return f"{text!r} is not {DURATION_HELP}"


def format_duration(ms: int) -> str:
    """The text that ``parse_duration`` reads back to the same number."""
    parts, rest = [], int(ms)
    for name, size in _WRITTEN:
        if name == "week":
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}s" if name == "day" and count > 1 else f"{count} {name}")
    return " ".join(parts) or "0 s"


def parse_percent(value: object, *, least: float = 0.0, most: float = 1.0, what: str = "a share") -> float:
    """Fraction of a percentage with its sign: ``'80 %'`` -> 0.8."""
    text = value.strip() if isinstance(value, str) else value
    match = re.fullmatch(rf"({_NUMBER})\s*%", text) if isinstance(text, str) else None
    allowed = f"{what} between {least * 100:g} % and {most * 100:g} %"
    if match is None:
        number = isinstance(text, (int, float)) and not isinstance(text, bool)
        if number or (isinstance(text, str) and re.fullmatch(_NUMBER, text)):
            guess = float(text) * 100 if abs(float(text)) <= 1 else float(text)  # type: ignore[arg-type]
            raise ValueError(f"{text} has no unit; allowed is {allowed}. Did you mean '{guess:g} %'?")
        raise ValueError(f"{shown(value)} is not a percentage; allowed is {allowed}, written '80 %'")
    fraction = float(match[1]) / 100
    if not least <= fraction <= most:
        raise ValueError(f"{text} is out of range; allowed is {allowed}")
    return fraction


def format_percent(fraction: float) -> str:
    """The text that ``parse_percent`` reads back to the same number."""
    for digits in range(4, 18):
        text = f"{fraction * 100:.{digits}g}"
        if float(text) / 100 == fraction:
            break
    return f"{text} %"


def parse_whole_percent(value: object) -> int:
    """Percent as a whole number from 1 to 100: ``'80 %'`` -> 80."""
    fraction = parse_percent(value, least=0.01, what="a speed")
    if abs(fraction * 100 - round(fraction * 100)) > 1e-9:
        raise ValueError(f"{shown(value)} is not a whole percentage; write for example {round(fraction * 100)} %")
    return round(fraction * 100)


def parse_names(value: object) -> tuple[str, ...]:
    """One name, or a list of names."""
    if isinstance(value, str) and value.strip():
        return (value,)
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise ValueError(f"{shown(value)} is not a name or a list of names, such as phone or [phone, chat]")
    if not value:
        raise ValueError("is empty; name at least one")
    return tuple(value)


def parse_number(value: object, *, least: float = 0.0, most: float = 1e12, what: str = "a number") -> float:
    """A plain number within limits."""
    allowed = f"{what} from {least:g} to {most:.12g}" if most < 1e12 else f"{what} of at least {least:g}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{shown(value)} is not a number; allowed is {allowed}")
    if not least <= value <= most:
        if value > most:
            allowed = f"{what} from {least:g} to {most:.12g}"
        raise ValueError(f"{value} is out of range; allowed is {allowed}")
    return float(value)


def parse_whole(value: object, *, what: str, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number within limits; ``what`` names the thing counted."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise ValueError(f"{shown(value)} is not a whole number of {what}")
    if abs(value) == float("inf") or int(value) != value or isinstance(value, float):
        raise ValueError(f"{value} is not a whole number of {what}")
    if not least <= value <= most:
        raise ValueError(f"{value} {what} is out of range; allowed are {least} to {most}")
    return int(value)


def parse_date(value: object) -> dt.date:
    """A date written ``2020-02-28``."""
    try:
        return dt.date.fromisoformat(value.strip()) if isinstance(value, str) else _refuse_date(value)
    except ValueError as error:
        why = f" ({error})" if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) else ""
        raise ValueError(f"{shown(value)} is not a date{why}; write it as 2020-02-28") from None


def _refuse_date(value: object) -> dt.date:
    raise ValueError(f"{value!r}")


def parse_moment(value: object) -> dt.datetime:
    """A date with a time of day, written ``2020-02-11 20:30``; a date alone is its midnight."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[ T](\d{1,2}:\d\d))?", value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{shown(value)} is not a date with a time; write it as 2020-02-11 20:30")
    return dt.datetime.combine(parse_date(match[1]), dt.time()) + dt.timedelta(
        milliseconds=_clock_time(match[2] or "0:00", latest=DAY - 1)
    )


def _clock_time(text: str, *, latest: int = DAY) -> int:
    match = re.fullmatch(r"(\d{1,2})(?::(\d\d))?", text.strip())
    if match is None or int(match[2] or 0) > 59:
        raise ValueError(f"{text!r} is not a time of day; write it as 9:00")
    instant = int(match[1]) * HOUR + int(match[2] or 0) * MINUTE
    if instant > latest:
        raise ValueError(f"{text!r} is not a time of day; the last one is {'24:00' if latest == DAY else '23:59'}")
    return instant


@dataclass(frozen=True)
class WeeklyHours:
    """Hours by weekday: ``spans[weekday]`` holds (from, to) in ms of that day; ``to`` may pass midnight.

    ``text`` is how it was written; ``always`` ignores holidays too.
    """

    text: str
    spans: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def always(self) -> bool:
        """Whether there is no closing time at all."""
        return self.text == "always"


HOURS_HELP = "hours such as 'mon-fri 9:00-17:00', '7:00-23:00' on all days, 'mon,wed 9:00-12:00 13:00-17:00' or '24/7'"


def parse_hours(value: object) -> WeeklyHours:
    """Hours of a week: days, then one or more spans; several entries are separated by ``;``.

    Spans without days are of every day. ``24/7``, which is ``always``, has no closed days.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{shown(value)} is not {HOURS_HELP}")
    text = " ".join(value.lower().split())
    if text.replace(" ", "") == "24/7":
        return _weekly_hours("always")
    entries = (entry.strip() for entry in text.split(";"))
    return _weekly_hours("; ".join(f"daily {entry}" if entry[:1].isdigit() else entry for entry in entries))


@lru_cache(maxsize=1024)
def _weekly_hours(text: str) -> WeeklyHours:
    if text == "always":
        return WeeklyHours(text, tuple(((0, DAY),) for _ in _WEEKDAYS))
    spans: list[list[tuple[int, int]]] = [[] for _ in _WEEKDAYS]
    for entry in text.split(";"):
        words = entry.split()
        if len(words) < 2:
            raise ValueError(f"{entry.strip()!r} is not {HOURS_HELP}")
        for day in _days(words[0]):
            spans[day] += [_span(word) for word in words[1:]]
    spans = [sorted(found) for found in spans]
    for day, found in enumerate(spans):
        from_yesterday = [(start - DAY, stop - DAY) for start, stop in spans[day - 1][-1:]]
        if any(later[0] < earlier[1] for earlier, later in pairwise([*from_yesterday, *found])):
            raise ValueError(f"{text!r}: two spans overlap on {_WEEKDAYS[day]}")
    return WeeklyHours(text, tuple(tuple(found) for found in spans))


def _days(text: str) -> list[int]:
    if text == "daily":
        return list(range(7))
    days: list[int] = []
    for part in text.split(","):
        names = part.split("-")
        for name in names:
            if name not in _WEEKDAYS:
                known = ", ".join(_WEEKDAYS)
                raise ValueError(f"{name!r} is not a day; allowed are {known}, daily.{nearest(name, _WEEKDAYS)}")
        first, last = _WEEKDAYS.index(names[0]), _WEEKDAYS.index(names[-1])
        if len(names) > 2 or last < first:
            raise ValueError(f"{part!r} is not a range of days; write for example mon-fri")
        days += range(first, last + 1)
    return days


def _span(text: str) -> tuple[int, int]:
    ends = text.replace("–", "-").split("-")
    if len(ends) != 2:
        raise ValueError(f"{text!r} is not a span of hours; write for example 9:00-17:00")
    start, stop = _clock_time(ends[0], latest=DAY - 1), _clock_time(ends[1])
    if start == stop:
        raise ValueError(f"{text!r} has no length; write for example 9:00-17:00, or 'always'")
    return start, stop if stop > start else stop + DAY


def parse_weekday_set(value: object) -> tuple[int, ...]:
    """Weekdays such as ``mon-fri`` as numbers, 0 for Monday."""
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is not a range of days; write for example mon-fri")
    return tuple(sorted(set(_days(value.lower().strip()))))


def format_weekday_set(days: tuple[int, ...]) -> str:
    """The text that ``parse_weekday_set`` reads back."""
    return ",".join(_WEEKDAYS[day] for day in days)


WEEKDAYS = _WEEKDAYS

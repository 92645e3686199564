"""How people read a value, by its kind: in sentences and terminals, in the tables of pages, in cells of workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Any

from sim.answers.answer import Column, Message, Named, Table, Term, Value
from sim.answers.grids import Cell, Code, Number, difference, number, time
from sim.language import Language
from sim.language.mistakes import told_refusal
from sim.language.shown import (
    and_list,
    in_time,
    in_unit,
    in_words,
    measured,
    parts,
    plain,
    rounded,
    seconds,
    shown_value,
    signed,
    with_sign,
)
from sim.statistics.estimates import Estimate

MISSING, MINUS = "–", "\N{MINUS SIGN}"


def in_language(value: Value, say: Language) -> str:
    """A message, a term or a plain value in the reader's language; text is as it is."""
    match value:
        case Message():
            return say(value.key, **{name: in_language(of, say) for name, of in value.values.items()})
        case Term():
            return KINDS[value.kind].text(value.value, say)
        case Named():
            return in_language(value.words, say)
        case Estimate():
            return plain(value, say)
        case bool():
            return say("told.yes" if value else "told.no")
        case int():
            return say.number(value)
        case float():
            return KINDS["number"].text(value, say)
        case tuple():
            return ", ".join(in_language(of, say) for of in value)
    return "" if value is None else value


@dataclass(frozen=True)
class Kind:
    """How cells of a kind are read.

    text: in sentences and on terminals.
    cell: in the tables of pages; ``good`` is the sign of a change for the better.
    sheet: the factor by which a number is multiplied in a workbook; nan where it is text there.
    unit: behind the head of its column in a workbook, '' where it has none.
    of: what follows the name of its column in files for each number of a cell that has several.
    """

    text: Callable[[Any, Language], str]
    cell: Callable[[Any, Language, int], Cell]
    sheet: float = nan
    unit: str = ""
    of: tuple[str, ...] = ()


def _texts(text: Callable[[Any, Language], str]) -> Kind:
    return Kind(text, lambda value, say, _: text(value, say))


def _numbers(text: Callable[[Any, Language], str], scale: float = 1.0) -> Kind:
    return Kind(text, lambda value, say, _: _number(text(value, say), say), scale)


def _several(text: Callable[[Any, Language], str], of: tuple[str, ...]) -> Kind:
    return Kind(text, lambda value, say, _: Number(text(value, say).replace("-", MINUS)), of=of)


def _number(shown: str, say: Language) -> Number:
    """A number as it is shown, apart at its decimal sign."""
    shown = shown.removesuffix(" %").replace("-", MINUS)
    whole, sign, decimals = shown.rpartition(say.decimal)
    return Number(whole if sign else shown, sign + decimals if sign else "")


def _exact(value: float, say: Language) -> str:
    """With as many decimals as it takes: none of whole and of large numbers."""
    if not isfinite(value):
        return MISSING
    whole = abs(value - round(value)) < 0.005 or abs(value) >= 100
    return say.number(value, 0 if whole else 1 if abs(value) >= 1 else 2)


def _percent(share: float, say: Language) -> str:
    return say.percent(share)


def _probability(share: float, say: Language) -> str:
    """No more certain than a few thousand draws can be."""
    return say("next.over") if share > 0.99 else say.percent(share)


def _in_brackets(found: Estimate, say: Language) -> str:
    """A value with half its interval in brackets."""
    value, half = parts(found, say)
    return f"{value} ({half})" if half else value


def _amount(of: tuple[float | str | Estimate, str], say: Language) -> str:
    """A value with the digits that its interval supports, and its unit; text is a number as it was written."""
    value, unit = of
    if isinstance(value, str):
        return _with_unit(say.value(value), unit, say)
    shown = rounded(value, say, coarse=True).value if isinstance(value, Estimate) else _exact(value, say)
    return _with_unit(shown, unit, say)


def _with_unit(shown: str, unit: str, say: Language) -> str:
    """A number and its unit, where it has one."""
    return f"{shown} {say.known('unit', unit)}" if unit else shown


def _as_percentage(found: Estimate) -> Estimate:
    """A share whose estimate may lie beyond 0 and 1, in percent."""
    return Estimate(*(min(max(100 * end, 0.0), 100.0) for end in (found.value, found.low, found.high)))


def _change_in_seconds(found: Estimate, say: Language) -> str:
    return seconds(found, say) if found.value else "0"


def _change_in_time(found: Estimate, say: Language, good: int) -> Cell:
    if not isfinite(found.value):
        return MISSING
    scaled, unit = in_time(found)
    shown = difference(scaled, say, good=good)
    known = say.known("unit", unit) if found.value else ""
    return Number(shown.whole, shown.decimals, shown.half, known, tone=shown.tone)


def _code(value: str, say: Language, _: int) -> Cell:
    return Code(in_words(value, say), value)


def _titled(titles: tuple[tuple[str, str], ...], say: Language) -> str:
    """A title that a scenario has by language: the English or first one where it has none in this one."""
    by = dict(titles)
    return by.get(say.code) or by.get("en") or titles[0][1]


def _weekday(value: str, say: Language) -> str:
    """A day with its weekday: ``Mon 10 February 2020``."""
    day = dt.date.fromisoformat(value)
    return f"{say.weekday(day)} {say.date(day)}"


def _sentence(value: Value, say: Language) -> str:
    """With a capital."""
    text = in_language(value, say)
    return text[:1].upper() + text[1:]


def _dates(ends: tuple[str, str], say: Language) -> str:
    """``10 to 14 Feb``, ``on 14 Feb``."""
    first, last = (dt.date.fromisoformat(end) for end in ends)
    shown = [say.short_date(day).partition(" ")[2] for day in (first, last)]
    if first == last:
        return say("staffing.on", day=shown[0])
    if (first.year, first.month) == (last.year, last.month):
        shown[0] = str(first.day)
    return say("staffing.days", first=shown[0], last=shown[1])


def _difference(value: float, say: Language) -> str:
    return ("+" if value > 0 else "") + _exact(value, say).replace("-", MINUS)


def _of(value: tuple[int, int], say: Language) -> str:
    """``2 of 3``."""
    return say("plan.of", some=value[0], all=value[1])


def _range(value: tuple[int, int], say: Language) -> str:
    """``2``, or ``1–2`` where it changes."""
    low, high = map(say.number, value)
    return low if low == high else f"{low}\N{EN DASH}{high}"


def _fitted(of: tuple[float | None, float | None, float | None, str], say: Language) -> str:
    """A value in its unit, with the ends of its interval where it has any."""
    value, low, high, unit = of
    if value is None:
        return MISSING
    if low is None and high is None:
        return in_unit(value, unit, say)
    known = f" {say.known('unit', unit)}" if unit else ""
    shown = (say("fit.no_limit") if end is None else in_unit(end, unit, say) for end in (low, high))
    least, most = (end.removesuffix(known) for end in shown)
    return say("fit.with_range", value=in_unit(value, unit, say), range=say("fit.range", low=least, high=most))


def _theory(of: tuple[float | None, str], say: Language) -> str:
    """An exact number: three decimals, or as many as it takes."""
    value, unit = of
    if value is None:
        return MISSING
    if unit == "%":
        return f"{say.number(100 * value, 2)} %"
    known = say("erlang.unit_calls") if unit == "calls" else say.known("unit", unit)
    return f"{say.number(value, 1 if unit == 's' and value >= 10 else 3)} {known}"


def _size(found: Estimate, say: Language) -> str:
    """An estimate, or that it is larger than all that was tried."""
    endless = isfinite(found.value) and found.low == found.value and not isfinite(found.high)
    return say("told.over", what=say.number(found.value)) if endless else plain(found, say)


#: Parts of an estimate as they are rounded together; ``about``: without decimals of larger numbers.
_ENDS: Mapping[str, Callable[[Estimate, Language], str]] = {
    "low": lambda found, say: rounded(found, say).low,
    "high": lambda found, say: rounded(found, say).high,
    "rough": lambda found, say: plain(found, say, coarse=True),
    "about": lambda found, say: rounded(found, say, coarse=True).value,
    "about low": lambda found, say: rounded(found, say, coarse=True).low,
    "about high": lambda found, say: rounded(found, say, coarse=True).high,
    "signed middle": lambda found, say: with_sign(found.value, rounded(found, say).digits, say),
    "signed low": lambda found, say: with_sign(found.low, rounded(found, say).digits, say),
    "signed high": lambda found, say: with_sign(found.high, rounded(found, say).digits, say),
}


KINDS: Mapping[str, Kind] = {
    # Identifiers and words.
    "text": _texts(in_language),
    "name": _texts(lambda value, say: say.name(value)),
    "duration": _texts(lambda value, say: say.duration(value)),
    "hours": _texts(lambda value, say: say.hours(value)),
    "path": Kind(in_words, _code),
    "setting": _texts(shown_value),
    "measure of": _texts(lambda of, say: measured(of[0], of[1], of[2], say)),
    "known": _texts(lambda of, say: say.known(of[0], of[1])),
    "measure": _texts(lambda value, say: say.known("measure", value)),
    "unit": _texts(lambda value, say: say.known("unit", value)),
    "refusal": _texts(lambda value, say: told_refusal(value, say).rstrip(".")),
    "kind": _texts(lambda value, say: say.known("kind", value)),
    "titles": _texts(_titled),
    "premise": _texts(lambda value, say: say.known("theory", value)),
    "during": _texts(lambda value, say: say.during(*map(dt.date.fromisoformat, value))),
    "day name": _texts(lambda value, say: say.short_date(dt.date.fromisoformat(value)).split(" ", 1)[0]),
    "day number": _texts(lambda value, say: say.short_date(dt.date.fromisoformat(value)).split(" ", 1)[1]),
    "commas": _texts(in_language),
    "spaced": _texts(lambda values, say: " ".join(in_language(value, say) for value in values)),
    "long day": _texts(_weekday),
    "yes": _texts(in_language),
    "and": _texts(lambda values, say: and_list([in_language(value, say) for value in values], say)),
    "semicolons": _texts(lambda values, say: "; ".join(in_language(value, say) for value in values)),
    "sentence": _texts(_sentence),
    "moment": _texts(lambda value, say: say.short_moment(dt.datetime.fromisoformat(value))),
    "short day": _texts(lambda value, say: say.short_date(dt.date.fromisoformat(value))),
    "dates": _texts(_dates),
    "weekday": _texts(lambda value, say: say.weekday(dt.date.fromisoformat(value))),
    "day": _texts(lambda value, say: say.date(dt.date.fromisoformat(value))),
    "month": _texts(lambda value, say: say.month(dt.date.fromisoformat(f"{value}-01"))),
    # Numbers without an interval.
    "count": _numbers(lambda value, say: say.number(value)),
    "number": _numbers(_exact),
    "share": _numbers(_percent, 100.0),
    "probability": _numbers(_probability, 100.0),
    "significant": _numbers(lambda value, say: say.significant(value, 6)),
    "p value": _numbers(lambda value, say: say.significant(value, 2) if value >= 1e-6 else "< 1e-6"),
    "gain": _numbers(lambda value, say: say.percent(value, sign=True).replace("-", MINUS), 100.0),
    "difference": _numbers(_difference),
    # Several numbers.
    "theory": _several(_theory, ("", "_unit")),
    "decimals": Kind(
        lambda of, say: say.number(of[0], of[1]),
        lambda of, say, _: _number(say.number(of[0], of[1]), say),
        of=("", "_decimals"),
    ),
    "fitted": _several(_fitted, ("", "_low", "_high", "_unit")),
    "of": _several(_of, ("", "_of")),
    "range": _several(_range, ("_fewest", "_most")),
    # Estimates.
    **{name: Kind(text, lambda found, say, _: number(found, say), 1.0) for name, text in _ENDS.items()},
    "size": Kind(_size, lambda found, say, _: Number(_size(found, say)), 1.0),
    "middle": Kind(lambda found, say: parts(found, say)[0], lambda found, say, _: number(found, say), 1.0),
    "in brackets": Kind(_in_brackets, lambda found, say, _: number(found, say), 1.0),
    "estimate": Kind(plain, lambda found, say, _: number(found, say), 1.0),
    "amount": _texts(_amount),
    "measured": _texts(lambda of, say: _with_unit(plain(of[0], say), of[1], say)),
    "percentage": Kind(
        lambda found, say: plain(_as_percentage(found), say),
        lambda found, say, _: number(_as_percentage(found), say),
        100.0,
    ),
    "seconds": Kind(seconds, lambda found, say, _: time(found, say), 1.0, "s"),
    "change": Kind(signed, lambda found, say, good: difference(found, say, good=good), 1.0),
    "change in s": Kind(_change_in_seconds, _change_in_time, 1.0, "s"),
}


def text_of(column: Column, value: Value, say: Language) -> str:
    """A cell as text."""
    if value is None:
        return ""
    plain_value = isinstance(value, Named | Message | Term)
    return in_language(value, say) if plain_value else KINDS[column.kind].text(value, say)


def cell_of(column: Column, value: Value, say: Language) -> Cell:
    """A cell of a table on a page."""
    if value is None:
        return ""
    if isinstance(value, Named) and KINDS[column.kind].cell is _code:
        return Code(in_language(value, say), value.id)
    if isinstance(value, Named | Message | Term):
        return in_language(value, say)
    return KINDS[column.kind].cell(value, say, column.good)


#: Kinds of days: dates in workbooks.
DAYS = ("day", "short day")
#: What follows the name of a column of estimates in files.
_OF_ESTIMATES = ("", "_low", "_high")


def columns_of(table: Table) -> list[tuple[Column, tuple[str, ...]]]:
    """Columns of a table, each with what follows its name in files: of estimates there are three, of pairs two."""
    found = []
    for at, column in enumerate(table.columns):
        wide = any(isinstance(row[at], Estimate) for row in table.rows)
        found.append((column, _OF_ESTIMATES if wide else KINDS[column.kind].of or ("",)))
    return found


def parts_of(value: Value, endings: tuple[str, ...]) -> list[Value]:
    """The parts of a cell in files, one for each ending: nothing where an end is not known."""
    if isinstance(value, Estimate):
        return [end if isfinite(end) else None for end in (value.value, value.low, value.high)]
    if len(endings) > 1 and isinstance(value, tuple):
        return list(value)
    return [value, *[None] * (len(endings) - 1)]


def is_number(column: Column) -> bool:
    """Whether a column holds numbers, which stand at its right."""
    kind = KINDS[column.kind]
    return bool(kind.of) or not isnan(kind.sheet)


def seen(table: Table) -> list[int]:
    """Columns that people see: those in which something stands, and that are not for files only."""
    columns = enumerate(table.columns)
    return [at for at, column in columns if not column.filed and any(row[at] is not None for row in table.rows)]


def below(table: Table, say: Language) -> str:
    """What stands below a table: its note, and how many rows more its file has."""
    more = len(table.rows) - table.most
    cut = say("ranking.cut", shown=say.number(table.most), rows=say.number(len(table.rows))) if more > 0 else ""
    return f"{in_language(table.note, say)} {cut}".strip()

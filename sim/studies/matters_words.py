"""Which assumptions matter most: sentences, a table and a chart, and as it is kept with an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from sim.answers.answer import Column, Mark, Message, Named, Row, Rows, Table, Term, Value, message
from sim.answers.phrases import labelled, replications
from sim.statistics.estimates import Estimate
from sim.studies.matters import FEWER_ARE_BETTER, Assumption, Matters
from sim.studies.trial import Which
from sim.studies.unknowns import Unknown, name_of, setting_of

#: What readers call the base, the first and the second plan.
Plans = tuple[Value, Value, Value]


#: Ends in a table and in a chart; files have all of them.
_LISTED, _DRAWN = 16, 12


def sentences(found: Matters, plans: Plans | None = None) -> list[Message]:
    """What matters most, whether it turns the answer, and on how much that rests.

    plans: what readers call the base, the first and the second plan; by default their names.
    """
    return list(_sentences(found, plans or (found.base, found.first, found.second)))


def _sentences(found: Matters, plans: Plans) -> Iterator[Message]:
    base, first, second = plans
    what = Term("measure of", (found.measure[0], found.measure[1], found.measure[2]))
    if not found.found:
        yield message("matters.none")
        return
    if not found.most:
        yield message("matters.little", first=first, base=base, measure=what)
    elif (
        found.measure[0] in FEWER_ARE_BETTER
        and found.usual.high < 0
        and all(found.there(one).value < 0 for one in found.most)
    ):
        named = Term("semicolons", tuple(_would_be(one, found.there(one).turned) for one in found.most))
        usual = Term("middle", found.usual.turned)
        yield message("matters.saves", first=first, named=named, usual=usual, measure=what)
    else:
        named = Term("semicolons", tuple(_would_be(one, found.there(one)) for one in found.most))
        usual = Term("middle", found.usual)
        yield message("matters.differs", first=first, base=base, measure=what, named=named, usual=usual)
    if found.turned:
        yield message("matters.turns", named=tuple(map(_at, found.turned)))
    elif found.usual.low > 0 or found.usual.high < 0:
        yield message("matters.holds")
    if found.overtaken:
        yield message("matters.overtaken", first=first, second=second, named=tuple(map(_at, found.overtaken)))
    elif found.tried_with_second:
        yield message("matters.order_holds", first=first, second=second, tried=found.tried_with_second)
    ranges, ends = len({one.of for one in found.found}), len(found.found)
    yield message("matters.rests_on", ends=ends, ranges=ranges, worlds=replications(found.where))


def _would_be(one: Assumption, there: Estimate) -> Message:
    return message("matters.would_be", there=Term("in brackets", there), at=_at(one))


def _at(one: Assumption) -> Message:
    """``callers.phone.redial.closed at its low (20 %)``."""
    key = "matters.at_low" if one.end == one.of.low else "matters.at_high"
    return message(key, assumption=name_of(one.of), end=Term("setting", one.end))


def table_of(found: Matters, plans: Plans, *, name: str = "assumptions") -> Table:
    """Every end with what it changes, the one that moves the difference most first."""
    base, first, second = plans
    columns = [
        Column("value_of", "path", message("column.value_of")),
        Column("stated", "setting", message("column.is")),
        Column("set_to", "setting", message("head.set_to")),
        Column("difference", "change", message("head.there"), good=-1),
        Column("change", "change", message("matters.change")),
        Column("clear_change", "yes", message("head.clear_change")),
        Column("difference_to_second", "change", message("matters.to_second", second=second)),
        Column("second_is_clearly_better", "yes", message("told.second_better", second=second)),
    ]
    rows = [
        (
            Named(one.of.name, name_of(one.of)), setting_of(one.of.value), setting_of(one.end), found.there(one),
            one.change, one.clear,
            one.second_better, one.overturns if found.second else None,
        )
        for one in found.found
    ]  # fmt: skip
    what = Term("measure of", found.measure)
    title = message("matters.title", first=first, base=base, measure=what)
    short = message("studypage.sheet_ranges")
    return Table(name, title, tuple(columns), tuple(rows), message("matters.caption"), most=_LISTED, short=short)


def chart_of(found: Matters, plans: Plans) -> Rows:
    """The difference as everything is stated, then with each of the ends that move it most."""
    base, first, _ = plans
    rows = [Row(message("plancolumn.stated"), (Mark(found.usual, "diamond", "stated"),))]
    for one in found.found[:_DRAWN]:
        form, tone = ("circle", "better") if one.clear else ("ring", "unclear")
        label = message("matters.set_to", assumption=name_of(one.of), end=Term("setting", one.end))
        rows.append(Row(label, (Mark(found.there(one), form, tone),)))
    return Rows(
        title=message("told.matters_picture", measure=Term("measure of", found.measure), first=first, base=base),
        axis=message("matters.axis", measure=labelled(found.measure)),
        rows=tuple(rows),
        caption=message("told.matters_caption", first=first, base=base),
        signed=True,
    )


def kept(found: Matters) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "measure": list(found.measure),
        "base": found.base,
        "first": found.first,
        "second": found.second,
        "usual": _ends(found.usual),
        "where": asdict(found.where),
        "found": [
            {
                "of": asdict(one.of),
                "end": one.end,
                "saves": _ends(one.saves),
                "second_better": _ends(one.second_better),
                "change": _ends(one.change),
            }
            for one in found.found
        ],
    }


def read(data: Mapping[str, Any]) -> Matters:
    """What ``kept`` made; KeyError, TypeError or ValueError where it is something else."""
    measure, kind, name = data["measure"]
    return Matters(
        (str(measure), str(kind), str(name)),
        data["base"],
        data["first"],
        data["second"],
        _read(data["usual"]),
        Which(**data["where"]),
        tuple(_assumption(one) for one in data["found"]),
    )


def _assumption(data: Mapping[str, Any]) -> Assumption:
    second, change = (None if data[key] is None else _read(data[key]) for key in ("second_better", "change"))
    of = Unknown(**{**data["of"], "paths": tuple(data["of"]["paths"])})
    return Assumption(of, data["end"], _read(data["saves"]), second, change)


def _ends(value: Estimate | None) -> list[float | None] | None:
    return None if value is None else [x if isfinite(x) else None for x in (value.value, value.low, value.high)]


def _read(ends: Sequence[float | None]) -> Estimate:
    missing = (float("nan"), float("-inf"), float("inf"))
    value, low, high = (absent if end is None else float(end) for end, absent in zip(ends, missing, strict=True))
    return Estimate(value, low, high)

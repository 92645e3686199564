"""Which assumptions matter most, in sentences and rows, and as it is kept with an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from sim.language import ENGLISH, Language
from sim.language.said import Shown
from sim.language.shown import measured, parts
from sim.statistics.estimates import Estimate
from sim.studies.matters import FEWER_ARE_BETTER, Assumption, Matters
from sim.studies.trial import Which
from sim.studies.unknowns import Unknown, shown_value, value_cell


def sentences(found: Matters, say: Language = ENGLISH) -> list[str]:
    """What matters most, whether it turns the answer, and on how much that rests."""
    return list(_sentences(found, say))


def _sentences(found: Matters, say: Language) -> Iterator[str]:
    first, base = found.first, found.base
    what = measured(*found.measure, say)
    if not found.found:
        yield say("matters.none")
        return
    if not found.most:
        yield say("matters.little", first=first, base=base, measure=what)
    elif (
        found.measure[0] in FEWER_ARE_BETTER
        and found.usual.high < 0
        and all(found.there(one).value < 0 for one in found.most)
    ):
        named = "; ".join(_would_be(one, found.there(one).turned, say) for one in found.most)
        yield say("matters.saves", first=first, named=named, usual=parts(found.usual.turned, say)[0], measure=what)
    else:
        named = "; ".join(_would_be(one, found.there(one), say) for one in found.most)
        usual = parts(found.usual, say)[0]
        yield say("matters.differs", first=first, base=base, measure=what, named=named, usual=usual)
    if found.turned:
        yield say("matters.turns", named=_named(found.turned, say))
    elif found.usual.low > 0 or found.usual.high < 0:
        yield say("matters.holds")
    if found.overtaken:
        yield say("matters.overtaken", first=first, second=found.second, named=_named(found.overtaken, say))
    elif found.tried_with_second:
        tried = say.number(found.tried_with_second)
        yield say("matters.order_holds", first=first, second=found.second, tried=tried)
    ranges = len({one.of for one in found.found})
    ends = say.number(len(found.found))
    yield say("matters.rests_on", ends=ends, ranges=say.number(ranges), worlds=found.where.told(say))


def _would_be(one: Assumption, there: Estimate, say: Language) -> str:
    value, half = parts(there, say)
    return say("matters.would_be", there=f"{value} ({half})" if half else value, at=_at(one, say))


def _named(some: Sequence[Assumption], say: Language) -> str:
    return ", ".join(_at(one, say) for one in some)


def _at(one: Assumption, say: Language) -> str:
    """``callers.phone.redial.closed at its low (20 %)``."""
    key = "matters.at_low" if one.end == one.of.low else "matters.at_high"
    return say(key, assumption=one.of.words(say), end=shown_value(one.end, say))


def rows(found: Matters, named: Callable[[Language], Matters] | None = None) -> list[dict[str, Any]]:
    """A row for each end, the one that moves the difference most first.

    ``difference`` is that of the few worlds alone, ``would_be`` that of all worlds with the change on the few.
    ``named`` gives the plans the names that readers of a language know.
    """

    def plan(role: str) -> str:
        name = str(getattr(found, role))
        return name if named is None or not name else Shown.of(name, lambda say: str(getattr(named(say), role)))

    return [
        {
            "plan": plan("first"),
            "base": plan("base"),
            "measure": found.measure[0] if found.measure[1] == "all" else f"{found.measure[0]}@{found.measure[2]}",
            "value_of": Shown.of(one.of.name, one.of.words),
            "stated": value_cell(one.of.value),
            "set_to": value_cell(one.end),
            "difference": one.saves,
            "change": one.change,
            "would_be": found.there(one),
            "clear_change": one.clear,
            "second": plan("second"),
            "difference_to_second": one.second_better,
            "second_is_clearly_better": one.overturns,
        }
        for one in found.found
    ]


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

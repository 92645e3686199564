"""A calibration as data: the answer in sentences, tiles and tables; ``calibrate_charts`` has its sections."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, isfinite, log

from sim.answers.answer import Answer, Column, Message, Named, Table, Term, Tile, Value, message
from sim.answers.phrases import played_on
from sim.studies.calibrate_charts import sections_of
from sim.studies.calibrated import Calibrated, Found
from sim.studies.fit_one import FitOne
from sim.studies.fit_two import FitTwo
from sim.studies.parameters import FACTOR, Parameter
from sim.studies.unknowns import name_of, setting_of

_MOST_NAMED = 4
#: Parts of a fitted value that another assumption must move it by to be named.
_NAMED = 0.02
#: Measures of which lines can have only so many.
_OF_LINES = ("answered", "in_register", "reached")
#: Assumptions in a table that people see.
_LISTED = 24


def answer_of(found: Calibrated) -> Answer:
    """The answer of a calibration; its scenario has the values found."""
    played = {"fitted_on": found.simulator.where, "confirmed_on": found.fresh, "moved_on": found.where_shifts}
    return Answer(
        study="calibrate",
        scenario=found.fitted,
        heading=message("calibrate.heading"),
        question={
            "observed": tuple(one.text for one in found.observed),
            "fit": tuple(one.path for one in found.parameters),
        },
        sentences=tuple(_sentences(found)),
        played=tuple(played_on(f"calibrate.{key}", where) for key, where in played.items() if where is not None),
        measures=tuple(dict.fromkeys(one.outcome.of.name for one in found.observed)),
        tiles=tuple(_tiles(found)),
        sections=tuple(sections_of(found)),
        tables=tuple(table for table in _tables(found) if table.rows),
    )


def _sentences(found: Calibrated) -> Iterator[Message]:
    """The answer first, then what it rests on."""
    observed = Term("and", tuple(one.words for one in found.observed))
    if found.verdict == "unmet":
        yield from _unmet(found, observed)
        return
    if found.verdict == "not identified":
        yield from _unidentified(found, observed)
        return
    yield from map(_value, found.found)
    yield message("calibrate.observed", observed=observed)
    yield message("calibrate.chance")
    yield from _notes(found)
    yield _confirmation(found)
    yield from _hanging(found)


def _value(one: Found) -> Message:
    of, half = one.parameter, one.simulation
    said: dict[str, Value] = {
        "parameter": of.words,
        "value": of.amount(one.value, half),
        "simulation": of.amount(half, half, bare=True),
        "low": of.amount(one.low, half, bare=True),
    }
    if one.high == inf:
        return message("calibrate.value_from", **said)
    return message("calibrate.value", high=of.amount(one.high, half, bare=True), **said)


def _notes(found: Calibrated) -> Iterator[Message]:
    (one, *_) = found.found
    if found.verdict == "open":
        yield message("calibrate.no_upper" if one.high == inf else "calibrate.no_lower", factor=FACTOR)
    if found.one is not None and found.one.crossings > 1:
        yield message("calibrate.crossings", count=found.one.crossings)
    if found.two is not None:
        yield message("calibrate.pairs")
    for of in found.parameters:
        if of.together:
            outcomes = Term("and", tuple(Term("path", path) for path in of.together))
            yield message("calibrate.together", parameter=of.words, outcomes=outcomes)


def _confirmation(found: Calibrated) -> Message:
    means = ((one.observed.outcome, one.mean) for one in found.confirmed)
    named = tuple(message("calibrate.mean", measure=of.words, mean=of.measured(mean)) for of, mean in means)
    agree = all(one.agrees for one in found.confirmed)
    return message("calibrate.confirmed" if agree else "calibrate.not_confirmed", named=Term("semicolons", named))


def _hanging(found: Calibrated) -> Iterator[Message]:
    """Which assumptions move the values most, by the range of each value over both ends."""
    for number, one in enumerate(found.found):
        of, spans, half = one.parameter, found.spans(number), one.simulation
        widest = sorted(spans.items(), key=lambda item: item[1][0] - item[1][1])[:_MOST_NAMED]
        named = tuple(
            message("calibrate.ends", assumption=name_of(unknown), low=of.amount(low, half), high=of.amount(high, half))
            for unknown, (low, high) in widest
            if high - low > _NAMED * one.value
        )
        if named:
            yield message("calibrate.hangs", parameter=of.words, named=named)
        elif spans:
            yield message("calibrate.hangs_little", parameter=of.words, share=Term("share", _NAMED))
    lost = tuple(
        message("calibrate.at", assumption=name_of(shift.unknown), end=Term("setting", shift.end))
        for shift in found.shifts
        if shift.values is None
    )
    if lost:
        yield message("calibrate.unexplained", named=lost)


def _unmet(found: Calibrated, observed: Term) -> Iterator[Message]:
    if found.two is not None:
        place = _pair(found.parameters, found.two.nearest)
        yield message("calibrate.unmet_both", observed=observed, place=place, distance=found.two.distance)
        yield from _limited(found)
        return
    one, (of,) = found.one, found.parameters
    assert one is not None  # there is one parameter or there are two
    outcome = found.observed[0].outcome
    above = found.observed[0].value > one.most[0]
    mean, at = one.most if above else one.least
    low, high = (of.amount(of.value(end)) for end in one.tried)
    yield message(
        "calibrate.unmet_most" if above else "calibrate.unmet_least",
        observed=observed,
        parameter=of.words,
        mean=outcome.amount(mean),
        place=of.amount(of.value(at)),
        low=low,
        high=high,
    )
    limited = list(_limited(found))
    if above and outcome.of.name in _OF_LINES and not limited:
        yield message("calibrate.full")
    yield from limited
    yield _by_chance(one, of)


def _limited(found: Calibrated) -> Iterator[Message]:
    """Caps of the scenario, and the capacity of its lines, that keep what was observed out of reach."""
    if found.limits is None:
        return
    for cap in found.limits.caps:
        outcome = found.observed[cap.observed].outcome
        yield message(
            "calibrate.cap",
            path=cap.path,
            stated=cap.stated,
            raised=cap.raised if isinstance(cap.raised, int) else message(f"calibrate.{cap.raised}"),
            measure=outcome.words,
            mean=outcome.amount(cap.mean),
            before=outcome.amount(cap.before),
        )
    if full := found.limits.full:
        days = max(found.scenario.model.calendar.working_days, 1)
        yield message(
            "calibrate.impossible",
            whose=Term("name", full.name),
            occupancy=Term("share", full.occupancy),
            answered=round(full.answered / days),
            volume=round(full.volume / days),
            share=Term("share", full.lost),
        )


def _by_chance(one: FitOne, of: Parameter) -> Message:
    """Whether a single period may have what no mean is."""
    if one.compatible is None:
        return message("calibrate.excluded")
    low, high = (of.amount(of.value(end)) if isfinite(end) else None for end in one.compatible)
    if low and high:
        return message("calibrate.chance_between", low=low, high=high)
    return message("calibrate.chance_from", low=low) if low else message("calibrate.chance_to", high=high)


def _unidentified(found: Calibrated, observed: Term) -> Iterator[Message]:
    if found.two is not None:
        yield from _not_apart(found, found.two, observed)
        return
    one, (of,) = found.one, found.parameters
    assert one is not None  # there is one parameter or there are two
    low, high = (of.amount(of.value(place)) for place in one.tried)
    yield message("calibrate.not_said", observed=observed, parameter=of.words, low=low, high=high)
    outcome = found.observed[0].outcome
    yield message("calibrate.flat", least=outcome.amount(one.least[0]), most=outcome.amount(one.most[0]))


def _not_apart(found: Calibrated, two: FitTwo, observed: Term) -> Iterator[Message]:
    first, last = found.parameters
    yield message("calibrate.not_apart", observed=observed, parameters=Term("and", (first.words, last.words)))
    times, times_last = (exp(log(2) * w) for w in two.weak)
    yield message(
        "calibrate.line",
        first=first.words,
        times=times,
        last=last.words,
        times_last=times_last,
        strength=two.strength,
        place=_pair(found.parameters, two.nearest),
    )
    if two.edge:
        for number, of in enumerate(found.parameters):
            ends = [place[number] for place in two.edge]
            low, high = (of.amount(of.value(end)) for end in (min(ends), max(ends)))
            yield message("calibrate.beyond", parameter=of.words, low=low, high=high)
    yield message("calibrate.besides")


def _pair(parameters: tuple[Parameter, ...], place: tuple[float, ...]) -> Term:
    both = zip(parameters, place, strict=True)
    return Term(
        "and", tuple(message("calibrate.observation", measure=of.words, value=of.amount(of.value(x))) for of, x in both)
    )


def _tiles(found: Calibrated) -> Iterator[Tile]:
    """The values, and what is observed beside what is simulated."""
    for one in found.found:
        of, half = one.parameter, one.simulation
        low, high = (of.amount(end, half, bare=True) for end in (one.low, one.high))
        yield Tile(of.words, of.amount(one.value, half), message("told.interval", low=low, high=high))
    for confirmed in found.confirmed:
        observed, tone = confirmed.observed, "" if confirmed.agrees else "worse"
        outcome = observed.outcome
        beside = message("told.observed", what=outcome.amount(f"{observed.value:.10g}"))
        yield Tile(outcome.words, outcome.measured(confirmed.mean), beside, tone)


def _tables(found: Calibrated) -> Iterator[Table]:
    """Values with both uncertainties, means on fresh worlds, values under other assumptions, and the edge of pairs."""
    yield _values(found)
    yield _fresh(found)
    yield _assumptions(found)
    columns = tuple(Column(of.path, "number", of.with_unit) for of in found.parameters)
    rows = tuple(
        tuple(of.in_unit(of.value(x)) for of, x in zip(found.parameters, place, strict=True))
        for place in (found.two.edge if found.two and found.found else ())
    )
    yield Table("edge", message("told.edge_table"), columns, rows, short=message("studypage.sheet_edge"))


def _values(found: Calibrated) -> Table:
    columns = (
        Column("parameter", "path", message("column.value_of")),
        Column("unit", "unit", message("workbook.unit")),
        Column("value", "number", message("head.value")),
        Column("low", "number", message("workbook.low")),
        Column("high", "number", message("workbook.high")),
        Column("simulation", "number", message("head.simulation")),
        Column("stated", "number", message("plancolumn.stated")),
    )
    rows = []
    for one in found.found:
        of = one.parameter
        sizes = (one.value, one.low, one.high, one.simulation, of.stated)
        shown = (of.in_unit(size) if isfinite(size) else None for size in sizes)
        rows.append((of.path, of.unit or None, *shown))
    note, short = message("told.values_note"), message("studypage.sheet_values")
    return Table("values", message("told.values_table"), columns, tuple(rows), note, short=short)


def _fresh(found: Calibrated) -> Table:
    columns = (
        Column("measure", "text", message("workbook.measure")),
        Column("unit", "unit", message("workbook.unit"), filed=True),
        Column("observed", "number", message("head.observed")),
        Column("mean", "estimate", message("head.mean")),
        Column("agrees", "yes", message("head.agrees")),
    )
    rows = []
    for one in found.confirmed:
        outcome = one.observed.outcome
        of = Named(outcome.text, outcome.with_unit)
        rows.append((of, outcome.of.unit, one.observed.value, one.mean, one.agrees))
    short = message("studypage.sheet_fresh")
    return Table("fresh", message("told.fresh_table"), columns, tuple(rows), short=short)


def _assumptions(found: Calibrated) -> Table:
    """The values under other assumptions, the farthest first."""
    columns = (
        Column("assumption", "path", message("column.value_of")),
        Column("stated", "setting", message("column.is")),
        Column("set_to", "setting", message("head.set_to")),
        *(Column(of.path, "number", of.with_unit) for of in found.parameters),
    )
    first = found.found[0].value if found.found else 0.0
    rows = []
    for shift in sorted(found.shifts, key=lambda one: -abs(one.values[0] - first) if one.values else -inf):
        values = shift.values or (None,) * len(found.parameters)
        sizes = (None if x is None else of.in_unit(x) for of, x in zip(found.parameters, values, strict=True))
        of = shift.unknown
        rows.append((Named(of.name, name_of(of)), setting_of(of.value), setting_of(shift.end), *sizes))
    lost = any(shift.values is None for shift in found.shifts)
    note, short = message("calibrate.without_value") if lost else None, message("studypage.sheet_ranges")
    return Table("assumptions", message("calibrate.others"), columns, tuple(rows), note, most=_LISTED, short=short)

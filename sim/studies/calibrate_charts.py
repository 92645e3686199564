"""What a calibration found, as charts: periods at every value, pairs, observed beside simulated, other assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, isfinite

from sim.answers.answer import (
    Axis,
    Curves,
    Mark,
    Message,
    Part,
    Point,
    Row,
    Rows,
    Section,
    Series,
    Show,
    Term,
    Value,
    message,
)
from sim.statistics.estimates import Estimate
from sim.studies.calibrated import Calibrated
from sim.studies.fit_two import FitTwo
from sim.studies.observed import TAIL, Place, Sample
from sim.studies.parameters import Parameter
from sim.studies.unknowns import Unknown, name_of, setting_of

#: Assumptions that are drawn: those that move a value most.
_DRAWN = 14
#: A range of values wider than this factor has a logarithmic axis.
_WIDE = 8.0
#: Beyond the values that are shown, as a part of them.
_MARGIN = 0.12
#: The longest way along a line of pairs, in logarithms, and points on it.
_LONG, _POINTS = 5.0, 50
#: Looks of series: the first, one that stands out, hollow, and a line alone.
_FIRST, _BLACK, _HOLLOW, _THREAD = 0, 3, 4, 5


def sections_of(found: Calibrated) -> Iterator[Section]:
    """What was found, whether it fits, and what it hangs on."""
    parts: list[Part] = [message("told.values_lead")] if found.found else []
    parts.append(_curve(found) if found.two is None else _region(found, found.two))
    parts += [Show("values")] if found.found else []
    yield Section("values", message("told.values"), tuple(parts))
    charts = tuple(_beside(found))
    if found.confirmed:
        yield Section("fresh", message("told.fresh"), (message("told.fresh_lead"), *charts, Show("fresh")))
    elif charts:
        yield Section("fresh", message("calibrate.periods_near"), charts)
    if found.two is not None and found.found:
        yield Section("edge", message("told.edge"), (message("told.edge_lead"), Show("edge")))
    if found.shifts:
        unknowns = _moved(found)
        forests = (_forest(found, number, unknowns) for number in range(len(found.found)))
        lead = message("told.calibrate_rests")
        yield Section("rests", message("told.rests"), (lead, *forests, Show("assumptions")))


def _curve(found: Calibrated) -> Curves:
    """Mean and central 95 % of single periods at every value that was played, and what was observed."""
    (of,), (observed,) = found.parameters, found.observed
    low, high = _range(found, 0)
    played = sorted((place[0], sample) for place, sample in found.simulator.samples.items() if sample is not None)
    points = []
    for place, sample in played:
        at = of.in_unit(of.value(place))
        if low <= at <= high:
            periods = _periods(sample, 0)
            points.append(Point(at, periods, observed.outcome.measured(periods)))
    series = Series(message("calibrate.central"), tuple(points), _FIRST, band=True)
    uprights: list[tuple[float, Value]] = [
        (of.in_unit(of.stated), message("calibrate.stated", value=of.amount(of.stated)))
    ]
    span = None
    if found.found:
        (one,) = found.found
        value = of.amount(one.value, one.simulation)
        half = of.amount(one.simulation, one.simulation, bare=True)
        uprights.append((of.in_unit(one.value), message("calibrate.found", value=value, simulation=half)))
        top = of.in_unit(one.high) if isfinite(one.high) else high
        span = (max(of.in_unit(one.low), low), min(top, high), message("calibrate.compatible"))
    return Curves(
        title=message("calibrate.periods"),
        across=Axis(of.with_unit, log=_is_wide(of, low, high)),
        up=observed.outcome.with_unit,
        series=(series,),
        caption=message("calibrate.curve_caption", observed=observed.words),
        limits=((observed.value, 1),),
        span=span,
        uprights=tuple((x, name) for x, name in uprights if low <= x <= high),
    )


def _periods(sample: Sample, number: int) -> Estimate:
    """Mean and central 95 % of single periods."""
    low, high = (sample.quantile(share, number) for share in (TAIL, 1 - TAIL))
    return Estimate(float(sample.means[number]), low, high)


def _range(found: Calibrated, number: int) -> tuple[float, float]:
    """Values of a parameter that are shown, in its unit: what was found, or all that was tried."""
    of = found.parameters[number]
    if not found.found:
        places = [place[number] for place, sample in found.simulator.samples.items() if sample is not None]
        return of.in_unit(of.value(min(places))), of.in_unit(of.value(max(places)))
    one = found.found[number]
    values = [end for end in (of.stated, one.value, one.low, one.high) if isfinite(end)]
    if one.high == inf:
        values.append(2 * max(values))
    low, high = of.in_unit(min(values)), of.in_unit(max(values))
    pad = _MARGIN * (high - low) or high
    return max(low - pad, 0.0 if low - pad > 0 or of.share else low / 2), high + pad


def _is_wide(of: Parameter, low: float, high: float) -> bool:
    return not of.share and low > 0 and high / low > _WIDE


def _region(found: Calibrated, two: FitTwo) -> Curves:
    """Pairs that are compatible, the one found (or the nearest), and the one as stated."""
    first, last = found.parameters
    series = []
    if two.edge:
        series.append(_pairs(found, [*two.edge, two.edge[0]], message("calibrate.compatible"), _FIRST))
    if found.verdict == "not identified":
        series.append(_pairs(found, _along(found, two), message("calibrate.along"), _THREAD))
    name: Message = message("calibrate.nearest")
    if found.found:
        values = Term("semicolons", tuple(one.parameter.amount(one.value, one.simulation) for one in found.found))
        name = message("calibrate.pair", values=values)
    series.append(_pairs(found, [two.nearest], name, _BLACK))
    stated = Term("semicolons", tuple(of.amount(of.stated) for of in found.parameters))
    place = tuple(of.start for of in found.parameters)
    series.append(_pairs(found, [place], message("calibrate.stated", value=stated), _HOLLOW))
    title = "region" if found.found else "region_open" if two.edge else "region_none"
    return Curves(
        title=message(f"calibrate.{title}"),
        across=Axis(first.with_unit),
        up=last.with_unit,
        series=tuple(series),
        caption=message("told.edge_caption"),
    )


def _pairs(found: Calibrated, places: Sequence[Place], name: Message, look: int) -> Series:
    first, last = found.parameters
    points = []
    for x, y in places:
        up = last.in_unit(last.value(y))
        points.append(Point(first.in_unit(first.value(x)), Estimate(up, up, up)))
    return Series(name, tuple(points), look, line=len(places) > 1)


def _along(found: Calibrated, two: FitTwo) -> list[Place]:
    """Pairs through the nearest one, in the direction in which the means move least, as far as is tried."""
    ways = [_LONG * n / _POINTS for n in range(-_POINTS, _POINTS + 1)]
    pairs = [tuple(x + way * weak for x, weak in zip(two.nearest, two.weak, strict=True)) for way in ways]
    return [
        pair for pair in pairs if all(of.least <= x <= of.most for of, x in zip(found.parameters, pair, strict=True))
    ]


def _beside(found: Calibrated) -> Iterator[Rows]:
    """Each observation beside its simulated mean on fresh worlds, and single periods at the values found."""
    if found.two is not None:
        place: Place = found.two.nearest
    elif found.found and found.one is not None and found.one.estimate is not None:
        place = (found.one.estimate,)
    else:
        return
    there = found.simulator.samples.get(place)
    for number, observed in enumerate(found.observed):
        rows = []
        if found.confirmed:
            one = found.confirmed[number]
            form, tone = ("circle", "better") if one.agrees else ("square", "worse")
            rows.append(Row(message("told.simulated"), (Mark(one.mean, form, tone),)))
        if there is not None:
            rows.append(Row(message("calibrate.central"), (Mark(_periods(there, number), "ring", "unclear"),)))
        exact = Estimate(observed.value, observed.value, observed.value)
        rows.append(Row(message("head.observed"), (Mark(exact, "diamond", "stated"),)))
        yield Rows(
            title=observed.outcome.words,
            axis=observed.outcome.with_unit,
            rows=tuple(rows),
            caption=message("told.fresh_caption" if found.confirmed else "calibrate.near_caption"),
        )


def _moved(found: Calibrated) -> list[Unknown]:
    """Assumptions that were moved, those that move a value most (or let none be found) first."""

    def span(unknown: Unknown) -> float:
        values = [shift.values for shift in found.shifts if shift.unknown == unknown]
        if any(value is None for value in values):
            return inf
        return max(
            max(abs(value[number] / one.value - 1) for value in values if value is not None)
            for number, one in enumerate(found.found)
        )

    return sorted(dict.fromkeys(shift.unknown for shift in found.shifts), key=span, reverse=True)[:_DRAWN]


def _forest(found: Calibrated, number: int, unknowns: Sequence[Unknown]) -> Rows:
    """A value and its interval, then the value with each assumption at both ends of its range."""
    one = found.found[number]
    of = one.parameter
    value = Estimate(*(of.in_unit(end) for end in (one.value, one.low, one.high)))
    rows = [Row(message("told.found"), (Mark(value, "diamond", "stated"),))]
    for unknown in unknowns:
        marks, lost = [], []
        for shift in (shift for shift in found.shifts if shift.unknown == unknown):
            key = "low" if shift.end == unknown.low else "high"
            if shift.values is None:
                lost.append(message(f"calibrate.not_met_{key}"))
            else:
                at = of.in_unit(shift.values[number])
                marks.append(
                    Mark(Estimate(at, at, at), "ring" if key == "low" else "circle", key, setting_of(shift.end))
                )
        note = Term("semicolons", tuple(lost)) if lost else None
        rows.append(Row(name_of(unknown), tuple(marks), note, joined=True))
    return Rows(
        title=message("calibrate.under_of", parameter=of.words),
        axis=of.with_unit,
        rows=tuple(rows),
        caption=message("told.calibrate_caption"),
        legend={"low": message("sensitivity.low"), "high": message("sensitivity.high")},
    )

"""What a calibration says, in sentences and rows."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, log
from typing import Any

from sim.estimates import Estimate
from sim.studies.answers import Answer, untranslated
from sim.studies.calibrate import Calibration, Found
from sim.studies.observed import Observation
from sim.studies.parameters import FACTOR, Parameter
from sim.studies.unknowns import short

Row = dict[str, Any]
_MOST_NAMED = 4
#: Parts of a fitted value that another assumption must move it by to be named.
_NAMED = 0.02


def answer_of(found: Calibration) -> Answer:
    """The answer in a form that is kept and shown."""
    simulator = found.simulator
    worlds = [f"fitted on {simulator.where}"]
    worlds += [f"confirmed on {found.fresh}"] if found.fresh else []
    worlds += [f"other assumptions moved on {found.where_shifts}"] if found.where_shifts else []
    return Answer(
        study="calibrate",
        scenario=found.fitted,
        asked={"observed": [one.text for one in found.observed], "fit": [one.path for one in found.parameters]},
        worlds=untranslated(worlds),
        measures=[one.outcome.of for one in found.observed],
        sentences=untranslated(sentences(found)),
        tables=tables(found),
    )


def sentences(found: Calibration) -> list[str]:
    """The answer first, then what it rests on."""
    observed = " and ".join(one.text for one in found.observed)
    if found.verdict == "unmet":
        return list(_unmet(found, observed))
    if found.verdict == "not identified":
        return list(_unidentified(found, observed))
    said = [f"{one.parameter.path}: {_value(one)}." for one in found.found]
    said[0] = f"{observed}: {said[0]}"
    said.append(
        "The interval is of one period's own chance: with any value in it, what was observed is nothing strange "
        "(within the central 95 % of single periods). ± is what the number of worlds leaves; more of them shrink it."
    )
    said += _notes(found)
    said += [_confirmation(found)]
    said += _hanging(found)
    return said


def _value(one: Found) -> str:
    of, half = one.parameter, one.simulation
    ends = (
        f"{of.shown(one.low, half)} to {of.shown(one.high, half)}" if one.high < inf else f"from {of.shown(one.low)} on"
    )
    return f"{of.shown(one.value, half)} (95 %: {ends}), ±{of.shown(half, half)} from simulation"


def _notes(found: Calibration) -> Iterator[str]:
    (one, *_) = found.found
    if found.verdict == "open":
        bound = "no upper end" if one.high == inf else "no lower end"
        yield (
            f"There is {bound}: values up to {FACTOR:g} times what is stated, and down to that part of it, were tried, "
            "and what was observed stays possible."
        )
    if found.one is not None and found.one.crossings > 1:
        yield f"{found.one.crossings} values have this mean; the one nearest to what is stated is taken."
    if found.two is not None:
        yield "The two hang together: not every pair within both intervals is compatible; the table edge has which are."


def _confirmation(found: Calibration) -> str:
    said = ", ".join(f"{one.observed.outcome.text} {_with_half(one.mean, one.observed)}" for one in found.confirmed)
    if all(one.agrees for one in found.confirmed):
        return f"On fresh worlds the mean is {said}: as observed, within what chance leaves."
    return f"On fresh worlds the mean is {said}: not as observed. Take more worlds."


def _with_half(mean: Estimate, of: Observation) -> str:
    unit = f" {of.outcome.unit}" if of.outcome.unit else ""
    return f"{mean.value:,.1f} ±{mean.half:,.1f}{unit}"


def _hanging(found: Calibration) -> Iterator[str]:
    """Which assumptions move the values most, by the range of each value over both ends."""
    for number, one in enumerate(found.found):
        spans: dict[str, tuple[float, float]] = {}
        for shift in found.shifts:
            if shift.values is not None:
                low, high = spans.get(shift.unknown.name, (one.value, one.value))
                spans[shift.unknown.name] = min(low, shift.values[number]), max(high, shift.values[number])
        widest = sorted(spans.items(), key=lambda item: item[1][0] - item[1][1])[:_MOST_NAMED]
        named = [
            f"{name} ({one.parameter.shown(low, one.simulation)} to {one.parameter.shown(high, one.simulation)})"
            for name, (low, high) in widest
            if high - low > _NAMED * one.value
        ]
        if named:
            yield f"{one.parameter.path} hangs most on {', '.join(named)}, each alone from its low to its high."
        elif spans:
            yield f"No other stated range moves {one.parameter.path} by more than {_NAMED:.0%}."
    lost = [f"{shift.unknown.name} at {short(shift.end)}" for shift in found.shifts if shift.values is None]
    if lost:
        yield f"No value explains what was observed with {', '.join(lost)}."


def _unmet(found: Calibration, observed: str) -> Iterator[str]:
    if found.two is not None:
        at = _pair(found.parameters, found.two.nearest)
        yield (
            f"{observed} cannot be met together: the nearest means are those at {at}, {found.two.distance:.1f} "
            "standard deviations of a period away."
        )
        return
    one, (of,) = found.one, found.parameters
    assert one is not None  # there is one parameter or there are two
    observation = found.observed[0]
    unit = f" {observation.outcome.unit}" if observation.outcome.unit else ""
    low, high = (of.shown(of.value(place)) for place in one.tried)
    above = observation.value > one.most[0]
    mean, place = one.most if above else one.least
    word = "most" if above else "least"
    yield (
        f"{observed} cannot be met by {of.path}: the {word} is {mean:,.1f}{unit} on average, at "
        f"{of.shown(of.value(place))} (tried: {low} to {high})."
    )
    if above and observation.outcome.of.name in ("answered", "in_register", "reached"):
        yield "The lines cannot answer more, however many call: more lines, longer hours or shorter calls were needed."
    if one.compatible is None:
        yield "Not even a single lucky period comes near: it lies outside the central 95 % of periods at every value."
    else:
        low, high = (of.shown(of.value(place)) if abs(place) < inf else "any" for place in one.compatible)
        yield f"A single period may have it by chance: values from {low} to {high} are not excluded."


def _unidentified(found: Calibration, observed: str) -> Iterator[str]:
    if found.two is not None:
        names = " and ".join(parameter.path for parameter in found.parameters)
        yield f"{observed} do not tell {names} apart: values far from each other explain both."
        factors = [
            f"{of.path} times {exp(log(2) * w):.2f}" for of, w in zip(found.parameters, found.two.weak, strict=True)
        ]
        yield (
            f"Compatible are values along a line: with {' and '.join(factors)} the means move by "
            f"{found.two.strength:.2f} standard deviations of a period. On it lies "
            f"{_pair(found.parameters, found.two.nearest)}."
        )
        if found.two.edge:
            for number, of in enumerate(found.parameters):
                ends = [place[number] for place in found.two.edge]
                low, high = (of.shown(of.value(end)) for end in (min(ends), max(ends)))
                yield f"{of.path}: {low} to {high} or beyond are compatible."
        yield "Observe something else besides, or state one of the two."
        return
    one, (of,) = found.one, found.parameters
    assert one is not None  # there is one parameter or there are two
    low, high = (of.shown(of.value(place)) for place in one.tried)
    yield f"{observed} does not say what {of.path} is: every value that was tried explains it, {low} to {high}."
    yield (
        f"The mean moves only from {one.least[0]:,.1f} to {one.most[0]:,.1f} over all of them, less than single "
        "periods differ by chance. Observe something that hangs on it."
    )


def _pair(parameters: tuple[Parameter, ...], place: tuple[float, ...]) -> str:
    return " and ".join(f"{of.path}={of.shown(of.value(x))}" for of, x in zip(parameters, place, strict=True))


def tables(found: Calibration) -> dict[str, list[Row]]:
    """Values with both uncertainties, means on fresh worlds, values under other assumptions, and the edge of pairs."""
    values = [
        {"parameter": one.parameter.path, "unit": one.parameter.unit or "number",
         "value": Estimate(*map(one.parameter.in_unit, (one.value, one.low, one.high))),
         "simulation": one.parameter.in_unit(one.simulation), "stated": one.parameter.in_unit(one.parameter.stated)}
        for one in found.found
    ]  # fmt: skip
    confirmed = [
        {"measure": one.observed.outcome.text, "observed": one.observed.value, "mean": one.mean, "agrees": one.agrees}
        for one in found.confirmed
    ]
    shifts = [
        {"assumption": shift.unknown.name, "stated": short(shift.unknown.value), "to": short(shift.end)}
        | {
            of.path: None if shift.values is None else of.in_unit(shift.values[number])
            for number, of in enumerate(found.parameters)
        }
        for shift in found.shifts
    ]
    edge = [
        {of.path: of.in_unit(of.value(x)) for of, x in zip(found.parameters, place, strict=True)}
        for place in (found.two.edge if found.two else ())
    ]
    every: dict[str, list[Row]] = {"values": values, "fresh": confirmed, "assumptions": shifts, "edge": edge}
    return {name: rows for name, rows in every.items() if rows}

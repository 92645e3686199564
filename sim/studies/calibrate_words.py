"""What a calibration says, in sentences and rows."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, isfinite, log
from typing import Any

from sim.estimates import Estimate
from sim.language import ENGLISH, Language
from sim.language.shown import and_list, in_words
from sim.studies.answers import Answer
from sim.studies.calibrate import Calibration, Found
from sim.studies.fit_one import FitOne
from sim.studies.fit_two import FitTwo
from sim.studies.parameters import FACTOR, Parameter
from sim.studies.trial import On
from sim.studies.unknowns import Unknown, shown_value, value_cell

Row = dict[str, Any]
_MOST_NAMED = 4
#: Parts of a fitted value that another assumption must move it by to be named.
_NAMED = 0.02
#: Measures of which lines can have only so many.
_OF_LINES = ("answered", "in_register", "reached")


def answer_of(found: Calibration) -> Answer:
    """The answer in a form that is kept and shown."""
    return Answer(
        study="calibrate",
        scenario=found.fitted,
        asked={"observed": [one.text for one in found.observed], "fit": [one.path for one in found.parameters]},
        on=_played(found),
        measures=[one.outcome.of for one in found.observed],
        sentences=lambda say: sentences(found, say),
        tables=tables(found),
    )


def _played(found: Calibration) -> list[On]:
    where = {"fitted_on": found.simulator.where, "confirmed_on": found.fresh, "moved_on": found.where_shifts}
    return [On(f"calibrate.{key}", which) for key, which in where.items() if which is not None]


def sentences(found: Calibration, say: Language = ENGLISH) -> list[str]:
    """The answer first, then what it rests on."""
    observed = and_list([one.told(say) for one in found.observed], say)
    if found.verdict == "unmet":
        return list(_unmet(found, observed, say))
    if found.verdict == "not identified":
        return list(_unidentified(found, observed, say))
    said = [_value(one, say) for one in found.found]
    said += [say("calibrate.observed", observed=observed), say("calibrate.chance")]
    said += _notes(found, say)
    said += [_confirmation(found, say)]
    said += _hanging(found, say)
    return said


def _value(one: Found, say: Language) -> str:
    of, half = one.parameter, one.simulation
    ends = {"low": of.shown(one.low, half, say, bare=True), "high": of.shown(one.high, half, say, bare=True)}
    values = {"value": of.shown(one.value, half, say), "simulation": of.shown(half, half, say, bare=True)}
    if one.high == inf:
        return say("calibrate.value_from", parameter=of.words(say), low=ends["low"], **values)
    return say("calibrate.value", parameter=of.words(say), **ends, **values)


def _notes(found: Calibration, say: Language) -> Iterator[str]:
    (one, *_) = found.found
    if found.verdict == "open":
        factor = say.value(f"{FACTOR:g}")
        yield (
            say("calibrate.no_upper", factor=factor) if one.high == inf else say("calibrate.no_lower", factor=factor)
        )
    if found.one is not None and found.one.crossings > 1:
        yield say("calibrate.crossings", count=found.one.crossings)
    if found.two is not None:
        yield say("calibrate.pairs")
    for of in found.parameters:
        if of.together:
            outcomes = and_list([in_words(path, say) for path in of.together], say)
            yield say("calibrate.together", parameter=of.words(say), outcomes=outcomes)


def _confirmation(found: Calibration, say: Language) -> str:
    means = ((one.observed.outcome, one.mean) for one in found.confirmed)
    named = "; ".join(say("calibrate.mean", measure=of.told(say), mean=of.estimated(mean, say)) for of, mean in means)
    agree = all(one.agrees for one in found.confirmed)
    return say("calibrate.confirmed", named=named) if agree else say("calibrate.not_confirmed", named=named)


def _hanging(found: Calibration, say: Language) -> Iterator[str]:
    """Which assumptions move the values most, by the range of each value over both ends."""
    for number, one in enumerate(found.found):
        of, spans = one.parameter, spans_of(found, number)
        widest = sorted(spans.items(), key=lambda item: item[1][0] - item[1][1])[:_MOST_NAMED]
        named = [
            say(
                "calibrate.ends",
                assumption=unknown.words(say),
                low=of.shown(low, one.simulation, say),
                high=of.shown(high, one.simulation, say),
            )
            for unknown, (low, high) in widest
            if high - low > _NAMED * one.value
        ]
        if named:
            yield say("calibrate.hangs", parameter=of.words(say), named=", ".join(named))
        elif spans:
            yield say("calibrate.hangs_little", parameter=of.words(say), share=say.percent(_NAMED))
    lost = [
        say("calibrate.at", assumption=shift.unknown.words(say), end=shown_value(shift.end, say))
        for shift in found.shifts
        if shift.values is None
    ]
    if lost:
        yield say("calibrate.unexplained", named=", ".join(lost))


def spans_of(found: Calibration, number: int) -> dict[Unknown, tuple[float, float]]:
    """By assumption, from where to where a value goes over both ends, the value itself included."""
    value = found.found[number].value
    spans: dict[Unknown, tuple[float, float]] = {}
    for shift in found.shifts:
        if shift.values is not None:
            low, high = spans.get(shift.unknown, (value, value))
            spans[shift.unknown] = min(low, shift.values[number]), max(high, shift.values[number])
    return spans


def _unmet(found: Calibration, observed: str, say: Language) -> Iterator[str]:
    if found.two is not None:
        place = _pair(found.parameters, found.two.nearest, say)
        distance = say.number(found.two.distance, 1)
        yield say("calibrate.unmet_both", observed=observed, place=place, distance=distance)
        yield from _limited(found, say)
        return
    one, (of,) = found.one, found.parameters
    assert one is not None  # there is one parameter or there are two
    outcome = found.observed[0].outcome
    above = found.observed[0].value > one.most[0]
    mean, at = one.most if above else one.least
    low, high = (of.shown(of.value(end), say=say) for end in one.tried)
    values = {
        "observed": observed,
        "parameter": of.words(say),
        "mean": outcome.shown(mean, say),
        "place": of.shown(of.value(at), say=say),
        "low": low,
        "high": high,
    }
    yield say("calibrate.unmet_most", **values) if above else say("calibrate.unmet_least", **values)
    limited = list(_limited(found, say))
    if above and outcome.of.name in _OF_LINES and not limited:
        yield say("calibrate.full")
    yield from limited
    yield _by_chance(one, of, say)


def _limited(found: Calibration, say: Language) -> Iterator[str]:
    """Caps of the scenario, and the capacity of its lines, that keep what was observed out of reach."""
    if found.limits is None:
        return
    for cap in found.limits.caps:
        outcome = found.observed[cap.observed].outcome
        yield say(
            "calibrate.cap",
            path=cap.path,
            stated=say.value(str(cap.stated)),
            raised=say.known("calibrate", str(cap.raised)),
            measure=outcome.told(say),
            mean=outcome.shown(cap.mean, say),
            before=outcome.shown(cap.before, say),
        )
    if full := found.limits.full:
        days = max(found.scenario.model.calendar.working_days, 1)
        yield say(
            "calibrate.impossible",
            whose=say.name(full.name),
            occupancy=say.percent(full.occupancy),
            answered=say.number(full.answered / days),
            volume=say.number(full.volume / days),
            share=say.percent(full.lost),
        )


def _by_chance(one: FitOne, of: Parameter, say: Language) -> str:
    """Whether a single period may have what no mean is."""
    if one.compatible is None:
        return say("calibrate.excluded")
    low, high = (of.shown(of.value(end), say=say) if isfinite(end) else "" for end in one.compatible)
    if low and high:
        return say("calibrate.chance_between", low=low, high=high)
    return say("calibrate.chance_from", low=low) if low else say("calibrate.chance_to", high=high)


def _unidentified(found: Calibration, observed: str, say: Language) -> Iterator[str]:
    if found.two is not None:
        yield from _not_apart(found, found.two, observed, say)
        return
    one, (of,) = found.one, found.parameters
    assert one is not None  # there is one parameter or there are two
    low, high = (of.shown(of.value(place), say=say) for place in one.tried)
    yield say("calibrate.not_said", observed=observed, parameter=of.words(say), low=low, high=high)
    outcome = found.observed[0].outcome
    yield say("calibrate.flat", least=outcome.shown(one.least[0], say), most=outcome.shown(one.most[0], say))


def _not_apart(found: Calibration, two: FitTwo, observed: str, say: Language) -> Iterator[str]:
    first, last = found.parameters
    yield say("calibrate.not_apart", observed=observed, parameters=and_list([first.words(say), last.words(say)], say))
    times, times_last = (say.number(exp(log(2) * w), 2) for w in two.weak)
    yield say(
        "calibrate.line",
        first=first.words(say),
        times=times,
        last=last.words(say),
        times_last=times_last,
        strength=say.number(two.strength, 2),
        place=_pair(found.parameters, two.nearest, say),
    )
    if two.edge:
        for number, of in enumerate(found.parameters):
            ends = [place[number] for place in two.edge]
            low, high = (of.shown(of.value(end), say=say) for end in (min(ends), max(ends)))
            yield say("calibrate.beyond", parameter=of.words(say), low=low, high=high)
    yield say("calibrate.besides")


def _pair(parameters: tuple[Parameter, ...], place: tuple[float, ...], say: Language) -> str:
    texts = [f"{of.words(say)} = {of.shown(of.value(x), say=say)}" for of, x in zip(parameters, place, strict=True)]
    return and_list(texts, say)


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
        {"assumption": shift.unknown.name, "stated": value_cell(shift.unknown.value), "to": value_cell(shift.end)}
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

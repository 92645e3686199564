"""Hidden numbers from what was observed: the demand, or another number, under which the simulation gives the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, isfinite, log, sqrt
from typing import Any, Literal

import numpy as np

from sim.errors import QuestionError
from sim.language import ENGLISH, Language
from sim.language.shown import and_list, in_words, shown_value
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.intervals import t_quantile
from sim.studies.answers import Answer
from sim.studies.engine import AUTO, chosen
from sim.studies.fit_one import FitOne, fit_one
from sim.studies.fit_two import FitTwo, covariance, fit_two
from sim.studies.hangs_on import Shift, shifts_of
from sim.studies.limits import Limits, limits_of
from sim.studies.observed import Observation, Place, Sample, Simulator, observation_of
from sim.studies.parameters import DEMAND, FACTOR, Parameter, parameter_of
from sim.studies.trial import On, Which
from sim.studies.unknowns import Unknown, value_cell

#: Fitted; fitted though compatible values have an end on one side only; out of reach; or not said by what was observed.
Verdict = Literal["fitted", "open", "unmet", "not identified"]
#: A search looks at so many places or more: one engine for all of it.
PLACES = 25
#: With fewer, the tails of single periods are not known.
LEAST_WORLDS = 100
#: Standard errors that the means on fresh worlds may be off: one right fit in a thousand is further.
_CONFIRMED = 3.3


class Unasked(QuestionError):
    """Observations and parameters that do not go together."""


@dataclass(frozen=True)
class Found:
    """A parameter: the value whose mean is what was observed, and its two uncertainties.

    ``low`` to ``high`` are the values under which the observation is nothing strange (95 %), infinite where what was
    tried has no such end; ``simulation`` is half the 95 % interval that the number of worlds leaves.
    """

    parameter: Parameter
    value: float
    low: float
    high: float
    simulation: float


@dataclass(frozen=True)
class Confirmed:
    """An observation beside its simulated mean on worlds that were not fitted on."""

    observed: Observation
    mean: Estimate
    agrees: bool


@dataclass(frozen=True)
class Calibration:
    """What was found. ``fitted`` is the scenario with the values found, as it was where there are none.

    ``one`` or ``two`` tell how it was fitted, ``limits`` what keeps it from being met; ``shifts`` what the values would
    be under other assumptions, on the worlds ``where_shifts``; ``fresh`` are the worlds of ``confirmed``.
    """

    scenario: Scenario
    simulator: Simulator
    verdict: Verdict
    found: tuple[Found, ...]
    fitted: Scenario
    one: FitOne | None
    two: FitTwo | None
    confirmed: tuple[Confirmed, ...] = ()
    fresh: Which | None = None
    shifts: tuple[Shift, ...] = ()
    where_shifts: Which | None = None
    limits: Limits | None = None

    @property
    def observed(self) -> tuple[Observation, ...]:
        """What was observed."""
        return self.simulator.observed

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What was to be found."""
        return self.simulator.parameters

    @property
    def answer(self) -> Answer:
        """In words and tables, as it is told and kept."""
        return answer_of(self)

    def holds(self, *values: float) -> bool:
        """Whether the set of compatible values holds these, in the parameters' own sizes."""
        if self.two is not None:
            places = [of.to_line(value) for of, value in zip(self.parameters, values, strict=True)]
            return self.verdict == "fitted" and self.two.holds(tuple(places))
        return bool(self.found) and all(
            one.low <= value <= one.high for one, value in zip(self.found, values, strict=True)
        )


def calibrate(
    scenario: Scenario,
    observed: Sequence[str],
    *,
    fit: Sequence[str] = (DEMAND,),
    replications: int = 400,
    worlds_apart: int = 40,
    seed: int | None = None,
    engine: str = AUTO,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Calibration:
    """The values of ``fit`` under which simulated means are what was ``observed``, and all that are compatible.

    Observations are of one period, such as ``answered@phone=429`` or ``loss@phone=50 %``, one for each parameter (two
    at most). Fitted on ``replications`` worlds of ``seed``, confirmed on as many fresh ones; all else assumed is
    moved on ``worlds_apart`` (0: not at all). ``progress`` is told how many periods were simulated.
    """
    if len(observed) != len(fit) or not 1 <= len(fit) <= 2:
        raise Unasked(
            f"{len(observed)} observation(s) for {len(fit)} number(s) to fit: give as many of both, one or two: "
            f"answered@phone=429 and 'loss@phone=50 %' observed, {DEMAND} and handling.phone.conversation.mean fitted"
        )
    if len({path.strip() for path in fit}) != len(fit):
        raise Unasked(f"fit: {fit[0]} is given twice")
    if replications < LEAST_WORLDS:
        raise Unasked(
            f"{replications} worlds are too few to know what a single period may be; take {LEAST_WORLDS} or more"
        )
    if scenario.model.trace is not None:
        raise Unasked("the callers of this scenario come from a call log: there is no hidden demand behind it")
    simulator = Simulator(
        scenario,
        tuple(parameter_of(scenario, path) for path in fit),
        tuple(observation_of(scenario, text) for text in observed),
        replications,
        scenario.experiment.seed if seed is None else seed,
        engine=chosen(engine),
        workers=workers,
        tell=progress or (lambda _done: None),
    )
    found = _one(simulator) if len(fit) == 1 else _two(simulator)
    if not found.found:
        return replace(found, limits=_limits(found)) if found.verdict == "unmet" else found
    found = _confirmed(found)
    return _with_shifts(found, worlds_apart) if worlds_apart else found


def _one(simulator: Simulator) -> Calibration:
    found = fit_one(simulator)
    (parameter,) = simulator.parameters
    if found.compatible == (-inf, inf):
        verdict: Verdict = "not identified"
    elif found.estimate is None or found.compatible is None:
        verdict = "unmet"
    else:
        verdict = "fitted" if parameter.share or all(map(isfinite, found.compatible)) else "open"
    values: tuple[Found, ...] = ()
    if found.estimate is not None and found.compatible is not None and verdict != "not identified":
        error = _sample(simulator, (found.estimate,)).spread() / sqrt(simulator.worlds)
        along = t_quantile(simulator.worlds, 0.95) * error / max(abs(found.slope), 1e-12)
        low, high = (_value(parameter, end) for end in found.compatible)
        values = (
            Found(parameter, parameter.value(found.estimate), low, high, _half(parameter, found.estimate, along)),
        )
    return _calibration(simulator, verdict, values, one=found)


def _limits(found: Calibration) -> Limits:
    """What keeps the observations out of reach, where they come nearest."""
    if found.two is not None:
        return limits_of(found.simulator, found.two.nearest)
    assert found.one is not None  # there is one parameter or there are two
    nearest = found.one.most if found.observed[0].value > found.one.most[0] else found.one.least
    return limits_of(found.simulator, (nearest[1],))


def _value(parameter: Parameter, place: float) -> float:
    """A number at a place that may have no end."""
    if isfinite(place):
        return parameter.value(place)
    return 0.0 if place < 0 else 1.0 if parameter.share else inf


def _half(parameter: Parameter, place: float, along: float) -> float:
    """Half an interval on the line as half an interval of the number."""
    along = min(along, 20.0)
    return (parameter.value(place + along) - parameter.value(place - along)) / 2


def _two(simulator: Simulator) -> Calibration:
    found = fit_two(simulator)
    if found.singular:
        verdict: Verdict = "not identified"
    elif not found.met:
        verdict = "unmet"
    else:
        verdict = "not identified" if found.open_ else "fitted"
    if verdict != "fitted":
        return _calibration(simulator, verdict, (), two=found)
    turned = np.linalg.inv(found.jacobian)
    errors = np.diag(turned @ covariance(_sample(simulator, found.nearest)) @ turned.T) / simulator.worlds
    values = []
    for number, parameter in enumerate(simulator.parameters):
        place, ends = found.nearest[number], [place[number] for place in found.edge]
        half = _half(parameter, place, 1.96 * sqrt(float(errors[number])))
        value, low, high = map(parameter.value, (place, min(ends), max(ends)))
        values.append(Found(parameter, value, low, high, half))
    return _calibration(simulator, verdict, tuple(values), two=found)


def _calibration(
    simulator: Simulator,
    verdict: Verdict,
    values: tuple[Found, ...],
    *,
    one: FitOne | None = None,
    two: FitTwo | None = None,
) -> Calibration:
    scenario = simulator.scenario
    fitted = scenario.with_settings(simulator.settings(_place(values))) if values else scenario
    return Calibration(scenario, simulator, verdict, values, fitted, one, two)


def _place(values: Sequence[Found]) -> Place:
    return tuple(found.parameter.to_line(found.value) for found in values)


def _sample(simulator: Simulator, place: Place) -> Sample:
    (found,) = simulator.at([place])
    if found is None:
        raise AssertionError("it was played before")
    return found


def _confirmed(found: Calibration) -> Calibration:
    """The means on as many worlds that were not fitted on, and whether they are what was observed."""
    simulator = found.simulator
    fresh = replace(simulator, first=simulator.first + simulator.worlds, samples={}, done=simulator.done)
    played = fresh.play(found.fitted, [[]])
    confirmed = []
    for one in found.observed:
        mean = played.estimate(0, one.outcome)
        # Fitted on some worlds and looked at on others: both have their error.
        error = sqrt(2) * mean.half / t_quantile(simulator.worlds, 0.95)
        confirmed.append(Confirmed(one, mean, abs(mean.value - one.value) <= _CONFIRMED * error))
    return replace(found, confirmed=tuple(confirmed), fresh=fresh.where)


def _with_shifts(found: Calibration, worlds: int) -> Calibration:
    simulator = replace(found.simulator, worlds=worlds, samples={})
    slopes = found.two.jacobian if found.two is not None else np.array([[found.one.slope if found.one else 0.0]])
    shifts = shifts_of(simulator, _place(found.found), slopes)
    return replace(found, shifts=shifts, where_shifts=simulator.where)


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
    said = [_value_told(one, say) for one in found.found]
    said += [say("calibrate.observed", observed=observed), say("calibrate.chance")]
    said += _notes(found, say)
    said += [_confirmation(found, say)]
    said += _hanging(found, say)
    return said


def _value_told(one: Found, say: Language) -> str:
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

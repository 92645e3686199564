"""Hidden numbers from what was observed: the demand, or another number, under which the simulation gives the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf, isfinite, sqrt

import numpy as np

from sim.answers.answer import Answer
from sim.answers.answered import Answered
from sim.errors import QuestionError
from sim.scenario.scenario import Scenario
from sim.statistics.intervals import t_quantile
from sim.studies.calibrate_answer import answer_of
from sim.studies.calibrated import Calibrated, Confirmed, Found, Verdict
from sim.studies.engine import AUTO, chosen
from sim.studies.fit_one import FitOne, fit_one
from sim.studies.fit_two import FitTwo, covariance, fit_two
from sim.studies.hangs_on import shifts_of
from sim.studies.limits import Limits, limits_of
from sim.studies.observed import Place, Sample, Simulator, observation_of
from sim.studies.parameters import DEMAND, Parameter, parameter_of

#: A search looks at so many places or more: one engine for all of it.
PLACES = 25
#: With fewer, the tails of single periods are not known.
LEAST_WORLDS = 100
#: Standard errors that the means on fresh worlds may be off: one right fit in a thousand is further.
_CONFIRMED = 3.3


class Unasked(QuestionError):
    """Observations and parameters that do not go together."""


class Calibration(Calibrated, Answered):
    """What was found, on every face."""

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return answer_of(self)


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

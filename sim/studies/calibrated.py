"""What a calibration found, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.studies.fit_one import FitOne
from sim.studies.fit_two import FitTwo
from sim.studies.hangs_on import Shift
from sim.studies.limits import Limits
from sim.studies.observed import Observation, Simulator
from sim.studies.parameters import Parameter
from sim.studies.trial import Which
from sim.studies.unknowns import Unknown

#: Fitted; fitted though compatible values have an end on one side only; out of reach; or not said by what was observed.
Verdict = Literal["fitted", "open", "unmet", "not identified"]


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
class Calibrated:
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

    def holds(self, *values: float) -> bool:
        """Whether the set of compatible values holds these, in the parameters' own sizes."""
        if self.two is not None:
            places = [of.to_line(value) for of, value in zip(self.parameters, values, strict=True)]
            return self.verdict == "fitted" and self.two.holds(tuple(places))
        return bool(self.found) and all(
            one.low <= value <= one.high for one, value in zip(self.found, values, strict=True)
        )

    def spans(self, number: int) -> dict[Unknown, tuple[float, float]]:
        """By assumption, from where to where a value goes over both ends, the value itself included."""
        value = self.found[number].value
        spans: dict[Unknown, tuple[float, float]] = {}
        for shift in self.shifts:
            if shift.values is not None:
                low, high = spans.get(shift.unknown, (value, value))
                spans[shift.unknown] = min(low, shift.values[number]), max(high, shift.values[number])
        return spans

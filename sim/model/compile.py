"""Scenario to Model: the one place where what an analyst wrote becomes what is drawn, played and counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sim.errors import Mistake, ScenarioError
from sim.model.build import build_calendar, build_centre
from sim.model.centre import Centre
from sim.model.clock import Calendar
from sim.model.demand import InfeasibleDemandError, Rates, solved
from sim.model.feasible import check_campaigns, check_clock, endless_waits, too_much_duty
from sim.model.inputs import RandomInputs, inputs_of
from sim.model.targets import ServiceTargets, targets_of
from sim.model.trace_file import checked_trace
from sim.model.world import Names
from sim.scenario.attributes import ages_of, topics_of
from sim.scenario.mistakes import Broken, placed
from sim.scenario.sections import Sections
from sim.scenario.source import Located
from sim.scenario.trace import Trace
from sim.units import parse_duration

_DAYS = ("period", "calendar")
_CALLS = (*_DAYS, "channels", "demand", "campaigns")
#: Parts of a model that take long to work out, and the sections that each depends on.
DEPENDS_ON = {"calendar": _DAYS, "rates": _CALLS, "trace": (*_CALLS, "trace")}


@dataclass(frozen=True, eq=False)
class Model:
    """A scenario as it is drawn, played and counted: plain data, which travels to threads and processes.

    names: of channels, provinces, causes, topics and age groups, in the order of their numbers.
    calendar: days of the period and its follow-up.
    rates: expected arrivals by cause, channel, province and time.
    inputs: distributions of callers' random inputs, or the log that takes the callers' place.
    centre: what management decides, as integers.
    targets: thresholds that are counted.
    interval: length in ms of the intervals of the week that are counted apart, 0 for none.
    """

    names: Names
    calendar: Calendar
    rates: Rates
    inputs: RandomInputs
    centre: Centre
    targets: ServiceTargets
    interval: int = 0

    @property
    def trace(self) -> Trace | None:
        """The callers of the call log, if there is one."""
        return self.inputs.trace

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """Dates on which contacts may be counted: those of the period, and the next where its last night ends on it."""
        return tuple(self.calendar.date(day) for day in range(self.centre.days))

    def most_lines(self, group: str) -> int:
        """The most lines of a group that are ever scheduled at the same time."""
        return next(len(one.shifts) for one in self.centre.groups if one.name == group)


def compile_model(scenario: Sections, tree: Located, like: tuple[Sections, Model] | None = None) -> Model:
    """The model of a scenario of right values that breaks no rule.

    tree: where the values were written, for the places of mistakes.
    like: another scenario and its model; parts are shared that depend on the very same sections.
    ScenarioError with all that cannot be played: demand at hours that do not exist, a wrong log, endless waits.
    """
    calendar = _shared("calendar", scenario, like) or build_calendar(scenario.period, scenario.calendar)
    centre = build_centre(scenario, calendar)
    mistakes: list[Mistake] = []
    rates: Rates | None = None
    try:
        check_clock(scenario, calendar)
        check_campaigns(scenario, calendar, centre.end)
        rates = _shared("rates", scenario, like) or solved(scenario, calendar)
    except InfeasibleDemandError as error:
        mistakes.append(placed(Broken(tuple(error.path.split(".")), str(error)), tree))
    mistakes += [placed(one, tree) for one in (*endless_waits(scenario, calendar, centre), *too_much_duty(centre))]
    trace: Trace | None = _shared("trace", scenario, like)
    if scenario.trace is not None and (trace is None or rates is None):
        trace, wrong = checked_trace(scenario, calendar, tree)
        mistakes += wrong
    if mistakes or rates is None:
        raise ScenarioError(mistakes)
    names = Names(rates.channels, rates.provinces, rates.causes, topics_of(scenario), ages_of(scenario))
    return Model(
        names=names,
        calendar=calendar,
        rates=rates,
        inputs=inputs_of(scenario, names, rates, centre, trace),
        centre=centre,
        targets=targets_of(scenario),
        interval=parse_duration(scenario.experiment.interval) if scenario.experiment.interval else 0,
    )


def _shared(part: str, scenario: Sections, like: tuple[Sections, Model] | None) -> Any:
    """A part of another model where all sections that it depends on are the same objects, else None."""
    if like is None or any(getattr(scenario, name) is not getattr(like[0], name) for name in DEPENDS_ON[part]):
        return None
    return getattr(like[1], part)

"""Reading a summary: a measure of a scope, the busiest channel, and what was promised to callers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.answers.answer import Message, Term, message
from sim.answers.phrases import working_days
from sim.results.result import Result
from sim.scenario.scenario import Scenario
from sim.scenario.sections import Target
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import SERVICE_LEVELS, Row
from sim.units import format_duration

#: A measure of a scope: (measure, kind, name).
Of = Callable[..., Estimate]


def measures_of(rows: Sequence[Row]) -> Of:
    """A function that finds a measure of a scope among the rows of a summary; NOTHING where there is none."""
    got = {(row.kind, row.name, row.measure): Estimate(row.estimate, row.low, row.high) for row in rows}

    def of(measure: str, kind: str = "all", name: str = "all") -> Estimate:
        return got.get((kind, name, measure), NOTHING)

    return of


def busiest_channel(result: Result) -> str:
    """The channel to which most contacts come while it is open."""
    offered = {row.name: row.estimate for row in result.summary() if (row.kind, row.measure) == ("channel", "offered")}
    return max(result.scenario.channels, key=lambda name: offered.get(name, 0.0))


def promise(target: Target) -> Message | Term:
    """The acceptable wait of a channel."""
    if target.within_working_days is not None:
        return working_days(target.within_working_days)
    return Term("duration", format_duration(target.within or 0))


def service_level(scenario: Scenario) -> Message:
    """The definition of the service level that a scenario chose, with the acceptable waits of its channels."""
    waits = []
    for name in scenario.channels:
        target = scenario.targets.channels.get(name)
        wait = promise(target) if target else message("calls.at_once")
        waits.append(message("calls.promised", channel=Term("name", name), wait=wait))
    definition = message(f"definition.{SERVICE_LEVELS[scenario.targets.service_level]}")
    return message("calls.service_level", definition=definition, waits=Term("semicolons", tuple(waits)))

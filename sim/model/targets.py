"""Thresholds that are counted: what good service means in a scenario."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.sections import Sections


@dataclass(frozen=True)
class ServiceTargets:
    """Thresholds that are counted. ``within`` by channel: ms of waiting, or -1 where working days are promised.

    ``working_days`` by channel: promised working days after the day of the contact, -1 where ms are.
    """

    short_abandon: int
    within: tuple[int, ...]
    working_days: tuple[int, ...]


def targets_of(scenario: Sections) -> ServiceTargets:
    """The thresholds of a scenario's targets; a channel without one counts what is answered at once."""
    targets = [scenario.targets.channels.get(name) for name in scenario.channels]
    days = [target.within_working_days if target else None for target in targets]
    return ServiceTargets(
        short_abandon=scenario.targets.short_abandon,
        within=tuple(target.within or 0 if target else 0 for target in targets),
        working_days=tuple(-1 if promised is None else promised for promised in days),
    )

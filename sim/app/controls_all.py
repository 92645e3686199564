"""All controls of the page: what may be changed in a scenario."""

from __future__ import annotations

from sim.app.controls import Part
from sim.app.controls_callers import campaigns, handling, patience
from sim.app.controls_lines import chats, helping, hours, lines, shared
from sim.scenario.scenario import Scenario


def parts_of(scenario: Scenario) -> tuple[Part, ...]:
    """All that may be changed in a scenario, in the order in which it is shown."""
    kinds = (lines, shared, chats, helping, hours, campaigns, handling, patience)
    return tuple(part for kind in kinds for part in kind(scenario))

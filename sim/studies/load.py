"""Scenarios from files and text, with the people behind answered contacts, which are found by simulation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.scenario import load as files
from sim.scenario.answered import People
from sim.scenario.scenario import Scenario
from sim.scenario.settings import Written, place_of


def load(path: str | Path, settings: Sequence[str] = (), *, written: Written = place_of) -> Scenario:
    """The scenario in the file at ``path`` with ``path=value`` settings; ScenarioError names all mistakes.

    ``written`` says where a setting was written.
    """
    return files.load(path, settings, written=written, find=_people_behind)


def loads(text: str, *, name: str = "scenario") -> Scenario:
    """The scenario in YAML text; ``name`` stands for the file in messages."""
    return files.loads(text, name=name, find=_people_behind)


def _people_behind(scenario: Scenario) -> People:
    from sim.studies.demand_from_answered import people_behind  # loads all that simulates

    return people_behind(scenario)

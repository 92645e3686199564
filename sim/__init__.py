"""Call-capacity simulation for helplines: who waits, who gives up, who is never reached."""

from __future__ import annotations

from sim.draw import draw_world
from sim.engines import simulate
from sim.errors import ResultsError, ScenarioError, SimError
from sim.scenario.load import load, loads
from sim.scenario.model import Scenario

__all__ = ["ResultsError", "Scenario", "ScenarioError", "SimError", "draw_world", "load", "loads", "run", "simulate"]


def __getattr__(name: str) -> object:
    # The study of running knows processes and files, which a world or an engine alone does not need.
    if name == "run":
        from sim.studies.run import run

        return run
    raise AttributeError(f"module 'sim' has no attribute {name!r}")

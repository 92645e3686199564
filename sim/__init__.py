"""Call-capacity simulation for helplines: who waits, who gives up, who is never reached."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.engines import simulate
    from sim.engines.draw import draw_world
    from sim.errors import ResultsError, ScenarioError, SimError
    from sim.fit.whole import fit_log
    from sim.results.result import Result
    from sim.scenario.scenario import Scenario
    from sim.studies.calibrate import calibrate
    from sim.studies.campaign import campaign
    from sim.studies.compare import Comparison, compare
    from sim.studies.load import load, loads
    from sim.studies.next_line import next_line
    from sim.studies.one_at_a_time import one_at_a_time
    from sim.studies.plan import plan
    from sim.studies.requirement import requirement
    from sim.studies.run import run
    from sim.studies.sensitivity import sensitivity
    from sim.studies.sweep import sweep

__all__ = [
    "Comparison",
    "Result",
    "ResultsError",
    "Scenario",
    "ScenarioError",
    "SimError",
    "calibrate",
    "campaign",
    "compare",
    "draw_world",
    "fit_log",
    "load",
    "loads",
    "next_line",
    "one_at_a_time",
    "plan",
    "requirement",
    "run",
    "sensitivity",
    "simulate",
    "sweep",
]
_WHERE = {
    "Comparison": "sim.studies.compare",
    "Result": "sim.results.result",
    "Scenario": "sim.scenario.scenario",
    "calibrate": "sim.studies.calibrate",
    "campaign": "sim.studies.campaign",
    "compare": "sim.studies.compare",
    "draw_world": "sim.engines.draw",
    "fit_log": "sim.fit.whole",
    "load": "sim.studies.load",
    "loads": "sim.studies.load",
    "next_line": "sim.studies.next_line",
    "one_at_a_time": "sim.studies.one_at_a_time",
    "plan": "sim.studies.plan",
    "requirement": "sim.studies.requirement",
    "run": "sim.studies.run",
    "sensitivity": "sim.studies.sensitivity",
    "simulate": "sim.engines",
    "sweep": "sim.studies.sweep",
}


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> object:
    # On first use, so that `sim --help` does not wait for SciPy.
    if name in __all__:
        return getattr(import_module(_WHERE.get(name, "sim.errors")), name)
    from sim.units import nearest

    raise AttributeError(f"module 'sim' has no attribute {name!r}.{nearest(name, __all__)}")

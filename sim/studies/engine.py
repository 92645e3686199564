"""Which engine a job takes: machine code where it is done sooner with it."""

from __future__ import annotations

from sim.demand import rates_of
from sim.engines import ENGINES
from sim.scenario.model import Scenario
from sim.studies.compiling import machine_code_loaded

AUTO = "auto"
CHOICES = (AUTO, *ENGINES)
#: First contacts that are drawn, simulated and measured a second by one core with the SimPy engine, roughly.
_SIMPY_PER_S = 25_000
#: A job that SimPy would finish sooner than the machine code is compiled and loaded.
_WORTH_S = 10.0


def chosen(engine: str, scenario: Scenario, replications: int, workers: int) -> str:
    """``engine``, or for ``auto`` the one that is sooner done with so many replications; ValueError if unknown."""
    if engine not in CHOICES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(CHOICES)}")
    if engine != AUTO:
        return engine
    if machine_code_loaded():
        return "compiled"
    rates = rates_of(scenario)
    contacts = replications * float(sum(rates.expected(while_open=is_open).sum() for is_open in (True, False)))
    if scenario.traced is not None:
        contacts = float(replications * len(scenario.traced))
    return "compiled" if contacts / _SIMPY_PER_S / workers > _WORTH_S else "simpy"

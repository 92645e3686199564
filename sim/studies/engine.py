"""Which engine a job takes: machine code where it is done sooner with it."""

from __future__ import annotations

from sim.demand import rates_of
from sim.engines import ENGINES
from sim.scenario.model import Scenario
from sim.studies.compiling import machine_code_kept, machine_code_loaded

AUTO = "auto"
CHOICES = (AUTO, *ENGINES)
#: First contacts that one core draws, simulates and measures a second with the SimPy engine, roughly, and with writing.
_COUNTED_PER_S, _WRITTEN_PER_S = 32_000, 16_000
#: Jobs that SimPy finishes sooner than the machine code is loaded, and sooner than it is compiled.
_WORTH_LOADING_S, _WORTH_COMPILING_S = 0.5, 30.0


def chosen(engine: str, scenario: Scenario, replications: int, workers: int | None = None, *, here: bool = True) -> str:
    """``engine``, or for ``auto`` the one that is sooner done with so many replications; ValueError if unknown.

    ``workers`` are those of a run, which writes; None is a trial, which does not, and with SimPy is one process.
    Of machines elsewhere (not ``here``) it is not known whether they have the machine code.
    """
    if engine not in CHOICES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(CHOICES)}")
    if engine != AUTO:
        return engine
    if here and machine_code_loaded():
        return "compiled"
    rates = rates_of(scenario)
    contacts = replications * float(sum(rates.expected(while_open=is_open).sum() for is_open in (True, False)))
    if scenario.traced is not None:
        contacts = float(replications * len(scenario.traced))
    worth = _WORTH_LOADING_S if here and machine_code_kept() else _WORTH_COMPILING_S
    takes = contacts / _COUNTED_PER_S if workers is None else contacts / _WRITTEN_PER_S / workers
    return "compiled" if takes > worth else "simpy"

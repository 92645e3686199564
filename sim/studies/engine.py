"""Which engine a job takes: machine code where it is done sooner with it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from sim.demand import rates_of
from sim.engines import ENGINES
from sim.scenario.model import Scenario
from sim.studies.parts import Job, make

AUTO = "auto"
CHOICES = (AUTO, *ENGINES)
#: First contacts that are drawn, simulated and measured a second by one core with the SimPy engine, roughly.
_SIMPY_PER_S = 25_000
#: Imported by whoever runs machine code, and by nobody else.
_ENGINE = "sim.engines.compiled.loop"
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


def machine_code_loaded() -> bool:
    """Whether an earlier job of this program has loaded the machine code, which is compiled as it is imported."""
    return _ENGINE in sys.modules


def warm_up(job: Job, say: Callable[[str], None]) -> None:
    """Compile and load the machine code before the work is spread; says so where it took a while."""
    start = time.monotonic()
    make(job, (0, 0))  # one replication, of which nothing is kept
    took = time.monotonic() - start
    if took > 5:
        say(f"compiled for this machine in {took:.0f} s, once; the next runs start at once")

"""Which engine a job runs on: the kernel where it is built, else SimPy."""

from __future__ import annotations

from sim import kernel
from sim.engines import ENGINES

AUTO = "auto"
CHOICES = (AUTO, *ENGINES)


def chosen(engine: str) -> str:
    """The engine to run on.

    engine: one of ``CHOICES``; ``auto`` is the kernel if it is there, else SimPy.
    ValueError for any other name.
    """
    if engine not in CHOICES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(CHOICES)}")
    if engine != AUTO:
        return engine
    return "compiled" if kernel.available() else "simpy"

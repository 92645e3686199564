"""Which engine a job runs on: the kernel where it is built, else SimPy."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sim import kernel
from sim.engines import ENGINES
from sim.language.said import Said

AUTO = "auto"
CHOICES = (AUTO, *ENGINES)
# Python shows warnings of a logger that nobody has set up.
_log = logging.getLogger("sim")
_said: set[str] = set()


def chosen(engine: str, say: Callable[[str], None] = _log.warning) -> str:
    """The engine to run on.

    engine: one of ``CHOICES``; ``auto`` is the kernel if it is there, else SimPy.
    say: gets one sentence, the first time that ``auto`` has to do without the kernel.
    ValueError for any other name.
    """
    if engine not in CHOICES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(CHOICES)}")
    if engine != AUTO:
        return engine
    if kernel.available():
        return "compiled"
    if not _said:
        _said.add(engine)
        say(Said("progress.no_kernel"))
    return "simpy"

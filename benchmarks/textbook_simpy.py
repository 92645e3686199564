"""The straightforward SimPy model of the same lines: a source a province, a process a call, ``request() | timeout``.

It is what one would write first, with everything that it takes: luck is drawn with ``random``, and what became of the
calls is counted by line and hour. It has no redials, no closing rule and no exact order of simultaneous events.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy
from lines import BETWEEN, CONVERSATION, PATIENCE, QUEUES, WRAP_UP

HOUR, DAY = 60.0, 24 * 60.0


@dataclass
class Cell:
    """Counts and sums (minutes) of the calls of an hour."""

    answered: int = 0
    abandoned: int = 0
    wait: float = 0.0
    in_vain: float = 0.0
    work: float = 0.0


def run(*, days: int, seed: int) -> tuple[int, float]:
    """Calls, and the share of them that gave up."""
    env, luck = simpy.Environment(), random.Random(seed)
    cells = [[Cell() for _ in range(24 * days)] for _ in range(QUEUES)]

    def call(line: simpy.Resource, hours: list[Cell]) -> Generator[Any, Any, None]:
        dialled, cell = env.now, hours[int(env.now // HOUR)]
        with line.request() as turn:
            got = yield turn | env.timeout(luck.expovariate(1 / PATIENCE))
            if turn in got:
                work = luck.expovariate(1 / CONVERSATION) + luck.expovariate(1 / WRAP_UP)
                cell.answered += 1
                cell.wait += env.now - dialled
                cell.work += work
                yield env.timeout(work)
            else:
                cell.abandoned += 1
                cell.in_vain += env.now - dialled

    def source(line: simpy.Resource, hours: list[Cell]) -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(luck.expovariate(1 / BETWEEN))
            env.process(call(line, hours))

    for hours in cells:
        env.process(source(simpy.Resource(env, capacity=1), hours))
    env.run(until=days * DAY)
    answered, abandoned = (
        sum(getattr(cell, of) for hours in cells for cell in hours) for of in ("answered", "abandoned")
    )
    return answered + abandoned, abandoned / (answered + abandoned)

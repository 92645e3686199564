"""The straightforward SimPy model of the same lines: a source a province, a process a call, ``request() | timeout``.

It is what one would write first, with everything that it takes: luck is drawn with ``random``, and what became of the
calls is counted by line and hour. With overflow, who has waited for a minute asks the lines of all provinces and takes
the first that answers; half of those who give up call again. There are no opening hours, no line looks at its own calls
first, and simultaneous events come as they come.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy
from lines import (
    ATTEMPTS,
    BETWEEN,
    CONVERSATION,
    HELP_AFTER,
    PATIENCE,
    QUEUES,
    REDIAL_DELAY,
    REDIAL_SHARE,
    WRAP_UP,
)

HOUR, DAY = 60.0, 24 * 60.0


@dataclass
class Cell:
    """Counts and sums (minutes) of the calls of an hour."""

    answered: int = 0
    abandoned: int = 0
    wait: float = 0.0
    in_vain: float = 0.0
    work: float = 0.0


def run(*, days: int, seed: int, overflow: bool = False) -> tuple[int, float]:
    """Calls, and the share of them that gave up."""
    env, luck = simpy.Environment(), random.Random(seed)
    lines = [simpy.Resource(env, capacity=1) for _ in range(QUEUES)]
    cells = [[Cell() for _ in range(24 * days)] for _ in range(QUEUES)]

    def call(own: int, attempt: int = 0) -> Generator[Any, Any, None]:
        dialled, cell = env.now, cells[own][int(env.now // HOUR)]
        patience = luck.expovariate(1 / PATIENCE)
        asked = [lines[own].request()]
        got = yield asked[0] | env.timeout(min(patience, HELP_AFTER) if overflow else patience)
        if overflow and asked[0] not in got and patience > HELP_AFTER:
            asked += [line.request() for line in lines if line is not lines[own]]
            got = yield env.any_of([*asked, env.timeout(patience - HELP_AFTER)])
        taken = next((turn for turn in asked if turn in got), None)
        for turn in asked:
            if turn is not taken:
                turn.resource.release(turn) if turn.triggered else turn.cancel()
        if taken is not None:
            work = luck.expovariate(1 / CONVERSATION) + luck.expovariate(1 / WRAP_UP)
            cell.answered += 1
            cell.wait += env.now - dialled
            cell.work += work
            yield env.timeout(work)
            taken.resource.release(taken)
            return
        cell.abandoned += 1
        cell.in_vain += env.now - dialled
        if overflow and attempt + 1 < ATTEMPTS and luck.random() < REDIAL_SHARE:
            yield env.timeout(luck.expovariate(1 / REDIAL_DELAY))
            yield from call(own, attempt + 1)

    def source(own: int) -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(luck.expovariate(1 / BETWEEN))
            env.process(call(own))

    for own in range(QUEUES):
        env.process(source(own))
    env.run(until=days * DAY)
    answered, abandoned = (
        sum(getattr(cell, of) for hours in cells for cell in hours) for of in ("answered", "abandoned")
    )
    return answered + abandoned, abandoned / (answered + abandoned)

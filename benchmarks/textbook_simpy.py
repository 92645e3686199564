"""The straightforward SimPy model of the same lines: a process per contact and ``Resource.request() | timeout``.

It has no redials, no closing rule and no exact order of simultaneous events; it is what one would write first.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.centre import Centre
from sim.world import World


def simulate(world: World, centre: Centre) -> list[tuple[int, int, int]]:
    """(caller, wait, answered) of every first contact, with lines that are always staffed."""
    env = simpy.Environment()
    lines = [simpy.Resource(env, capacity=len(group.shifts)) for group in centre.groups]
    rows: list[tuple[int, int, int]] = []

    def contact(number: int, arrival: int, group: int, patience: int, handling: int) -> Generator[Any, Any, None]:
        yield env.timeout(arrival)
        with lines[group].request() as line:
            got = yield line | env.timeout(patience)
            rows.append((number, int(env.now) - arrival, int(line in got)))
            if line in got:
                yield env.timeout(handling)

    for number in range(len(world)):
        channel, province = int(world.channel[number]), int(world.province[number])
        group = centre.queues[centre.queue_of[channel][province]].routes[0].group
        handling = int(world.conversation[number, channel] + world.wrap_up[number, channel])
        arrival = int(world.arrival[number])
        env.process(contact(number, arrival, group, int(world.patience[number, 0, channel]), handling))
    env.run(until=centre.horizon)
    return rows

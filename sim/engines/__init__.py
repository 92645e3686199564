"""Engines: deterministic functions of a world and a centre. All of them return the same contacts."""

from __future__ import annotations

from sim.centre import Centre
from sim.contacts import Contacts
from sim.world import World

ENGINES = ("simpy",)


def simulate(world: World, centre: Centre, *, engine: str = "simpy") -> Contacts:
    """What becomes of the callers of ``world`` at ``centre``; ValueError for an unknown engine."""
    if engine not in ENGINES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(ENGINES)}")
    if world.channels != tuple(channel.name for channel in centre.channels) or world.provinces != centre.provinces:
        raise ValueError("the world and the centre do not have the same channels and provinces")
    from sim.engines import simpy_engine

    return simpy_engine.simulate(world, centre)

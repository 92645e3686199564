"""Engines: deterministic functions of a world and a centre. All of them return the same contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.model.centre import Centre
from sim.model.contacts import Contacts, ContactTables
from sim.model.world import Whole, World, Worlds

ENGINES = ("simpy", "compiled")


def simulate(world: World, centre: Centre, *, engine: str = "simpy") -> Contacts:
    """What becomes of the callers of ``world`` at ``centre``; ValueError for an unknown engine or inputs not drawn."""
    if engine not in ENGINES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(ENGINES)}")
    _check(world, world.absence, centre)
    if engine == "compiled":
        return simulate_block(Worlds.of([world]), centre, engine=engine).rows
    from sim.engines import simpy_engine

    return simpy_engine.simulate(world, centre)


def simulate_all(worlds: Iterable[World], centre: Centre, *, engine: str = "simpy") -> list[Contacts]:
    """The same for many worlds drawn from one scenario."""
    if isinstance(worlds, Worlds):
        return list(simulate_block(worlds, centre, engine=engine))
    return [simulate(world, centre, engine=engine) for world in worlds]


def simulate_block(worlds: Worlds, centre: Centre, *, engine: str = "simpy") -> ContactTables:
    """The same for many worlds put together, which the kernel plays in one call."""
    if engine != "compiled":
        return ContactTables.of([simulate(world, centre, engine=engine) for world in worlds])
    _check(worlds.callers, worlds.absence[0], centre)
    from sim import kernel

    return kernel.play(worlds, centre)


def _check(world: World, absence: Whole, centre: Centre) -> None:
    if world.channels != tuple(channel.name for channel in centre.channels) or world.provinces != centre.provinces:
        raise ValueError("the world and the centre do not have the same channels and provinces")
    if missing := ", ".join(sorted(set(_not_drawn(world, absence, centre)))):
        raise ValueError(f"the centre needs random inputs that this world was drawn without: {missing}")


def _not_drawn(world: World, absence: Whole, centre: Centre) -> Iterator[str]:
    """Random inputs that the centre's thresholds are compared with, yet that the world does not hold."""
    yield from (name for name in centre.inputs_used() if world.redial.shape != getattr(world, name).shape)
    if centre.attempts > world.redial.shape[1]:
        yield f"attempts beyond {world.redial.shape[1]}"
    for group in centre.groups:
        if group.absent:
            lines = absence.shape[1] if group.name in world.groups else 0
            days = 1 + max((day for shifts in group.schedule() for *_, day in shifts), default=-1)
            if lines < len(group.shifts) or absence.shape[2] < days:
                yield f"absence of {group.name}"

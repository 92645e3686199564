"""The same rules written a second time, for speed: one loop over arrays of integers, compiled by Numba.

Nothing here is shared with the SimPy engine but ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.centre import Centre
from sim.contacts import Contacts
from sim.world import World


def simulate(world: World, centre: Centre) -> Contacts:
    """What becomes of the callers of one world."""
    return simulate_all([world], centre)[0]


def simulate_all(worlds: Sequence[World], centre: Centre) -> list[Contacts]:
    """What becomes of the callers of many worlds with the same shapes, in one call that lets other threads run."""
    if not worlds:
        return []
    # Numba takes a second to import, so nothing that only mentions this engine waits for it.
    from sim.engines.compiled.flatten import luck_of, plan_of
    from sim.engines.compiled.loop import run

    luck, starts = luck_of(worlds, centre)
    table, begins = run(plan_of(centre), luck, starts)
    return [Contacts(*table[:, start:stop]) for start, stop in zip(begins[:-1], begins[1:], strict=True)]

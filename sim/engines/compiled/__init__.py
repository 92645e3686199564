"""The same rules written a second time, for speed: one loop over an array of integers, compiled by Numba.

Nothing here is shared with the SimPy engine but ``docs/rules.md``.
"""

from __future__ import annotations

import numpy as np

from sim.centre import Centre
from sim.contacts import Contacts, ContactTables
from sim.world import World, Worlds


def simulate(world: World, centre: Centre) -> Contacts:
    """What becomes of the callers of one world."""
    return simulate_block(Worlds(world, np.array([0, len(world)]), world.absence[None]), centre).rows


def simulate_block(worlds: Worlds, centre: Centre) -> ContactTables:
    """What becomes of the callers of each world, in one call that lets other threads run."""
    # Numba takes a second to import, so nothing that only mentions this engine waits for it.
    from sim.engines.compiled.flatten import Luck, memory_of
    from sim.engines.compiled.loop import run

    luck = Luck(worlds, centre)
    table, begins = run(memory_of(centre), luck.table)
    return ContactTables(Contacts(*table[:, : begins[-1]]), begins)

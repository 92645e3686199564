"""The same rules written a second time, for speed: one loop over an array of integers, compiled by Numba.

Nothing here is shared with the SimPy engine but ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sim.centre import Centre
from sim.contacts import Contacts
from sim.world import World


def simulate(world: World, centre: Centre) -> Contacts:
    """What becomes of the callers of one world."""
    return simulate_all([world], centre)[0]


def simulate_all(worlds: Sequence[World], centre: Centre) -> list[Contacts]:
    """What becomes of the callers of each world, in one call that lets other threads run."""
    if not worlds:
        return []
    # Numba takes a second to import, so nothing that only mentions this engine waits for it.
    from sim.engines.compiled.flatten import Luck, memory_of
    from sim.engines.compiled.loop import run

    luck = Luck(worlds, centre)
    table, begins = run(memory_of(centre), luck.table)
    return [Contacts(*table[:, start:stop]) for start, stop in pairwise(begins)]

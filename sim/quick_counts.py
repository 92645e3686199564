"""Replications drawn, simulated and counted without coming back in between, where nobody else looks at their worlds.

The numbers are those of ``quick_draw``, ``engines.compiled`` and ``compiled.measures`` one after the other. Some
replications at a time go through all steps, in the room of those before them, so that it stays in near memory: whatever
else a machine does at the time slows down most what is fetched from farther away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.centre import Centre
from sim.compiled.measures import plan_arrays, room_to_count, world_arrays
from sim.compiled.replications import STEPS, count_replications
from sim.contact_values import Codes
from sim.counting import Plan
from sim.engines.compiled.flatten import Luck, memory_of
from sim.engines.compiled.names import STRIDES
from sim.products import Products
from sim.quick_draw import Quick
from sim.world import Worlds

Whole = NDArray[np.int64]
#: Bytes that callers with luck and contacts may take at a time, most of which are never touched: about what a
#: processor's second memory holds, or little more.
NEAR = 4_000_000


@dataclass(frozen=True)
class QuickCounts:
    """All that stays the same over the replications of a job; ``bytes_of_a_caller`` with luck and contacts."""

    quick: Quick
    plan: Plan
    centre: Centre
    bytes_of_a_caller: int

    def counted(self, numbers: Whole, sums: Products, values: Whole) -> tuple[Codes, Whole]:
        """Codes of the waits of these replications, and where those of each begin and the last ones end.

        ``sums`` and ``values`` see ``compiled.measures.counted``.
        """
        quick, plan, some = self.quick, self.plan, len(numbers)
        limits, absence = quick.expected(numbers), quick.absences(numbers)
        most = max(float(limits.sum(axis=(1, 2)).max()), 1.0)
        size = max(min(int(NEAR / (most * self.bytes_of_a_caller)), some), 1)
        codes, coded = np.empty(int(1.2 * float(limits.sum())) + 1, dtype=np.int32), np.zeros(some + 1, dtype=np.int64)
        apart, done, expected = absence.strides[0] if absence.size else 0, 0, size * most
        while done < some:
            columns = quick.columns(expected)
            room = quick.room(columns.shape[1])
            world = quick.world(columns, *room)
            luck = Luck(Worlds(world, np.array([0, len(world)]), absence[:1], sound=True), self.centre)
            row = luck.table[0]
            where = row, 1 + len(self.centre.groups), len(row) - STRIDES, STRIDES
            done, codes = count_replications(
                *STEPS, (done, size, apart), numbers, limits, (*quick.of_callers(), columns), (*quick.of_luck(), *room),
                memory_of(self.centre), where, *room_to_count(plan), values, codes, coded, sums.arrays(),
                world_arrays(plan, world), absence if apart else np.zeros((1, 1, 1, 1), dtype=np.int64),
                plan_arrays(plan, world),
            )  # fmt: skip
            expected *= 2
        return codes[: coded[-1]], coded
